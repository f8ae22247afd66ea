/** What an operator reads of the event log in it: every line with where and why. */
import { type Config, createLog, readConfig } from '#lib/runtime';
import { testDatabase, type TestDatabase } from '../../../libs/store/test-database.ts';
import type { Database } from './database.ts';
import { openEventLog } from './event-logs.ts';

const TOPIC = 'told';

const config = ((): Config => {
  const read = readConfig({ env: {}, cwd: '/' });
  if (!read.ok) throw new Error('the defaults are a configuration');
  return read.config;
})();

describe('a batch that is not taken', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await testDatabase();
  }, 60_000);
  afterAll(() => database.drop());

  it('is told with topic, partition, offset, attempt and the code of its reason', async () => {
    const records: Record<string, unknown>[] = [];
    const destination = { write: (line: string) => void records.push(JSON.parse(line) as Record<string, unknown>) };
    const log = openEventLog(config, createLog({ level: 'warn', secrets: [], destination }), {
      pool: (role) => database.pool(role),
    } as Pick<Database, 'pool'> as Database);
    await log.ensureTopics([{ topic: TOPIC, partitions: 1 }]);
    await log.append(TOPIC, [{ key: null, value: Buffer.from('x'), headers: {} }]);
    let tries = 0;
    let take: () => void = () => undefined;
    const taken = new Promise<void>((resolve) => (take = resolve));
    const consumer = await log.consume({
      topic: TOPIC,
      group: 'told',
      maxRecords: 1,
      maxBytes: 1_000,
      startAt: () => Promise.resolve(0),
      onBatch: (batch) => {
        if (++tries === 1) return Promise.reject(Object.assign(new Error('canceling statement'), { code: '57014' }));
        take();
        return Promise.resolve({ next: batch.records.length });
      },
    });
    await taken;
    await consumer.close();
    await log.close();
    expect(records).toContainEqual(
      expect.objectContaining({
        component: 'event log',
        message: 'A batch was not taken; it comes again.',
        topic: TOPIC,
        partition: 0,
        offset: 0,
        attempt: 1,
        error: expect.objectContaining({ class: 'Error', code: '57014' }) as unknown,
      }),
    );
    expect(JSON.stringify(records)).not.toContain('canceling');
  }, 30_000);
});
