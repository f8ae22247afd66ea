/** A database that does not answer any more and does not hang up either: a machine that is gone, a network that drops. */
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { jest } from '@jest/globals';
import { testDatabase, type TestDatabase } from '../test-database.ts';
import { createPool, storeFault, type StorePool } from './index.ts';

interface Line {
  readonly port: number;
  /** From here on nothing passes, and nobody is told. */
  silence(): void;
  close(): void;
}

async function openLine(targetPort: number): Promise<Line> {
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const target = connect(targetPort, '127.0.0.1');
    client.pipe(target).pipe(client);
    for (const socket of [client, target]) sockets.add(socket.on('error', () => undefined));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    silence: () => sockets.forEach((socket) => socket.unpipe().pause()),
    close: () => {
      server.close();
      sockets.forEach((socket) => socket.destroy());
    },
  };
}

/** Of a second and a half by the deadline: what does not hang comes within it on a machine that has much else to do. */
const SETTLES_WITHIN_MS = 40_000;
/** Long enough for a statement of nothing where the machine is busy. */
const STATEMENT_MS = 1_000;
const GRACE_MS = 500;
const HANGS = Symbol('hangs');
const settled = async (work: Promise<unknown>, ms = SETTLES_WITHIN_MS): Promise<unknown> =>
  Promise.race([
    work.then(
      () => 'done',
      (error: unknown) => storeFault(error)?.code ?? error,
    ),
    new Promise((resolve) => setTimeout(resolve, ms, HANGS).unref()),
  ]);

jest.setTimeout(60_000);

describe('a database that falls silent', () => {
  let database: TestDatabase;
  let line: Line;
  let pool: StorePool;
  beforeAll(async () => {
    database = await testDatabase();
    await database.pool('owner').query('create table public.lines (n bigint)');
  }, 60_000);
  afterAll(() => database.drop());
  afterEach(() => line.close());

  const open = async (answerGraceMs: number): Promise<void> => {
    const { port } = new URL(database.url.replace(/@[^/]*?(:\d+)\//, '@127.0.0.1$1/'));
    line = await openLine(Number(port));
    const url = database.url.replace(/@[^/]*\//, `@127.0.0.1:${line.port}/`);
    pool = createPool({
      url,
      applicationName: 'silent peer',
      max: 2,
      statementTimeoutMs: STATEMENT_MS,
      answerGraceMs,
      connectTimeoutMs: 20_000,
    });
    await pool.query('select 1');
  };

  test.each<[string, (pool: StorePool) => Promise<unknown>]>([
    ['a statement', (of) => of.query('select 1')],
    ['a statement that is planned', (of) => of.run({ name: 'one', text: 'select 1' })],
    ['a transaction, which is not rolled back over the same line', (of) => of.transaction((client) => client.query('select 1'))],
    [
      'a payload that is copied in',
      async (of) => (await of.connect()).copyIn('copy public.lines from stdin', Buffer.alloc(1 << 24, '1\n')),
    ],
    ['a table that is copied out', async (of) => (await of.connect()).copyOut('copy public.lines to stdout')],
  ])('ends %s as unavailable, and closes', async (_, work) => {
    await open(GRACE_MS);
    line.silence();
    expect(await settled(work(pool))).toBe('store.unavailable');
    if (!_.includes('copied')) await pool.close();
  });

  test('in the middle of a transaction ends it, too', async () => {
    await open(GRACE_MS);
    const between = pool.transaction(async (client) => {
      await client.query('insert into public.lines values (1)');
      line.silence();
      await client.query('insert into public.lines values (2)');
    });
    expect(await settled(between)).toBe('store.unavailable');
    expect((await database.pool('owner').query('select n from public.lines')).rows).toEqual([]);
  });

  test('hangs a statement for ever without the deadline: the control of the above', async () => {
    await open(60_000);
    line.silence();
    expect(await settled(pool.query('select 1'), 3 * (STATEMENT_MS + GRACE_MS))).toBe(HANGS);
  });

  test('while it speaks has the last word on a statement that runs too long', async () => {
    await open(20_000);
    expect(await settled(pool.query('select pg_sleep(30)'))).toBe('store.timeout');
    await pool.close();
  });
});
