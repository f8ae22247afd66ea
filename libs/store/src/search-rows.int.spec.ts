/** Search knows what the ledger knows: in the same transaction, each row once, whatever comes twice, conflicts, or is refused. */
import fc from 'fast-check';
import { createHash } from 'node:crypto';
import { testDatabase, type TestDatabase } from '../test-database.ts';
import { createPool, projectBatch, type PartitionId, type ProjectedEvent, type SearchKeys, type StorePool } from './index.ts';
import { SearchMemory } from './search-rows.ts';

const keys: SearchKeys = { ofItem: (item) => [item.slice(0, 5), item.slice(-2)], ofAlias: (alias) => [alias.slice(0, 6)] };
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

interface Draw {
  readonly id: number;
  readonly version: number;
  readonly items: readonly number[];
  readonly alias: number | null;
  readonly hidden: boolean;
  readonly bad: boolean;
}

const draw: fc.Arbitrary<Draw> = fc.record({
  id: fc.integer({ min: 0, max: 8 }),
  version: fc.integer({ min: 0, max: 1 }),
  items: fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 3 }),
  alias: fc.option(fc.integer({ min: 0, max: 1 })),
  hidden: fc.boolean(),
  bad: fc.boolean(),
});

function eventOf(run: number, { id, version, items, alias, hidden, bad }: Draw, offset: number): ProjectedEvent {
  const names = items.map((item) => `vin:${run}-${item}`);
  const content = Buffer.from(JSON.stringify({ run, id, version, items, alias, hidden, bad }));
  return {
    agency: 'local',
    id: `r${run}-${id}`,
    principal: 'operator',
    commitment: sha256('c'),
    contentHash: createHash('sha256').update(content).digest('hex'),
    secret: sha256('s'),
    capturedMicros: 1,
    content,
    kind: 0,
    starts: null,
    ends: null,
    items: names,
    groups: hidden ? ['agency:a', 'agency:b'] : ['clear'],
    // A NUL is refused by the server alone, after the rows of the batch were sent.
    targets: bad ? [{ agency: 'local', id: '\0' }] : [],
    word: null,
    ...(alias === null || names[0] === undefined ? {} : { aliases: [{ item: names[0], alias: `name:MV ${alias}` }] }),
    offset,
    raw: content,
  };
}

describe('the rows by which search finds items', () => {
  let database: TestDatabase;
  let owner: StorePool;
  let pool: StorePool;
  beforeAll(async () => {
    database = await testDatabase();
    owner = database.pool('owner');
    pool = database.pool('projector');
  });
  afterAll(() => database.drop());

  /** What follows from the entries that stand, and what is there: each as `group key item alias`. */
  async function wanted(run: number, events: readonly ProjectedEvent[]): Promise<string[]> {
    const { rows } = await owner.query<{ id: string; hash: string }>(
      `select id, encode(content_hash, 'hex') as hash from ledger.entries where id like $1`,
      [`r${run}-%`],
    );
    const stands = new Map(rows.map(({ id, hash }) => [id, hash]));
    const all = new Set<string>();
    for (const { id, contentHash, items, groups, aliases = [] } of events) {
      if (stands.get(id) !== contentHash) continue;
      for (const group of groups) {
        for (const item of items) for (const key of keys.ofItem(item)) all.add(`${group} ${key} ${item} `);
        for (const { item, alias } of aliases) for (const key of ['@', ...keys.ofAlias(alias)]) all.add(`${group} ${key} ${item} ${alias}`);
      }
    }
    return [...all].sort();
  }

  async function there(run: number): Promise<string[]> {
    const { rows } = await owner.query<{ row: string }>(
      `select g.name || ' ' || case when left(k.key, 1) = '@' then '@' else k.key end || ' ' || k.item || ' ' || k.alias as row
        from ledger.search_keys k join ledger.reader_groups g on g.id = k.grp where k.item like $1`,
      [`vin:${run}-%`],
    );
    return rows.map(({ row }) => row).sort();
  }

  test('are those of the entries that stand, each once: duplicates, conflicts, dead letters, and a process that remembers nothing', async () => {
    let run = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(draw, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 4 }), async (batches) => {
        const number = ++run;
        const partition: PartitionId = { clusterId: 'c', topicId: `t${number}`, topic: 's', partition: 0 };
        const events: ProjectedEvent[] = [];
        for (const [n, batch] of batches.entries()) {
          // Every other batch by a process that has just started: what it remembers goes with its pool.
          const by = n % 2 === 0 ? pool : createPool({ url: database.url, applicationName: 'test', max: 1, role: 'projector' });
          const part = batch.map((one, at) => eventOf(number, one, events.length + at));
          await projectBatch(by, partition, events.length, events.length + part.length, part, [], { keys });
          if (by !== pool) await by.close();
          events.push(...part);
          expect(await there(number)).toEqual(await wanted(number, events));
        }
      }),
      { numRuns: 60 },
    );
  }, 120_000);

  test('are not there where the transaction was not committed, and come with the next attempt', async () => {
    const partition: PartitionId = { clusterId: 'c', topicId: 'cut', topic: 's', partition: 0 };
    const event = eventOf(9_999, { id: 1, version: 0, items: [1], alias: 1, hidden: false, bad: false }, 0);
    const cut = projectBatch(pool, partition, 0, 1, [event], [], {
      keys,
      hooks: { failpoint: (name) => (name === 'before_commit' ? Promise.reject(new Error('cut')) : undefined) },
    });
    await expect(cut).rejects.toThrow('cut');
    expect(await there(9_999)).toEqual([]);
    await projectBatch(pool, partition, 0, 1, [event], [], { keys });
    expect(await there(9_999)).toEqual(await wanted(9_999, [event]));
  });
});

test('what is remembered as written is what was learnt, group by group, and memory is bounded', () => {
  const memory = new SearchMemory();
  memory.learn([{ grp: 1, item: 'vin:A', alias: '' }, { grp: 2, item: 'vin:A', alias: 'name:X' }]); // prettier-ignore
  expect([
    memory.has(1, 'vin:A', ''),
    memory.has(2, 'vin:A', ''),
    memory.has(2, 'vin:A', 'name:X'),
    memory.has(1, 'vin:A', 'name:X'),
  ]).toEqual([true, false, true, false]);
  memory.learn(Array.from({ length: 100_000 }, (_, n) => ({ grp: 1, item: `item ${n}`, alias: '' })));
  expect([memory.has(2, 'vin:A', 'name:X'), memory.has(1, 'item 99999', '')]).toEqual([false, true]);
});
