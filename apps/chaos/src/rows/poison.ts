/** F7: records of every class that cannot be taken, among good ones: each becomes one dead letter with its reason and bytes, the good ones flow. */
import { setTimeout as sleep } from 'node:timers/promises';
import kafkajs from 'kafkajs';
import { CODEC_CODE, FORBIDDEN_PRINCIPAL, POISON, type PoisonClass, snappyOf, TOMBSTONE_CODE } from '../poison.ts';
import { documentAt, type Document } from '../documents.ts';
import type { Harness, Row } from '../harness.ts';
import { outcomeOf, type Outcome } from '../outcome.ts';
import { recordOf } from '../records.ts';
import type { Scene } from '../scene.ts';
import { until } from '../wait.ts';

const CONTROL_READY_MS = 60_000;
/** Bad ones in one partition, so in one batch: more than are copied to the dead letters' topic in one step. */
const BURST = 250;
const { make: makeBurst, code: BURST_CODE } = POISON[1] as PoisonClass;
const COPIED_WITHIN_MS = 30_000;
/** Beside those that are made as records of the port: an unknown codec, and a tombstone. */
const OTHER_CLASSES = 2;

export const poison: Row = {
  name: 'poison',
  fault: 'F7',
  title: 'poison records of every class among good ones',
  needsKafka: true,
  run: (harness) =>
    harness.scene({ name: 'poison', log: 'kafka' }, async (scene) => {
      const product = await mixPoison(harness, scene);
      return {
        product,
        control: { title: 'a bad record is retried like an error', shows: 'are not there', ...(await stopped(harness, scene)) },
      };
    }),
};

/**
 * The same projector over the same topic, without the defect and with it, and twice as long: what is missing with it alone is missing for it,
 * and not for a program that did not start or was not done.
 */
async function stopped(harness: Harness, { topic }: Scene): Promise<Outcome> {
  const inputs = harness.inputs(harness.sizes.sightings);
  const project = (defect: string, name: string, wait: (second: Scene) => Promise<unknown>): Promise<Outcome> =>
    harness.scene({ name, log: 'kafka', topic }, async (second) => {
      const child = second.startOwn(`controls/broken-projector.js ${defect}`);
      await child.line(/Ready/, CONTROL_READY_MS);
      await wait(second);
      const ended = child.running ? [] : ['the projector ended'];
      const verdict = await second.judge(inputs);
      // As evidence an end counts for nothing: what is missing behind it is missing for another reason.
      return outcomeOf(ended.length > 0 ? { ...verdict, problems: [] } : verdict, { problems: ended });
    });
  const began = performance.now();
  const sound = await project('none', 'poison-sound', (second) => second.drained());
  // Not in words that the control could be taken for red by.
  if (sound.problems.length > 0) return { ...sound, problems: ['the projector without the defect did not take the topic in either'] };
  return project('poison-stops', 'poison-stops', () => sleep(2 * (performance.now() - began)));
}

async function mixPoison(harness: Harness, scene: Scene): Promise<Outcome> {
  const { poisonOfEachClass, sightings } = harness.sizes;
  const inputs = harness.inputs(sightings);
  await scene.database.pool.query(`alter table ledger.content add constraint planted check (principal <> '${FORBIDDEN_PRINCIPAL}')`);
  const [capture] = await Promise.all([scene.start('capture,gateway'), scene.start('projector')]);
  const load = scene.load(inputs, { targets: [capture.base], ratePerSecond: 1_000, rowsPerRequest: 5 });
  const injected = await inject(harness, scene, poisonOfEachClass);
  await load.done;
  await scene.drained();
  const verdict = await scene.judge(inputs, { api: capture.base, timelinesFile: await harness.undisturbed(inputs) });
  const found = await deadLetterCodes(scene);
  const total = [...injected.values()].reduce((sum, count) => sum + count, 0);
  const wrong = [...new Set([...injected.keys(), ...found.keys()])].filter((code) => injected.get(code) !== found.get(code));
  const copied = await copiesOf(scene, total);
  const problems = [
    ...wrong.map((code) => `${injected.get(code) ?? 0} records of ${code} were injected, ${found.get(code) ?? 0} dead letters say so`),
    ...(copied === total ? [] : [`${copied} of ${total} dead letters were copied to their topic`]),
    ...(await alteredBytes(scene, poisonOfEachClass)),
  ];
  return outcomeOf(verdict, { problems, measured: { injected: total, classes: POISON.length + OTHER_CLASSES } });
}

