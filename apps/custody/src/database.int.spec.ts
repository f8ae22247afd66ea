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

  it('is no warning of the event log', async () => {
    const events = openEventLog(config, log, database);
    await events.ensureTopics([{ topic: TOPIC, partitions: 4 }]);
    const consumer = await events.consume({
      topic: TOPIC,
      group: 'busy',
      maxRecords: 1,
      maxBytes: 1_000,
      startAt: () => Promise.resolve(0),
      onBatch: ({ next }) => Promise.resolve({ next }),
    });
    // The topic is looked at twice a second, and its first look of its own makes a connection.
    for (const end = performance.now() + 3 * BLOCKED_MS; performance.now() < end;) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      if (performance.now() + BLOCKED_MS < end) blockThisProcess();
    }
    await consumer.close();
    await events.close();
    expect(lines.filter((line) => line.includes('could not be looked at'))).toEqual([]);
  }, 30_000);
});
