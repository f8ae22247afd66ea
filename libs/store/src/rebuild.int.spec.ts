import { createHash } from 'node:crypto';
import { testDatabase, type TestDatabase } from '../test-database.ts';
import {
  digestDerived,
  projectBatch,
  rebuild,
  type EventIndex,
  type PartitionId,
  type ProjectedEvent,
  type SearchKeys,
  type StoreClient,
  type StorePool,
} from './index.ts';

interface Document extends EventIndex {
  readonly id: string;
}

const indexOf = (content: Buffer): EventIndex => {
  const { id: _, ...index } = JSON.parse(content.toString()) as Document;
  return index;
};
const hashOf = (n: number): string => createHash('sha256').update(String(n)).digest('hex');
const keys: SearchKeys = {
  ofItem: (item) => [item.slice(0, 3), item.slice(-3)],
  ofAlias: (alias) => [alias, alias.slice(0, 2)],
};

function event(n: number): ProjectedEvent {
  const document: Document = {
    id: `e${n}`,
    kind: n % 9,
    starts: n % 7 === 0 ? null : n * 1000,
    ends: n % 7 === 0 ? null : n * 1000 + 5,
    items: n % 11 === 0 ? [] : n % 3 === 0 ? [`imo:${n % 13}`, `vin:${n}`] : [`imo:${n % 13}`],
    groups: n % 5 === 0 ? ['agency:a', 'agency:b'] : ['clear'],
    targets: n % 4 === 0 ? [{ agency: 'local', id: `e${n + 1}` }] : [],
    word: null,
    ...(n % 3 === 0 ? { evidence: [hashOf(n % 17), ...(n % 2 === 0 ? [hashOf(n), hashOf(n)] : [])] } : {}),
    ...(n % 1_000 === 999 ? { batch: { name: `import-${n}`, members: Array.from({ length: 300 }, (_, m) => `e${n - m}`) } } : {}),
    ...(n % 50 === 0 ? { aliases: [{ item: `imo:${n % 13}`, alias: `name:MV ${n % 150}` }] } : {}),
    ...(n % 2 === 0 ? { keys: [n % 3, -(n % 400), n + 1_000] } : {}),
    ...(n % 4 === 1 ? { points: [{ code: n % 5, item: n % 2 === 0 ? '' : `imo:${n % 13}` }] } : {}),
    ...(n % 60 === 0 ? { policy: JSON.stringify({ act: 'agency.add', agency: `a${n}` }) } : {}),
  };
  const content = Buffer.from(JSON.stringify(document));
  const hash = createHash('sha256').update(content).digest('hex');
  return {
    ...document,
    agency: 'local',
    principal: 'p',
    commitment: hash,
    contentHash: hash,
    secret: hash,
    capturedMicros: n,
    content,
    offset: n,
    raw: content,
  };
}

async function fill(pool: StorePool, events: ProjectedEvent[]): Promise<void> {
  const partition: PartitionId = { clusterId: 'c', topicId: 't', topic: 's', partition: 0 };
  for (let at = 0; at < events.length; at += 700) {
    const part = events.slice(at, at + 700);
    await projectBatch(pool, partition, at, at + part.length, part, [], { keys });
  }
}

