/** F10: the database is out of reach while the projector runs: it waits, dies of nothing, blames no record, and goes on by itself. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Harness, Row } from '../harness.ts';
import { outcomeOf, type Outcome } from '../outcome.ts';
import type { Scene } from '../scene.ts';
import { startTcpProxy, type TcpProxy } from '../tcp-proxy.ts';
import { until } from '../wait.ts';

const BEFORE_MS = 1_500;
const AFTER_MS = 3_000;
const BACK_WITHIN_MS = 60_000;
/** A back-off of at most five seconds, and the time to connect. */
const RECOVERY_MS_MAX = 7_000;

export const databaseDown: Row = {
  name: 'database-down',
  fault: 'F10',
  title: 'database out of reach while projectors run',
  needsKafka: true,
  run: (harness) =>
    harness.scene({ name: 'database-down', log: 'kafka' }, async (scene) => {
      const proxy = await startTcpProxy(Number(new URL(scene.database.tcpUrl).port));
      try {
        return await harness.scene({ name: 'buries-on-error', log: 'kafka', topic: scene.topic }, async (second) => {
          const broken = second.startOwn('controls/broken-projector.js buries-on-error', {
            DATABASE_URL: through(proxy, second),
            CUSTODY_PROJECTOR_BATCH_RECORDS: '5',
          });
          await broken.line(/Ready/, BACK_WITHIN_MS);
          const product = await cutDatabase(harness, scene, proxy);
          await second.drained();
          const verdict = await second.judge(harness.inputs(harness.sizes.sightings));
          const buried = verdict.deadLetters > 0 ? [`${verdict.deadLetters} good records became dead letters`] : [];
          return {
            product,
            control: {
              title: 'every error is the fault of the records',
              shows: 'dead letters',
              ...outcomeOf(verdict, { problems: buried }),
            },
          };
        });
      } finally {
        await proxy.close();
      }
    }),
};

function through(proxy: TcpProxy, { database }: Scene): string {
  const url = new URL(database.tcpUrl);
  url.port = String(proxy.port);
  return url.href;
}

async function cutDatabase(harness: Harness, scene: Scene, proxy: TcpProxy): Promise<Outcome> {
  const { databaseDownMs, sightings } = harness.sizes;
  const inputs = harness.inputs(sightings);
  const env = { DATABASE_URL: through(proxy, scene), CUSTODY_PROJECTOR_BATCH_RECORDS: '5' };
  const [capture, projector] = await Promise.all([scene.start('capture,gateway', env), scene.start('projector', env)]);
  const ratePerSecond = (sightings / (BEFORE_MS + databaseDownMs + AFTER_MS)) * 1_000;
  const load = scene.load(inputs, { targets: [capture.base], ratePerSecond, rowsPerRequest: 2 });
  await sleep(BEFORE_MS);
  proxy.cut();
  // What capture took before the cut still has to be taken when the database is back.
  await sleep(databaseDownMs);
  const size = await scene.size();
  const healedAt = performance.now();
  proxy.heal();
  await until('the projector to go on', BACK_WITHIN_MS, async () => (await scene.size()) > size, 10);
  const recoveryMs = [performance.now() - healedAt];
  await load.done;
  await scene.drained();
  const verdict = await scene.judge(inputs, { api: capture.base, timelinesFile: await harness.undisturbed(inputs) });
  const problems = [
    ...(verdict.deadLetters > 0 ? [`${verdict.deadLetters} good records became dead letters`] : []),
    ...(capture.child.running && projector.child.running ? [] : ['a process ended']),
    ...((recoveryMs[0] ?? Infinity) > RECOVERY_MS_MAX ? [`it went on only after ${Math.round(recoveryMs[0] ?? Infinity)} ms`] : []),
  ];
  return outcomeOf(verdict, { problems, recoveryMs, measured: { 'down ms': databaseDownMs, 'unknown answers': verdict.unknown } });
}
