/** F9: a projector is stopped (SIGSTOP) for longer than its session, another takes its partitions, and it wakes (SIGCONT) in the middle of its batch. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Child } from '../child-process.ts';
import type { Harness, Row } from '../harness.ts';
import { outcomeOf, type Outcome } from '../outcome.ts';
import type { Scene } from '../scene.ts';
import { endSessions, freeze, freezeInTransaction } from '../transactions.ts';
import { until } from '../wait.ts';
import { metric } from '../metric.ts';

/** One record at a time: there is always a batch under way. */
const BATCH_RECORDS = '1';
/** Of the product (10 s) with what the broker takes to notice. */
const SESSION_MS = 12_000;
/** Of the counting projectors (6 s), likewise. */
const CONTROL_SESSION_MS = 8_000;
const TAKEN_OVER_MS = 60_000;
const AWAKE_MS = 2_500;
const FENCED_WITHIN_MS = 15_000;
/** More than one record at a time can be taken. */
const LOAD_PER_SECOND = 1_500;
/** Records that are waiting when the zombie falls asleep: it has some of them in its hands. */
const WAITING_LEAST = 100;
/**
 * Of ten that wake, at least so many are stopped by the compare-and-set itself, or the row would not show that it stops them. The others hear of
 * the rebalance within the back-off after their ended transaction (100 ms), drop the batch, and never come to write.
 */
const FENCED_SHARE = 0.5;
/** Its own name in pg_stat_activity, to tell its transactions from its heir's. */
const VICTIM = 'chaos victim';

export const zombie: Row = {
  name: 'zombie',
  fault: 'F9',
  title: 'projector stopped for longer than its session, then woken',
  needsKafka: true,
  run: (harness) =>
    harness.scene({ name: 'zombie', log: 'kafka' }, async (scene) => {
      const product = await wakeZombies(harness, scene);
      const count = (mode: string): Promise<number> =>
        harness.scene({ name: `zombie-${mode}`, log: 'kafka', topic: scene.topic }, (second) => countWith(second, mode));
      const [without, defended] = await Promise.all([count('plain-update'), count('compare-and-set')]);
      // The two differ by the one defence alone: if the one that has it doubled too, nothing would be shown.
      const problems = without > 0 && defended === 0 ? [`${without} records were noted twice`] : [];
      const control = { problems, duplicated: without, measured: { 'doubled with compare-and-set': defended } };
      return { product, control: { title: 'offset moved without compare-and-set', shows: 'noted twice', ...control } };
    }),
};