/** Returns how many of each code were appended. */
async function inject({ seed }: Harness, scene: Scene, ofEach: number): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  const count = (code: string): void => void counts.set(code, (counts.get(code) ?? 0) + 1);
  for (let round = 0; round < ofEach; round++) {
    for (const [n, { code, make }] of POISON.entries()) {
      await scene.log.append(scene.topic, [make(observation(seed + round, `poison-${n}-${round}`))]);
      count(code);
    }
    await appendUnreadable(scene, `codec-${round}`);
    count(CODEC_CODE);
    await appendTombstone(scene);
    count(TOMBSTONE_CODE);
  }
  const burst = Array.from({ length: BURST }, (_, n) => makeBurst(observation(seed, `burst-${n}`)));
  await scene.log.append(scene.topic, burst);
  for (let n = 0; n < BURST; n++) count(BURST_CODE);
  return counts;
}

/** A good one, until something is done to it. */
function observation(seed: number, id: string): Document {
  const { handling, occurred, source, items = [] } = documentAt({ seed, count: 1_000 }, 0);
  return { id, kind: 'observation', handling, ...(occurred === undefined ? {} : { occurred }), source, items };
}

/** The topic would have its broker unpack it; a topic that somebody else set up may not. */
async function appendUnreadable(scene: Scene, id: string): Promise<void> {
  const kafka = new kafkajs.Kafka({ brokers: [scene.stack.brokers], clientId: 'poisoner', logLevel: kafkajs.logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  const configEntries = [
    { name: 'compression.type', value: 'producer' },
    { name: 'max.message.bytes', value: String(2 ** 21) },
    { name: 'retention.ms', value: '-1' },
  ];
  await admin.alterConfigs({
    validateOnly: false,
    resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: scene.topic, configEntries }],
  });
  await admin.disconnect();
  const { CompressionCodecs, CompressionTypes } = kafkajs;
  const before = CompressionCodecs[CompressionTypes.Snappy];
  CompressionCodecs[CompressionTypes.Snappy] = () => ({ compress: ({ buffer }: { buffer: Buffer }) => Promise.resolve(snappyOf(buffer)) });
  try {
    const producer = kafka.producer();
    await producer.connect();
    const { key, value, headers } = recordOf(observation(1, id));
    await producer.send({
      topic: scene.topic,
      acks: -1,
      compression: CompressionTypes.Snappy,
      messages: [{ key, value, headers: { ...headers } }],
    });
    await producer.disconnect();
  } finally {
    CompressionCodecs[CompressionTypes.Snappy] = before;
  }
}

/** A record without key, value and headers, as a handler that calls `value.toString()` does not survive it. */
async function appendTombstone(scene: Scene): Promise<void> {
  const producer = new kafkajs.Kafka({
    brokers: [scene.stack.brokers],
    clientId: 'poisoner',
    logLevel: kafkajs.logLevel.NOTHING,
  }).producer();
  await producer.connect();
  await producer.send({ topic: scene.topic, acks: -1, messages: [{ value: null }] });
  await producer.disconnect();
}

async function deadLetterCodes(scene: Scene): Promise<Map<string, number>> {
  const { rows } = await scene.database.pool.query<{ code: string; count: number }>(
    'select code, count(*) as count from ledger.dead_letters group by code',
  );
  return new Map(rows.map(({ code, count }) => [code, count]));
}

/** Records in the dead letters' topic, once they are all there or the time is over. */
async function copiesOf(scene: Scene, expected: number): Promise<number> {
  const copies = async (): Promise<number> => (await scene.log.ends(`${scene.topic}.dead`)).reduce((sum, { high }) => sum + high, 0);
  await until('dead letters to be copied', COPIED_WITHIN_MS, async () => (await copies()) >= expected).catch(() => undefined);
  return copies();
}

/** A dead letter that has lost its bytes is worth nothing; only a tombstone never had any. */
async function alteredBytes(scene: Scene, tombstones: number): Promise<string[]> {
  const { rows } = await scene.database.pool.query<{ seq: number }>('select seq from ledger.dead_letters where octet_length(value) = 0');
  return rows.length === tombstones ? [] : [`${rows.length} dead letters have no bytes, ${tombstones} were appended without`];
}
