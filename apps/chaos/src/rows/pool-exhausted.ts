/** F11: all connections of the pool are held up, and many ask: each gets an answer in time, and none hangs. */
import pg from 'pg';
import { createPool } from '#lib/store';
import { documentAt } from '../documents.ts';
import type { Harness, Row } from '../harness.ts';
import { percentile, type Outcome } from '../outcome.ts';
import type { Scene } from '../scene.ts';

const CONNECTIONS = 2;
/** By reliability F11: held in the soak, whose machine is known to be its own. */
const ANSWER_MS_MAX = 2_000;
/** On a machine that others work on, too: an end, and a refusal. The longest that was seen at load 8 on two cores is 8 s. */
const ANSWER_MS_MAX_BUSY = 12_000;
/** Longer than the longest that an answer may take, so that nobody is saved by the end of it. */
const HELD_MS = 15_000;
const SIGHTINGS = 50;

export const poolExhausted: Row = {
  name: 'pool-exhausted',
  fault: 'F11',
  title: 'pool of connections exhausted',
  needsKafka: false,
  run: (harness) =>
    harness.scene({ name: 'pool-exhausted', log: 'embedded' }, async (scene) => {
      const product = await exhaust(harness, scene);
      return {
        product,
        control: { title: "the driver's own pool", shows: 'had no answer', ...(await driverPool(scene, harness.sizes.concurrentReads)) },
      };
    }),
};

async function exhaust(harness: Harness, scene: Scene): Promise<Outcome> {
  const inputs = harness.inputs(SIGHTINGS);
  const [writer, gateway] = await Promise.all([
    scene.start('capture,projector'),
    scene.start('gateway', { CUSTODY_LIMITS_POOL_CONNECTIONS: String(CONNECTIONS) }),
  ]);
  await scene.load(inputs, { targets: [writer.base] }).done;
  await scene.drained();
  const item = documentAt(inputs, 0).items?.[0]?.id ?? '';
  const read = (): Promise<Answer> =>
    timed(
      async () =>
        (await fetch(`${gateway.base}/v1/items/${encodeURIComponent(item)}/timeline`, { signal: AbortSignal.timeout(HELD_MS + 9_000) }))
          .status,
    );
  const whileHeld = await holding(scene, () => Promise.all(Array.from({ length: harness.sizes.concurrentReads }, read)));
  const afterwards = await read();
  const times = whileHeld.map(({ ms }) => ms);
  const answered503 = whileHeld.filter(({ status }) => status === 503).length;
  const within = harness.sizes.name === 'soak' ? ANSWER_MS_MAX : ANSWER_MS_MAX_BUSY;
  const problems = [
    ...(percentile(times, 99) > within ? [`p99 of the answers is ${Math.round(percentile(times, 99))} ms, not within ${within}`] : []),
    ...(answered503 < whileHeld.length ? [`${whileHeld.length - answered503} answers are not 503`] : []),
    ...(afterwards.status === 200 ? [] : [`afterwards the answer is ${afterwards.status}`]),
  ];
  const measured = {
    requests: whileHeld.length,
    'answers 503': answered503,
    'ms p50': Math.round(percentile(times, 50)),
    'ms p99': Math.round(percentile(times, 99)),
    'ms max': Math.round(Math.max(...times)),
  };
  return { problems, measured };
}

interface Answer {
  readonly status: number;
  readonly ms: number;
}

async function timed(ask: () => Promise<number>): Promise<Answer> {
  const started = performance.now();
  const status = await ask().catch(() => 0);
  return { status, ms: performance.now() - started };
}

/** No statement on timelines gets on during the work, for at most HELD_MS. */
async function holding<T>(scene: Scene, work: () => Promise<T>): Promise<T> {
  const pool = createPool({ url: scene.database.url, applicationName: 'chaos holder', max: 1, statementTimeoutMs: 0 });
  const client = await pool.connect();
  try {
    await client.query('begin');
    await client.query('lock table ledger.timeline in access exclusive mode');
    const timer = setTimeout(() => void client.query('rollback'), HELD_MS);
    const result = await work();
    clearTimeout(timer);
    return result;
  } finally {
    client.release(true);
    await pool.close();
  }
}

/** `pg.Pool` as it comes waits for a connection for ever. */
async function driverPool(scene: Scene, requests: number): Promise<Outcome> {
  const pool = new pg.Pool({ connectionString: scene.database.url, max: CONNECTIONS });
  const held = await Promise.all(Array.from({ length: CONNECTIONS }, () => pool.connect()));
  let answered = 0;
  const asked = Promise.allSettled(Array.from({ length: requests }, () => pool.query('select 1').finally(() => answered++)));
  await Promise.race([asked, new Promise((resolve) => setTimeout(resolve, ANSWER_MS_MAX))]);
  const late = requests - answered;
  for (const client of held) client.release();
  await asked;
  await pool.end();
  return { problems: late === 0 ? [] : [`${late} of ${requests} had no answer after ${ANSWER_MS_MAX} ms`] };
}
