/** S3: Postgres and all of its backends die under the sealer, every other time in the middle of its transaction; the log goes on from what was served. */
import { setTimeout as sleep } from 'node:timers/promises';
import { outputOf, type Child } from '../child-process.ts';
import type { Harness, Row } from '../harness.ts';
import type { Load, LoadRequest } from '../load-process.ts';
import type { Outcome } from '../outcome.ts';
import type { Scene } from '../scene.ts';
import { launchSealer, SEALER_AIMS, observe, outcomeOfSealing, publishes, seals, Steps, type SealerProcess } from '../sealing.ts';
import { freezeInTransaction } from '../transactions.ts';
import { until } from '../wait.ts';
import { continueWalWriter, stopWalWriter } from './postgres-killed.ts';

const ENTRIES_PER_SECOND = 100;
const SIGHTINGS_MAX = 100_000;
const BACK_WITHIN_MS = 60_000;
const BETWEEN_MS = { least: 100, most: 500 } as const;
const MACHINE = 'one';
const CONTROL_KILLS = 4;
/** In the control what takes the load may end for good: nobody waits for it then. */
const GIVE_UP_AFTER_MS = 15_000;
/** The database is older than what was signed, and the sealer says so. */
const STOPPED = /"code":"(seal\.[a-z]+)"[^\n]*sealing stopped for good/;

export const sealerPostgresKilled: Row = {
  name: 'sealer-postgres-killed',
  fault: 'S3',
  title: 'Postgres killed under the sealer',
  needsKafka: false,
  async run(harness) {
    const product = await harness.scene({ name: 'sealer-postgres', log: 'embedded' }, (scene) => killPostgres(harness, scene));
    const control = await harness.scene({ name: 'sealer-not-synchronous', log: 'embedded' }, (scene) => notSynchronous(harness, scene));
    return { product, control: { title: 'synchronous_commit off', shows: 'audit.behind', ...control } };
  },
};

interface Cast {
  readonly base: string;
  readonly capture: Child;
  readonly sealer: SealerProcess;
  readonly steps: Steps;
  readonly observer: Awaited<ReturnType<typeof observe>>;
  readonly load: Load;
}

async function begin(harness: Harness, scene: Scene, load: Partial<LoadRequest> = {}): Promise<Cast> {
  const { base, child: capture } = await scene.start('capture,projector,gateway');
  const observer = await observe(scene, base);
  const sealer = launchSealer(scene, 'sealer', MACHINE);
  const request = { targets: [base], ratePerSecond: ENTRIES_PER_SECOND, rowsPerRequest: 2, ...load };
  await seals(scene, sealer);
  return { base, sealer, capture, steps: new Steps(observer), observer, load: scene.load(harness.inputs(SIGHTINGS_MAX), request) };
}

async function killPostgres(harness: Harness, scene: Scene): Promise<Outcome> {
  const { sealerPostgresKills } = harness.sizes;
  const random = harness.random('sealer-postgres-killed');
  const cast = await begin(harness, scene);
  const { sealer, steps } = cast;
  const recoveryMs: number[] = [];
  let inTransaction = 0;
  for (let kill = 0; kill < sealerPostgresKills && sealer.child.running; kill++) {
    await publishes(scene, sealer.child);
    await sleep(random.between(BETWEEN_MS.least, BETWEEN_MS.most));
    const isAimed = kill % 2 === 0;
    if (isAimed && (await freezeInTransaction(scene, sealer.child, random, sealer.name, SEALER_AIMS)) > 0) inTransaction++;
    const killedAt = performance.now();
    scene.stack.killPostgres();
    if (isAimed) sealer.child.signal('SIGCONT');
    await answersAgain(scene);
    await publishes(scene, sealer.child);
    recoveryMs.push(performance.now() - killedAt);
    await steps.after(`kill ${kill + 1}`);
  }
  const problems = sealer.child.running ? [] : ['the sealer ended'];
  return outcomeOfSealing(scene, cast, { problems, recoveryMs, measured: { kills: recoveryMs.length, 'in a transaction': inTransaction } });
}

const answersAgain = (scene: Scene): Promise<unknown> =>
  until('Postgres to answer again', BACK_WITHIN_MS, async () => (await scene.database.pool.query('select 1')).rowCount === 1, 5);

/** What was served may be gone: the sealer finds its own signed head ahead of the database, and does not go on. */
async function notSynchronous(harness: Harness, scene: Scene): Promise<Outcome> {
  await scene.database.pool.query(`alter database ${scene.database.name} set synchronous_commit = off`);
  const { capture, sealer, steps, observer, load } = await begin(harness, scene, { giveUpAfterMs: GIVE_UP_AFTER_MS });
  let stopped: RegExpExecArray | null = null;
  try {
    for (let kill = 0; kill < CONTROL_KILLS && stopped === null && steps.problems.length === 0; kill++) {
      await stopWalWriter(scene);
      await publishes(scene, sealer.child, 2);
      scene.stack.killPostgres();
      await answersAgain(scene);
      await steps.after(`kill ${kill + 1}`);
      stopped = await until('the sealer to stop', 5_000, () => STOPPED.exec(outputOf(sealer.child.logFile))).catch(() => null);
    }
  } finally {
    await continueWalWriter(scene);
  }
  // What the guard at the start of a sealer is there for: one that does not know what was signed goes on, and says something else.
  await sealer.child.kill();
  const forgetful = launchSealer(scene, 'forgetful', 'another');
  // Where capture ended with what it had acknowledged, nothing comes that could be sealed.
  await Promise.race([publishes(scene, forgetful.child, 2).catch(() => undefined), capture.exited]);
  load.enough();
  const { contradicted } = await observer.whole();
  await observer.child.kill();
  return {
    problems: [...steps.problems, ...(stopped === null ? [] : [`sealing stopped for good: ${stopped[1] ?? ''}`])],
    measured: { 'served heads contradicted by a sealer that does not know what was signed': contradicted },
  };
}
