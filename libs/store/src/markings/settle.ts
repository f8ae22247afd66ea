/**
 * Which handling is in effect, kept where readers' policies ask: for each event that its own agency marked, and for each marking. A function of
 * what is in the ledger and not of the order in which it came: whenever a marking, its target, what undoes it or approves it comes in, what it bears
 * on is settled anew, in the transaction that brings it in.
 */
import {
  formatRef,
  handlingInEffect,
  MARKINGS_MAX,
  readerGroups,
  type EventRef,
  type Handling,
  type HandlingInEffect,
  type Marking,
} from '#lib/domain';
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
  type OwnWord,
} from './handled-events.ts';

/** Makes rows of an event in these reader groups, in which it has none; null: nobody can (a migration), and what is approved stays hidden from them. */
export type OpenTo = ((event: HandledEvent, groups: readonly { readonly id: number; readonly name: string }[]) => Promise<void>) | null;

/** What undoes or approves one word: more decide nothing. */
const UNDOING_MAX = 8;
/** From what undoes the undoing of a marking to the marking's target. */
const STEPS = 4;

/**
 * @param touched events that came in and speak about handling, or that such ones speak about
 * @returns whether for some event something else is in effect than before. Cost: a dozen statements, and 20 µs for each marking and what speaks about it.
 */
