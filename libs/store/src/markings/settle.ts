/**
 * Which handling is in effect, kept where readers' policies ask: for each event that its own agency marked, and for each marking. A function of
 * what stands where in the log, and not of the batches in which it came: whenever a marking, its target, what undoes it or approves it comes in,
 * what it bears on is settled anew, in the transaction that brings it in. All that is under the lock of the log head: so of what an agency said
 * before nothing is read but the first markings of what is touched and the first of those, and what became of each of them is kept beside it.
 */
import { formatRef, handlingInEffect, MARKINGS_MAX, type EventRef, type Handling, type Marking } from '#lib/domain';
import { approvalsInForce } from './approvals.ts';
import { handledEvents, MARKING, markingsOf, piecesOf, type HandledEvent, type MarkingClient, type Weighed } from './handled-events.ts';
import { handlingText } from './handling-text.ts';
import { openApproved, type Opening } from './open-rows.ts';
import { groupIds } from './group-ids.ts';
import { rowsOf, type HandlingRow } from './shown.ts';
import { closed, DEEP, depthOf, type Effects, type Marked, type Scene } from './scene.ts';

/** From what undoes the undoing of a marking of a marking to the last target. */
const STEPS = 4;
/** Of an event, and of a marking, which is of less weight: with so many markings, or such long ones, each is its author's alone. */
const OF_EVENTS: Weighed = { most: MARKINGS_MAX, bytes: 128 * 1024 };
const OF_MARKINGS: Weighed = { most: 8, bytes: 16 * 1024 };
/** Memory: what is touched brings with it some hundred rows each, or some megabytes of names. */
const PER_TURN = 50;
const ROWS_PER_STATEMENT = 1_000;

/**
 * @param touched events that came in and speak about handling, or that such ones speak about
 * @param opening null: nobody can make rows (a migration), and what is approved stays hidden from whom it would be opened to
 * @returns whether for some event something else is in effect than before. Cost: a dozen statements for every 50, and some ms for each with its markings,
 * however much was said of it; where one is approved that was not, the document of its target is read.
 */
export async function settle(client: MarkingClient, touched: readonly EventRef[], opening: Opening | null): Promise<boolean> {
  const distinct = [...new Map(touched.map((ref) => [formatRef(ref), ref])).values()];
  let changed = false;
  // What comes out differently in one turn settles whatever it bears on, also of the turns before.
  for (const turn of piecesOf(distinct, PER_TURN)) changed = (await settleTurn(client, turn, opening)) || changed;
  if (changed) await client.query('update ledger.head set policy = size');
  return changed;
}

async function settleTurn(client: MarkingClient, touched: readonly EventRef[], opening: Opening | null): Promise<boolean> {
  const scene = await around(client, touched);
  const tooWide = opening === null ? NONE : await openApproved(client, [...markedOf(scene)], opening);
  const rows = rowsOf(scene, effectsOf(scene, tooWide));
  let changed = 0;
  for (const piece of piecesOf(rows, ROWS_PER_STATEMENT)) changed += await setHandlings(client, piece);
  return changed > 0;
}

const NONE: ReadonlySet<HandledEvent> = new Set();

/** Every marking that is there: a rebuild, or a ledger of a version that kept nothing of it. As its owner. */
export async function settleAll(client: MarkingClient, opening: Opening | null): Promise<void> {
  const { rows } = await client.query<EventRef>(
    `select e.agency, e.id from ledger.spoken s join ledger.entries e using (log_index) where s.kind = ${MARKING} order by 1, 2`,
  );
  await settle(client, rows, opening);
}

