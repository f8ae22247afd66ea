import { testDatabase, type TestDatabase } from '../test-database.ts';
import { storeFault, type StorePool } from './index.ts';

describe('a pool', () => {
  let database: TestDatabase;
  let pool: StorePool;
  beforeAll(async () => {
    database = await testDatabase();
    pool = database.pool('owner', { max: 3 });
  }, 60_000);
  afterAll(() => database.drop());

  const tableOf = async (name: string): Promise<string> => {
    await pool.query(`create table public.${name} (n bigint)`);
    return `public.${name}`;
  };

  test('copies in and out on the connection and in the transaction of the caller', async () => {
    const table = await tableOf('copied');
    const payload = Buffer.from(Array.from({ length: 200_000 }, (_, n) => `${n}\n`).join(''));
    await pool.transaction(async (client) => {
      await client.copyIn(`copy ${table} from stdin`, payload);
      expect((await client.query<{ n: number }>(`select count(*) as n from ${table}`)).rows[0]?.n).toBe(200_000);
      expect((await client.copyOut(`copy (select n from ${table} order by n) to stdout`)).equals(payload)).toBe(true);
    });
    await expect(
      pool.transaction(async (client) => {
        await client.copyIn(`copy ${table} from stdin`, Buffer.from('1\n'));
        throw new Error('changed my mind');
      }),
    ).rejects.toThrow('changed my mind');
    expect((await pool.query<{ n: number }>(`select count(*) as n from ${table}`)).rows[0]?.n).toBe(200_000);
  });

  test('a copy that fails leaves a connection that goes on, whatever of its payload was still under way', async () => {
    const table = await tableOf('failing');
    const client = await pool.connect();
    const payload = Buffer.from(`no number\n${'1\n'.repeat(2_000_000)}`);
    for (const text of [`copy ${table} from stdin`, 'copy public.not_there from stdin']) {
      await expect(client.copyIn(text, payload)).rejects.toMatchObject({ code: text.includes('not_there') ? '42P01' : '22P02' });
      payload.fill(0);
      expect((await client.query<{ one: number }>('select 1::bigint as one')).rows).toEqual([{ one: 1 }]);
      payload.write('no number\n');
    }
    client.release();
  });

  test('an int8 that a number cannot hold is an error and never another number', async () => {
    expect((await pool.query<{ n: number }>('select 9007199254740991 as n')).rows).toEqual([{ n: 9_007_199_254_740_991 }]);
    await expect(pool.query('select 9007199254740993 as n')).rejects.toThrow('not exact');
  });

  test('a lost connection is a retryable fault, and the pool connects again', async () => {
    const dies = pool.query('select pg_terminate_backend(pg_backend_pid())');
    const error = await dies.then(
      () => null,
      (reason: unknown) => reason,
    );
    expect(storeFault(error)?.code).toBe('store.unavailable');
    expect((await pool.query<{ one: number }>('select 1 as one')).rows).toEqual([{ one: 1 }]);
  });

  test('a statement that runs too long is stopped and says so', async () => {
    const hasty = database.pool('gateway', { statementTimeoutMs: 50 });
    const error = await hasty.query('select pg_sleep(5)').catch((reason: unknown) => reason);
    expect(storeFault(error)?.code).toBe('store.timeout');
  });

  test('a listener hears again after its connection was lost, and is told that it may have missed something', async () => {
    const heard: string[] = [];
    const stop = await pool.listen('bell', (payload) => heard.push(payload));
    await pool.query(`notify bell, 'one'`);
    await until(() => heard.includes('one'));
    await pool.query(`select pg_terminate_backend(pid) from pg_stat_activity where query = 'listen "bell"'`);
    await until(() => heard.includes(''));
    await pool.query(`notify bell, 'two'`);
    await until(() => heard.includes('two'));
    await stop();
    expect(heard).toEqual(['one', '', 'two']);
  });
});

async function until(condition: () => boolean): Promise<void> {
  for (let turn = 0; turn < 500 && !condition(); turn += 1) await new Promise((resolve) => setTimeout(resolve, 10));
  expect(condition()).toBe(true);
}
