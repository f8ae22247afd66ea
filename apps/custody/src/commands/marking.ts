/** `custody mark`, `custody marking approve`: another handling of what your agency submitted, proposed by one of its people and widened by two. */
import type { EventAnswer, SightingDocument } from '#lib/contracts';
import { isNotWider, narrowed, parseHandling, parseIdentifier, TLP_LABELS, type Handling, type Kind } from '#lib/domain';
import { checkOpening, type JsonObject, PROOF_BYTES_MAX, readProofDocument, WITHHOLDS, withholdingJson } from '#lib/ledger';
import type { Client } from '../client.ts';
import { CommandError, EXIT, type ExitCode } from '../exit-codes.ts';
import { note } from '../notes.ts';
import { inEffect, policyOf, stoodAt, submitted, type PeopleOptions } from './people.ts';
import { printable } from './printable.ts';
import { timelinePages } from './timeline-pages.ts';

/** A handling, as options say it. */
export interface HandlingOptions {
  readonly tlp?: string;
  readonly community?: string;
  readonly agency?: readonly string[];
  readonly person?: readonly string[];
}

export interface MarkOptions extends Omit<PeopleOptions, keyof HandlingOptions>, HandlingOptions {
  /** Those who lose it are told so, in the proof of an item that lists it. */
  readonly tell?: boolean;
}

type Shown = EventAnswer['event'];

/** Has nothing of its own to hide: it is told to nobody who does not see what it is about. */
const FOLLOWS: Kind = 'marking';

/** Marks one event of the caller's agency, or all of its events that name an item. Says of each whether it holds as a whole or waits for an approver. */
export async function mark(client: Client, what: string, options: MarkOptions): Promise<ExitCode> {
  const handling = handlingOf(options);
  const { actor } = await policyOf(client);
  const targets = await targetsOf(client, what, actor.agency);
  const markings: { target: Shown; waits: boolean; document: SightingDocument }[] = [];
  // All of them before the first is sent: an event that is not sealed yet, or a handling that gives, would leave some marked and some not.
  for (const target of targets) {
    const author = { agency: target.agency, principal: target.submittedBy.principal };
    const waits = !isNotWider(target.handling, handling, author);
    if (options.tell === true && waits) throw new CommandError(EXIT.usage, 'usage', TELLS_WHAT_TAKES);
    // Told to all who saw the event, and not to those alone who go on to.
    const own = options.tell === true ? (target.handling as Handling) : narrowed(target.handling, handling, author);
    const withholds = options.tell === true ? await withholdingOf(client, target) : undefined;
    markings.push({ target, waits, document: markingOf(target, { handling: own, gives: handling, waits, withholds }, options.reason) });
  }
  for (const { target, waits, document } of markings) {
    const id = await submitted(client, document);
    const logIndex = await stoodAt(client, actor.agency, id, options);
    if (options.json === true) {
      process.stdout.write(`${JSON.stringify({ id, logIndex, target: { agency: target.agency, id: target.id }, handling, waits })}\n`);
      continue;
    }
    process.stdout.write(`${printable(`${target.id}: marked TLP:${handling.tlp} by ${id}, at ${logIndex}.`)}\n`);
    if (waits)
      note(
        options,
        `What that opens waits for another admin of ${actor.agency}: custody marking approve ${id}. What it takes away is taken.`,
      );
  }
  return EXIT.ok;
}

const TELLS_WHAT_TAKES =
  '--tell says to those who lose an event that it was taken. This handling gives as well: mark what it takes first, with --tell, and what it gives then.';

/** What the marking shows of its target: whose it is, and which entry of the log. Throws `event.not-sealed` while it is none, `server.answer`. */
async function withholdingOf(client: Client, { agency, id, logIndex, commitment }: Shown): Promise<JsonObject> {
  const path = `/v1/events/${encodeURIComponent(id)}/proof?agency=${encodeURIComponent(agency)}&open=envelope,kind,handling`;
  const bytes = await client.bytes(path);
  const read = bytes.length > PROOF_BYTES_MAX ? undefined : readProofDocument(bytes);
  const [event] = read?.ok === true ? read.value.events : [];
  const opening = event !== undefined && 'opening' in event.shown ? event.shown.opening : null;
  const opened = checkOpening(opening, commitment);
  const isOfTarget = opened.ok && opened.value.envelope.agency === agency && opened.value.envelope.id === id;
  // It is signed for by whoever submits it: nothing in it is taken from the server unseen.
  if (!isOfTarget || opened.value.slots.length !== 3 || event?.index !== BigInt(logIndex))
    throw new CommandError(EXIT.unexpected, 'server.answer', printable(`What ${client.base} shows is no opening of ${agency}/${id}.`));
  return { [WITHHOLDS]: withholdingJson({ index: event.index, commitment, opening }) };
}

/**
 * Approves a marking of the caller's agency, or what undoes one. Throws CommandError `policy.no-effect` where that is not his to do, `usage` where it would
 * open nothing: once approved an overtaken marking is told as `approved`, so afterwards nobody would see that.
 */
