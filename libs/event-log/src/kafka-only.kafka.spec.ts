/** What the contract does not ask, since only Kafka has it: other publishers, retention, transactions, groups, settings of topics. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import kafkajs, { type Admin, type Kafka } from 'kafkajs';
import { brokersForSuite } from '../../../deploy/kafka/broker.mjs';
import { createConnections } from './kafka/connections.ts';
import { createKafkaLog } from './kafka/kafka-log.ts';
import { metadataRequest } from './kafka/protocol.ts';
import { ensureTopics } from './kafka/topics.ts';
import type { Batch, ConsumeOptions, EventLog, LogConsumer, LogRecord, OutgoingRecord } from './port.ts';
import { silent } from './report.ts';

const TIMEOUT_MS = 60_000;
const SESSION_MS = 6_000;

let log: EventLog;
let kafka: Kafka;
let admin: Admin;
let brokers: string[];
let stop: () => Promise<void>;

beforeAll(async () => {
  const broker = await brokersForSuite();
  brokers = broker.brokers.split(',');
  stop = () => broker.stop();
  log = createKafkaLog({ brokers, clientId: 'ours', sessionTimeoutMs: SESSION_MS });
  kafka = new kafkajs.Kafka({ brokers, clientId: 'theirs', logLevel: kafkajs.logLevel.NOTHING });
  admin = kafka.admin();
  await admin.connect();
}, TIMEOUT_MS);
afterAll(async () => {
  await admin.disconnect();
  await log.close();
  await stop();
}, TIMEOUT_MS);

describe('records of other publishers', () => {
  test('a batch in a codec that cannot be read comes as records with a fault and its raw bytes, and the good ones flow', async () => {
    const topic = await makeTopic({ 'compression.type': 'producer' });
    await log.append(topic, [record('before')]);
    await sendSnappy(topic, ['hidden 1', 'hidden 2', 'hidden 3']);
    await log.append(topic, [record('after')]);
    const records = await readAll(topic, 5);
    expect(records.map(({ offset, fault }) => [offset, fault?.code])).toEqual([[0, undefined], [1, 'record.codec'], [2, 'record.codec'], [3, 'record.codec'], [4, undefined]]); // prettier-ignore
    expect(records[1]?.value.includes('hidden 1')).toBe(true); // stored, not squeezed, by this suite's codec
    expect(records[2]?.value).toHaveLength(0);
    expect(texts([records[0], records[4]])).toEqual(['before', 'after']);
  }, TIMEOUT_MS); // prettier-ignore

  test('a topic that we made unpacks whatever arrives', async () => {
    const topic = randomUUID();
    await log.ensureTopics([{ topic, partitions: 1 }]);
    await sendSnappy(topic, ['one', 'two']);
    expect(texts(await readAll(topic, 2))).toEqual(['one', 'two']);
  }, TIMEOUT_MS); // prettier-ignore

  test('gzip, headers of one name twice and null values are read', async () => {
    const topic = await makeTopic({ 'compression.type': 'producer' });
    const producer = kafka.producer();
    await producer.connect();
    await producer.send({ topic, compression: kafkajs.CompressionTypes.GZIP, messages: [{ value: 'squeezed', headers: { twice: ['a', 'b'] } }, { value: null }] });
    await producer.disconnect();
    const [first, second] = await readAll(topic, 2);
    expect([first?.value.toString(), first?.headers['twice'], second?.value.length]).toEqual(['squeezed', 'b', 0]);
  }, TIMEOUT_MS); // prettier-ignore

  test('what an aborted transaction wrote is not read, what a committed one wrote is', async () => {
    const topic = await makeTopic({});
    const producer = kafka.producer({ transactionalId: randomUUID(), maxInFlightRequests: 1, idempotent: true });
    await producer.connect();
    for (const [value, end] of [['gone', 'abort'], ['kept', 'commit'], ['gone too', 'abort'], ['kept too', 'commit']] as const) {
      const transaction = await producer.transaction();
      await transaction.send({ topic, messages: [{ value }] });
      await transaction[end]();
    }
    await producer.disconnect();
    await log.append(topic, [record('plain')]);
    const records = await readAll(topic, 3);
    expect(texts(records)).toEqual(['kept', 'kept too', 'plain']);
  }, TIMEOUT_MS); // prettier-ignore

  test(
    'a consumer that moves its offset by compare-and-set goes on behind the holes that transactions leave, up to the end',
    async () => {
      const topic = await makeTopic({});
      const producer = kafka.producer({ transactionalId: randomUUID(), maxInFlightRequests: 1, idempotent: true });
      await producer.connect();
      let offset = 0;
      let fenced = 0;
      const seen: string[] = [];
      const consumer = await log.consume({
      topic, group: randomUUID(), maxRecords: 10, maxBytes: 100_000, startAt: () => Promise.resolve(offset),
      onBatch: (batch) => {
        if (batch.from !== offset) return Promise.resolve({ next: (fenced++, offset) });
        seen.push(...batch.records.map(({ value }) => value.toString()));
        return Promise.resolve({ next: (offset = batch.next) });
      },
    }); // prettier-ignore
      for (const [value, end] of [
        ['a', 'commit'],
        ['gone', 'abort'],
        ['b', 'commit'],
        ['c', 'commit'],
      ] as const) {
        const transaction = await producer.transaction();
        await transaction.send({ topic, messages: [{ value }] });
        await transaction[end]();
        if (end === 'commit') await eventually(() => seen.includes(value));
      }
      await producer.disconnect();
      const [end] = await log.ends(topic);
      await consumer.close();
      // Nothing but the last marker lies behind the last record: no lag is left that nobody could work off.
      expect([seen, fenced, offset]).toEqual([['a', 'b', 'c'], 0, end?.high]);
    },
    TIMEOUT_MS,
  );
});

describe('offsets', () => {
  test('an offset below the first one kept stops the consumer', async () => {
    const topic = await makeTopic({});
    await log.append(topic, [record('0'), record('1'), record('2'), record('3')]);
    await admin.fetchTopicOffsets(topic); // kafkajs deletes only where it knows the leader already
    await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '2' }] });
    expect((await log.ends(topic))[0]).toMatchObject({ low: 2, high: 4 });
    const { ended } = await consume(topic, { startAt: () => Promise.resolve(1) }, () => undefined);
    await expect(ended).rejects.toMatchObject({ code: 'offset.out-of-range' });
    const kept: LogRecord[] = [];
    const consumer = await consume(topic, { startAt: () => Promise.resolve(2) }, ({ records }) => void kept.push(...records));
    await eventually(() => kept.length === 2);
    await consumer.close();
  }, TIMEOUT_MS); // prettier-ignore

  test('offsets that a lag tool finds in Kafka are never read back', async () => {
    const topic = await makeTopic({});
    const group = randomUUID();
    await log.append(topic, [record('0'), record('1'), record('2')]);
    await admin.setOffsets({ groupId: group, topic, partitions: [{ partition: 0, offset: '3' }] });
    const seen: LogRecord[] = [];
    const consumer = await consume(topic, { group }, ({ records }) => void seen.push(...records));
    await eventually(() => seen.length === 3);
    await consumer.close();
  }, TIMEOUT_MS); // prettier-ignore

  test('lag tools see how far a group has read', async () => {
    const topic = await makeTopic({});
    const group = randomUUID();
    await log.append(topic, [record('0'), record('1')]);
    let taken = 0;
    const consumer = await consume(topic, { group }, ({ records }) => void (taken += records.length));
    await eventually(() => taken === 2);
    await sleep(5_500); // committed every five seconds
    const [found] = await admin.fetchOffsets({ groupId: group, topics: [topic] });
    expect(found?.partitions[0]?.offset).toBe('2');
    await consumer.close();
  }, TIMEOUT_MS); // prettier-ignore
});

test('a member that was silent for longer than its session is expelled, and begins again where its consumer says', async () => {
  const topic = await makeTopic({});
  await log.append(topic, [record('0'), record('1')]);
  const asked: number[] = [];
  let next = 0;
  const startAt = (): Promise<number> => {
    asked.push(next);
    return Promise.resolve(next);
  };
  const consumer = await consume(topic, { startAt }, ({ records }) => void (next += records.length));
  await eventually(() => next === 2);
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, SESSION_MS + 3_000); // as a stopped process
  await eventually(() => asked.length === 2);
  await log.append(topic, [record('2')]);
  await eventually(() => next === 3);
  expect(asked).toEqual([0, 2]);
  await consumer.close();
}, TIMEOUT_MS); // prettier-ignore

describe('topics', () => {
  test('one that we made keeps its records for ever; on one node that is a warning about replicas and no error', async () => {
    const findings = await log.ensureTopics([{ topic: randomUUID(), partitions: 2 }]);
    expect(findings.map(({ severity, code }) => [severity, code])).toEqual([['warning', 'topic.replication'], ['warning', 'topic.min-insync']]); // prettier-ignore
  }, TIMEOUT_MS); // prettier-ignore

  test.each([
    [{ 'retention.ms': '86400000' }, ['error', 'topic.retention']],
    [{ 'retention.bytes': '1000000' }, ['error', 'topic.retention']],
    [{ 'cleanup.policy': 'compact' }, ['error', 'topic.retention']],
    [{ 'unclean.leader.election.enable': 'true' }, ['error', 'topic.unclean-election']],
    [{ 'min.insync.replicas': '2' }, ['error', 'topic.min-insync']],
    [{ 'max.message.bytes': '1000' }, ['warning', 'topic.message-size']],
    [{ 'compression.type': 'lz4' }, ['warning', 'topic.compression']],
  ])('%j is found', async (settings, finding) => {
    const topic = await makeTopic(settings);
    const findings = await log.ensureTopics([{ topic, partitions: 1 }]);
    expect(findings.map(({ severity, code }) => [severity, code])).toContainEqual(finding);
  }, TIMEOUT_MS); // prettier-ignore

  test('whose settings may not be read is reported as not checked, and never as in order', async () => {
    const topic = await makeTopic({});
    const connections = createConnections({ brokers, clientId: 'ours' }, kafka.logger());
    const refusing: Admin = { ...admin, describeConfigs: () => Promise.reject(new Error('not authorized')) };
    const context = { admin: refusing, connections, replication: 1, report: silent, onMessageBytesMax: () => {} };
    const findings = await ensureTopics(context, [{ topic, partitions: 1 }]);
    expect(findings.map(({ severity, code }) => [severity, code])).toContainEqual(['warning', 'topic.unchecked']);
    await connections.close();
  }, TIMEOUT_MS); // prettier-ignore

  test('with more replicas than there are brokers is refused at once, with the reason, and not as brokers that do not answer', async () => {
    const hopeful = createKafkaLog({ brokers, clientId: 'ours', replication: 3 });
    const started = performance.now();
    const refused = hopeful.ensureTopics([{ topic: randomUUID(), partitions: 1 }]);
    await expect(refused).rejects.toMatchObject({ name: 'FatalLogError', code: 'topic.missing', message: expect.stringContaining('INVALID_REPLICATION_FACTOR') as string }); // prettier-ignore
    expect(performance.now() - started).toBeLessThan(10_000);
    await hopeful.close();
  }, TIMEOUT_MS); // prettier-ignore

  test('of one replica is single-node, whatever the configuration wishes for', async () => {
    const topic = await makeTopic({});
    const hopeful = createKafkaLog({ brokers, clientId: 'ours', replication: 3 });
    expect(await hopeful.durability(topic)).toBe('single-node');
    await expect(hopeful.durability(randomUUID())).rejects.toMatchObject({ code: 'topic.missing' });
    await hopeful.close();
  }, TIMEOUT_MS); // prettier-ignore

  test('records that the brokers call invalid are refused for good: no retry helps', async () => {
    const topic = await makeTopic({ 'cleanup.policy': 'compact' }); // takes no record without a key
    await expect(log.append(topic, [record('no key')])).rejects.toMatchObject({ name: 'FatalLogError', code: 'append.refused' });
  }, TIMEOUT_MS); // prettier-ignore

  test('a broker that does not speak what we ask for stops the consumer instead of being asked for ever', async () => {
    const connections = createConnections({ brokers, clientId: 'ours' }, kafka.logger());
    const asked = connections.ask({ ...metadataRequest([]), apiVersion: 999 });
    await expect(asked).rejects.toMatchObject({ name: 'FatalLogError', code: 'consumer.stopped', message: expect.stringContaining('Kafka 3.1') as string }); // prettier-ignore
    await connections.close();
  }, TIMEOUT_MS); // prettier-ignore

  test('a record that is larger than the topic takes is refused at once, and the caller is told that no retry helps', async () => {
    const topic = await makeTopic({ 'max.message.bytes': '1000' });
    await expect(log.append(topic, [record('x'.repeat(2_000))])).rejects.toMatchObject({ name: 'FatalLogError', code: 'record.too-large' });
    expect((await log.ends(topic))[0]).toMatchObject({ high: 0 });
  }, TIMEOUT_MS); // prettier-ignore

  test('an append with one record that the topic refuses leaves none of the others, and is taken once the topic takes more', async () => {
    const topic = await makeTopic({ 'max.message.bytes': '3000' });
    const records = [...Array.from({ length: 20 }, (_, n) => record(`${n} ${'x'.repeat(1_000)}`)), record('y'.repeat(4_000))];
    // Control: a client that never looked at the topic's settings learns it from the broker, half way.
    const blind = createKafkaLog({ brokers, clientId: 'blind' });
    const other = await makeTopic({ 'max.message.bytes': '790000' });
    const large = [...Array.from({ length: 20 }, () => record('x'.repeat(100_000))), record('y'.repeat(800_000))];
    await expect(blind.append(other, large)).rejects.toMatchObject({ code: 'record.too-large' });
    expect((await blind.ends(other))[0]?.high).toBeGreaterThan(0);
    await blind.close();

    await log.ensureTopics([{ topic, partitions: 1 }]);
    await expect(log.append(topic, records)).rejects.toMatchObject({ name: 'FatalLogError', code: 'record.too-large' });
    expect((await log.ends(topic))[0]).toMatchObject({ high: 0 });
    await log.append(topic, records.slice(0, 20));
    await admin.alterConfigs({ validateOnly: false, resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: topic, configEntries: [{ name: 'max.message.bytes', value: '10000' }] }] });
    await log.append(topic, records);
    expect((await log.ends(topic))[0]).toMatchObject({ high: 41 });
  }, TIMEOUT_MS); // prettier-ignore

  test('an append of many megabytes is cut into batches that the topic takes, in order', async () => {
    const topic = randomUUID();
    await log.ensureTopics([{ topic, partitions: 1 }]);
    await log.append(topic, Array.from({ length: 60 }, (_, n) => record(`${n} ${'x'.repeat(100_000)}`)), 30_000);
    const records = await readAll(topic, 60);
    expect(records.map(({ value }) => Number.parseInt(value.toString(), 10))).toEqual(Array.from({ length: 60 }, (_, n) => n));
  }, TIMEOUT_MS); // prettier-ignore
});

const SETTINGS = { 'retention.ms': '-1' };

async function makeTopic(settings: Record<string, string>): Promise<string> {
  const topic = randomUUID();
  const configEntries = Object.entries({ ...SETTINGS, ...settings }).map(([name, value]) => ({ name, value }));
  await admin.createTopics({ topics: [{ topic, numPartitions: 1, replicationFactor: 1, configEntries }], waitForLeaders: false });
  for (;;) {
    const ready = await log.ends(topic).then((ends) => ends.length === 1, () => false); // prettier-ignore
    if (ready) return topic;
    await sleep(50);
  }
}

/** Snappy in the framing of Kafka's Java client, with one stored literal: what any snappy reader unpacks. */
async function sendSnappy(topic: string, values: readonly string[]): Promise<void> {
  kafkajs.CompressionCodecs[kafkajs.CompressionTypes.Snappy] = () => ({
    compress: ({ buffer }: { buffer: Buffer }) => Promise.resolve(storedSnappy(buffer)),
    decompress: () => Promise.reject(new Error('this suite only writes')),
  });
  const producer = kafka.producer();
  await producer.connect();
  await producer.send({ topic, compression: kafkajs.CompressionTypes.Snappy, messages: values.map((value) => ({ value })) });
  await producer.disconnect();
}

