/** F7: records of every class that cannot be taken, among good ones: each becomes one dead letter with its reason, key, headers and bytes, the good ones flow. */
import { setTimeout as sleep } from 'node:timers/promises';
import kafkajs from 'kafkajs';
import type { OutgoingRecord } from '#lib/event-log';
import { CODEC_CODE, FORBIDDEN_PRINCIPAL, POISON, type PoisonClass, snappyOf, TOMBSTONE_CODE } from '../poison.ts';
import { documentAt, type Document } from '../documents.ts';
import type { Harness, Row } from '../harness.ts';
import { differingCopies, differingLetters, readLetters, triesMax, type Appended } from '../dead-letters.ts';
import { outcomeOf, type Outcome } from '../outcome.ts';
import { recordOf } from '../records.ts';
import type { Scene } from '../scene.ts';

const CONTROL_READY_MS = 60_000;
/** Bad ones in one partition, so in one batch: more than are copied to the dead letters' topic in one step. */
const BURST = 250;
const { make: makeBurst, code: BURST_CODE } = POISON[1] as PoisonClass;
const COPIED_WITHIN_MS = 30_000;
/** Records that can be taken, in one batch with one that the database refuses. */
const GOOD_ONES = 512;
/** For one refused record; a batch has the product's default size. */
const TRIES_MAX = triesMax(2_500);
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
  await plantConstraint(scene);
  const [capture] = await Promise.all([scene.start('capture,gateway'), scene.start('projector')]);
  const load = scene.load(inputs, { targets: [capture.base], ratePerSecond: 1_000, rowsPerRequest: 5 });
  const appended = await inject(harness, scene, poisonOfEachClass);
  await load.done;
  await scene.drained();
  const verdict = await scene.judge(inputs, { api: capture.base, timelinesFile: await harness.undisturbed(inputs) });
  const letters = await readLetters(scene.database.pool);
  const [tries, taken] = [await refusals(scene), await goodOnesTaken(scene)];
  // One of each round, and one among good ones.
  const [refused, triesMost] = [poisonOfEachClass + 1, (poisonOfEachClass + 1) * TRIES_MAX];
  const problems = [
    ...differingLetters(appended, letters),
    ...(await differingCopies(scene.log, `${scene.topic}.dead`, letters, COPIED_WITHIN_MS)),
    ...(tries <= triesMost ? [] : [`the database refused ${tries} tries for ${refused} records, more than ${triesMost}`]),
    ...(tries > refused ? [] : [`only ${tries} tries were refused for ${refused} records: none was found by halving`]),
    ...(taken === GOOD_ONES ? [] : [`${taken} of ${GOOD_ONES} good records in a batch with a refused one were taken`]),
  ];
  return outcomeOf(verdict, {
    problems,
    measured: {
      injected: appended.length,
      classes: POISON.length + OTHER_CLASSES,
      'tries that the database refused': tries,
      'of at most': triesMost,
    },
  });
}

/** It refuses a principal, and counts how often it did: a sequence keeps its number where a transaction is rolled back. */
async function plantConstraint({ database }: Scene): Promise<void> {
  await database.pool.query(`
    create sequence public.refusals;
    create function public.allowed(principal text) returns boolean language plpgsql security definer set search_path = pg_catalog as $$
    begin
      if principal <> '${FORBIDDEN_PRINCIPAL}' then return true; end if;
      perform nextval('public.refusals');
      return false;
    end $$;
    grant usage on schema public to public;
    grant execute on function public.allowed to public;
    alter table ledger.content add constraint planted check (public.allowed(principal))`);
}

async function refusals({ database }: Scene): Promise<number> {
  const { rows } = await database.pool.query<{ n: number }>(
    'select case when is_called then last_value else 0 end as n from public.refusals',
  );
  return Number(rows[0]?.n);
}

/** Returns what was appended. */
async function inject({ seed }: Harness, scene: Scene, ofEach: number): Promise<Appended[]> {
  const appended: Appended[] = [];
  for (let round = 0; round < ofEach; round++) {
    for (const [n, { code, make }] of POISON.entries()) {
      const record = make(observation(seed + round, `poison-${n}-${round}`));
      await scene.log.append(scene.topic, [record]);
      appended.push({ code, ...record });
    }
    appended.push({ code: CODEC_CODE, packed: true, ...(await appendUnreadable(scene, `codec-${round}`)) });
    await appendTombstone(scene);
    appended.push({ code: TOMBSTONE_CODE, key: null, value: Buffer.alloc(0), headers: {} });
  }
  const burst = Array.from({ length: BURST }, (_, n) => makeBurst(observation(seed, `burst-${n}`)));
  await scene.log.append(scene.topic, burst);
  return [...appended, ...burst.map((record) => ({ code: BURST_CODE, ...record })), await injectAmongGood(seed, scene)];
}

/** One that the database refuses, in one batch with good ones: it is found by halving. Those name no item, so that no timeline changes. */
async function injectAmongGood(seed: number, scene: Scene): Promise<Appended> {
  const { make, code } = POISON.find((each) => each.code === 'record.data') as PoisonClass;
  const refused = make(observation(seed, 'refused-among-good'));
  const good = Array.from({ length: GOOD_ONES }, (_, n) => recordOf(documentAt({ seed, count: GOOD_ONES, namesNothing: true }, n)));
  // One key, so one partition.
  const batch = [...good, refused].map((record) => ({ ...record, key: refused.key }));
  await scene.log.append(scene.topic, [...batch.slice(GOOD_ONES / 2), ...batch.slice(0, GOOD_ONES / 2)]);
  return { code, ...refused };
}

async function goodOnesTaken({ database }: Scene): Promise<number> {
  const { rows } = await database.pool.query<{ n: number }>("select count(*) as n from ledger.entries where id like 'saying-%'");
  return Number(rows[0]?.n);
}

/** A good one, until something is done to it. */
function observation(seed: number, id: string): Document {
  const { handling, occurred, source, items = [] } = documentAt({ seed, count: 1_000 }, 0);
  return { id, kind: 'observation', handling, ...(occurred === undefined ? {} : { occurred }), source, items };
}

/** The topic would have its broker unpack it; a topic that somebody else set up may not. Returns what is in the batch. */
async function appendUnreadable(scene: Scene, id: string): Promise<OutgoingRecord> {
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
    const record = recordOf(observation(1, id));
    const { key, value, headers } = record;
    await producer.send({
      topic: scene.topic,
      acks: -1,
      compression: CompressionTypes.Snappy,
      messages: [{ key, value, headers: { ...headers } }],
    });
    await producer.disconnect();
    return record;
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
