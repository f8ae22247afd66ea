/** A broker of its own that is killed and comes back, with its records, on the same port. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Broker, startBroker } from '../../../deploy/kafka/broker.mjs';
import { LogUnavailable } from './errors.ts';
import { createKafkaLog } from './kafka/kafka-log.ts';
import type { OutgoingRecord } from './port.ts';

const TIMEOUT_MS = 120_000;
const DOWN_MS = 5_000;
/** Goal: 2 s after the port opens. The start line of the broker comes after that, and the machine is shared. */
const BACK_WITHIN_MS = 4_000;

const dir = mkdtempSync(join(tmpdir(), 'custody-outage-'));
let broker: Broker;

beforeAll(async () => {
  broker = await startBroker({ dir });
}, TIMEOUT_MS);
afterAll(async () => {
  await broker.kill();
  rmSync(dir, { recursive: true, force: true });
}, TIMEOUT_MS);

test('a broker that is killed and comes back loses no acknowledged record, and appends and reading go on by themselves', async () => {
  const topic = randomUUID();
  const warnings: string[] = [];
  const log = createKafkaLog({ brokers: [broker.brokers], clientId: 'outage', log: (level, message) => void (level === 'warn' && warnings.push(message)) });
  await log.ensureTopics([{ topic, partitions: 2 }]);
  const seen = new Map<string, number>();
  const consumer = await log.consume({
    topic, group: randomUUID(), maxRecords: 100, maxBytes: 1_000_000, startAt: () => Promise.resolve(0),
    onBatch: ({ records }) => {
      for (const { value } of records) seen.set(value.toString(), (seen.get(value.toString()) ?? 0) + 1);
      return Promise.resolve({ next: (records.at(-1)?.offset ?? 0) + 1 });
    },
  }); // prettier-ignore
  const acknowledged: string[] = [];
  let appending = true;
  const writer = (async () => {
    for (let n = 0; appending; n++) {
      await log.append(topic, [record(`${n}`)], 60_000);
      acknowledged.push(`${n}`);
      await sleep(5);
    }
  })();
  await eventually(() => seen.size > 50);
  await broker.kill();
  const short = await log.append(topic, [record('short of time')], 500).catch((error: unknown) => error);
  expect(short).toBeInstanceOf(LogUnavailable);
  await sleep(DOWN_MS);
  const before = { acknowledged: acknowledged.length, seen: seen.size };
  broker = await startBroker({ dir, port: broker.port });
  const back = Date.now();
  await eventually(() => acknowledged.length > before.acknowledged + 1);
  const firstAckMs = Date.now() - back;
  await eventually(() => seen.size > before.seen + 1);
  const firstReadMs = Date.now() - back;
  appending = false;
  await writer;
  await eventually(() => acknowledged.every((value) => seen.has(value)));
  await consumer.close();
  await log.close();
  expect({ firstAckMs, firstReadMs, late: Math.max(firstAckMs, firstReadMs) > BACK_WITHIN_MS }).toMatchObject({ late: false });
  expect(warnings.length).toBeGreaterThan(0);
  expect(warnings.length).toBeLessThan(30);
}, TIMEOUT_MS); // prettier-ignore

const record = (value: string): OutgoingRecord => ({ key: Buffer.from(value), value: Buffer.from(value), headers: {} });

async function eventually(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`not within a minute: ${condition.toString()}`);
    await sleep(10);
  }
}
