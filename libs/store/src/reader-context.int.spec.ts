import { createHmac } from 'node:crypto';
import { TEST_CONTEXT_KEY, testDatabase, type TestDatabase } from '../test-database.ts';
import { createPool, installContextKey, migrate, projectBatch, ReaderContext, readerGroupIds, type ProjectedEvent, type StoreClient, type StorePool } from './index.ts'; // prettier-ignore
import { ContextSigner } from './reader-context.ts';

const hash = (n: number): string => n.toString(16).padStart(64, '0');
const event = (n: number, groups: readonly string[]): ProjectedEvent => {
  const content = Buffer.from(`{"n":${n}}`);
  const hashes = { commitment: hash(n), contentHash: hash(n), secret: hash(n) };
  const index = { kind: 0, starts: n, ends: n, items: ['imo:1'], groups, targets: [], word: null };
  return { agency: 'a', id: `e${n}`, principal: 'p', capturedMicros: n, content, offset: n, raw: content, ...hashes, ...index };
};
const GROUPS = ['clear', 'agency:a', 'agency:b'];
const COUNT = { name: 'count_content', text: 'select count(*)::integer as n from ledger.content' };

describe('a statement of a reader', () => {
  let database: TestDatabase;
  let gateway: StorePool;
  let ids: number[];
  beforeAll(async () => {
    database = await testDatabase();
    gateway = database.pool('gateway', { max: 1 });
    const events = [event(0, ['clear']), event(1, ['agency:a']), event(2, ['agency:b']), event(3, ['agency:a', 'agency:b'])];
    await projectBatch(database.pool('projector'), { clusterId: 'c', topicId: 't', topic: 't', partition: 0 }, 0, 4, events, []);
    ids = await readerGroupIds(gateway, GROUPS);
  }, 60_000);
  afterAll(() => database.drop());

  const groupsOf = (...names: string[]): number[] => names.map((name) => ids[GROUPS.indexOf(name)] ?? 0);
  const reader = (...names: string[]): ReaderContext => new ReaderContext('a', groupsOf(...names));
  const seenBy = async (context: ReaderContext): Promise<number> => (await gateway.as(context).run<{ n: number }>(COUNT)).rows[0]?.n ?? -1;
  /** Outside of contexts. */
  const seen = async (from: Pick<StoreClient, 'query'> = gateway): Promise<number> =>
    (await from.query<{ n: number }>(COUNT.text)).rows[0]?.n ?? -1;

  test('sees the rows of his groups, and none without a context, before it and after', async () => {
    expect(await seen()).toBe(0);
    expect([await seenBy(reader('clear')), await seenBy(reader('agency:a', 'clear')), await seenBy(reader())]).toEqual([1, 3, 0]);
    expect(await seenBy(new ReaderContext(null, groupsOf('clear')))).toBe(1);
    expect(await seen()).toBe(0);
    expect((await gateway.query(`select current_setting('custody.context', true) as context`)).rows).toEqual([{ context: '' }]);
  });

  test('leaves nothing behind where it fails, in its own parse or later, and the same statement works the next time', async () => {
    const own = gateway.as(reader('clear'));
    for (const text of ['select * from ledger.none', 'select 1 / (log_index - log_index) from ledger.content']) {
      const failing = { name: `fails ${text.length}`, text };
      for (let n = 0; n < 2; n++) await expect(own.run(failing)).rejects.toThrow(/does not exist|division by zero/);
      expect(await seen()).toBe(0);
    }
    expect(await seenBy(reader('clear'))).toBe(1);
    const [rows] = (await own.query<{ n: number; text: string }>('select $1::bigint as n, $2::text as text', [7, 'seven'])).rows;
    expect(rows).toEqual({ n: 7, text: 'seven' });
  });

  test('control: a context that is set for the session reaches whoever comes next on the connection', async () => {
    const client = await gateway.connect();
    try {
      const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
      const context = new ContextSigner(TEST_CONTEXT_KEY).read(reader('agency:a'), rows[0]?.pid ?? 0);
      await client.query('select set_config($1, $2, false)', ['custody.context', context]);
      expect(await seen(client)).toBe(2);
      await client.query('reset custody.context');
    } finally {
      client.release();
    }
  });

  test('holds for a whole transaction, of one snapshot, and for nothing after it', async () => {
    const own = gateway.as(reader('agency:b'));
    await own.transaction(async (client) => expect([await seen(client), await seen(client)]).toEqual([2, 2]));
    await expect(own.transaction((client) => client.query(`set local role none; delete from ledger.offsets`))).rejects.toThrow();
    expect(await seen()).toBe(0);
  });

  describe('SQL of an intruder', () => {
    /** What he sees once he has set this, on a connection of which he knows everything. */
    async function gains(forged: (pid: number, real: string) => string): Promise<number> {
      const client = await gateway.connect();
      try {
        const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
        const pid = rows[0]?.pid ?? 0;
        await client.query('begin');
        const real = new ContextSigner(TEST_CONTEXT_KEY).read(reader('clear'), pid);
        await client.query('select set_config($1, $2, true)', ['custody.context', forged(pid, real)]);
        return await seen(client);
      } finally {
        await client.query('rollback');
        client.release();
      }
    }
    const all = (): string => `{${ids.join(',')}}`;
    const signed = (key: Uint8Array, text: string): string => `${text} ${createHmac('sha256', key).update(text).digest('hex')}`;
    const signer = new ContextSigner(TEST_CONTEXT_KEY);

    test.each<[string, (pid: number, real: string) => string]>([
      ['no MAC', (pid) => `read ${signer.keyId} ${pid} 9999999999 a ${all()}`],
      ['a MAC of nothing', (pid) => `read ${signer.keyId} ${pid} 9999999999 a ${all()} ${'0'.repeat(64)}`],
      ['another key', (pid) => signed(Buffer.alloc(32, 1), `read ${signer.keyId} ${pid} 9999999999 a ${all()}`)],
      ['a key that is not installed', (pid) => new ContextSigner(Buffer.alloc(32, 2)).read(reader(...GROUPS), pid)],
      ['other groups under a MAC that was overheard', (_, real) => real.replace(/\{[^}]*\}/, all())],
      ['another agency under it', (_, real) => real.replace(' a {', ' b {')],
      ['a later end under it', (_, real) => real.replace(/ (\d{10}) /, ' 9999999999 ')],
      ["another backend's context", (pid) => signer.read(reader(...GROUPS), pid + 1)],
      ['one that has ended', (pid) => signer.read(reader(...GROUPS), pid, Date.now() - 120_000)],
      ['a list of names', (pid) => signer.names(GROUPS, pid)],
      ['half of one', (_, real) => real.slice(0, real.length / 2)],
      ['words that are numbers nowhere', () => signed(TEST_CONTEXT_KEY, `names ${signer.keyId} x y z w`)],
      ['a megabyte', () => 'x '.repeat(500_000)],
      ['nothing', () => ''],
      ['what is no text of ours', () => "'; set custody.context = '\\x00"],
    ])('gains nothing by %s, and is told nothing', async (_, forged) => {
      expect(await gains(forged)).toBe(0);
    });

    test('control: where the MAC is not looked at, he takes what he likes', async () => {
      const owner = database.pool('owner');
      const { rows } = await owner.query<{ text: string }>(`select pg_get_functiondef('ctx.groups()'::regprocedure) as text`);
      const sound = rows[0]?.text ?? '';
      await owner.query(sound.replace(/or encode\(.*\n/, '\n'));
      const forged = (pid: number): string => `read ${signer.keyId} ${pid} 9999999999 a ${all()} ${'0'.repeat(64)}`;
      try {
        expect(await gains(forged)).toBe(4);
      } finally {
        await owner.query(sound);
      }
      expect(await gains(forged)).toBe(0);
    });

    test('is told of no reader group that there is, and of the names of his own alone', async () => {
      const names = async (sql: string, values: unknown[] = []): Promise<unknown[]> =>
        (await gateway.as(reader('clear')).query<{ name: string }>(sql, values)).rows.map(({ name }) => name);
      expect(await names('select name from ledger.reader_groups')).toEqual(['clear']);
      expect(await names('select name from ctx.groups_named($1)', ['names x 1 2 5b5d 00'])).toEqual([]);
      const overheard = new ContextSigner(Buffer.alloc(32, 3)).names(GROUPS, 1);
      expect(await names('select name from ctx.groups_named($1)', [overheard])).toEqual([]);
    });
  });

  test('is refused, and not answered with nothing, where the database does not accept the context', async () => {
    const other = database.pool('gateway', { max: 1, contextKey: Buffer.alloc(32, 9) });
    for (let n = 0; n < 2; n++) await expect(other.as(reader('clear')).run(COUNT)).rejects.toMatchObject({ code: 'store.context' });
    await expect(other.as(reader('clear')).transaction(seen)).rejects.toMatchObject({ code: 'store.context' });
    // Also where it was accepted before: a key that was changed twice.
    const owner = database.pool('owner');
    await installContextKey(owner, Buffer.alloc(32, 9));
    expect((await other.as(reader('clear')).run<{ n: number }>(COUNT)).rows).toEqual([{ n: 1 }]);
    expect(await seenBy(reader('clear'))).toBe(1);
    await installContextKey(owner, Buffer.alloc(32, 8));
    await expect(gateway.as(reader('clear')).run(COUNT)).rejects.toMatchObject({ code: 'store.context' });
    await installContextKey(owner, TEST_CONTEXT_KEY);
    expect(await seenBy(reader('clear'))).toBe(1);
  });

  test('needs a key, and a context that says something', async () => {
    expect(() => database.pool('operator').as(reader())).toThrow('no context key');
    for (const agency of ['', 'A', 'a b', '-']) expect(() => new ReaderContext(agency, [])).toThrow(RangeError);
    for (const group of [0, -1, 1.5, NaN]) expect(() => new ReaderContext('a', [group])).toThrow(RangeError);
    expect(() => new ContextSigner(Buffer.alloc(31))).toThrow(RangeError);
  });
});

