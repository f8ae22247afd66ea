/** The events that a proof shows: each gives its entry, stands where it should, and is about the item. */
import { equalBytes, utf8 } from './bytes.ts';
import type { Checkpoint } from './checkpoint.ts';
import { checkWhole } from './check-whole.ts';
import { encodeEntry } from './entry.ts';
import type { ItemEntry } from './item-tree.ts';
import type { JsonObject, JsonValue } from './json-value.ts';
import { KEYS_TREE } from './log-keys.ts';
import { verifyInclusion } from './log-tree.ts';
import { leafHash } from './merkle.ts';
import { readNotice } from './notices.ts';
import type { EventPart, ProofDocument } from './proof-document.ts';
import { accept, refuse, type ProofResult } from './proof-fault.ts';
import { PROOF_RULES, type ProofRules } from './proof-rules.ts';
import { checkOpening } from './read-opening.ts';
import { established, failure, leftOpen, type Statement } from './report.ts';
import { SLOTS, type Envelope, type SlotName } from './slots.ts';
import { treesOf } from './trees-of.ts';
import type { ListedEntries, Question } from './proof-question.ts';
import { citedEvidence, verifyEvidence } from './verify-evidence.ts';
import { withheldAmong, type ShownDocument, type Withheld, type WithheldAmong } from './verify-withheld.ts';
import { verifySaidSignatures } from './verify-signatures.ts';

interface Given {
  /** `null`: the proof is about events alone. */
  readonly listed: ListedEntries | null;
  readonly head: Checkpoint;
  readonly question: Question;
  readonly rules: ProofRules;
}

/** SHA-256 of each file of evidence that the events of a document cite, as far as they are shown; nothing of it is checked. */
export function citedBy({ events }: Pick<ProofDocument, 'events'>): ReadonlySet<string> {
  const read = events.map((event) => readShown(event, {}, PROOF_RULES));
  return new Set(read.flatMap((event) => (event?.ok === true ? citedEvidence(event.value.document) : [])));
}

const NONE: readonly Withheld[] = [];

/** A statement for all of a kind, or the first that fails; which of the listed events their agencies withhold. */
export function* verifyEvents({ events, notices, item }: ProofDocument, given: Given): Generator<Statement, readonly Withheld[]> {
  const { question, rules } = given;
  if (item !== null && given.listed === null) return NONE;
  if (question.event !== undefined && events.length === 0 && rules.eventAsked)
    return yield* stop(
      failure(
        'events',
        { code: 'proof.other-event', detail: 'The event that was asked for is not shown.', pointer: '/events' },
        { verdict: 'incomplete' },
      ),
    );
  const unread: bigint[] = [];
  const cited = new Set<string>();
  const read: ShownDocument[] = [];
  const places = placesOf(given.listed);
  for (const [n, event] of events.entries()) {
    const fault = checkEvent(event, `/events/${n}`, places, { ...given, cited, read });
    if (fault === 'no content') unread.push(event.index);
    else if (fault !== null) return yield* stop(fault);
  }
  const strangeFile = rules.filesKnown ? question.files?.strange() : undefined;
  if (strangeFile !== undefined)
    return yield* stop(failure('events', { code: 'bundle.file', detail: `The file ${strangeFile} belongs to nothing in the proof.` }));
  if (unread.length > 0)
    return yield* stop(
      leftOpen(
        'events',
        'proof.content-missing',
        `The content of ${count(unread.length, 'event')} is not there, first that of index ${unread[0]}.`,
        { verdict: 'incomplete' },
      ),
    );
  yield* withheldParts(events);
  if (events.length > 0)
    yield established(
      'events',
      events.length === 1
        ? `The event gives its entry${item === null ? '' : ', and is about the item'}.`
        : `All ${events.length} events give their entries${item === null ? '' : ', and are about the item'}.`,
    );
  const strange = yield* verifyNotices(notices, item, places, given);
  if (strange !== null) return yield* stop(strange);
  const withheld = yield* checkAllShown([...events, ...notices], read, given);
  const placed = events.filter(({ inclusion }) => inclusion !== null).length;
  if (placed > 0)
    yield established(
      'inclusion',
      placed === 1 ? 'The event stands at its place under the head.' : `All ${placed} events stand at their places under the head.`,
    );
  yield* verifySaidSignatures(events, question.files?.signatures, given.head.size, rules);
  yield* verifyEvidence(cited, question.files, rules);
  return withheld;
}

