/** F8: four projectors, one of which leaves and another joins every two seconds. */
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
      const control = await harness.scene({ name: 'plain-update', log: 'kafka', topic: scene.topic }, (second) => countWithout(second));
      return { product, control: { title: 'offset moved without compare-and-set', shows: 'noted twice', ...control } };
    }),
};

async function comeAndGo(harness: Harness, scene: Scene): Promise<Outcome> {
  const { rebalanceMs, sightings } = harness.sizes;
  const inputs = harness.inputs(sightings);
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
  const problems = verdict.deadLetters > 0 ? [`${verdict.deadLetters} good records became dead letters`] : [];
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

/** The same coming and going; rows that no unique key protects. */
async function countWithout(scene: Scene): Promise<Outcome> {
  const members = Array.from({ length: MEMBERS }, () => scene.startOwn('controls/counting-projector.js plain-update'));
  await Promise.all(members.map((member) => member.line(/Ready/, DRAIN_MS)));
  await until('records to be noted', DRAIN_MS, async () => (await noted(scene)).rows > 0);
  for (let round = 0; round < CONTROL_ROUNDS; round++) {
    await sleep(EVERY_MS / 2);
    const leaving = members.shift();
    const joined = scene.startOwn('controls/counting-projector.js plain-update');
    members.push(joined);
    await Promise.all([leaving?.stop(), joined.line(/Ready/, DRAIN_MS)]);
  }
  const { rows, records } = await noted(scene);
  return { duplicated: rows - records, problems: rows === records ? [] : [`${rows - records} of ${records} records were noted twice`] };
}

/** What counting projectors wrote: rows, and the records that they are about. */
export async function noted(scene: Scene): Promise<{ rows: number; records: number }> {
  const { rows } = await scene.database.pool.query<{ rows: number; records: number }>(
    'select count(*) as rows, count(distinct (partition, "offset")) as records from public.noted',
  );
  return rows[0] ?? { rows: 0, records: 0 };
}
