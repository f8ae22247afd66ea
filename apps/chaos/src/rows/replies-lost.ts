/** F4: the broker writes what it was sent and its reply is lost; the producer cannot know, sends again, and the ledger has it once. */
import { setTimeout as sleep } from 'node:timers/promises';
import kafkajs from 'kafkajs';
import type { Harness, Row } from '../harness.ts';
import { startKafkaProxy, type KafkaProxy } from '../kafka-proxy.ts';
import { outcomeOf, type Outcome } from '../outcome.ts';
import type { Scene } from '../scene.ts';
import { until } from '../wait.ts';

const LOST_WITHIN_MS = 30_000;
/** How long the broker stays out of reach after the reply was lost: longer than one retry. */
const CUT_MS = { least: 50, most: 250 } as const;
const CYCLE_MS = 1_200;
const CONTROL_ROUNDS = 10;

export const repliesLost: Row = {
  name: 'replies-lost',
  fault: 'F4',
  title: 'produce replies lost',
  needsKafka: true,
  run: (harness) =>
    harness.scene({ name: 'replies-lost', log: 'kafka' }, async (scene) => {
      const proxy = await startKafkaProxy(scene.stack.brokerPort);
      try {
        const product = await loseReplies(harness, scene, proxy);
        return {
          product,
          control: { title: 'idempotent producer of the client library', shows: 'are lost', ...(await idempotentProducer(scene, proxy)) },
        };
      } finally {
        await proxy.close();
      }
    }),
};

async function loseReplies(harness: Harness, scene: Scene, proxy: KafkaProxy): Promise<Outcome> {
  const { lostReplies, sightings } = harness.sizes;
  const random = harness.random('replies-lost');
  const inputs = harness.inputs(sightings);
  const [capture] = await Promise.all([scene.start('capture,gateway', { KAFKA_BROKERS: proxy.brokers }), scene.start('projector')]);
  const load = scene.load(inputs, {
    targets: [capture.base],
    ratePerSecond: (sightings / (lostReplies * CYCLE_MS)) * 1_000,
    rowsPerRequest: 2,
  });
  const recoveryMs: number[] = [];
  for (let round = 0; round < lostReplies && !load.progress().done; round++) {
    const before = proxy.lost();
    proxy.loseNextProduceReply();
    await until('a reply to be lost', LOST_WITHIN_MS, () => proxy.lost() > before || load.progress().done, 5);
    await sleep(random.between(CUT_MS.least, CUT_MS.most));
    const acknowledged = load.progress().acknowledged;
    const healedAt = performance.now();
    proxy.heal();
    await until(
      'sightings to be acknowledged',
      LOST_WITHIN_MS,
      () => load.progress().acknowledged > acknowledged || load.progress().done,
      5,
    );
    recoveryMs.push(performance.now() - healedAt);
  }
  await load.done;
  await scene.drained();
  const verdict = await scene.judge(inputs, { api: capture.base, timelinesFile: await harness.undisturbed(inputs) });
  const surplus = (await scene.records()) - verdict.entries;
  const problems = [
    ...(proxy.lost() < lostReplies ? [`only ${proxy.lost()} replies were lost`] : []),
    ...(surplus === 0 ? ['no record was written twice: the fault did not happen'] : []),
  ];
  return outcomeOf(verdict, { problems, recoveryMs, measured: { 'replies lost': proxy.lost(), 'records written twice': surplus } });
}

/** kafkajs with `idempotent: true`: after a send that failed though the broker had written it, the next one is acknowledged and not written. */
async function idempotentProducer(scene: Scene, proxy: KafkaProxy): Promise<Outcome> {
  const topic = `${scene.topic}.idempotent`;
  const logLevel = kafkajs.logLevel.NOTHING;
  const direct = new kafkajs.Kafka({ brokers: [scene.stack.brokers], clientId: 'reader', logLevel });
  const admin = direct.admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic, numPartitions: 1 }], waitForLeaders: false });
  const producer = new kafkajs.Kafka({
    brokers: [proxy.brokers],
    clientId: 'idempotent',
    logLevel,
    retry: { retries: 2, initialRetryTime: 50 },
  }).producer({ idempotent: true, maxInFlightRequests: 1, retry: { retries: 1, initialRetryTime: 50 } });
  await until('the topic to be there', LOST_WITHIN_MS, async () => (await admin.fetchTopicOffsets(topic)).length === 1);
  await producer.connect();
  const acknowledged: string[] = [];
  const send = (value: string): Promise<void> =>
    producer.send({ topic, acks: -1, messages: [{ value }] }).then(
      () => void acknowledged.push(value),
      () => undefined,
    );
  for (let round = 0; round < CONTROL_ROUNDS; round++) {
    await send(`before-${round}`);
    proxy.loseNextProduceReply();
    await send(`cut-${round}`);
    proxy.heal();
    await until('an acknowledgement', LOST_WITHIN_MS, () =>
      send(`after-${round}`).then(() => acknowledged.at(-1)?.startsWith('after-') === true),
    );
  }
  await producer.disconnect();
  const high = Number((await admin.fetchTopicOffsets(topic))[0]?.high);
  await admin.disconnect();
  const written = new Set(await readAll(direct, topic, high));
  const lost = acknowledged.filter((value) => !written.has(value)).length;
  return { acknowledged: acknowledged.length, lost, problems: lost === 0 ? [] : [`${lost} acknowledged records are lost`] };
}

async function readAll(kafka: kafkajs.Kafka, topic: string, high: number): Promise<string[]> {
  const values: string[] = [];
  let next = 0;
  const consumer = kafka.consumer({ groupId: `${topic}.reader` });
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  await consumer.run({
    eachMessage: ({ message }) => {
      values.push(message.value?.toString() ?? '');
      next = Number(message.offset) + 1;
      return Promise.resolve();
    },
  });
  await until('the topic to be read', LOST_WITHIN_MS, () => next >= high);
  await consumer.disconnect();
  return values;
}
