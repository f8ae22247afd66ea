/** What the contract does not ask, since only the embedded log has it: connections that end or hang, notifications, transactions. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { createPool, type StorePool } from '#lib/store';
import { testDatabase, type TestDatabase } from '../../store/test-database.ts';
import { createEmbeddedLog, type EmbeddedLogOptions } from './embedded/embedded-log.ts';
import type { ConsumeOptions, EventLog, LogConsumer, OutgoingRecord } from './port.ts';
import type { SqlClient, SqlPool } from './sql-port.ts';

const TIMEOUT_MS = 60_000;

let database: TestDatabase;
let owner: StorePool;
let opened: (() => Promise<void>)[] = [];

beforeAll(async () => {
  database = await testDatabase();
  owner = database.pool('owner');
}, TIMEOUT_MS);
afterEach(async () => {
  await Promise.all(opened.map((close) => close()));
  opened = [];
}, TIMEOUT_MS);
afterAll(() => database.drop(), TIMEOUT_MS);

test('a member whose connection ends loses its partitions at once, joins again, and no record is missed', async () => {
  const { log, topic } = await newTopic(4);
  const group = randomUUID();
  const offsets = new Map<number, number>();
  const seen: string[] = [];
  const first = await read(log, topic, { group }, seen, offsets);
  const second = await read(open(), topic, { group }, seen, offsets);
  await eventually(() => first.assignment().length === 2 && second.assignment().length === 2);
  const ended = await owner.query<{ pid: number }>(
    `select pg_terminate_backend(pid) as ended, pid from pg_locks where locktype = 'advisory' and mode = 'ShareLock' and database = (select oid from pg_database where datname = current_database()) limit 1`,
  );
  expect(ended.rows).toHaveLength(1);
  await log.append(topic, numbered(100));
  await eventually(() => new Set(seen).size === 100);
  await eventually(() => first.assignment().length === 2 && second.assignment().length === 2);
}, TIMEOUT_MS); // prettier-ignore

describe('a member that is stopped, though its connection stands', () => {
  /** How long until the other member has all partitions; Infinity where it is not within the time given. */
  async function takeOverMs(sessionTimeoutMs: number, withinMs: number): Promise<number> {
    const { topic } = await newTopic(2);
    const group = randomUUID();
    const hang = hanging();
    const stopped = await read(open({ sessionTimeoutMs }, hang.pool), topic, { group }, []);
    await eventually(() => stopped.assignment().length === 2);
    const begin = Date.now();
    hang.now();
    const other = await read(open(), topic, { group }, []);
    while (other.assignment().length < 2 && Date.now() - begin < withinMs) await sleep(20);
    const took = other.assignment().length === 2 ? Date.now() - begin : Infinity;
    hang.end();
    return took;
  }

  test('loses its partitions after the session timeout', async () => {
    expect(await takeOverMs(1_500, 10_000)).toBeLessThan(6_000);
  }, TIMEOUT_MS); // prettier-ignore

  test('control: without that timeout it holds them for as long as it hangs', async () => {
    expect(await takeOverMs(0, 6_000)).toBe(Infinity);
  }, TIMEOUT_MS); // prettier-ignore
});

test('where notifications are lost, records arrive within a second all the same', async () => {
  const { topic } = await newTopic(1);
  const deaf = open({}, (pool) => ({ connect: () => pool.connect(), listen: () => Promise.resolve(() => Promise.resolve()) }));
  const seen: string[] = [];
  const reader = await read(deaf, topic, {}, seen);
  await eventually(() => reader.assignment().length === 1);
  const begin = Date.now();
  await deaf.append(topic, numbered(1));
  await eventually(() => seen.length === 1);
  expect(Date.now() - begin).toBeLessThan(1_500);
}, TIMEOUT_MS); // prettier-ignore

test('appends that wait at the same time share transactions', async () => {
  let commits = 0;
  const log = open({}, watching((text) => void (text === 'commit' && commits++)));
  const topic = await makeTopic(log, 4);
  await Promise.all(Array.from({ length: 300 }, (_, n) => log.append(topic, numbered(1, n))));
  expect(commits).toBeLessThanOrEqual(3);
  expect(await total(log, topic)).toBe(300);
}, TIMEOUT_MS); // prettier-ignore

test('processes that append to the same partitions neither wait in a circle nor share an offset', async () => {
  const { log, topic } = await newTopic(4);
  const logs = [log, open(), open()];
  await Promise.all(logs.flatMap((one, member) => Array.from({ length: 20 }, (_, n) => one.append(topic, numbered(30, member * 600 + n * 30)))));
  const seen: string[] = [];
  await read(log, topic, {}, seen);
  await eventually(() => seen.length === 1_800);
  expect(new Set(seen).size).toBe(1_800);
}, TIMEOUT_MS); // prettier-ignore

