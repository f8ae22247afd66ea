/**
 * Whether an entry that is listed and not shown is withheld by its own agency: a marking that is listed and shown names it, and hands it to nobody
 * who asks. What is looked at are the lists and what is shown of them. That nothing which stands in no list opened the event again, an approval for
 * one, is not seen here.
 */
import { parseHandling, parseRef, readerGroups, type Handling, type HandlingText } from '#lib/domain';
import { equalBytes } from './bytes.ts';
import { encodeEntry } from './entry.ts';
import type { ItemEntry } from './item-tree.ts';
import type { JsonObject, JsonValue } from './json-value.ts';
import { leafHash } from './merkle.ts';
import { OPENING_RULES } from './opening-rules.ts';
import type { ProofRules } from './proof-rules.ts';
import { checkOpening } from './read-opening.ts';
import { namesOf } from './report-subject.ts';
import type { Envelope } from './slots.ts';
import { isClosedTo, personsOf, withholdingOf, type AskedBy } from './withholding.ts';

/** An event that is listed and shown, as far as it was opened. */
export interface ShownDocument {
  readonly index: bigint;
  readonly envelope: Envelope;
  readonly document: JsonObject;
}

/** An entry, and what withholds it. */
export interface Withheld {
  readonly index: bigint;
  /** From which index of the log on: that of the marking, or its own where the marking came first. */
  readonly since: bigint;
  /** A sentence. */
  readonly says: string;
}

/** What was found among entries that are not shown. */
export interface WithheldAmong {
  /** In the order of the log, each once. */
  readonly withheld: readonly Withheld[];
  /** A sentence about the first that a marking keeps for persons, of whom the asker may be one; undefined: there is none. */
  readonly forPersons: string | undefined;
}

/** @param missing listed and not shown, once for each list @param shown all that is listed and shown */
export function withheldAmong(
  missing: readonly ItemEntry[],
  shown: readonly ShownDocument[],
  asked: AskedBy,
  rules: ProofRules,
): WithheldAmong {
  const claims = shown.flatMap((marking) => claimOf(marking, missing, rules) ?? []);
  const standing = claims.filter((claim) => stands(claim, shown, asked, rules));
  const counting = standing.filter((claim) => !rules.withheldNoWord || !standing.some((other) => isLaterWord(other, claim)));
  const closing = counting.filter((claim) => !rules.withheldNarrower || isClosedTo(claim.handling, claim.target.envelope, asked));
  const byIndex = new Map<bigint, Withheld>();
  for (const claim of closing.sort(byMarking)) if (!byIndex.has(claim.target.index)) byIndex.set(claim.target.index, withheldBy(claim));
  const kept = counting.find((claim) => !byIndex.has(claim.target.index) && personsOf(claim.handling).length > 0);
  return {
    withheld: [...byIndex.values()].sort((a, b) => Number(a.index - b.index)),
    forPersons: kept === undefined || asked.reader !== undefined ? undefined : keptForPersons(kept),
  };
}

/** A marking that says that it withholds an entry which is missing. */
interface Claim {
  readonly marking: ShownDocument;
  /** What it says that the handling is. */
  readonly handling: Handling;
  readonly target: { readonly index: bigint; readonly envelope: Envelope; readonly kind: JsonValue | undefined };
}

/** `null`: it is no marking of this event by its own agency, or the event is not missing. */
function claimOf(marking: ShownDocument, missing: readonly ItemEntry[], rules: ProofRules): Claim | null {
  const { envelope, document } = marking;
  const said = withholdingOf(document);
  if (said === null || (rules.withheldByMarking && document['kind'] !== 'marking')) return null;
  const { index, commitment } = said;
  const listed = missing.filter((entry) => entry.index === index);
  if (listed.length === 0) return null;
  const leaf = leafHash(encodeEntry(commitment));
  if (rules.withheldNamed && !listed.every((entry) => equalBytes(entry.leafHash, leaf))) return null;
  const opened = checkOpening(said.opening, commitment, { ...OPENING_RULES, slotsGiveCommitment: rules.withheldOpened });
  if (!opened.ok) return null;
  const target = { index, envelope: opened.value.envelope, kind: opened.value.kind['kind'] };
  if (rules.withheldOnce && target.kind === 'marking') return null;
  if (rules.withheldOwn && target.envelope.agency !== envelope.agency) return null;
  if (rules.withheldTarget && !speaksOf(marking, target.envelope)) return null;
  const handling = handlingOf(relationsOf(document)['handling']);
  return handling === null ? null : { marking, handling, target };
}

