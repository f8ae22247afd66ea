/**
 * Which handling is in effect, kept where readers' policies ask: for each event that its own agency marked, and for each marking. A function of
 * what stands where in the log, and not of the batches in which it came: whenever a marking, its target, what undoes it or approves it comes in,
 * what it bears on is settled anew, in the transaction that brings it in. All that is under the lock of the log head: so of what an agency said
 * before nothing is read but the first markings of what is touched and the first of those, and what became of each of them is kept beside it.
 */
import { formatRef, MARKINGS_MAX, weighMarkings, type Approval, type EventRef, type Handling, type Marking } from '#lib/domain';
import { approvalsInForce } from './approvals.ts';
import { handledEvents, MARKING, markingsOf, piecesOf, type HandledEvent, type MarkingClient, type Weighed } from './handled-events.ts';
import { handlingText } from './handling-text.ts';
import { notOpened, openApproved, type Opening } from './open-rows.ts';
import { groupIds } from './group-ids.ts';
import { rowsOf, type HandlingRow } from './shown.ts';
import { closed, DEEP, depthOf, type Marked, type Outcome, type Scene } from './scene.ts';

/** From what undoes the undoing of a marking of a marking to the last target. */
const STEPS = 4;
/** Of an event, and of a marking, which is of less weight: with so many markings, or such long ones, each is its author's alone. */
const OF_EVENTS: Weighed = { most: MARKINGS_MAX, bytes: 128 * 1024 };
const OF_MARKINGS: Weighed = { most: 8, bytes: 16 * 1024 };
/** Memory: what is touched brings with it some hundred rows each, or a megabyte of names. */
const PER_TURN = 20;
const ROWS_PER_STATEMENT = 1_000;
/** Approvals and what undoes a marking are looked up by their own: so many rows of the others cost as much. */
const WORK_OF_JUDGING = 10;
/**
 * Rows that one transaction reads, weighs and offers, acts of policy too: a second under the lock for which all projectors and the sealer wait. A word of 300 bytes may bring
 * 600 of them, and a batch 2,500 words.
 */
export const SETTLED_MAX = 20_000;

/**
 * All that was approved is known before anything is opened by it: so it does not matter in which order markings of one event are looked at.
 * @param touched events that came in and speak about handling, or that such ones speak about
 * @param opening null: nobody can make rows (a migration), and what is approved stays hidden from whom it would be opened to
 * @param most rows, and what one turn brings beyond them: where there are more, the rest is left
 * @returns how many of those touched, from the first on, are settled: at least as many as one turn takes. Where some are left, the transaction must not be
 * committed. Cost: a dozen statements for every 20, and some ms for each with its markings, however much was said of it; where one is approved that was not,
 * the document of its target is read.
 */
export async function settle(
  client: MarkingClient,
  touched: readonly EventRef[],
  opening: Opening | null,
  most = Infinity,
): Promise<number> {
  const distinct = [...new Map(touched.map((ref) => [formatRef(ref), ref])).values()];
  const { judged, last, acts } = await judgeAll(client, distinct, most);
  // The policy is folded once, whatever is settled with it: it takes half of the budget at most, or what is left would fold it again for a little.
  let work = Math.min(acts, most / 2);
  let [settled, changed] = [0, 0];
  // What comes out differently in one turn settles whatever it bears on, also of the turns before.
  for (const turn of piecesOf(distinct.slice(0, judged), PER_TURN)) {
    if (work > most) break;
    const done = await settleTurn(client, turn.length === distinct.length ? last : await pathOf(client, turn), opening);
    work += done.work;
    changed += done.changed;
    settled += turn.length;
  }
  if (changed > 0) await client.query('update ledger.head set policy = size');
  const left = distinct[settled];
  return left === undefined ? touched.length : touched.findIndex(({ agency, id }) => agency === left.agency && id === left.id);
}

interface Judged {
  /** Of how many of those touched it is known what became of those on their ways. */
  readonly judged: number;
  /** The way of the last turn. */
  readonly last: Path;
  /** Of policy, that were folded for it. */
  readonly acts: number;
}

