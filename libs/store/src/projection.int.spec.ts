import { createHash, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { testDatabase, type TestDatabase } from '../test-database.ts';
import { projectBatch, readOffset, type PartitionId, type ProjectedEvent, type ProjectionOutcome, type StorePool } from './index.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

let topics = 0;
const newPartition = (partition = 0): PartitionId => ({ clusterId: 'c', topicId: `t${(topics += 1)}`, topic: 'sightings', partition });

function event(id: string, more: Partial<ProjectedEvent> = {}): ProjectedEvent {
  const content = more.content ?? Buffer.from(JSON.stringify({ id, kind: 'observation' }));
  return {
    agency: 'local',
    id,
    principal: 'operator',
    commitment: sha256(`commitment ${id}`),
    contentHash: createHash('sha256').update(content).digest('hex'),
    secret: sha256(`secret ${id}`),
    capturedMicros: 1_700_000_000_000_001,
    content,
    kind: 0,
    starts: 5,
    ends: 6,
    items: [`container:${id}`],
    groups: ['clear'],
    targets: [],
    word: null,
    offset: 0,
    raw: content,
    ...more,
  };
}

describe('a batch in the ledger', () => {
  let database: TestDatabase;
  let pool: StorePool;
  let owner: StorePool;
  beforeAll(async () => {
    database = await testDatabase();
    pool = database.pool('projector');
    owner = database.pool('owner');
  }, 60_000);
  afterAll(() => database.drop());

  const count = async (table: string, where = 'true'): Promise<number> =>
    (await owner.query<{ n: number }>(`select count(*) as n from ledger.${table} where ${where}`)).rows[0]?.n ?? -1;
  const committed = (outcome: ProjectionOutcome): Extract<ProjectionOutcome, { outcome: 'committed' }> => {
    if (outcome.outcome !== 'committed') throw new Error(`fenced at ${outcome.next}`);
    return outcome;
  };
  const expectDense = async (): Promise<void> => {
    const { rows } = await owner.query<{ size: number; n: number; low: number; high: number }>(`
      select (select size from ledger.head) as size, count(*) as n, min(log_index) as low, max(log_index) as high from ledger.entries`);
    const { size, n, low, high } = rows[0] as (typeof rows)[0];
    expect({ n, low, high }).toEqual({ n: size, low: 0, high: size - 1 });
    const tables = await owner.query<{
      bad: number;
    }>(`select count(*) as bad from ledger.entries e full join ledger.content c using (log_index)
      where e.agency is null or c.principal is null or not exists (select from ledger.timeline t where t.log_index = e.log_index)`);
    expect(tables.rows[0]?.bad).toBe(0);
  };

  test('every column holds what the event says', async () => {
    const partition = newPartition();
    const one = event('x1', {
      starts: null,
      ends: null,
      items: ['vin:A', 'vin:Ü', 'vin:A'],
      groups: ['agency:x', 'green'],
      targets: [
        { agency: 'local', id: 'y' },
        { agency: 'local', id: 'y' },
      ],
    });
    expect(await projectBatch(pool, partition, 0, 7, [one], [])).toEqual({
      outcome: 'committed',
      appended: 1,
      duplicates: 0,
      conflicts: 0,
      deadLetters: 0,
      next: 7,
    });
    expect(await readOffset(pool, partition)).toBe(7);
    const { rows } = await owner.query(`
      select e.agency, e.id, encode(commitment, 'hex') as commitment, encode(content_hash, 'hex') as "contentHash", principal, captured, encode(secret, 'hex') as secret, bytes
      from ledger.entries e join ledger.content using (log_index) where e.id = 'x1'`);
    expect(rows).toEqual([
      {
        agency: 'local',
        id: 'x1',
        commitment: one.commitment,
        contentHash: one.contentHash,
        principal: 'operator',
        captured: one.capturedMicros,
        secret: one.secret,
        bytes: one.content,
      },
    ]);
    const timeline = await owner.query(
      `select item, g.name, starts::text, ends::text, agency, t.id, kind from ledger.timeline t join ledger.reader_groups g on g.id = t.grp where t.id = 'x1' order by item, name`,
    );
    expect(timeline.rows).toEqual(
      ['vin:A', 'vin:Ü'].flatMap((item) =>
        ['agency:x', 'green'].map((name) => ({
          item,
          name,
          starts: '9223372036854775807',
          ends: '9223372036854775807',
          agency: 'local',
          id: 'x1',
          kind: 0,
        })),
      ),
    );
    expect(await count('relations', `target_id = 'y'`)).toBe(2);
    await expectDense();
  });

  test('whole numbers of any sign and size arrive as they were sent', async () => {
    const partition = newPartition();
    const numbers = [0, -1, 1, 2 ** 32, -(2 ** 32), 2 ** 32 - 1, -(2 ** 32) - 1, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER];
    await projectBatch(
      pool,
      partition,
      0,
      1,
      numbers.map((starts, n) => event(`n${n}`, { starts, ends: starts })),
      [],
    );
    const { rows } = await owner.query<{ starts: number }>(`select starts from ledger.timeline where id ~ '^n\\d' order by log_index`);
    expect(rows.map(({ starts }) => starts)).toEqual(numbers);
  });

  test('a batch that was worked on before is fenced and changes nothing', async () => {
    const partition = newPartition();
    committed(await projectBatch(pool, partition, 0, 10, [event('f1')], []));
    const before = await count('entries');
    expect(await projectBatch(pool, partition, 0, 10, [event('f1', { contentHash: sha256('other') })], [])).toEqual({
      outcome: 'fenced',
      next: 10,
    });
    expect(await projectBatch(pool, partition, 5, 15, [event('f2')], [])).toEqual({ outcome: 'fenced', next: 10 });
    expect([await count('entries'), await count('conflicts'), await count('dead_letters', `topic_id = '${partition.topicId}'`)]).toEqual([
      before,
      0,
      0,
    ]);
  });

  test('a partition that the ledger has not seen begins at 0: nothing is skipped unseen', async () => {
    expect(await projectBatch(pool, newPartition(), 12, 15, [event('s1')], [])).toEqual({ outcome: 'fenced', next: 0 });
  });

  test('the same bytes again are a duplicate, other bytes a conflict that is kept, within a batch and across batches', async () => {
    const partition = newPartition();
    const first = event('d1');
    const other = event('d1', { content: Buffer.from('{"id":"d1","other":true}'), offset: 3 });
    const size = await count('entries');
    const one = await projectBatch(pool, partition, 0, 5, [first, event('d2'), first, other], []);
    expect(one).toMatchObject({ appended: 2, duplicates: 1, conflicts: 1, deadLetters: 0 });
    const two = await projectBatch(
      pool,
      partition,
      5,
      9,
      [event('d3'), first, event('d1', { content: Buffer.from('third') }), event('d4')],
      [],
    );
    expect(two).toMatchObject({ appended: 2, duplicates: 1, conflicts: 1 });
    // A topic that is read again from its start under another id: the same conflict stays one.
    expect(await projectBatch(pool, newPartition(), 0, 5, [first, event('d2'), first, other], [])).toMatchObject({
      appended: 0,
      duplicates: 3,
      conflicts: 1,
    });
    expect(await count('entries')).toBe(size + 4);
    expect(await count('conflicts', `id = 'd1'`)).toBe(2);
    const { rows } = await owner.query<{ hash: string }>(`select encode(content_hash, 'hex') as hash from ledger.entries where id = 'd1'`);
    expect(rows).toEqual([{ hash: first.contentHash }]);
    await expectDense();
  });

  const poison: Record<string, Partial<ProjectedEvent>> = {
    'a NUL in an item': { items: ['vin:\0'] },
    'a NUL in the principal': { principal: '\0' },
    'half a surrogate in an item': { items: ['vin:\ud800'] },
    'an item that no index holds': { items: [randomBytes(4000).toString('hex')] },
    'an id that is too long': { id: 'i'.repeat(129) },
    'a commitment that is no hash': { commitment: 'abc' },
    'a secret with a letter that is no digit': { secret: 'z'.repeat(64) },
    'a time that is not exact': { starts: 2 ** 60 },
    'a kind out of range': { kind: 70_000 },
    'a reader group with NUL': { groups: ['\0'] },
    'a reader group that is too long': { groups: ['g'.repeat(300)] },
    'no reader group': { groups: [] },
    'a target with NUL': { targets: [{ agency: 'a', id: '\0' }] },
  };
  test.each(Object.entries(poison))('%s costs that record alone', async (name, fault) => {
    const partition = newPartition();
    const bad = event('bad', {
      ...fault,
      offset: 6,
      raw: Buffer.from([0, 1, 2]),
      record: { key: Buffer.from('k'), headers: { h: '\xff' } },
    });
    const good = Array.from({ length: 12 }, (_, n) => event(`${name.replaceAll(' ', '-')}-${n}`, { offset: n }));
    const outcome = await projectBatch(pool, partition, 0, 13, [...good.slice(0, 6), bad, ...good.slice(6)], []);
    expect(outcome).toMatchObject({ outcome: 'committed', appended: 12, deadLetters: 1 });
    const { rows } = await owner.query(`select "offset", code, key, value, retried from ledger.dead_letters where topic_id = $1`, [
      partition.topicId,
    ]);
    expect(rows).toEqual([{ offset: 6, code: 'record.data', key: Buffer.from('k'), value: Buffer.from([0, 1, 2]), retried: null }]);
    const order = await owner.query<{ id: string }>(`select id from ledger.entries where id = any($1) order by log_index`, [
      good.map(({ id }) => id),
    ]);
    expect(order.rows.map(({ id }) => id)).toEqual(good.map(({ id }) => id));
    await expectDense();
  });

  test('poison, duplicates and conflicts in any mixture leave what handling them one by one leaves', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ id: fc.integer({ min: 0, max: 6 }), version: fc.integer({ min: 0, max: 1 }), bad: fc.boolean() }), {
          minLength: 1,
          maxLength: 24,
        }),
        fc.integer({ min: 1, max: 5 }),
        async (specs, batches) => {
          const run = randomBytes(6).toString('hex');
          const stands = new Map<string, string>();
          const conflicts = new Set<string>();
          const events = specs.map(({ id, version, bad }, offset) => {
            const content = Buffer.from(`${id} ${version}`);
            return event(`${run}-${id}`, { content, offset, ...(bad ? { items: ['\0'] } : {}) });
          });
          for (const { id, contentHash, items } of events) {
            const known = stands.get(id);
            if (known === undefined && items[0] !== '\0') stands.set(id, contentHash);
            // Whether a poisoned record counts as duplicate or dead depends on what came before it; it never becomes an entry.
            else if (known !== undefined && known !== contentHash) conflicts.add(`${id} ${contentHash}`);
          }
          const partition = newPartition();
          const step = Math.ceil(events.length / batches);
          for (let at = 0; at < events.length; at += step) {
            const part = events.slice(at, at + step);
            committed(await projectBatch(pool, partition, at, at + part.length, part, []));
          }
          const { rows } = await owner.query<{ id: string; hash: string }>(
            `select id, encode(content_hash, 'hex') as hash from ledger.entries where id like $1`,
            [`${run}-%`],
          );
          expect(new Map(rows.map(({ id, hash }) => [id, hash]))).toEqual(stands);
          const kept = await owner.query<{ key: string }>(
            `select id || ' ' || encode(content_hash, 'hex') as key from ledger.conflicts where id like $1`,
            [`${run}-%`],
          );
          expect(new Set(kept.rows.map(({ key }) => key))).toEqual(conflicts);
        },
      ),
      { numRuns: 40 },
    );
    await expectDense();
  });

  test('dead letters of the decoder are kept with the offset, and their reason never fails for what it quotes', async () => {
    const partition = newPartition();
    const letter = {
      offset: 3,
      code: 'record.malformed',
      detail: 'here: \0\ud800',
      key: null,
      headers: { ['__proto__']: 'x' },
      value: Buffer.from('v'),
    };
    expect(await projectBatch(pool, partition, 0, 4, [], [letter])).toMatchObject({ appended: 0, deadLetters: 1, next: 4 });
    expect(await count('dead_letters', `topic_id = '${partition.topicId}'`)).toBe(1);
  });

  test('four projectors on four partitions give dense log indexes, in commit order within each partition', async () => {
    const projectors = Array.from({ length: 4 }, (_, n) => ({ partition: newPartition(n), pool: database.pool('projector', { max: 2 }) }));
    const size = 37;
    await Promise.all(
      projectors.map(async (projector, p) => {
        for (let batch = 0; batch < 20; batch += 1) {
          const at = batch * size;
          // Every fifth event is one that the next projector has too.
          const events = Array.from({ length: size }, (_, n) =>
            event(n % 5 === 0 ? `shared-${batch}-${n}` : `p${p}-${batch}-${n}`, { offset: at + n }),
          );
          committed(await projectBatch(projector.pool, projector.partition, at, at + size, events, []));
        }
      }),
    );
    await expectDense();
    expect(await count('entries', `id like 'shared-%'`)).toBe(20 * 8);
    for (let p = 0; p < 4; p += 1) {
      const { rows } = await owner.query<{ id: string }>(`select id from ledger.entries where id like 'p${p}-%' order by log_index`);
      expect(rows.map(({ id }) => id)).toEqual(
        Array.from({ length: 20 * size }, (_, n) => `p${p}-${Math.floor(n / size)}-${n % size}`).filter((_, n) => (n % size) % 5 !== 0),
      );
    }
  });

  test('two projectors on one partition: one commits, the other is fenced, none fails', async () => {
    const partition = newPartition();
    for (let at = 0; at < 200; at += 10) {
      const events = Array.from({ length: 10 }, (_, n) => event(`race-${at + n}`, { offset: at + n }));
      const outcomes = await Promise.all([1, 2].map(() => projectBatch(pool, partition, at, at + 10, events, [])));
      expect(outcomes.map(({ outcome }) => outcome).sort()).toEqual(['committed', 'fenced']);
    }
    expect(await count('entries', `id like 'race-%'`)).toBe(200);
  });
});
