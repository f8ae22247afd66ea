/**
 * Which handling is in effect, kept where readers' policies ask: for each event that its own agency marked, and for each marking. A function of
 * what stands where in the log, and not of the batches in which it came: whenever a marking, its target, what undoes it or approves it comes in,
 * what it bears on is settled anew, in the transaction that brings it in.
 */
import { formatRef, handlingInEffect, MARKINGS_MAX, narrowed, readerGroups, type EventRef, type Handling, type Marking } from '#lib/domain';
import { approvalsInForce } from './approvals.ts';
import {
  CORRECTION,
  handledEvents,
  MARKING,
  ownWords,
  POLICY,
  RETRACTION,
  type HandledEvent,
  type MarkingClient,
} from './handled-events.ts';
import type { Openable, Opening } from './open-rows.ts';

/** What undoes or approves one word: more decide nothing. */
const UNDOING_MAX = 8;
/** From what undoes the undoing of a marking of a marking to the last target. */
const STEPS = 4;
/** A marking may be marked. One of that counts for nothing and is its author's alone: so what one word bears on has an end. */
const DEEP = 3;

/**
 * @param touched events that came in and speak about handling, or that such ones speak about
 * @param opening null: nobody can make rows (a migration), and what is approved stays hidden from whom it would be opened to
 * @returns whether for some event something else is in effect than before. Cost: a dozen statements, one more for every four events, and 20 µs for each marking and what speaks about it.
 */
export async function settle(client: MarkingClient, touched: readonly EventRef[], opening: Opening | null): Promise<boolean> {
  const scene = await around(client, touched);
  const judged = await judge(client, scene);
  const approved = [...judged].filter(([, markings]) => markings.some(({ approvedAt }) => approvedAt !== null)).map(([event]) => event);
  const openable = await opening?.(approved);
  const counted = new Map([...judged].map(([event, markings]) => [event, fitting(event, markings, openable)]));
  const effects = new Map([...counted].map(([event, markings]) => [event, handlingInEffect(event, markings)]));
  const rows = [...scene.events.values()].flatMap((event) => rowOf(event, scene, effects) ?? []);
  if (rows.length === 0) return false;
  const opened = openable === undefined ? [] : approved.map((event) => ({ event, groups: openedTo(event, counted.get(event) ?? []) }));
  const ids = await groupIds(
    client,
    [...rows, ...opened].flatMap(({ groups }) => groups),
  );
  for (const { event, groups } of opened)
    await openable?.get(event.logIndex)?.open(groups.map((name) => ({ id: ids.get(name) as number, name })));
  const { rows: changed } = await client.query<{ n: string | number }>(
    'select ledger.set_handlings($1::bigint[], $2::text[], $3::text[]) as n',
    [
      rows.map(({ logIndex }) => logIndex),
      rows.map(({ groups }) => `{${groups.map((name) => ids.get(name)).join(',')}}`),
      rows.map(({ handling }) => textOf(handling)),
    ],
  );
  if (Number(changed[0]?.n ?? 0) === 0) return false;
  await client.query('update ledger.head set policy = size');
  return true;
}

/** Every marking that is there: a rebuild, or a ledger of a version that applied none. As its owner. */
export async function settleAll(client: MarkingClient, opening: Opening | null): Promise<void> {
  const { rows } = await client.query<EventRef>(
    `select distinct e.agency, e.id from ledger.relations r join ledger.entries e on e.log_index = r.log_index where r.kind = ${MARKING} order by 1, 2`,
  );
  for (let at = 0; at < rows.length; at += PER_TURN) await settle(client, rows.slice(at, at + PER_TURN), opening);
}
const PER_TURN = 500;

/** What is looked at together, by `agency/id`. */
interface Scene {
  readonly events: ReadonlyMap<string, HandledEvent>;
  /** Markings of them. */
  readonly markings: ReadonlyMap<string, readonly HandledEvent[]>;
  /** What one of them speaks about and was not looked for: too far from what was touched to bear on it. */
  readonly unread: ReadonlySet<string>;
}

/** The events that are touched, what those speak about, up to the last target, and the markings of all of these that can count. */
async function around(client: MarkingClient, touched: readonly EventRef[]): Promise<Scene> {
  const events = new Map<string, HandledEvent>();
  const add = (found: readonly HandledEvent[]): void => found.forEach((event) => events.set(formatRef(event), event));
  const missing = <Ref extends EventRef>(refs: readonly Ref[]): Ref[] => [
    ...new Map(refs.flatMap((ref) => (events.has(formatRef(ref)) ? [] : [[formatRef(ref), ref]]))).values(),
  ];
  let wanted: readonly EventRef[] = missing(touched);
  for (let step = 0; step <= STEPS && wanted.length > 0; step++) {
    const found = await handledEvents(client, wanted);
    add(found);
    wanted = missing(found.flatMap(({ target }) => target ?? []));
  }
  const markings = new Map<string, readonly HandledEvent[]>();
  let marked: readonly HandledEvent[] = [...events.values()];
  for (let depth = 1; depth < DEEP && marked.length > 0; depth++) {
    const words = await ownWords(client, marked, [MARKING], MARKINGS_MAX + 1);
    for (const [key, list] of words) markings.set(key, list);
    marked = missing([...words.values()].flat());
    add(marked);
  }
  return { events, markings, unread: new Set(wanted.map(formatRef)) };
}

/** How many markings there are from this event up to what is none; no more are counted than DEEP. Null: that was not read. */
function depthOf(event: HandledEvent, { events, unread }: Scene): number | null {
  let depth = 0;
  for (let at: HandledEvent | undefined = event; at?.said !== undefined && ++depth < DEEP;) {
    if (at.target === undefined) break;
    if (unread.has(formatRef(at.target))) return null;
    at = events.get(formatRef(at.target));
  }
  return depth;
}