function* stop(statement: Statement): Generator<Statement, readonly Withheld[]> {
  yield statement;
  return NONE;
}

/** Of the entries of the operator the first that fails. */
function* verifyNotices(
  notices: ProofDocument['notices'],
  item: ProofDocument['item'],
  places: Places | null,
  { head, rules }: Given,
): Generator<Statement, Statement | null> {
  const strange = notices.findIndex(({ entry, index }) => !isListed(leafHash(utf8(entry)), places?.get(index)));
  if (rules.noticeListed && strange >= 0)
    return failure('events', {
      code: 'proof.notice-not-listed',
      detail: 'An entry of the operator is shown that no list has at its index.',
      pointer: `/notices/${strange}`,
    });
  const unsaid = notices.findIndex(({ entry }) => !isOfKeys(entry, item, head.origin));
  if (rules.noticeOfKey && unsaid >= 0)
    return failure('events', {
      code: 'proof.notice',
      detail: 'What is shown as an entry of the operator is not what he says of a key of this log, in the list of its keys.',
      pointer: `/notices/${unsaid}`,
    });
  if (notices.length > 0)
    yield established('events', `${count(notices.length, 'entry', 'entries')} of the operator are those that are listed.`);
  return null;
}

/** Slots of an event that are not opened, or not to the end; none of one that is shown whole. */
function closedSlotsOf({ shown, commitment }: EventPart): readonly SlotName[] {
  if (!('opening' in shown)) return [];
  const read = checkOpening(shown.opening, commitment);
  if (!read.ok) return SLOTS;
  const whole = new Set(
    read.value.slots.flatMap((slot) =>
      slot.state === 'list' && slot.elements.filter(({ value }) => value !== undefined).length !== slot.length ? [] : [slot.slot],
    ),
  );
  // Nothing stands in the reserved one.
  return SLOTS.filter((slot) => slot !== 'reserved' && !whole.has(slot));
}

/** Whether parts of an event are withheld. */
export const isInPart = (event: EventPart): boolean => closedSlotsOf(event).length > 0;

function* withheldParts(events: readonly EventPart[]): Generator<Statement> {
  const partly = events.map(closedSlotsOf).filter((slots) => slots.length > 0);
  if (partly.length === 0) return;
  const slots = SLOTS.filter((slot) => partly.some((withheld) => withheld.includes(slot)));
  const of = partly.length === events.length ? 'each event' : `${partly.length} of the events`;
  yield leftOpen('events', 'proof.withheld', `Of ${of} parts are withheld, whatever they say: ${slots.join(', ')}.`);
}

/** Nothing else that the operator says is in an item's list. */
function isOfKeys(entry: string, item: ProofDocument['item'], origin: string): boolean {
  const notice = readNotice(utf8(entry));
  const inTheirList = item?.item === KEYS_TREE.item && item.groups.every(({ group }) => group === KEYS_TREE.group);
  return inTheirList && notice?.kind === 'key' && notice.key.log === origin;
}