/** The events that are touched, what those speak about, up to the last target, and the markings of all of these, and of those, that can count. */
async function around(client: MarkingClient, touched: readonly EventRef[]): Promise<Scene> {
  const events = new Map<string, HandledEvent>();
  const add = (found: readonly HandledEvent[]): void => found.forEach((event) => events.set(formatRef(event), event));
  const missing = <Ref extends EventRef>(refs: readonly Ref[]): Ref[] => [
    ...new Map(refs.flatMap((ref) => (events.has(formatRef(ref)) ? [] : [[formatRef(ref), ref]]))).values(),
  ];
  let wanted: readonly EventRef[] = touched;
  for (let step = 0; step <= STEPS && wanted.length > 0; step++) {
    const found = await handledEvents(client, wanted);
    add(found);
    wanted = missing(found.flatMap(({ target }) => target ?? []));
  }
  const unread = new Set(wanted.map(formatRef));
  const path = [...events.values()];
  await judge(client, path);
  // Of what is not there yet too: which of those that wait for it are weighed, is decided as they come.
  const refs = [...new Map(path.flatMap((event) => [event, event.target ?? event]).map((ref) => [formatRef(ref), ref])).values()];
  const limit = (key: string): Weighed => (events.get(key)?.said === undefined ? OF_EVENTS : OF_MARKINGS);
  const markings = new Map(await markingsOf(client, refs, OF_EVENTS, limit));
  const first = [...markings.values()];
  const unweighed = new Set(
    path.flatMap((event) => {
      const among = event.said === undefined || event.target === undefined ? undefined : markings.get(formatRef(event.target));
      return among === undefined || among.weighed.some(({ logIndex }) => logIndex === event.logIndex) ? [] : [formatRef(event)];
    }),
  );
  for (const { others } of first) for (const other of others) unweighed.add(formatRef(other));
  const marked = missing(first.flatMap(({ weighed }) => weighed));
  for (const { weighed, others } of first) add([...others, ...weighed]);
  const second = await markingsOf(client, marked, OF_MARKINGS, () => OF_MARKINGS);
  for (const [key, found] of second) {
    markings.set(key, found);
    add(missing(found.weighed));
  }
  return { events, markings, unweighed, unread };
}

/** What became of each marking on the way is kept with it: by who approved it, and by the first that undo it, which may be approved or undone themselves. */
async function judge(client: MarkingClient, path: readonly HandledEvent[]): Promise<void> {
  const indexes = path.flatMap(({ said, logIndex }) => (said === undefined ? [] : [logIndex]));
  if (indexes.length === 0) return;
  const { rows } = await client.query<{ n: string | number }>('select n from ledger.undecided_approvals($1::bigint[]) n', [indexes]);
  if (rows.length > 0) {
    const undecided = rows.map(({ n }) => Number(n));
    const inForce = await approvalsInForce(client, undecided);
    await client.query('select ledger.decide_approvals($1::bigint[], $2::boolean[])', [undecided, undecided.map((n) => inForce.has(n))]);
  }
  await client.query('select ledger.judge_markings($1::bigint[])', [indexes]);
}

/** Events whose markings count, with those. */
function* markedOf(scene: Scene): Generator<Marked> {
  for (const [key, markings] of scene.markings) {
    const event = scene.events.get(key);
    if (event !== undefined && (depthOf(event, scene) ?? DEEP) < DEEP - 1) yield [event, markings];
  }
}

/** @param tooWide markings that give nothing: their target would have more rows than any event may */
function effectsOf(scene: Scene, tooWide: ReadonlySet<HandledEvent>): Effects {
  const markingOf = (word: HandledEvent): Marking => {
    const { id, logIndex, capturedMicros: captured, approvedAt, isUndone, isLifted } = word;
    const gives = word.fits !== false && !tooWide.has(word);
    return { id, captured, logIndex, handling: word.said ?? word.handling, approvedAt: gives ? approvedAt : null, isUndone, isLifted };
  };
  // Whichever of the others was not weighed took no more away than this.
  const inEffect = ([event, { weighed, others }]: Marked): Handling =>
    others.length > 0 ? closed(event) : handlingInEffect(event, weighed.map(markingOf));
  return new Map([...markedOf(scene)].map((marked) => [marked[0], inEffect(marked)]));
}

/** Returns of how many it is another than before. */
async function setHandlings(client: MarkingClient, rows: readonly HandlingRow[]): Promise<number> {
  const ids = await groupIds(
    client,
    rows.flatMap(({ groups }) => groups),
  );
  const { rows: changed } = await client.query<{ n: string | number }>(
    'select ledger.set_handlings($1::bigint[], $2::text[], $3::text[]) as n',
    [
      rows.map(({ logIndex }) => logIndex),
      rows.map(({ groups }) => `{${groups.map((name) => ids.get(name)).join(',')}}`),
      rows.map(({ handling }) => handlingText(handling)),
    ],
  );
  return Number(changed[0]?.n ?? 0);
}
