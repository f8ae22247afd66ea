/**
 * Why the Kafka adapter has no idempotent producer. Each round: the broker appends a record, its reply is lost and the connection with it,
 * the append is given up while the broker cannot be reached; then the next record is appended and acknowledged. Is it there?
 */
import { randomUUID } from 'node:crypto';
import kafkajs, { type Producer } from 'kafkajs';
import { brokersForSuite } from '../../../deploy/kafka/broker.mjs';
import { type ReplyThief, startReplyThief } from '../test-proxy.ts';
import { LogUnavailable } from './errors.ts';
import { createKafkaLog } from './kafka/kafka-log.ts';
import type { EventLog, OutgoingRecord } from './port.ts';

const ROUNDS = 10;
const GIVE_UP_MS = 300;
const TIMEOUT_MS = 120_000;

let brokers: string[];
let thief: ReplyThief;
let stop: () => Promise<void>;

beforeAll(async () => {
  const broker = await brokersForSuite();
  brokers = broker.brokers.split(',');
  stop = () => broker.stop();
  thief = await startReplyThief();
}, TIMEOUT_MS);
afterAll(async () => {
  await thief.close();
  await stop();
}, TIMEOUT_MS);

test('of records acknowledged after a lost reply none is missing', async () => {
  const topic = await newTopic();
  const log = createKafkaLog({ brokers, clientId: 'publisher', socketFactory: thief.socketFactory });
  const acknowledged = await rounds({
    async giveUp(value) {
      await expect(log.append(topic, [record(value)], GIVE_UP_MS)).rejects.toBeInstanceOf(LogUnavailable);
    },
    append: (value) => log.append(topic, [record(value)]),
  });
  await log.close();
  const present = await readAll(topic);
  expect(acknowledged).toHaveLength(ROUNDS);
  expect(acknowledged.filter((value) => !present.includes(value))).toEqual([]);
}, TIMEOUT_MS); // prettier-ignore

test('control: kafkajs with idempotent: true loses a record that it acknowledged in every round', async () => {
  const topic = await newTopic();
  const kafka = new kafkajs.Kafka({ brokers, clientId: 'control', socketFactory: thief.socketFactory, logLevel: kafkajs.logLevel.NOTHING, retry: { initialRetryTime: 50, retries: 2 } });
  const producer: Producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1, retry: { initialRetryTime: 50, retries: 2 } });
  await producer.connect();
  const send = async (value: string): Promise<void> => void (await producer.send({ topic, messages: [{ value }] }));
  await send('first');
  const acknowledged = await rounds({
    async giveUp(value) {
      await expect(send(value)).rejects.toThrow(Error);
    },
    append: send,
  });
  await producer.disconnect();
  const present = await readAll(topic);
  const lost = acknowledged.filter((value) => !present.includes(value));
  expect(lost).toHaveLength(ROUNDS);
}, TIMEOUT_MS); // prettier-ignore

/** The values whose append was acknowledged. */
async function rounds(publisher: { giveUp(value: string): Promise<void>; append(value: string): Promise<void> }): Promise<string[]> {
  const acknowledged: string[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const before = thief.lost();
    thief.loseNextProduceReply();
    await publisher.giveUp(`given up ${round}`);
    expect(thief.lost()).toBe(before + 1); // the fault did happen
    thief.heal();
    await publisher.append(`acknowledged ${round}`);
    acknowledged.push(`acknowledged ${round}`);
  }
  return acknowledged;
}

async function newTopic(): Promise<string> {
  const topic = randomUUID();
  await withLog((log) => log.ensureTopics([{ topic, partitions: 1 }]));
  return topic;
}

async function readAll(topic: string): Promise<string[]> {
  return withLog(async (log) => {
    const [end] = await log.ends(topic);
    const values: string[] = [];
    await new Promise<void>((resolve, reject) => {
      void log.consume({
        topic, group: randomUUID(), maxRecords: 100, maxBytes: 1_000_000, startAt: () => Promise.resolve(0),
        onBatch: ({ records }) => {
          values.push(...records.map(({ value }) => value.toString()));
          const next = (records.at(-1)?.offset ?? 0) + 1;
          if (next >= (end?.high ?? 0)) resolve();
          return Promise.resolve({ next });
        },
      }).catch(reject); // prettier-ignore
    });
    return values;
  });
}

async function withLog<T>(work: (log: EventLog) => Promise<T>): Promise<T> {
  const log = createKafkaLog({ brokers, clientId: 'auditor' });
  try {
    return await work(log);
  } finally {
    await log.close();
  }
}

const record = (value: string): OutgoingRecord => ({ key: null, value: Buffer.from(value), headers: {} });