/** What is listed and not shown; of that, what its own agency withholds. */
function* checkAllShown(
  events: readonly { readonly index: bigint }[],
  read: readonly ShownDocument[],
  { listed, question, rules }: Given,
): Generator<Statement, readonly Withheld[]> {
  if (listed === null) return NONE;
  const shown = new Set(events.map(({ index }) => index));
  const missing = listed.groups.flatMap(({ entries }) => entries.filter(({ index }) => !shown.has(index)));
  if (missing.length === 0) return NONE;
  const { withheld, forPersons } = withheldOf(missing, read, listed, { question, rules });
  for (const { index, says } of withheld) yield leftOpen('events', 'proof.withheld-since', says, { about: `index ${index}` });
  if (withheld.length > 0) return withheld;
  const listedOnly = `${count(missing.length, 'entry', 'entries')} about the item are listed and not shown, the first at index ${missing[0]?.index}.`;
  const says = forPersons === undefined ? listedOnly : `${listedOnly} ${forPersons}`;
  if (question.allEvents === true && rules.eventsComplete)
    yield leftOpen('events', 'proof.events-missing', says, { verdict: 'incomplete' });
  else if (question.allEvents !== true) yield leftOpen('events', 'proof.events-not-asked', says);
  return NONE;
}

/** All of them, or none: what is not shown of the rest may undo what withholds. */
function withheldOf(
  missing: readonly ItemEntry[],
  read: readonly ShownDocument[],
  { groups, trees }: ListedEntries,
  { question, rules }: Pick<Given, 'question' | 'rules'>,
): WithheldAmong {
  const isWhole = groups.every(({ group, entries }) => BigInt(entries.length) === (trees.find((tree) => tree.group === group)?.n ?? 0n));
  if (rules.withheldOfWhole && !isWhole) return { withheld: NONE, forPersons: undefined };
  const asked = [...groups.map(({ group }) => group), ...(question.groups ?? [])];
  const { withheld, forPersons } = withheldAmong(missing, read, { groups: asked, reader: question.reader }, rules);
  const isAll = missing.every(({ index }) => withheld.some((known) => known.index === index));
  return { withheld: isAll ? withheld : NONE, forPersons };
}

/** By log index: in which groups' lists an entry stands, and with what hash. */
type Places = ReadonlyMap<bigint, readonly { readonly group: string; readonly leafHash: Uint8Array }[]>;

const isListed = (leaf: Uint8Array, listedAt: readonly { readonly leafHash: Uint8Array }[] = []): boolean =>
  listedAt.length > 0 && listedAt.every(({ leafHash: listedLeaf }) => equalBytes(listedLeaf, leaf));

function placesOf(listed: ListedEntries | null): Places | null {
  if (listed === null) return null;
  const places = new Map<bigint, { group: string; leafHash: Uint8Array }[]>();
  for (const { group, entries } of listed.groups)
    for (const { index, leafHash: listedLeaf } of entries) {
      const known = places.get(index);
      if (known === undefined) places.set(index, [{ group, leafHash: listedLeaf }]);
      else known.push({ group, leafHash: listedLeaf });
    }
  return places;
}

/** `null`: all of it holds. */
function checkEvent(
  event: EventPart,
  pointer: string,
  places: Places | null,
  {
    listed,
    head,
    question,
    rules,
    cited,
    read: all,
  }: Given & { /** Both grow. */ readonly cited: Set<string>; readonly read: ShownDocument[] },
): Statement | 'no content' | null {
  const about = `index ${event.index}`;
  const fail = (step: 'events' | 'inclusion', code: string, detail: string, at = ''): Statement =>
    failure(step, { code, detail, pointer: pointer + at }, { about });
  const leaf = leafHash(encodeEntry(event.commitment));
  const listedAt = places?.get(event.index) ?? [];
  if (places !== null && rules.eventListed) {
    if (listedAt.length === 0)
      return fail('events', 'proof.event-not-listed', 'The event is shown, and is not one of those that are listed about the item.');
    if (listedAt.some(({ leafHash: listedLeaf }) => !equalBytes(listedLeaf, leaf)))
      return fail('events', 'proof.event-entry', 'The entry of this event is not the one that is listed at its index.', '/commitment');
  }
  const read = readShown(event, question, rules);
  if (read === null) return 'no content';
  if (!read.ok) return failure('events', { ...read.fault, pointer: `${pointer}/shown${read.fault.pointer ?? ''}` }, { about });
  const { envelope, document } = read.value;
  for (const hash of citedEvidence(document)) cited.add(hash);
  all.push({ index: event.index, envelope, document });
  const { event: asked } = question;
  if (rules.eventAsked && asked !== undefined && ((asked.agency ?? envelope.agency) !== envelope.agency || envelope.id !== asked.id))
    return failure(
      'events',
      { code: 'proof.other-event', detail: `This is the event ${envelope.agency}/${envelope.id}, and another was asked for.`, pointer },
      { about, verdict: 'incomplete' },
    );
  if (listed !== null && rules.eventConcerns) {
    const trees = treesOf(envelope.agency, document) ?? [];
    const strange = listedAt.find(({ group }) => !trees.some((tree) => tree.item === listed.item && tree.group === group));
    if (strange !== undefined)
      return fail('events', 'proof.event-item', `The event does not concern ${listed.item} for ${strange.group}, in whose list it stands.`);
  }
  return checkPlace(event, leaf, head, { listed, question, rules, fail });
}