/** Of each event whose markings count, those, with what became of each. */
async function judge(client: MarkingClient, scene: Scene): Promise<ReadonlyMap<HandledEvent, readonly Marking[]>> {
  const kinds = [CORRECTION, RETRACTION, POLICY];
  const about = await ownWords(client, [...scene.markings.values()].flat(), kinds, UNDOING_MAX);
  const undoing = [...about.values()].flat().filter(isUndoing);
  const aboutThose = await ownWords(client, undoing, kinds, UNDOING_MAX);
  const approvals = [...about.values(), ...aboutThose.values()].flat().filter((word) => !isUndoing(word));
  const inForce = await approvalsInForce(client, approvals);
  const approvedAt = (word: HandledEvent, of: readonly HandledEvent[]): number | null =>
    of
      .filter(({ logIndex, approves, principal }) => inForce.has(logIndex) && approves === word.contentHash && principal !== word.principal)
      .reduce<number | null>((first, { logIndex }) => Math.min(first ?? logIndex, logIndex), null);
  const judged = (word: HandledEvent): Marking[] => {
    if (word.said === undefined) return [];
    const of = about.get(formatRef(word)) ?? [];
    const lifts = (by: HandledEvent): boolean => {
      const said = aboutThose.get(formatRef(by)) ?? [];
      return isUndoing(by) && approvedAt(by, said) !== null && !said.some(isUndoing);
    };
    const { id, logIndex, capturedMicros: captured, said: handling } = word;
    return [{ id, captured, logIndex, handling, approvedAt: approvedAt(word, of), isUndone: of.some(isUndoing), isLifted: of.some(lifts) }];
  };
  const counts = (event: HandledEvent): boolean => (depthOf(event, scene) ?? DEEP) < DEEP - 1;
  return new Map(
    [...scene.markings].flatMap(([key, words]) => {
      const event = scene.events.get(key);
      return event !== undefined && counts(event) ? [[event, words.flatMap(judged)]] : [];
    }),
  );
}

const isUndoing = ({ kind }: HandledEvent): boolean => kind !== 'policy';

/** What would open an event to more reader groups than it may have rows for gives nothing. */
const fitting = (
  event: HandledEvent,
  markings: readonly Marking[],
  openable: ReadonlyMap<number, Openable> | undefined,
): readonly Marking[] =>
  markings.map((marking) => {
    const groups = readerGroups(marking.handling, event.agency).length;
    return openable?.get(event.logIndex)?.fits(groups) === false ? { ...marking, approvedAt: null } : marking;
  });

interface HandlingRow {
  readonly logIndex: number;
  /** Names. */
  readonly groups: readonly string[];
  readonly handling: Handling;
}

type Effects = ReadonlyMap<HandledEvent, Handling>;

/** Null: it is as it came in, or as it was settled before. */
function rowOf(event: HandledEvent, scene: Scene, effects: Effects): HandlingRow | null {
  const { agency, principal, logIndex } = event;
  const depth = depthOf(event, scene);
  if (depth === null || (depth === 0 && !effects.has(event))) return null;
  if (depth < DEEP) return { logIndex, ...shownNow(event, scene, effects) };
  const handling = narrowed(event.handling, { tlp: 'RED', principals: [`${agency}/${principal}`] }, event);
  return { logIndex, handling, groups: readerGroups(handling, agency) };
}

/** A marking is told to whom it is for, by its own handling or by what it says; but to nobody who does not see its target. */
function shownNow(event: HandledEvent, scene: Scene, effects: Effects): Omit<HandlingRow, 'logIndex'> {
  const { agency, said, target } = event;
  const marked = effects.get(event);
  const own = marked ?? event.handling;
  const about = said === undefined || target === undefined ? undefined : scene.events.get(formatRef(target));
  if (said === undefined || about === undefined) return { handling: own, groups: readerGroups(own, agency) };
  const limit = shownNow(about, scene, effects).handling;
  const handling = narrowed(own, limit, event);
  const given = marked === undefined ? readerGroups(narrowed(said, limit, event), agency) : [];
  return { handling, groups: [...new Set([...readerGroups(handling, agency), ...given])].sort() };
}

/** Groups to which an event was opened with approval, whatever became of that: whether they see it now is for its handling to say. */
const openedTo = ({ agency }: HandledEvent, markings: readonly Marking[]): readonly string[] =>
  [...new Set(markings.flatMap(({ approvedAt, handling }) => (approvedAt === null ? [] : readerGroups(handling, agency))))].sort();

/** Nearly always there, since a marking's groups are its own too. */
async function groupIds(client: MarkingClient, names: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const wanted = [...new Set(names)];
  const known = async (): Promise<Map<string, number>> => {
    const text = 'select id, name from ledger.reader_groups where name = any($1::text[])';
    const { rows } = await client.query<{ id: number; name: string }>(text, [wanted]);
    return new Map(rows.map(({ id, name }) => [name, id]));
  };
  const found = await known();
  const missing = wanted.filter((name) => !found.has(name));
  if (missing.length === 0) return found;
  await client.query('insert into ledger.reader_groups (name) select unnest($1::text[]) on conflict do nothing', [missing]);
  return known();
}

/** In one form, so that it is known again: `"principals":[` stands in it where persons are named. */
function textOf({ tlp, community, agencies, principals }: Handling): string {
  return JSON.stringify({
    ...(agencies === undefined || agencies.length === 0 ? {} : { agencies }),
    ...(community === undefined ? {} : { community }),
    ...(principals === undefined || principals.length === 0 ? {} : { principals }),
    tlp,
  });
}