async function wakeZombies(harness: Harness, scene: Scene): Promise<Outcome> {
  const { zombies, sightings } = harness.sizes;
  const inputs = harness.inputs(sightings);
  const random = harness.random('zombie');
  const { base } = await scene.start('capture,gateway');
  let [fenced, stopped, gaveUp, inTransaction] = [0, 0, 0, 0];
  const wrote: string[] = [];
  for (let round = 0; round < zombies; round++) {
    const env = { CUSTODY_PROJECTOR_BATCH_RECORDS: BATCH_RECORDS, CUSTODY_PROJECTOR_GROUP: `${scene.database.name}-${round}` };
    const [victim, heir] = await Promise.all([
      scene.start('projector', { ...env, DATABASE_URL: `${scene.database.url}?application_name=${encodeURIComponent(VICTIM)}` }),
      scene.start('projector', env),
    ]);
    const part = (n: number): number => Math.floor((sightings * n) / zombies);
    const load = scene.load(inputs, {
      targets: [base],
      from: part(round),
      to: part(round + 1),
      ratePerSecond: LOAD_PER_SECOND,
      rowsPerRequest: 5,
    });
    await until(
      'the zombie-to-be to be at work',
      TAKEN_OVER_MS,
      async () => (await scene.lag()) >= WAITING_LEAST && (await committedBy(victim.base)) > 0,
      5,
    );
    // In the middle of its work, with locks held. The server takes them back after 30 s: every third time that is waited for.
    if ((await freezeInTransaction(scene, victim.child, random, VICTIM)) > 0) inTransaction++;
    if (round % 3 !== 2) await endSessions(scene, VICTIM);
    await Promise.all([sleep(SESSION_MS), load.done]);
    await scene.drained(TAKEN_OVER_MS);
    const before = await offsetsAsWritten(scene);
    victim.child.signal('SIGCONT');
    const fencedNow = await until('the zombie to be fenced', FENCED_WITHIN_MS, () => fencedOf(victim.base), 50).catch(() => 0);
    fenced += fencedNow;
    if (fencedNow > 0) stopped++;
    else if ((await failedOf(victim.base)) > 0) gaveUp++;
    if ((await offsetsAsWritten(scene)) !== before) wrote.push(`zombie ${round} moved an offset after it woke`);
    await Promise.all([victim.child.stop(), heir.child.stop()]);
  }
  await scene.start('projector', { CUSTODY_PROJECTOR_GROUP: `${scene.database.name}-last` });
  await scene.drained();
  const verdict = await scene.judge(inputs, { api: base, timelinesFile: await harness.undisturbed(inputs) });
  const problems = [
    ...wrote,
    ...(stopped + gaveUp < zombies ? [`of ${zombies} zombies ${stopped} were fenced and ${gaveUp} dropped their batch`] : []),
    ...(stopped < zombies * FENCED_SHARE ? [`only ${stopped} of ${zombies} zombies were fenced`] : []),
    ...(verdict.deadLetters > 0 ? [`${verdict.deadLetters} good records became dead letters`] : []),
  ];
  return outcomeOf(verdict, {
    problems,
    fenced,
    measured: {
      zombies,
      'asleep within a transaction': inTransaction,
      'fenced by compare-and-set': stopped,
      'dropped their batch at the rebalance': gaveUp,
    },
  });
}

/** Null: not yet. */
async function fencedOf(base: string): Promise<number | null> {
  const fenced = await metric(base, 'custody_projector_batch_seconds_count', 'outcome="fenced"');
  return fenced === 0 ? null : fenced;
}

/** Its transaction was ended under it, and it took no batch in since. */
const failedOf = (base: string): Promise<number> => metric(base, 'custody_projector_batch_seconds_count', 'outcome="failed"');

/** Which transaction wrote each offset: whoever commits anything moves one, and nothing is left to read when a zombie wakes. */
async function offsetsAsWritten(scene: Scene): Promise<string> {
  const statement = 'select partition, next, xmin::text as written_by from ledger.offsets order by cluster_id, topic_id, partition';
  return JSON.stringify((await scene.database.pool.query(statement)).rows);
}

const committedBy = (base: string): Promise<number> => metric(base, 'custody_projector_records_total', 'outcome="committed"');

/** Records that were noted more than once, after one zombie. */
async function countWith(scene: Scene, mode: string): Promise<number> {
  const start = (): Child => scene.startOwn(`controls/counting-projector.js ${mode}`);
  const [victim, heir] = [start(), start()];
  await Promise.all([victim, heir].map((child) => child.line(/Ready/, TAKEN_OVER_MS)));
  await until('records to be noted', TAKEN_OVER_MS, async () => (await noted(scene)).records > 20);
  await freeze(victim);
  await sleep(CONTROL_SESSION_MS);
  const before = (await noted(scene)).records;
  await until('the other to take over', TAKEN_OVER_MS, async () => (await noted(scene)).records > before + 20);
  victim.signal('SIGCONT');
  await sleep(AWAKE_MS);
  const { rows, records } = await noted(scene);
  return rows - records;
}

/** What counting projectors wrote: rows, and the records that they are about. */
async function noted(scene: Scene): Promise<{ rows: number; records: number }> {
  const { rows } = await scene.database.pool.query<{ rows: number; records: number }>(
    'select count(*) as rows, count(distinct (partition, "offset")) as records from public.noted',
  );
  return rows[0] ?? { rows: 0, records: 0 };
}
