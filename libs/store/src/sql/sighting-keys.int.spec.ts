/** Candidates are exactly the entries that have a key of each term in a group of the reader's, however they came in, wherever a walk begins. */
import fc from 'fast-check';
import { createHash } from 'node:crypto';
import { testDatabase, type TestDatabase } from '../../test-database.ts';
import {
  projectBatch,
  ReaderContext,
  readerGroupIds,
  rebuild,
  searchedFrom,
  sightingCandidates,
  type EventIndex,
  type PartitionId,
  type ProjectedEvent,
  type ReaderPool,
  type StorePool,
} from '../index.ts';

const partition: PartitionId = { clusterId: 'c', topicId: 't', topic: 'sightings', partition: 0 };
const KEYS = [-5, 0, 1, 2, 3];

interface Document {
  readonly n: number;
  readonly keys: readonly number[];
  readonly groups: readonly string[];
}

const indexOf = (content: Buffer): EventIndex => {
  const { keys, groups } = JSON.parse(content.toString()) as Document;
  return { kind: 0, starts: null, ends: null, items: [], groups, targets: [], word: null, keys };
};

function eventOf(document: Document): ProjectedEvent {
  const content = Buffer.from(JSON.stringify(document));
  const hash = createHash('sha256').update(content).digest('hex');
  const stored = { commitment: hash, contentHash: hash, secret: hash, content, raw: content };
  return { ...indexOf(content), ...stored, agency: 'local', id: `e${document.n}`, principal: 'p', capturedMicros: 1, offset: document.n };
}

const drawn = fc.record({
  keys: fc.uniqueArray(fc.constantFrom(...KEYS), { maxLength: 4 }),
  groups: fc.constantFrom(['clear'], ['green'], ['agency:a', 'agency:b']),
});

describe('where sightings stand that have keys', () => {
  let database: TestDatabase;
  let owner: StorePool;
  let gateway: StorePool;
  const documents: Document[] = [];
  beforeAll(async () => {
    database = await testDatabase();
    [owner, gateway] = [database.pool('owner'), database.pool('gateway')];
    const projector = database.pool('projector');
    const batches = fc.sample(fc.array(drawn, { minLength: 1, maxLength: 40, size: 'max' }), { numRuns: 30, seed: 7 });
    for (const batch of batches) {
      const from = documents.length;
      documents.push(...batch.map((each, n) => ({ n: from + n, ...each })));
      await projectBatch(projector, partition, from, documents.length, documents.slice(from).map(eventOf), []);
    }
  }, 60_000);
  afterAll(() => database.drop());

  async function asReader(names: readonly string[]): Promise<{ reads: ReaderPool; groups: number[] }> {
    const groups = await readerGroupIds(gateway, names);
    return { reads: gateway.as(new ReaderContext(null, groups)), groups };
  }

  async function walked(
    { reads, groups }: { reads: ReaderPool; groups: readonly number[] },
    terms: readonly (readonly number[])[],
    from: number,
    before: number,
  ): Promise<number[]> {
    const all: number[] = [];
    for (let high = before; high > from;) {
      const { logIndexes, below } = await sightingCandidates(reads, { terms, groups }, { from, before: high });
      all.push(...logIndexes);
      expect(below).toBeLessThan(high);
      high = below;
    }
    return all;
  }

  const wanted = (names: readonly string[], terms: readonly (readonly number[])[], from: number, before: number): number[] =>
    documents
      .filter(
        ({ n, groups, keys }) =>
          n >= from &&
          n < before &&
          groups.some((name) => names.includes(name)) &&
          terms.every((term) => term.some((key) => keys.includes(key))),
      )
      .map(({ n }) => n)
      .reverse();

  const question = fc.record({
    names: fc.constantFrom(['clear'], ['clear', 'green'], ['clear', 'green', 'agency:a'], []),
    terms: fc.array(fc.uniqueArray(fc.constantFrom(...KEYS, 99), { minLength: 1, maxLength: 2 }), { minLength: 1, maxLength: 3 }),
    at: fc.tuple(fc.nat(700), fc.nat(700)),
  });

  test.each(['as they came in', 'after a rebuild'])(
    '%s',
    async (when) => {
      if (when === 'after a rebuild') await rebuild(owner, { indexOf, keys: { ofItem: () => [], ofAlias: () => [] } });
      expect(documents.length).toBeGreaterThan(300);
      let found = 0;
      await fc.assert(
        fc.asyncProperty(question, async ({ names, terms, at: [from, before] }) => {
          const all = await walked(await asReader(names), terms, from, before);
          found += all.length;
          expect(all).toEqual(wanted(names, terms, from, before));
        }),
        { numRuns: 100 },
      );
      expect(found).toBeGreaterThan(500);
    },
    60_000,
  );

  test('a reader is shown no row of a group that he asks for and is not in', async () => {
    const { reads } = await asReader(['clear']);
    const groups = await readerGroupIds(gateway, ['agency:a']);
    expect(await walked({ reads, groups }, [KEYS], 0, documents.length)).toEqual([]);
    // Control: there are some.
    expect(wanted(['agency:a'], [KEYS], 0, documents.length).length).toBeGreaterThan(10);
  });

  test('across windows: rows that reach from one into the next, and a million entries without any between', async () => {
    const { reads, groups } = await asReader(['clear']);
    const grp = groups[0] as number;
    const rows = [
      [70, 100_000, '0001'],
      [70, 106_490, '000100101fff'],
      [71, 114_680, ''],
      [71, 2_000_000, ''],
      [70, 2_000_000, ''],
    ] as const;
    for (const [key, first, more] of rows)
      await owner.query('insert into ledger.sighting_keys values ($1, $2, $3, $4)', [grp, key, first, Buffer.from(more, 'hex')]);
    const ends = Number.MAX_SAFE_INTEGER;
    expect(await walked({ reads, groups }, [[70]], 0, ends)).toEqual([2_000_000, 114_681, 106_506, 106_491, 106_490, 100_001, 100_000]);
    expect(await walked({ reads, groups }, [[70], [71]], 0, ends)).toEqual([2_000_000]);
    expect(await walked({ reads, groups }, [[70, 71], [71]], 0, ends)).toEqual([2_000_000, 114_680]);
    expect(await walked({ reads, groups }, [[70]], 106_491, 114_681)).toEqual([106_506, 106_491]);
    let asked = 0;
    const counted = { ...reads, run: (...of: Parameters<ReaderPool['run']>) => ((asked += 1), reads.run(...of)) } as ReaderPool;
    await sightingCandidates(counted, { terms: [[70], [71]], groups }, { from: 0, before: 2_000_000 });
    expect(asked).toBeLessThan(12);
  });

  test('from where on entries have keys is said: of a ledger that had none from its size then, after a rebuild of all', async () => {
    await owner.query('update ledger.head set searched_from = 17');
    expect(await searchedFrom(gateway)).toBe(17);
    await rebuild(owner, { indexOf, keys: { ofItem: () => [], ofAlias: () => [] } });
    expect(await searchedFrom(gateway)).toBe(0);
  });
});