test('an append that fails in the middle leaves no hole, and is tried again', async () => {
  let failures = 2;
  const log = open({}, watching((text) => {
    if (text.includes('pg_notify') && text.includes('moved') && failures-- > 0) throw new Error('Connection terminated unexpectedly');
  })); // prettier-ignore
  const topic = await makeTopic(log, 1);
  await log.append(topic, numbered(10));
  expect(failures).toBeLessThan(0);
  const { rows } = await owner.query<{ offset: number }>('select "offset" from event_log.records r join event_log.topics t using (topic_no) where t.topic = $1 order by 1', [topic]);
  expect(rows.map(({ offset }) => offset)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(await total(log, topic)).toBe(10);
}, TIMEOUT_MS); // prettier-ignore

test('an append that waits for a lock for too long is given up, and is not written later', async () => {
  const { log, topic } = await newTopic(1);
  const blocker = await owner.connect();
  await blocker.query('begin');
  await blocker.query('select from event_log.partitions for update');
  const first = log.append(topic, numbered(1), 400);
  await sleep(50);
  const second = log.append(topic, numbered(1, 1), 400);
  await expect(first).rejects.toMatchObject({ code: 'log.unavailable' }); // its transaction waits: it may still be written
  await expect(second).rejects.toMatchObject({ code: 'log.unavailable' });
  await blocker.query('rollback');
  blocker.release();
  await log.append(topic, numbered(1, 2));
  const seen: string[] = [];
  await read(log, topic, {}, seen);
  await eventually(() => seen.includes('2'));
  expect(seen).not.toContain('1'); // it never came to be sent
}, TIMEOUT_MS); // prettier-ignore

test('a record that vanished between the ends of its partition stops the consumer; it is not skipped', async () => {
  const { log, topic } = await newTopic(1);
  await log.append(topic, numbered(20));
  await owner.query('delete from event_log.records r using event_log.topics t where t.topic_no = r.topic_no and t.topic = $1 and r."offset" = 7', [topic]);
  const seen: string[] = [];
  const { ended } = await read(log, topic, {}, seen);
  await expect(ended).rejects.toMatchObject({ name: 'FatalLogError', code: 'offset.out-of-range' });
  expect(seen.every((value) => Number(value) < 7)).toBe(true);
}, TIMEOUT_MS); // prettier-ignore

function open(options: Omit<EmbeddedLogOptions, 'pool'> = {}, change: (pool: SqlPool) => SqlPool = (pool) => pool): EventLog {
  const pool = createPool({ url: database.url, applicationName: 'embedded log', role: 'capture', max: 8 });
  const log = createEmbeddedLog({ pool: change(pool), ...options });
  opened.push(() => log.close().then(() => pool.close()));
  return log;
}

/** Sees each statement before it is sent; what it throws is thrown instead of sending. */
function watching(see: (text: string) => void): (pool: SqlPool) => SqlPool {
  return changing((client) => ({
    query: (text, values) => {
      see(text);
      return client.query(text, values);
    },
  }));
}

/** From `now` on statements are neither sent nor answered, as by a stopped process; `end` lets them fail. */
function hanging(): { pool: (pool: SqlPool) => SqlPool; now(): void; end(): void } {
  let gate: Promise<never> | undefined;
  let end = (): void => {};
  return {
    pool: changing((client) => ({ query: (text, values) => gate ?? client.query(text, values) })),
    now: () => {
      gate = new Promise((_, reject) => {
        end = () => reject(new Error('Connection terminated unexpectedly'));
      });
    },
    end: () => {
      end();
      gate?.catch(() => {});
      gate = undefined;
    },
  };
}

const changing =
  (change: (client: SqlClient) => Pick<SqlClient, 'query'>) =>
  (pool: SqlPool): SqlPool => ({
    listen: (channel, onNotify) => pool.listen(channel, onNotify),
    async connect() {
      const client = await pool.connect();
      return {
        copyIn: (text, payload) => client.copyIn(text, payload),
        copyOut: (text) => client.copyOut(text),
        release: (broken) => client.release(broken),
        ...change(client),
      };
    },
  });

async function makeTopic(log: EventLog, partitions: number): Promise<string> {
  const topic = randomUUID();
  await log.ensureTopics([{ topic, partitions }]);
  return topic;
}

async function newTopic(partitions: number): Promise<{ log: EventLog; topic: string }> {
  const log = open();
  return { log, topic: await makeTopic(log, partitions) };
}

function read(
  log: EventLog,
  topic: string,
  options: Partial<ConsumeOptions>,
  seen: string[],
  offsets = new Map<number, number>(),
): Promise<LogConsumer> {
  return log.consume({
    topic, group: randomUUID(), maxRecords: 5, maxBytes: 1_000_000,
    startAt: ({ partition }) => Promise.resolve(offsets.get(partition) ?? 0),
    onBatch: ({ partition, records }) => {
      seen.push(...records.map(({ value }) => value.toString()));
      offsets.set(partition, (records.at(-1)?.offset ?? 0) + 1);
      return Promise.resolve({ next: offsets.get(partition) ?? 0 });
    },
    ...options,
  }); // prettier-ignore
}

const numbered = (count: number, from = 0): OutgoingRecord[] =>
  Array.from({ length: count }, (_, n) => ({ key: Buffer.from(`key ${n % 23}`), value: Buffer.from(String(from + n)), headers: {} }));

const total = async (log: EventLog, topic: string): Promise<number> => (await log.ends(topic)).reduce((sum, { high }) => sum + high, 0);

async function eventually(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`not within 20 s: ${condition.toString()}`);
    await sleep(10);
  }
}