/** What became of each marking on the ways is kept with it: by who approved it, and by the first that undo it, which may be approved or undone themselves. */
async function judgeAll(client: MarkingClient, touched: readonly EventRef[], most: number): Promise<Judged> {
  let last: Path = { events: new Map(), unread: new Set() };
  let [judged, work] = [0, 0];
  const turns: (readonly number[])[] = [];
  const undecided = new Map<number, boolean>();
  for (const turn of piecesOf(touched, PER_TURN)) {
    if (work > most) break;
    last = await pathOf(client, turn);
    const indexes = [...last.events.values()].flatMap(({ said, logIndex }) => (said === undefined ? [] : [logIndex]));
    if (indexes.length > 0) {
      turns.push(indexes);
      const found = await undecidedApprovals(client, indexes);
      for (const [approval, byAnother] of found) undecided.set(approval, byAnother);
      work += found.size;
    }
    work += WORK_OF_JUDGING * indexes.length;
    judged += turn.length;
  }
  // Of all turns at once: the whole policy is folded for it.
  const acts = await decideApprovals(client, undecided);
  for (const indexes of turns) await client.query('select ledger.judge_markings($1::bigint[])', [indexes]);
  return { judged, last, acts };
}

async function settleTurn(
  client: MarkingClient,
  path: Path,
  opening: Opening | null,
): Promise<{ readonly changed: number; readonly work: number }> {
  const scene = await around(client, path);
  const marked = [...markedIn(scene)];
  const opened = opening === null ? { unopened: await notOpened(client, marked), rows: 0 } : await openApproved(client, marked, opening);
  const rows = rowsOf(scene, outcomeOf(scene, opened));
  let changed = 0;
  for (const piece of piecesOf(rows, ROWS_PER_STATEMENT)) changed += await setHandlings(client, piece);
  return { changed, work: scene.events.size + opened.rows };
}

/** Every marking that is there: a rebuild, or a ledger of a version that kept nothing of it. As its owner. */
export async function settleAll(client: MarkingClient, opening: Opening | null): Promise<void> {
  const { rows } = await client.query<EventRef>(
    `select e.agency, e.id from ledger.spoken s join ledger.entries e using (log_index) where s.kind = ${MARKING} order by 1, 2`,
  );
  await settle(client, rows, opening);
}

/** The events that are touched, and what those speak about, up to the last target. */
interface Path {
  readonly events: ReadonlyMap<string, HandledEvent>;
  /** What was not looked for any more. */
  readonly unread: ReadonlySet<string>;
}

async function pathOf(client: MarkingClient, touched: readonly EventRef[]): Promise<Path> {
  const events = new Map<string, HandledEvent>();
  let wanted: readonly EventRef[] = touched;
  for (let step = 0; step <= STEPS && wanted.length > 0; step++) {
    const found = await handledEvents(client, wanted);
    for (const event of found) events.set(formatRef(event), event);
    wanted = missingIn(
      events,
      found.flatMap(({ target }) => target ?? []),
    );
  }
  return { events, unread: new Set(wanted.map(formatRef)) };
}

const missingIn = <Ref extends EventRef>(events: ReadonlyMap<string, HandledEvent>, refs: readonly Ref[]): Ref[] => [
  ...new Map(refs.flatMap((ref) => (events.has(formatRef(ref)) ? [] : [[formatRef(ref), ref]]))).values(),
];

/** With the markings of all of these, and of those, that can count. */
async function around(client: MarkingClient, { events: known, unread }: Path): Promise<Scene> {
  const events = new Map(known);
  const add = (found: readonly HandledEvent[]): void => found.forEach((event) => events.set(formatRef(event), event));
  const path = [...known.values()];
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
  const marked = missingIn(
    events,
    first.flatMap(({ weighed }) => weighed),
  );
  for (const { weighed, others } of first) add([...others, ...weighed]);
  const second = await markingsOf(client, marked, OF_MARKINGS, () => OF_MARKINGS);
  for (const [key, found] of second) {
    markings.set(key, found);
    add(missingIn(events, found.weighed));
  }
  return { events, markings, unweighed, unread };
}