export async function approve(client: Client, id: string, options: PeopleOptions): Promise<ExitCode> {
  const { actor } = await policyOf(client);
  const { event } = await eventOf(client, id, actor.agency);
  const { kind } = event.document;
  if (kind !== 'marking' && kind !== 'retraction' && kind !== 'correction')
    throw new CommandError(EXIT.usage, 'usage', `${id} is no marking, and no retraction or correction of one.`);
  if (event.approval === 'void') throw new CommandError(EXIT.usage, 'usage', `${id} ${OPENS_NOTHING}`);
  if (event.submittedBy.principal === actor.principal)
    throw new CommandError(EXIT.auth, 'policy.no-effect', `You submitted ${id} yourself: another admin of ${actor.agency} approves it.`);
  const reason = options.reason === undefined ? {} : { reason: options.reason };
  const act = { act: 'marking.approve', marking: id, sha256: event.contentHash, ...reason } as const;
  const logIndex = await inEffect(client, act, options);
  process.stdout.write(
    options.json === true ? `${JSON.stringify({ act, logIndex })}\n` : `${printable(`${id} is approved, at ${logIndex}.`)}\n`,
  );
  return EXIT.ok;
}

const OPENS_NOTHING =
  'opens nothing, whoever approves it: it was withdrawn or corrected, a later one was approved, it names more than its target may have rows for, or it is not weighed. Nothing was submitted.';

/** Throws CommandError `usage`, or what a handling is refused for. */
export function handlingOf({ tlp = '', community, agency, person }: HandlingOptions): Handling {
  const label = tlp.toUpperCase() as Handling['tlp'];
  if (!TLP_LABELS.includes(label)) throw new CommandError(EXIT.usage, 'usage', `--tlp is one of ${TLP_LABELS.join(', ')}.`);
  const said = parseHandling({ tlp: label, community, agencies: agency, principals: person });
  if (!said.ok) throw new CommandError(EXIT.usage, said.code, said.detail);
  return said.value;
}

/** By its id; else, where the text is an identifier, what the agency said of that item. */
async function targetsOf(client: Client, what: string, agency: string): Promise<readonly Shown[]> {
  const found = await eventOf(client, what, agency).catch((error: unknown) => {
    if (error instanceof CommandError && error.exitCode === EXIT.notFound && parseIdentifier(what).ok) return null;
    throw error;
  });
  if (found !== null) return [await checked(client, found.event)];
  const own: Shown[] = [];
  for await (const page of timelinePages(client, what, {}))
    own.push(...page.entries.filter((entry) => entry.agency === agency && namesItself(entry)));
  if (own.length === 0) throw new CommandError(EXIT.notFound, 'event.not-found', `${agency} submitted nothing about ${what}.`);
  return own;
}

/** Not by another of its names: a claim that somebody else makes must not widen what is marked. */
export const namesItself = ({ roles, through, document }: Pick<Shown, 'roles' | 'through' | 'document'>): boolean =>
  roles.length > 0 && through === undefined && document.kind !== FOLLOWS;

/** Throws where a marking of it would count for nothing. */
async function checked(client: Client, target: Shown): Promise<Shown> {
  const about = target.document.kind === 'marking' ? target.document.relations?.target : undefined;
  if (about === undefined) return target;
  const its = await eventOf(client, about.slice(about.indexOf('/') + 1), target.agency).catch(() => null);
  if (its?.event.document.kind !== 'marking') return target;
  throw new CommandError(EXIT.usage, 'usage', `${target.id} marks a marking: to hide it, mark what it is about.`);
}

const eventOf = (client: Client, id: string, agency: string): Promise<EventAnswer> =>
  client.get<EventAnswer>(`/v1/events/${encodeURIComponent(id)}`, { agency });

/**
 * It is told to whoever sees the target from now on. Where it takes away it stands in the lists of the target's items beside it; one that waits lists
 * none, since those whom it would open its target to could tell from their lists that there is something. One that tells is for whoever saw it before, so
 * that it stands in their lists as well.
 */
export function markingOf(
  target: Pick<Shown, 'id' | 'document'>,
  {
    handling,
    gives,
    waits,
    withholds,
  }: { readonly handling: Handling; readonly gives: Handling; readonly waits: boolean; readonly withholds?: JsonObject | undefined },
  reason: string | undefined,
): SightingDocument {
  const listed = waits ? [] : (target.document.items ?? []).map(({ id }) => id);
  const items = [...new Set(listed)].map((id) => ({ id, role: 'background' as const }));
  return {
    kind: 'marking',
    handling: handling as SightingDocument['handling'],
    source: { kind: 'handling', family: 'official' },
    ...(items.length === 0 ? {} : { items }),
    relations: { target: target.id, handling: gives, ...(reason === undefined ? {} : { reason }) },
    ...(withholds === undefined ? {} : { extension: withholds }),
  } as SightingDocument;
}