describe('a rebuild', () => {
  let database: TestDatabase;
  let owner: StorePool;
  const events = Array.from({ length: 6_000 }, (_, n) => event(n));
  beforeAll(async () => {
    database = await testDatabase();
    owner = database.pool('owner');
    await fill(database.pool('projector'), events);
  }, 60_000);
  afterAll(() => database.drop());

  test('makes every derived table again, row for row', async () => {
    const before = await digestDerived(owner);
    expect(before.map(({ table }) => table)).toEqual([
      ...['timeline', 'relations', 'spoken', 'search_keys', 'sighting_keys', 'policy'],
      ...['evidence_refs', 'audit', 'batch_members', 'open_points', 'handlings', 'marked'],
    ]);
    expect(before.map(({ rows }) => rows > 1000)).toEqual([true, true, false, true, true, false, true, true, true, true, false, false]);
    expect(before[5]?.rows).toBe(100);
    const steps: number[] = [];
    expect(await rebuild(owner, { indexOf, keys, onProgress: (done) => steps.push(done) })).toBe(6_000);
    expect(steps).toEqual([5_000, 6_000]);
    expect(await digestDerived(owner)).toEqual(before);
  });

  test('by another rule shows in the digest of what the rule makes', async () => {
    const before = await digestDerived(owner);
    const bent = (content: Buffer): EventIndex => {
      const index = indexOf(content);
      return index.starts === 42_000 - 1000 ? { ...index, ends: (index.ends ?? 0) + 1 } : index;
    };
    await rebuild(owner, { indexOf: bent, keys });
    const after = await digestDerived(owner);
    expect(after.map(({ sha256 }, n) => sha256 === before[n]?.sha256)).toEqual([false, ...before.slice(1).map(() => true)]);
    await rebuild(owner, { indexOf: (content) => ({ ...indexOf(content), policy: '{}' }), keys });
    expect((await digestDerived(owner))[5]).toMatchObject({ table: 'policy', rows: 6_000 });
    await rebuild(owner, { indexOf, keys });
    expect(await digestDerived(owner)).toEqual(before);
  });

  test('that fails has changed nothing', async () => {
    const before = await digestDerived(owner);
    await expect(rebuild(owner, { indexOf: (content) => (content.includes('"e5501"') ? fail() : indexOf(content)), keys })).rejects.toThrow(
      'bad rule',
    );
    expect(await digestDerived(owner)).toEqual(before);
  });

  test('is refused to every app role', async () => {
    for (const role of ['capture', 'projector', 'gateway', 'operator', 'access'] as const)
      await expect(rebuild(database.pool(role), { indexOf, keys })).rejects.toThrow();
  });

  test('holds some megabytes at a time, however long the documents are and however many rows an event has', async () => {
    const other = await testDatabase();
    try {
      const padded = Array.from({ length: 30 }, (_, n) => padTo(event(n), 2 ** 20 - 100));
      const wide = Array.from({ length: 20 }, (_, n) => widened(event(n + 30)));
      await fill(other.pool('projector'), [...padded, ...wide]);
      const ledger = other.pool('owner');
      const before = await digestDerived(ledger);
      const payloads: number[] = [];
      const steps: number[] = [0];
      await rebuild(watchingCopies(ledger, payloads), { indexOf, keys, onProgress: (done) => steps.push(done) });
      expect(await digestDerived(ledger)).toEqual(before);
      // Nine documents of 1 MiB, where short ones come by thousands (the first test).
      expect(
        Math.max(
          ...steps
            .slice(1)
            .map((done, n) => done - (steps[n] as number))
            .slice(0, 3),
        ),
      ).toBeLessThanOrEqual(9);
      // And the control: all rows together are more than is written at once.
      expect(Math.max(...payloads)).toBeLessThan(6 * 2 ** 20);
      expect(payloads.reduce((sum, bytes) => sum + bytes, 0)).toBeGreaterThan(8 * 2 ** 20);
    } finally {
      await other.drop();
    }
  }, 60_000);

  test('two ledgers that took the same events in another order have equal portable digests, and others otherwise', async () => {
    const other = await testDatabase();
    try {
      await fill(other.pool('projector'), [...events].reverse());
      expect(await digestDerived(other.pool('owner'), { portable: true })).toEqual(await digestDerived(owner, { portable: true }));
      expect(await digestDerived(other.pool('owner'))).not.toEqual(await digestDerived(owner));
    } finally {
      await other.drop();
    }
  }, 60_000);
});

const withDocument = (stored: ProjectedEvent, document: object): ProjectedEvent => {
  const content = Buffer.from(JSON.stringify(document));
  return { ...stored, ...indexOf(content), content, raw: content, contentHash: createHash('sha256').update(content).digest('hex') };
};

function padTo(stored: ProjectedEvent, bytes: number): ProjectedEvent {
  const document = JSON.parse(stored.content.toString()) as object;
  return withDocument(stored, { ...document, padding: 'x'.repeat(bytes - stored.content.length) });
}

/** As many rows as one event may have, of items that others have, too. */
function widened(stored: ProjectedEvent): ProjectedEvent {
  const items = Array.from({ length: 256 }, (_, n) => `imo:${n}`);
  const groups = Array.from({ length: 16 }, (_, n) => `agency:n${n}`);
  return withDocument(stored, { ...(JSON.parse(stored.content.toString()) as object), items, groups });
}

/** The pool, which tells the bytes of each COPY. */
function watchingCopies(pool: StorePool, payloads: number[]): StorePool {
  const watched = (client: StoreClient): StoreClient => {
    const copyIn = (statement: string, payload: Buffer) => {
      payloads.push(payload.length);
      return client.copyIn(statement, payload);
    };
    return Object.create(client, { copyIn: { value: copyIn } }) as StoreClient;
  };
  const transaction = <T>(work: (client: StoreClient) => Promise<T>): Promise<T> => pool.transaction((client) => work(watched(client)));
  return Object.create(pool, { transaction: { value: transaction } }) as StorePool;
}

function fail(): never {
  throw new Error('bad rule');
}
