/** A broker that lets in only who comes by TLS with a SASL login: each kind of connection that the adapter makes has to. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Broker, startBroker } from '../../../deploy/kafka/broker.mjs';
import { createKafkaLog } from './kafka/kafka-log.ts';
import type { KafkaLogOptions } from './kafka/client.ts';

const TIMEOUT_MS = 120_000;
const login = { username: 'custody', password: 'correct-horse' };

const dir = mkdtempSync(join(tmpdir(), 'custody-guarded-'));
let broker: Broker;

beforeAll(async () => {
  broker = await startBroker({ dir, login });
}, TIMEOUT_MS);
afterAll(async () => {
  await broker.kill();
  rmSync(dir, { recursive: true, force: true });
}, TIMEOUT_MS);

const options = (change: Partial<KafkaLogOptions>): KafkaLogOptions => ({
  brokers: [broker.brokers], clientId: 'guarded', ssl: { ca: readFileSync(broker.certificateFile, 'utf8') }, sasl: { mechanism: 'plain', ...login }, ...change,
}); // prettier-ignore

test('topics are made, records appended and read, ends and metadata asked for', async () => {
  const log = createKafkaLog(options({}));
  const topic = randomUUID();
  await log.ensureTopics([{ topic, partitions: 2 }]);
  await log.append(topic, [{ key: null, value: Buffer.from('a'), headers: {} }]);
  const seen: string[] = [];
  await new Promise<void>((resolve, reject) => {
    log.consume({
      topic, group: randomUUID(), maxRecords: 10, maxBytes: 1_000, startAt: () => Promise.resolve(0),
      onBatch: ({ records }) => {
        seen.push(...records.map(({ value }) => value.toString()));
        resolve();
        return Promise.resolve({ next: (records.at(-1)?.offset ?? 0) + 1 });
      },
    }).catch(reject); // prettier-ignore
  });
  expect(seen).toEqual(['a']);
  expect((await log.ends(topic)).reduce((sum, { high }) => sum + high, 0)).toBe(1);
  await log.ping();
  await log.close();
}, TIMEOUT_MS); // prettier-ignore

test.each<[string, () => Partial<KafkaLogOptions>]>([
  ['a wrong password', () => ({ sasl: { mechanism: 'plain', ...login, password: 'wrong' } })],
  ['no trust in its certificate', () => ({ ssl: true })],
])('with %s nothing is answered, and the caller hears it', async (_, change) => {
  const log = createKafkaLog(options(change()));
  await expect(log.ping()).rejects.toMatchObject({ code: 'log.unavailable' });
  await expect(log.append('t', [{ key: null, value: Buffer.from('a'), headers: {} }], 2_000)).rejects.toMatchObject({ code: 'log.unavailable' });
  await log.close();
}, TIMEOUT_MS); // prettier-ignore
