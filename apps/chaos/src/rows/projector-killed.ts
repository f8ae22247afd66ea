/**
 * F1: the projector dies, at each of its failpoints by its own hand, and from outside. From outside it is stopped first (SIGSTOP), its
 * transactions are looked up in pg_stat_activity, and it is killed as it stands there: what was seen is what was hit.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { FAILPOINTS } from '#lib/store';
import type { Child } from '../child-process.ts';
import type { Harness, Row } from '../harness.ts';
import { outcomeOf, percentile, type Outcome } from '../outcome.ts';
import type { Random } from '../random.ts';
import type { Scene } from '../scene.ts';
import { freezeInTransaction, projectorSessions } from '../transactions.ts';
import { until } from '../wait.ts';

/** Small batches and a steady load keep a transaction open for most of the time. */
const BATCH_RECORDS = '2';
/** What the server says of a session whose client is gone in the middle. */
const LEFT_OPEN = /unexpected EOF on client connection with an open transaction/;
const SIGHTINGS_PER_KILL = 500;
/** A projector that neither dies nor moves on within this is stuck: the session of its predecessor takes ten seconds. */
const ALIVE_WITHIN_MS = 60_000;
/** By reliability F1. After a kill into the same group the broker waits ten seconds for the dead member's session, so there it is missed. */
const RECOVERY_MS_MAX = 5_000;

export const projectorKilled: Row = {
  name: 'projector-killed',
  fault: 'F1',
  title: 'projector killed at each failpoint and at random',
  needsKafka: true,
  run: (harness) =>
    harness.scene({ name: 'projector-killed', log: 'kafka' }, async (scene) => {
      const product = await killProjectors(harness, scene);
      const control = await harness.scene({ name: 'offset-first', log: 'kafka', topic: scene.topic }, (second) =>
        offsetFirst(harness, second),
      );
      return { product, control: { title: 'offset committed before the rows', shows: 'are not there', ...control } };
    }),
};

interface Kill {
  readonly at: (typeof FAILPOINTS)[number] | 'random';
  readonly sameGroup: boolean;
}

async function killProjectors(harness: Harness, scene: Scene): Promise<Outcome> {
  const { sizes } = harness;
  const random = harness.random('projector-killed');
  const kills = planned(harness);
  const inputs = harness.inputs(kills.length * SIGHTINGS_PER_KILL);
  const { base } = await scene.start('capture,gateway');
  const load = scene.load(inputs, { targets: [base], ratePerSecond: sizes.ratePerSecond, rowsPerRequest: 5 });
  const recoveryMs: number[] = [];
  const sameGroupMs: number[] = [];
  let seenOpen = 0;
  let leftOpen = 0;
  let group = 0;
  for (const [n, { at, sameGroup }] of kills.entries()) {
    if (!sameGroup) group++;
    const killedAt = performance.now();
    const logged = scene.stack.postgresLogged(LEFT_OPEN);
    const child = scene.launch('projector', {
      CUSTODY_PROJECTOR_BATCH_RECORDS: BATCH_RECORDS,
      CUSTODY_PROJECTOR_GROUP: `${scene.database.name}-${group}`,
      ...(at === 'random' ? {} : { CUSTODY_TEST_FAILPOINT: `${at}:${random.between(20, 120)}` }),
    });
    await moved(scene, child);
    if (n > 0) (sameGroup ? sameGroupMs : recoveryMs).push(performance.now() - killedAt);
    if (at === 'random') {
      await sleep(random.between(20, 250));
      if ((await freezeInTransaction(scene, child, random)) > 0) seenOpen++;
    } else {
      await Promise.race([child.exited, sleep(ALIVE_WITHIN_MS)]);
    }
    await child.kill();
    await until('the server to end its sessions', ALIVE_WITHIN_MS, async () => (await projectorSessions(scene)) === 0, 5);
    if (scene.stack.postgresLogged(LEFT_OPEN) > logged) leftOpen++;
  }
  await scene.start('projector', { CUSTODY_PROJECTOR_GROUP: `${scene.database.name}-last` });
  await load.done;
  await scene.drained();
  const verdict = await scene.judge(inputs, { api: base, timelinesFile: await harness.undisturbed(inputs) });
  const problems = [
    ...(verdict.deadLetters > 0 ? [`${verdict.deadLetters} good records became dead letters`] : []),
    ...(seenOpen < sizes.openTransactionsLeast ? [`only ${seenOpen} kills hit an open transaction`] : []),
  ];
  return outcomeOf(verdict, {
    problems,
    recoveryMs,
    bounds: [
      { what: 'into a fresh group: recovery p99', ms: percentile(recoveryMs, 99), msMax: RECOVERY_MS_MAX },
      { what: 'into the same group: recovery p99', ms: percentile(sameGroupMs, 99), msMax: RECOVERY_MS_MAX },
    ],
    measured: {
      kills: kills.length,
      'open, by pg_stat_activity': seenOpen,
      'left open, by the server log': leftOpen,
    },
  });
}

/** Every failpoint in turn, random kills among them, the last ones into the same group. */
function planned({ sizes }: Harness): Kill[] {
  const points: Kill[] = FAILPOINTS.flatMap((at) => Array.from({ length: sizes.failpointKills }, () => ({ at, sameGroup: false })));
  const outside: Kill[] = Array.from({ length: sizes.randomKills }, (_, n) => ({ at: 'random', sameGroup: n < sizes.sameGroupKills }));
  return [...points, ...outside.filter(({ sameGroup }) => !sameGroup), ...outside.filter(({ sameGroup }) => sameGroup)];
}

/** The ledger grew, or the process is dead already. */
async function moved(scene: Scene, child: Child): Promise<void> {
  const before = await scene.size();
  await until('the projector to move on', ALIVE_WITHIN_MS, async () => !child.running || (await scene.size()) > before, 10);
}

/** The same kills, and a projector that commits the offset first. */
async function offsetFirst(harness: Harness, scene: Scene): Promise<Outcome> {
  const random: Random = harness.random('offset-first');
  for (const [n, point] of FAILPOINTS.entries()) {
    const child = scene.startOwn('controls/broken-projector.js offset-first', {
      CUSTODY_PROJECTOR_GROUP: `${scene.database.name}-${n}`,
      CUSTODY_TEST_FAILPOINT: `${point}:${random.between(2, 10)}`,
    });
    await Promise.race([child.exited, sleep(ALIVE_WITHIN_MS)]);
    await child.kill();
  }
  scene.startOwn('controls/broken-projector.js offset-first', { CUSTODY_PROJECTOR_GROUP: `${scene.database.name}-last` });
  await scene.drained();
  const inputs = harness.inputs(planned(harness).length * SIGHTINGS_PER_KILL);
  return outcomeOf(await scene.judge(inputs));
}