function checkPlace(
  { index, inclusion }: EventPart,
  leaf: Uint8Array,
  { size, root }: Checkpoint,
  {
    listed,
    question,
    rules,
    fail,
  }: Pick<Given, 'listed' | 'question' | 'rules'> & { fail: (step: 'inclusion', code: string, detail: string, at?: string) => Statement },
): Statement | null {
  if (inclusion === null) {
    const needed = listed === null || question.inclusion === true;
    return needed && rules.inclusionShown
      ? fail('inclusion', 'proof.inclusion-missing', 'The place of this event in the log is not shown.')
      : null;
  }
  if (!rules.eventIncluded || verifyInclusion(leaf, index, size, root, inclusion)) return null;
  return fail('inclusion', 'proof.inclusion', 'The head does not hold this entry at this index.', '/inclusion');
}

interface ReadEvent {
  readonly envelope: Envelope;
  /** What was opened of it. */
  readonly document: JsonObject;
}

/** `null`: its content is in a file that is not there. */
function readShown({ index, commitment, shown }: EventPart, { files }: Question, rules: ProofRules): ProofResult<ReadEvent> | null {
  if ('opening' in shown) return readOpened(shown.opening, commitment);
  const { envelope, secret } = shown;
  const content = shown.content === null ? files?.contentOf(index) : utf8(shown.content);
  if (content === undefined) return null;
  const whole = checkWhole(envelope, content, secret, commitment);
  if (whole.ok) return accept({ envelope, document: whole.value });
  if (rules.eventWhole) return whole;
  return accept({ envelope, document: parsedObject(content) });
}

/** Only where a control left out the check. */
function parsedObject(content: Uint8Array): JsonObject {
  try {
    return JSON.parse(new TextDecoder().decode(content)) as JsonObject;
  } catch {
    return {};
  }
}

/** Of what is opened the parts that say whom it concerns: an item that is not opened is not shown to be this one. */
function readOpened(opening: JsonValue, commitment: string): ProofResult<ReadEvent> {
  const read = checkOpening(opening, commitment);
  if (!read.ok) return read;
  const { envelope, kind, handling, slots } = read.value;
  const document: Record<string, JsonValue> = { ...kind, handling };
  for (const slot of slots) {
    if (slot.state === 'list') document[slot.slot] = slot.elements.flatMap(({ value }) => (value === undefined ? [] : [value]));
    else if (slot.state === 'value' && (slot.slot === 'relations' || slot.slot === 'extension')) document[slot.slot] = slot.value;
  }
  return Object.keys(envelope).length === 0 ? refuse('opening.envelope', 'The envelope is not opened.') : accept({ envelope, document });
}

const count = (n: number, one: string, many = `${one}s`): string => `${n} ${n === 1 ? one : many}`;