export async function settle(client: MarkingClient, touched: readonly EventRef[], openTo: OpenTo): Promise<boolean> {
  const events = await withTargets(client, touched);
  if (events.size === 0) return false;
  const own = new Map(await markingsOf(client, [...events.values()]));
  const markings = [...own.values()].flat().filter((word) => !events.has(formatRef(word)));
  for (const event of await handledEvents(client, markings)) events.set(formatRef(event), event);
  for (const [key, words] of await markingsOf(client, markings)) own.set(key, words);
  const judged = await judge(client, own);
  const effects = new Map<string, HandlingInEffect>();
  for (const [key, event] of events) {
    const about = judged.get(key);
    if (about !== undefined) effects.set(key, handlingInEffect(event, about));
  }
  const rows = [...events.values()].flatMap((event) => rowOf(event, effects) ?? []);
  if (rows.length === 0) return false;
  const opened = openTo === null ? [] : openings(events, judged);
  const ids = await groupIds(
    client,
    [...rows, ...opened].flatMap(({ groups }) => groups),
  );
  if (openTo !== null) for (const { event, groups } of opened) await open(openTo, event, groups, ids);
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
export async function settleAll(client: MarkingClient, openTo: OpenTo): Promise<void> {
  const { rows } = await client.query<EventRef>(
    `select distinct e.agency, e.id from ledger.relations r join ledger.entries e on e.log_index = r.log_index where r.kind = ${MARKING} order by 1, 2`,
  );
  for (let at = 0; at < rows.length; at += PER_TURN) await settle(client, rows.slice(at, at + PER_TURN), openTo);
}
const PER_TURN = 500;

/** The events that are touched, and what those speak about, up to the last target. */
async function withTargets(client: MarkingClient, touched: readonly EventRef[]): Promise<Map<string, HandledEvent>> {
  const events = new Map<string, HandledEvent>();
  let wanted = [...new Map(touched.map((ref) => [formatRef(ref), ref])).values()];
  for (let step = 0; step <= STEPS && wanted.length > 0; step++) {
    const found = await handledEvents(client, wanted);
    for (const event of found) events.set(formatRef(event), event);
    const targets = found.flatMap(({ target }) => (target === undefined || events.has(formatRef(target)) ? [] : [target]));
    wanted = [...new Map(targets.map((ref) => [formatRef(ref), ref])).values()];
  }
  return events;
}

const markingsOf = (client: MarkingClient, of: readonly EventRef[]): Promise<ReadonlyMap<string, readonly OwnWord[]>> =>
  ownWords(client, of, [MARKING], MARKINGS_MAX + 1);

/** Of each event the markings, with what became of each. */
async function judge(
  client: MarkingClient,
  own: ReadonlyMap<string, readonly OwnWord[]>,
): Promise<ReadonlyMap<string, readonly Marking[]>> {
  const kinds = [CORRECTION, RETRACTION, POLICY];
  const about = await ownWords(client, [...own.values()].flat(), kinds, UNDOING_MAX);
  const undoing = [...about.values()].flat().filter(({ kind }) => kind !== POLICY);
  const aboutThose = await ownWords(client, undoing, kinds, UNDOING_MAX);
  const approvals = [...about.values(), ...aboutThose.values()].flat().filter(({ kind }) => kind === POLICY);
  const inForce = await approvalsInForce(client, approvals);
  const isApproved = (word: OwnWord, of: readonly OwnWord[]): boolean =>
    of.some(
      (act) =>
        inForce.has(act.logIndex) && act.approves === word.contentHash && !(act.agency === word.agency && act.principal === word.principal),
    );
  const isUndone = (of: readonly OwnWord[]): boolean => of.some(({ kind }) => kind !== POLICY);
  const judged = (word: OwnWord): Marking[] => {
    if (word.said === undefined) return [];
    const said = about.get(formatRef(word)) ?? [];
    const lifts = (by: OwnWord): boolean => {
      const of = aboutThose.get(formatRef(by)) ?? [];
      return by.kind !== POLICY && isApproved(by, of) && !isUndone(of);
    };
    return [
      {
        id: word.id,
        captured: word.capturedMicros,
        handling: word.said,
        isApproved: isApproved(word, said),
        isUndone: isUndone(said),
        isLifted: said.some(lifts),
      },
    ];
  };
  return new Map([...own].map(([key, words]) => [key, words.flatMap(judged)]));
}

interface HandlingRow {
  readonly logIndex: number;
  /** Names. */
  readonly groups: readonly string[];
  readonly handling: Handling;
}

/** Null: it is as it came in. */
function rowOf(event: HandledEvent, effects: ReadonlyMap<string, HandlingInEffect>): HandlingRow | null {
  const { agency, logIndex, said, target } = event;
  const marked = effects.get(formatRef(event));
  if (marked !== undefined) return { logIndex, groups: sorted(readerGroups(marked.handling, agency)), handling: marked.handling };
  if (said === undefined) return null;
  const own = readerGroups(event.handling, agency);
  const given = readerGroups(said, agency).filter((group) => !own.includes(group));
  if (given.length === 0) return null;
  // Whoever is given the target sees by what; as long as nobody is, it says nothing to them.
  const isWhole = target !== undefined && effects.get(formatRef(target))?.whole.has(event.id) === true;
  return { logIndex, groups: sorted(isWhole ? [...own, ...given] : own), handling: event.handling };
}

const sorted = (groups: readonly string[]): readonly string[] => [...new Set(groups)].sort();

/** Groups to which an event was opened with approval, whatever became of that: whether they see it now is for its handling to say. */
function openings(
  events: ReadonlyMap<string, HandledEvent>,
  judged: ReadonlyMap<string, readonly Marking[]>,
): { readonly event: HandledEvent; readonly groups: readonly string[] }[] {
  return [...events].flatMap(([key, event]) => {
    const approved = (judged.get(key) ?? []).filter(({ isApproved }) => isApproved);
    if (approved.length === 0) return [];
    return [{ event, groups: sorted(approved.flatMap(({ handling }) => readerGroups(handling, event.agency))) }];
  });
}

async function open(
  openTo: NonNullable<OpenTo>,
  event: HandledEvent,
  groups: readonly string[],
  ids: ReadonlyMap<string, number>,
): Promise<void> {
  const missing = groups.flatMap((name) => {
    const id = ids.get(name);
    return id === undefined || event.shownIn.includes(id) ? [] : [{ id, name }];
  });
  if (missing.length > 0) await openTo(event, missing);
}

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
