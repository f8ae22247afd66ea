import { createMemoryLog, FatalLogError, LogUnavailable, type EventLog, type LogRecord, type MemoryLog } from '#lib/event-log';
import { projectBatch, type StorePool } from '#lib/store';
import { testDatabase, type TestDatabase } from '../../../libs/store/test-database.ts';
import { deadLetterRelay } from './dead-letter-relay.ts';

const TOPIC = 'dead-letters';
const PARTITION = { clusterId: 'c', topicId: 't', topic: 'events', partition: 0 };

let database: TestDatabase;
let projector: StorePool;
let owner: StorePool;
let log: MemoryLog;

beforeAll(async () => {
  database = await testDatabase();
  projector = database.pool('projector');
  owner = database.pool('owner');
}, 60_000);
afterAll(() => database.drop());

beforeEach(async () => {
  await owner.query('truncate ledger.dead_letters, ledger.offsets restart identity');
  log = createMemoryLog();
  await log.ensureTopics([{ topic: TOPIC, partitions: 1 }]);
});

/** As the projector finds them. */
async function bury(from: number, count: number): Promise<void> {
  const dead = Array.from({ length: count }, (_, n) => ({
    offset: from + n,
    code: 'record.malformed',
    detail: 'x',
    key: null,
    headers: {},
    value: Buffer.from(`letter ${from + n}`),
  }));
  expect(await projectBatch(projector, PARTITION, from, from + count, [], dead)).toMatchObject({ deadLetters: count });
}

/** A relay as a process has it from its start, run until it rests. */
async function relayed(to: EventLog = log): Promise<number> {
  const before = await end();
  const step = deadLetterRelay(projector, to, TOPIC);
  while (await step());
  return (await end()) - before;
}

const end = async (): Promise<number> => (await log.ends(TOPIC))[0]?.high ?? 0;

async function copies(): Promise<string[]> {
  const count = await end();
  const records: LogRecord[] = [];
  if (count === 0) return [];
  const consumer = await log.consume({
    topic: TOPIC,
    group: 'reader',
    maxRecords: 1_000,
    maxBytes: 1 << 24,
    startAt: () => Promise.resolve(0),
    onBatch: (batch) => {
      records.push(...batch.records);
      return Promise.resolve({ next: (batch.records.at(-1)?.offset ?? 0) + 1 });
    },
  });
  while (records.length < count) await new Promise((resolve) => setTimeout(resolve, 5));
  await consumer.close();
  return records.map(({ headers, value }) => `${headers['custody-seq']?.toString() ?? ''} ${value.toString()}`);
}

describe('copies of dead letters in their topic', () => {
  it('are made once each over restarts; control: without the mark they come again', async () => {
    await bury(0, 3);
    expect(await relayed()).toBe(3);
    await bury(3, 2);
    expect(await relayed()).toBe(2);
    expect(await relayed()).toBe(0);
    expect(await copies()).toEqual([0, 1, 2, 3, 4].map((n) => `${n + 1} letter ${n}`));
    await owner.query('update ledger.dead_letters set copied = null');
    expect(await relayed()).toBe(5);
  });

  it('are made of what came while no process ran, however much it was', async () => {
    await bury(0, 350);
    expect(await relayed()).toBe(350);
    expect(new Set(await copies()).size).toBe(350);
  }, 30_000);

  it('are made of a letter whose number appears behind later ones', async () => {
    const open = await owner.connect();
    await open.query('begin');
    await open.query(
      `insert into ledger.dead_letters (cluster_id, topic_id, topic, partition, "offset", code, detail, headers, value, found)
       values ('c', 't', 'events', 1, 0, 'record.malformed', '', '[]', 'late', 0)`,
    );
    await bury(0, 1);
    expect(await relayed()).toBe(1);
    await open.query('commit');
    open.release();
    expect(await relayed()).toBe(1);
    expect(await copies()).toEqual(['2 letter 0', '1 late']);
  });

  it('come again under the same number where it is not known whether they arrived, and are never left out', async () => {
    await bury(0, 2);
    log.faults.loseReplies(1);
    await expect(relayed()).rejects.toMatchObject({ code: 'log.unavailable' });
    log.faults.rejectAppends(1);
    await expect(relayed()).rejects.toMatchObject({ code: 'log.unavailable' });
    expect(await relayed()).toBe(2);
    expect(await copies()).toEqual(['1 letter 0', '1 letter 0', '2 letter 1']);
    // Those before the one that failed are marked.
    await bury(2, 3);
    let tries = 0;
    const breaking: EventLog = {
      ...log,
      append: (topic, records) => (++tries === 3 ? Promise.reject(new LogUnavailable('away')) : log.append(topic, records)),
    };
    await expect(relayed(breaking)).rejects.toMatchObject({ code: 'log.unavailable' });
    expect(await relayed()).toBe(1);
    expect((await copies()).slice(3)).toEqual(['3 letter 2', '4 letter 3', '5 letter 4']);
  });

  it('are made once each by several projectors at the same time', async () => {
    await bury(0, 60);
    await Promise.all([relayed(), relayed(), relayed()]);
    expect((await copies()).sort()).toEqual(Array.from({ length: 60 }, (_, n) => `${n + 1} letter ${n}`).sort());
  });

  it('say that the bytes are left out where the topic does not take them, and hold up nobody', async () => {
    await bury(0, 3);
    const narrow: EventLog = {
      ...log,
      append: (topic, records) =>
        records[0]?.value.toString() === 'letter 1'
          ? Promise.reject(new FatalLogError('record.too-large', 'The topic refuses a record of this size.'))
          : log.append(topic, records),
    };
    expect(await relayed(narrow)).toBe(3);
    expect(await copies()).toEqual(['1 letter 0', '2 ', '3 letter 2']);
  });
});
