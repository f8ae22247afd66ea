/** How long a role waits for a connection: a client is told soon, work of our own is not disturbed by a process that is busy. */
import { createLog, readConfig, type Config } from '#lib/runtime';
import { testDatabase, type TestDatabase } from '../../../libs/store/test-database.ts';
import { openDatabase, type Database } from './database.ts';
import { openEventLog } from './event-logs.ts';

/** Longer than a client is kept waiting; a start on a busy machine was measured to keep the process from its sockets for 2 to 4 s. */
const BLOCKED_MS = 1_500;
const TOPIC = 'busy';

function blockThisProcess(): void {
  const until = performance.now() + BLOCKED_MS;
  while (performance.now() < until);
}

describe('a connection that is made while this process is kept from its sockets', () => {
  let test: TestDatabase;
  let database: Database;
  let config: Config;
  const lines: string[] = [];
  const log = createLog({ level: 'warn', secrets: [], destination: { write: (line: string) => void lines.push(line) } });

  beforeAll(async () => {
    test = await testDatabase();
    const read = readConfig({ env: { DATABASE_URL: test.url }, cwd: '/' });
    if (!read.ok) throw new Error('this is a configuration');
    config = read.config;
    database = await openDatabase(config, log);
  }, 60_000);
  afterAll(async () => {
    await database.closePools();
    await test.drop();
  });

  it('stands for work of our own, and is given up where a client waits', async () => {
    const connected = async (clientsWait: boolean): Promise<string> => {
      const connecting = database
        .pool('capture', { clientsWait })
        .query('select 1')
        .then(
          () => 'connected',
          (error: Error) => error.message,
        );
      // The handshake has begun: what the server answers lies there, unread.
      await new Promise((resolve) => setImmediate(resolve));
      blockThisProcess();
      return connecting;
    };
    expect(await connected(false)).toBe('connected');
    expect(await connected(true)).toMatch(/timeout/);
  }, 30_000);

  it.each([
    [1, 0],
    [4, 3],
  ])(
    'is no warning of the event log where it fails once: %d looks that fail in a row, %d warnings',
    async (failures, warnings) => {
      const pool = database.pool('capture', { max: 12 });
      let left = 0;
      const failing: Database = {
        ...database,
        pool: () => ({
          ...pool,
          connect: () => (left-- > 0 ? Promise.reject(new Error('Connection terminated due to connection timeout')) : pool.connect()),
        }),
      };
      const events = openEventLog(config, log, failing);
      await events.ensureTopics([{ topic: TOPIC, partitions: 1 }]);
      const consumer = await events.consume({
        topic: TOPIC,
        group: 'busy',
        maxRecords: 1,
        maxBytes: 1_000,
        startAt: () => Promise.resolve(0),
        onBatch: ({ next }) => Promise.resolve({ next }),
      });
      const looked = (): number => lines.filter((line) => line.includes('could not be looked at')).length;
      // Its membership has a connection by then; from here on only the topic is looked at.
      while (consumer.assignment().length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
      const before = looked();
      left = failures;
      while (left >= 0) await new Promise((resolve) => setTimeout(resolve, 10));
      await consumer.close();
      await events.close();
      expect(looked() - before).toBe(warnings);
    },
    60_000,
  );
});