test('rows that were there before have their readers by the timeline', async () => {
  const database = await testDatabase();
  try {
    const admin = database.pool('owner');
    const name = `before_${process.pid}_${Date.now()}`;
    await admin.query(`create database ${name}`);
    const url = database.url.replace(/[^/]*$/, name);
    await migrate(url, { upTo: 'waiting-heads-0000000000007' });
    const owner = createPool({ url, applicationName: 'test', max: 1 });
    await owner.query(`insert into ledger.reader_groups (name) values ('clear'), ('agency:a')`);
    await owner.query(`insert into ledger.entries select n, 'a', 'e' || n, sha256(int8send(n)), sha256('') from generate_series(0, 2) n`);
    const bytes = '{"handling":{"tlp":"AMBER"},"kind":"observation"}';
    await owner.query(`insert into ledger.content select n, 'p', 0, sha256('{}'), convert_to($1, 'UTF8') from generate_series(0, 2) n`, [
      bytes,
    ]);
    await owner.query(`insert into ledger.timeline select i, g, 0, 0, 'a', 'e' || n, n, 0, sha256('') from (values ('x', 2, 1), ('y', 2, 1), ('x', 1, 0), ('x', 2, 0)) t (i, g, n)`); // prettier-ignore
    await migrate(url);
    const { rows } = await owner.query('select e.grps as entry, c.grps as content from ledger.entries e join ledger.content c using (log_index) order by log_index'); // prettier-ignore
    expect(rows).toEqual([
      { entry: [1, 2], content: [1, 2] },
      { entry: [2], content: [2] },
      // Without a row in a timeline nobody is said to be a reader.
      { entry: [], content: [] },
    ]);
    await expect(owner.query('delete from ledger.entries')).rejects.toThrow('ledger.append-only');
    await owner.close();
    await admin.query(`drop database ${name}`);
  } finally {
    await database.drop();
  }
}, 60_000);