function storedSnappy(bytes: Buffer): Buffer {
  const length: number[] = [];
  for (let rest = bytes.length; ; rest >>>= 7) {
    length.push(rest > 0x7f ? (rest & 0x7f) | 0x80 : rest);
    if (rest <= 0x7f) break;
  }
  const literal = Buffer.from([61 << 2, (bytes.length - 1) & 0xff, (bytes.length - 1) >> 8]);
  const block = Buffer.concat([Buffer.from(length), literal, bytes]);
  const head = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0]);
  head.writeInt32BE(block.length, 16);
  return Buffer.concat([head, block]);
}

function consume(topic: string, options: Partial<ConsumeOptions>, take: (batch: Batch) => void): Promise<LogConsumer> {
  return log.consume({
    topic, group: randomUUID(), maxRecords: 100, maxBytes: 10_000_000, startAt: () => Promise.resolve(0),
    onBatch: (batch) => {
      take(batch);
      return Promise.resolve({ next: (batch.records.at(-1)?.offset ?? 0) + 1 });
    },
    ...options,
  }); // prettier-ignore
}

async function readAll(topic: string, count: number): Promise<LogRecord[]> {
  const records: LogRecord[] = [];
  const consumer = await consume(topic, {}, (batch) => void records.push(...batch.records));
  await Promise.race([eventually(() => records.length >= count), consumer.ended]);
  await consumer.close();
  return records;
}

const record = (value: string): OutgoingRecord => ({ key: null, value: Buffer.from(value), headers: {} });
const texts = (records: readonly (LogRecord | undefined)[]): (string | undefined)[] => records.map((one) => one?.value.toString());

async function eventually(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`not within 20 s: ${condition.toString()}`);
    await sleep(10);
  }
}