async function undecidedApprovals(client: MarkingClient, markings: readonly number[]): Promise<ReadonlyMap<number, boolean>> {
  const { rows } = await client.query<{ n: string | number; by_another: boolean }>(
    'select n, by_another from ledger.undecided_approvals($1::bigint[])',
    [markings],
  );
  return new Map(rows.map(({ n, by_another }) => [Number(n), by_another]));
}

/**
 * Each is decided once, and looked at no more where it does not count. Returns how many acts of policy that took.
 * @param approvals and whether another than the author of the marking made them
 */
async function decideApprovals(client: MarkingClient, approvals: ReadonlyMap<number, boolean>): Promise<number> {
  if (approvals.size === 0) return 0;
  const undecided = [...approvals.keys()];
  const byAnother = undecided.filter((n) => approvals.get(n) === true);
  const { inForce, acts } = byAnother.length === 0 ? { inForce: new Set<number>(), acts: 0 } : await approvalsInForce(client, byAnother);
  await client.query('select ledger.decide_approvals($1::bigint[], $2::boolean[])', [undecided, undecided.map((n) => inForce.has(n))]);
  return acts;
}

/** Events of the scene that have markings, with those. */
function* markedIn({ events, markings: all }: Scene): Generator<Marked> {
  for (const [key, markings] of all) {
    const event = events.get(key);
    if (event !== undefined) yield [event, markings];
  }
}

/** Those whose markings count. That may change as long as something on the way is not there. */
const countingIn = (scene: Scene): Marked[] => [...markedIn(scene)].filter(([event]) => (depthOf(event, scene) ?? DEEP) < DEEP - 1);

/** Markings that give nothing though they were approved. */
interface GivingNothing {
  /** Their target would have more rows than any event may. */
  readonly tooWide?: ReadonlySet<HandledEvent>;
  /** Nobody could make the rows of their target: they wait until somebody can, which the next word about them, an approval too, or a rebuild brings. */
  readonly unopened?: ReadonlySet<HandledEvent>;
}

function outcomeOf(scene: Scene, { tooWide, unopened }: GivingNothing): Outcome {
  const approvals = new Map<string, Approval>();
  const isTooWide = (word: HandledEvent): boolean => word.fits === false || tooWide?.has(word) === true;
  const fits = (word: HandledEvent): boolean => !isTooWide(word) && unopened?.has(word) !== true;
  const markingOf = (word: HandledEvent): Marking => {
    const { id, logIndex, capturedMicros: captured, approvedAt, isUndone, isLifted } = word;
    return { id, captured, logIndex, handling: word.said ?? word.handling, approvedAt: fits(word) ? approvedAt : null, isUndone, isLifted };
  };
  const inEffect = ([event, { weighed, others }]: Marked): Handling => {
    if (others.length > 0) {
      for (const word of [...weighed, ...others]) approvals.set(formatRef(word), 'void');
      // Whichever of the others was not weighed took no more away than this.
      return closed(event);
    }
    const words = new Map(weighed.map((word) => [markingOf(word), word]));
    const come = weighMarkings(event, [...words.keys()]);
    for (const [marking, approval] of come.approvals) {
      const word = words.get(marking) as HandledEvent;
      // What was approved, and would open it to more than it may have rows for, waits for nobody.
      approvals.set(formatRef(word), approval === 'awaited' && word.approvedAt !== null && isTooWide(word) ? 'void' : approval);
    }
    return come.handling;
  };
  return { effects: new Map(countingIn(scene).map((marked) => [marked[0], inEffect(marked)])), approvals };
}

/** Returns of how many it is another than before. */
async function setHandlings(client: MarkingClient, rows: readonly HandlingRow[]): Promise<number> {
  const ids = await groupIds(
    client,
    rows.flatMap(({ groups }) => groups),
  );
  const { rows: changed } = await client.query<{ n: string | number }>(
    'select ledger.set_handlings($1::bigint[], $2::text[], $3::text[], $4::text[]) as n',
    [
      rows.map(({ logIndex }) => logIndex),
      rows.map(({ groups }) => `{${groups.map((name) => ids.get(name)).join(',')}}`),
      rows.map(({ handling }) => handlingText(handling)),
      rows.map(({ approval }) => approval),
    ],
  );
  return Number(changed[0]?.n ?? 0);
}