/** Nothing that is shown undoes it, or comes behind it and hands its target to whoever asks; what does not show what it speaks about may. */
function stands({ marking, target }: Claim, shown: readonly ShownDocument[], asked: AskedBy, rules: ProofRules): boolean {
  const words = shown.filter((word) => word !== marking && word.envelope.agency === marking.envelope.agency);
  const mayUndo = (word: ShownDocument): boolean =>
    UNDOING.has(word.document['kind']) && (isUntold(word) || speaksOf(word, marking.envelope));
  // In the order of capture, as handlings are settled: one that begins anew leaves nothing of those before it.
  const mayOpen = (word: ShownDocument): boolean => {
    if (word.document['kind'] !== 'marking' || byCapture(word, marking) < 0) return false;
    if (isUntold(word)) return true;
    const said = handlingOf(relationsOf(word.document)['handling']);
    return speaksOf(word, target.envelope) && (said === null || !isClosedTo(said, target.envelope, asked));
  };
  return (!rules.withheldStands || !words.some(mayUndo)) && (!rules.withheldLast || !words.some(mayOpen));
}

const UNDOING: ReadonlySet<JsonValue | undefined> = new Set(['correction', 'retraction']);

/** It withholds what may correct or withdraw the other: what such a word is about is not shown. */
const isLaterWord = (other: Claim, { marking, target }: Claim): boolean =>
  other.target.index !== target.index &&
  UNDOING.has(other.target.kind) &&
  other.target.envelope.agency === marking.envelope.agency &&
  other.target.index > marking.index;

function withheldBy({ marking, handling, target: { index, envelope, kind } }: Claim): Withheld {
  const persons = personsOf(handling);
  const to = persons.length > 0 ? `the persons ${namesOf(persons)}` : namesOf(readerGroups(handling, envelope.agency));
  const since = marking.index > index ? marking.index : index;
  const what = `${namesOf([`${envelope.agency}/${envelope.id}`])} (${namesOf([String(kind)])})`;
  return {
    index,
    since,
    says: `Withheld at the latest since index ${since}: the marking at ${marking.index}, in the name of its own agency, leaves the event ${what} to no more than ${to}. Its place in the list is shown, and not what it says. That this agency wrote the marking is the word of the ledger that has it: ask it. That nothing opened it again since is the word of whoever made the proof: what opens need stand in no list that is shown.`,
  };
}

const keptForPersons = ({ marking, handling, target: { index } }: Claim): string =>
  `The marking at index ${marking.index} keeps the event at ${index} for the persons ${namesOf(personsOf(handling))}: whether it is withheld from you is seen where you say who you are.`;

/** It is opened in part, and that is not. */
const isUntold = ({ document }: ShownDocument): boolean => document['relations'] === undefined;

/** Whether it names this event as what it is about. */
function speaksOf({ envelope, document }: ShownDocument, { agency, id }: Envelope): boolean {
  const { target } = relationsOf(document);
  const ref = typeof target === 'string' ? parseRef(target, envelope.agency) : null;
  return ref?.ok === true && ref.value.agency === agency && ref.value.id === id;
}

const relationsOf = ({ relations }: JsonObject): JsonObject => (isObject(relations) ? relations : {});

/** `null`: it is none. */
function handlingOf(value: JsonValue | undefined): Handling | null {
  if (!isObject(value)) return null;
  const { agencies, principals, community } = value;
  if (!isTexts(agencies) || !isTexts(principals) || !(community === undefined || typeof community === 'string')) return null;
  const parsed = parseHandling(value as unknown as HandlingText);
  return parsed.ok ? parsed.value : null;
}

const byMarking = (a: Claim, b: Claim): number => Number(a.marking.index - b.marking.index);

/** Times of capture have one form: the order of their texts is theirs. */
function byCapture({ envelope: a }: ShownDocument, { envelope: b }: ShownDocument): number {
  if (a.captured !== b.captured) return a.captured < b.captured ? -1 : 1;
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}

const isTexts = (value: JsonValue | undefined): boolean =>
  value === undefined || (Array.isArray(value) && (value as readonly JsonValue[]).every((text) => typeof text === 'string'));

const isObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
