/** F2: Postgres and all of its backends die at once, again and again, under load, with the event log in the same Postgres: each acknowledgement is its own. */
import { setTimeout as sleep } from 'node:timers/promises';
import { outputOf, type Child } from '../child-process.ts';
import type { Harness, Row } from '../harness.ts';
import { readOperations } from '../operations.ts';
import type { Verdict } from '../judge.ts';
import { outcomeOf, percentile, type Outcome } from '../outcome.ts';
import type { Scene } from '../scene.ts';
import { until } from '../wait.ts';

/** Work between two kills, so that there is something to lose. */
const BETWEEN_MS = { least: 300, most: 900 } as const;
const BACK_WITHIN_MS = 60_000;
/** By reliability F2. */
const RECOVERY_MS_MAX = 3_000;
/** One recovery and the work between two kills take about this long. */
const CYCLE_MS = 4_000;
const ROWS_PER_REQUEST = 2;

export const postgresKilled: Row = {
  name: 'postgres-killed',
  fault: 'F2',
  title: 'Postgres killed with all its backends under load',
  needsKafka: false,
  async run(harness) {
    const product = await harness.scene({ name: 'postgres-killed', log: 'embedded' }, (scene) => killPostgres(harness, scene));
    const control = await harness.scene({ name: 'not-synchronous', log: 'embedded' }, async (scene) => {
      await scene.database.pool.query(`alter database ${scene.database.name} set synchronous_commit = off`);
      return killPostgres(harness, scene);
    });
    return { product, control: { title: 'synchronous_commit off', shows: 'are lost', ...control } };
  },
};

async function killPostgres(harness: Harness, scene: Scene): Promise<Outcome> {
  try {
    return await killUnderLoad(harness, scene);
  } finally {
    // Dropping the database waits for it.
    await continueWalWriter(scene);
  }
}

async function killUnderLoad(harness: Harness, scene: Scene): Promise<Outcome> {
  const { stack } = scene;
  const { postgresKills, sightings } = harness.sizes;
  const random = harness.random('postgres-killed');
  const inputs = harness.inputs(sightings);
  const { base, child } = await scene.start('capture,projector,gateway');
  const ratePerSecond = (sightings / (postgresKills * CYCLE_MS)) * 1_000;
  const load = scene.load(inputs, { targets: [base], ratePerSecond, rowsPerRequest: ROWS_PER_REQUEST, connections: 16 });
  const kills: Kill[] = [];
  for (let kill = 0; kill < postgresKills && !load.progress().done; kill++) {
    await stopWalWriter(scene);
    const before = load.progress().acknowledged;
    await until(
      'sightings to be acknowledged',
      BACK_WITHIN_MS,
      () => load.progress().acknowledged > before || load.progress().done || !child.running,
      5,
    );
    if (!child.running) break;
    await sleep(random.between(BETWEEN_MS.least, BETWEEN_MS.most));
    const killedAt = Date.now();
    stack.killPostgres();
    await until('Postgres to answer again', BACK_WITHIN_MS, async () => (await scene.database.pool.query('select 1')).rowCount === 1, 5);
    kills.push({ killedAt, backAt: Date.now() });
  }
  await continueWalWriter(scene);
  // It may end for good where an acknowledged commit was lost (an offset that the log does not hold any more): nobody takes the load then, nor
  // what lies in the log. That is there all the same: an end for another reason would look like a loss otherwise.
  if (await Promise.race([load.done.then(() => false), child.exited.then(() => true)]))
    return ended(child, await scene.judge(inputs, { waitingIn: scene.topic }));
  await scene.drained();
  const verdict = await scene.judge(inputs, { api: base, timelinesFile: await harness.undisturbed(inputs) });
  const recoveryMs = recoveries(kills, scene.operationsFile);
  const problems = [
    ...(child.running ? [] : ['the process ended']),
    ...(kills.length === postgresKills ? [] : [`only ${kills.length} of ${postgresKills} kills came under load`]),
    ...(verdict.deadLetters > 0 ? [`${verdict.deadLetters} good records became dead letters`] : []),
  ];
  const bounds = [{ what: 'recovery p99', ms: percentile(recoveryMs, 99), msMax: RECOVERY_MS_MAX }];
  return outcomeOf(verdict, { problems, recoveryMs, bounds, measured: { kills: kills.length, 'unknown answers': verdict.unknown } });
}

/** Its last line names the code for which it ended. */
function ended({ logFile }: Child, verdict: Verdict): Outcome {
  const output = outputOf(logFile);
  const code = /"code":"([^"]+)","message":"a part stopped/.exec(output)?.[1];
  return outcomeOf(verdict, { problems: [`the process ended for good: ${code ?? output}`] });
}

/**
 * The WAL writer puts down within milliseconds what was committed without waiting, so whether the control loses something would be chance. A
 * session that waits for its commit writes by itself: for the product a WAL writer that is stopped while it sleeps changes nothing. Stopped
 * in the middle of its work it would hold the lock for writing, and every commit would wait for ever.
 */
export async function stopWalWriter(scene: Scene): Promise<void> {
  await until('the WAL writer to sleep', BACK_WITHIN_MS, async () => {
    const writer = await walWriter(scene);
    if (writer === undefined) return false;
    process.kill(writer.pid, 'SIGSTOP');
    if ((await walWriter(scene))?.waits === 'WalWriterMain') return true;
    process.kill(writer.pid, 'SIGCONT');
    return false;
  }, 5); // prettier-ignore
}

/** It goes on, where it was stopped. */
export async function continueWalWriter(scene: Scene): Promise<void> {
  const writer = await walWriter(scene);
  if (writer !== undefined) process.kill(writer.pid, 'SIGCONT');
}

async function walWriter({ database }: Scene): Promise<{ readonly pid: number; readonly waits: string | null } | undefined> {
  const { rows } = await database.pool.query<{ pid: number; waits: string | null }>(
    "select pid, wait_event as waits from pg_stat_activity where backend_type = 'walwriter'",
  );
  return rows[0];
}

interface Kill {
  readonly killedAt: number;
  /** When the server answered again. */
  readonly backAt: number;
}

/** From each kill to the first acknowledgement after the server was back: one before that was under way when it died. */
function recoveries(kills: readonly Kill[], operationsFile: string): number[] {
  const acknowledged = readOperations(operationsFile).filter(({ outcome }) => outcome === 'ok' || outcome === 'duplicate');
  return kills.flatMap(({ killedAt, backAt }) => {
    const first = acknowledged.find(({ at }) => at > backAt);
    return first === undefined ? [] : [first.at - killedAt];
  });
}
