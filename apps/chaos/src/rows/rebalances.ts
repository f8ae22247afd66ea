/**
 * F8: four projectors, one of which leaves and another joins every two seconds. The ledger's rows could not show that an offset is moved without
 * compare-and-set: what two projectors write is there once, by the unique (agency, id). So the offsets are watched too: each write moves on.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Child } from '../child-process.ts';
import type { Harness, Row } from '../harness.ts';
import { outcomeOf, percentile, type Outcome } from '../outcome.ts';
import type { Scene } from '../scene.ts';
import { until } from '../wait.ts';
import { metric } from '../metric.ts';

const MEMBERS = 4;
const EVERY_MS = 2_000;
/** One of so many leaves by SIGKILL: its partitions wait for its session. */
const KILLED_OF = 6;
const DRAIN_MS = 120_000;
const CONTROL_ROUNDS = 4;
/** Of the control's projectors: batches long against a rebalance's turns, and records enough for all rounds. */
const CONTROL_BATCHES = { CUSTODY_PROJECTOR_BATCH_RECORDS: '3', CHAOS_SLOWER_BY_MS: '150' };
const READY_WITHIN_MS = 60_000;
/** Between two commits, no matter in which partition. */
const STALL_MS = 250;
/** By reliability F8. */
const STALL_MS_MAX = 3_000;

export const rebalances: Row = {
  name: 'rebalances',
  fault: 'F8',
  title: 'four projectors joining and leaving',
  needsKafka: true,
  run: (harness) =>
    harness.scene({ name: 'rebalances', log: 'kafka' }, async (scene) => {
      const product = await comeAndGo(harness, scene);
      const staleWith = (defect: string): Promise<number> =>
        harness.scene({ name: `rebalances-${defect}`, log: 'kafka', topic: scene.topic }, (second) => staleWrites(second, defect));
      const [without, defended] = await Promise.all([staleWith('plain-update'), staleWith('none')]);
      // The two differ by the one defence alone.
      const problems = without > 0 && defended === 0 ? [`${without} ${STALE}`] : [];
      const control = { problems, measured: { 'with compare-and-set': defended } };
      return { product, control: { title: 'offset moved without compare-and-set', shows: STALE, ...control } };
    }),
};

async function comeAndGo(harness: Harness, scene: Scene): Promise<Outcome> {
  const { rebalanceMs, sightings } = harness.sizes;
  const inputs = harness.inputs(sightings);
  const stale = await watchOffsets(scene);
  const capture = await scene.start('capture,gateway');
  const members = Array.from({ length: MEMBERS }, () => join(scene));
  await Promise.all(members.map(({ base }) => base));
  const load = scene.load(inputs, { targets: [capture.base], ratePerSecond: (sightings / rebalanceMs) * 1_000, rowsPerRequest: 2 });
  const stalls = watchStalls(scene);
  const left: Promise<number>[] = [];
  for (const end = Date.now() + rebalanceMs; Date.now() < end;) {
    await sleep(EVERY_MS);
    const leaving = members.shift();
    if (leaving === undefined) throw new Error('a group is never empty here');
    members.push(join(scene));
    left.push(leave(leaving, left.length % KILLED_OF === KILLED_OF - 1));
  }
  await load.done;
  await scene.drained(DRAIN_MS);
  const stallMs = await stalls.end();
  const counts = await Promise.all([...left, ...members.map(fencedOf)]);
  const fenced = counts.reduce((sum, count) => sum + count, 0);
  const verdict = await scene.judge(inputs, { api: capture.base, timelinesFile: await harness.undisturbed(inputs) });
  const staleNow = await stale();
  const problems = [
    ...(verdict.deadLetters > 0 ? [`${verdict.deadLetters} good records became dead letters`] : []),
    ...(staleNow > 0 ? [`${staleNow} ${STALE}`] : []),
  ];
  const bounds = [{ what: 'stall p99', ms: percentile(stallMs, 99), msMax: STALL_MS_MAX }];
  return outcomeOf(verdict, { problems, fenced, recoveryMs: stallMs, bounds, measured: { 'joined and left': left.length } });
}

interface Member {
  readonly child: Child;
  /** Known when it is ready; members come and go without waiting for that. */
  readonly base: Promise<string>;
}

function join(scene: Scene): Member {
  const child = scene.launch('projector');
  const base = scene.ready(child);
  base.catch(() => undefined); // one that leaves before it is ready
  return { child, base };
}

/** Returns how often it was fenced while it was here. */
async function leave(member: Member, killed: boolean): Promise<number> {
  const fenced = killed ? 0 : await fencedOf(member);
  await (killed ? member.child.kill() : member.child.stop());
  return fenced;
}

const fencedOf = async ({ base }: Member): Promise<number> =>
  metric(await base, 'custody_projector_batch_seconds_count', 'outcome="fenced"');

/** Times without any commit while records were waiting. */
function watchStalls(scene: Scene): { end(): Promise<number[]> } {
  const stalls: number[] = [];
  let ended = false;
  const watching = (async (): Promise<void> => {
    let [size, since] = [await scene.size(), Date.now()];
    while (!ended) {
      await sleep(20);
      const now = await scene.size();
      if (now === size) continue;
      if (Date.now() - since > STALL_MS) stalls.push(Date.now() - since);
      [size, since] = [now, Date.now()];
    }
  })();
  return {
    async end() {
      ended = true;
      await watching;
      return stalls;
    },
  };
}

const STALE = 'offsets were written by a projector that had lost its partition';

/** Whoever has the partition moves its offset on; only who lost it writes one that is there or passed already. Counts such writes from now on. */
async function watchOffsets({ database: { pool } }: Scene): Promise<() => Promise<number>> {
  await pool.query('create table public.stale_writes (partition integer not null, was bigint not null, became bigint not null)');
  await pool.query(`create function public.note_stale_write() returns trigger language plpgsql security definer as
    'begin insert into public.stale_writes values (new.partition, old.next, new.next); return null; end'`);
  await pool.query(`create trigger stale_write after update on ledger.offsets for each row when (new.next <= old.next)
    execute function public.note_stale_write()`);
  return async () => (await pool.query<{ count: number }>('select count(*) as count from public.stale_writes')).rows[0]?.count ?? 0;
}

/** The same coming and going. */
async function staleWrites(scene: Scene, defect: string): Promise<number> {
  const stale = await watchOffsets(scene);
  const start = (): Child => scene.startOwn(`controls/broken-projector.js ${defect}`, CONTROL_BATCHES);
  const members = Array.from({ length: MEMBERS }, start);
  await Promise.all(members.map((member) => member.line(/Ready/, READY_WITHIN_MS)));
  const records = await scene.records();
  await until('records to be taken', READY_WITHIN_MS, async () => (await scene.lag()) < records);
  for (let round = 0; round < CONTROL_ROUNDS; round++) {
    await sleep(EVERY_MS / 2);
    const leaving = members.shift();
    const joined = start();
    members.push(joined);
    await Promise.all([leaving?.stop(), joined.line(/Ready/, READY_WITHIN_MS)]);
  }
  return stale();
}
