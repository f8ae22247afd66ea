/** The oracle finds what it is there to find: a whole ledger has no problem, and each damage that is planted in it has its own. */
import { decodeBatch } from '#app/projector';
import { createEmbeddedLog, type EventLog, type OutgoingRecord } from '#lib/event-log';
import { projectBatch, type StorePool } from '#lib/store';
import { testDatabase, type TestDatabase } from '../../../libs/store/test-database.ts';
import { documentAt } from './documents.ts';
import { judge, type Evidence, type Verdict } from './judge.ts';
import { contentHashOf, readEntries, readWaiting, type WaitingRecord } from './ledger-state.ts';
import type { Operation } from './operations.ts';
import { AGENCY, recordOf } from './records.ts';
import { PUBLISHER_KEY } from './scene.ts';
import { hashTimelines, inputsByItem } from './timelines.ts';

const INPUTS = { seed: 4, count: 60 };
const PARTITION = { clusterId: 'c', topicId: 't', topic: 'sightings', partition: 0 };

let database: TestDatabase;
let owner: StorePool;

beforeEach(async () => {
  database = await testDatabase();
  owner = database.pool('owner');
  await project(0, INPUTS.count);
}, 30_000);
afterEach(() => database.drop());

async function project(from: number, to: number): Promise<void> {
  const records = Array.from({ length: to - from }, (_, n) => {
    const { key, value, headers } = recordOf(documentAt(INPUTS, from + n));
    return { offset: from + n, key, value, headers: headers as Record<string, string> };
  });
  const { events, dead } = decodeBatch(records, new Map([[AGENCY, [PUBLISHER_KEY]]]));
  expect(dead).toEqual([]);
  await projectBatch(database.pool('projector'), PARTITION, from, to, events, []);
}

const acknowledged = (n: number): Operation => {
  const document = documentAt(INPUTS, n);
  return { at: n, id: document.id, hash: contentHashOf(document), outcome: 'ok', status: 202 };
};

async function verdict(more: Partial<Evidence> = {}): Promise<Verdict> {
  const operations = Array.from({ length: INPUTS.count }, (_, n) => acknowledged(n));
  return judge(owner, { operations, expected: operations.map(({ id }) => id), ...more });
}

/** The topic's partitions that hold records then. */
async function appended(topic: string, records: readonly OutgoingRecord[]): ReturnType<EventLog['ends']> {
  const log = createEmbeddedLog({ pool: database.pool('owner') });
  try {
    await log.ensureTopics([{ topic, partitions: 2 }]);
    await log.append(topic, records);
    return (await log.ends(topic)).filter(({ high }) => high > 0);
  } finally {
    await log.close();
  }
}

/** As only the database's own superuser can. */
async function tamper(statement: string): Promise<void> {
  await owner.transaction(async (client) => {
    await client.query('set local session_replication_role = replica');
    await client.query(statement);
  });
}

test('a whole ledger has no problem, nor has one that equals the undisturbed run', async () => {
  const timelines = hashTimelines(inputsByItem(await readEntries(owner)));
  const found = await verdict({ timelines });
  expect(found).toMatchObject({ problems: [], acknowledged: INPUTS.count, entries: INPUTS.count, lost: 0, duplicated: 0 });
  expect(found.timelines).toBeGreaterThan(5);
});

test('an acknowledged sighting that is not there is lost', async () => {
  const missing = { ...acknowledged(0), id: 'never-written' };
  expect(await verdict({ operations: [missing], expected: [] })).toMatchObject({ lost: 1 });
});

test('an input that nobody acknowledged and that is not there is told, and is not called lost', async () => {
  const found = await verdict({ operations: [], expected: ['never-written'] });
  expect(found).toMatchObject({ lost: 0, problems: [expect.stringContaining('1 sightings of the inputs are not there')] });
});

test('what was acknowledged and waits in the event log is not lost, and what it has with other bytes is', async () => {
  const document = { ...documentAt(INPUTS, 0), id: 'not-taken' };
  const [operation, topic] = [{ ...acknowledged(0), id: document.id, hash: contentHashOf(document) }, 'waiting'];
  const partitions = await appended(topic, [recordOf(document), { key: null, value: Buffer.from('hello'), headers: {} }]);
  const judged = (hash: string, waiting?: readonly WaitingRecord[]) =>
    verdict({ operations: [{ ...operation, hash }], expected: [document.id], ...(waiting === undefined ? {} : { waiting }) });
  const waiting = await readWaiting(owner, topic);
  expect(await judged(operation.hash, waiting)).toMatchObject({ acknowledged: 1, lost: 0, problems: [] });
  expect(await judged('f'.repeat(64), waiting)).toMatchObject({ lost: 1 });
  // The control: without a look at the log it counts as lost.
  expect(await judged(operation.hash)).toMatchObject({ lost: 1 });
  // Nor does it wait where the ledger is past it: nobody takes it any more.
  for (const { high, low: _, ...partition } of partitions) await projectBatch(database.pool('projector'), partition, 0, high, [], []);
  expect(await judged(operation.hash, await readWaiting(owner, topic))).toMatchObject({ lost: 1 });
});

test('an acknowledged sighting that is there with other bytes is lost', async () => {
  expect(await verdict({ operations: [{ ...acknowledged(0), hash: 'f'.repeat(64) }] })).toMatchObject({ lost: 1 });
});

test.each([
  [
    'a doubled entry',
    'alter table ledger.entries drop constraint entries_event; insert into ledger.entries select 60, agency, id, commitment, content_hash from ledger.entries where log_index = 0; insert into ledger.content select 60, principal, captured, secret, bytes from ledger.content where log_index = 0',
    'doubled',
  ],
  ['a hole in the log', 'update ledger.head set size = size + 1', 'not dense'],
  ['another secret', `update ledger.content set secret = decode(repeat('00', 32), 'hex') where log_index = 7`, 'commitments differ'],
  [
    'other content',
    `update ledger.content set bytes = convert_to(replace(convert_from(bytes, 'utf8'), 'NLRTM', 'DEHAM'), 'utf8')`,
    'commitments differ',
  ],
  ['a missing timeline row', 'delete from ledger.timeline where log_index = 9', 'timeline rows'],
])('%s is found', async (_, statement, problem) => {
  await tamper(statement);
  expect((await verdict()).problems.join('\n')).toContain(problem);
});

test('a timeline other than that of the undisturbed run is found', async () => {
  const timelines = hashTimelines(inputsByItem((await readEntries(owner)).slice(0, -1)));
  expect((await verdict({ timelines })).problems.join('\n')).toContain('differ from the undisturbed run');
});

test('a sighting that the client was told nothing about, and that is there, is a ghost and no fault', async () => {
  const operations = [{ ...acknowledged(5), outcome: 'unknown' as const }];
  expect(await verdict({ operations })).toMatchObject({ ghosts: 1, lost: 0, problems: [] });
});
