import { installContextKey, migrate, ReaderContext, readerGroupIds, projectBatch, rebuild, restoreBackup, writeBackup, digestDerived, roleName, APP_ROLES, type StoreClient, type StorePool } from './index.ts'; // prettier-ignore
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BATCH_SIZE, batchAt, PARTITION } from '../test-processes/test-events.ts';
import { TEST_CONTEXT_KEY, testDatabase, type TestDatabase } from '../test-database.ts';
import { securityFaults, WITHOUT_POLICIES } from './row-security.ts';

describe('the database keeps tenants apart', () => {
  let database: TestDatabase;
  let owner: StorePool;
  beforeAll(async () => {
    database = await testDatabase();
    owner = database.pool('owner');
  }, 60_000);
  afterAll(() => database.drop());

  /** What the check finds where this was done, and no longer is. */
  async function foundAfter(change: string): Promise<string[]> {
    const undone = new Error('undone');
    let found: string[] = [];
    const work = async (client: StoreClient): Promise<void> => {
      await client.query(change);
      found = (await securityFaults(client)).map(({ what, why }) => `${what}: ${why}`);
      throw undone;
    };
    await expect(owner.transaction(work)).rejects.toBe(undone);
    return found;
  }

  test('every relation has policies that its owner is held to, or a reason; no view and no function goes around them', async () => {
    expect(await securityFaults(owner)).toEqual([]);
    const { rows } = await owner.query<{ gone: string }>(`select r as gone from unnest($1::text[]) r where to_regclass(r) is null`, [
      [...WITHOUT_POLICIES.keys()],
    ]);
    expect(rows).toEqual([]);
  });

  test.each([
    ['a new table', 'create table ledger.more (n integer)', /ledger\.more: a table without row-level security/],
    ['a table without FORCE', 'alter table ledger.content no force row level security', /ledger\.content: .*not forced/],
    ['a table without policies in force', 'alter table ledger.content disable row level security', /ledger\.content: a table without/],
    [
      'a right to read where rows come in',
      'grant select on intake.content to custody_gateway',
      /intake\.content: more than appending is granted/,
    ],
    ['a plain view', 'create view ledger.seen as select * from ledger.content', /ledger\.seen: a view without security_invoker/],
    ['a materialized view', 'create materialized view ledger.kept as select 1', /ledger\.kept: a materialized view/],
    [
      'a function of the owner without a fixed search_path',
      `create function ledger.f() returns integer language sql security definer as 'select 1'`,
      /ledger\.f\(\): runs with its owner's rights/,
    ],
    [
      'a policy that asks for each row',
      'alter policy reader on ledger.timeline using (grp = any (ctx.groups()))',
      /policy reader on ledger\.timeline: asks for each row/,
    ],
  ])('control: %s is found', async (_, change, fault) => {
    const found = await foundAfter(change);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(fault);
  });

  test('a view that asks as whoever reads it is none', async () => {
    expect(await foundAfter('create view ledger.seen with (security_invoker=true) as select * from ledger.content')).toEqual([]);
  });

  test('no role of the program reads the keys of contexts, or has a function of ctx that it does not need', async () => {
    for (const role of APP_ROLES) {
      const pool = database.pool(role, { max: 1 });
      await expect(pool.query('select * from ctx.secrets')).rejects.toThrow(/permission denied/);
      if (role !== 'gateway' && role !== 'evidence') await expect(pool.query('select ctx.groups()')).rejects.toThrow(/permission denied/);
      if (role !== 'gateway') await expect(pool.query('select ctx.commitments(0, 1)')).rejects.toThrow(/permission denied/);
    }
  });
});

describe('an owner who is no superuser', () => {
  let database: TestDatabase;
  let admin: StorePool;
  let owner: StorePool;
  let gateway: StorePool;
  const name = `tenant_${process.pid}_${Math.random().toString(36).slice(2)}`;
  const urlOf = (base: string, of = name): string => base.replace(/\/\/[^@]*@/, `//${name}:${name}@`).replace(/[^/]*$/, of);
  const rows = async (pool: StorePool, relation: string): Promise<number> => (await pool.query(`select from ${relation}`)).rowCount;

  beforeAll(async () => {
    database = await testDatabase();
    admin = database.pool('owner', { max: 2 });
    await admin.query(`create role ${name} login createrole createdb password '${name}'`);
    await admin.query(`grant ${APP_ROLES.map(roleName).join(', ')} to ${name} with admin option`);
    await admin.query(`create database ${name} owner ${name}`);
    const url = urlOf(database.url);
    await migrate(url);
    owner = database.pool('owner', { url });
    await installContextKey(owner, TEST_CONTEXT_KEY);
    gateway = database.pool('gateway', { url });
    await projectBatch(database.pool('projector', { url }), PARTITION, 0, BATCH_SIZE, batchAt(0), []);
  }, 60_000);
  afterAll(async () => {
    for (const made of [name, `${name}_copy`]) await admin.query(`drop database if exists ${made} with (force)`);
    await admin.query(`drop role ${name}`);
    await database.drop();
  });

  test('sees all of it as himself; a plain view of his shows nothing; control: without FORCE it shows everything', async () => {
    expect(await rows(owner, 'ledger.content')).toBeGreaterThan(100);
    await owner.query('create view ledger.seen as select * from ledger.content; grant select on ledger.seen to custody_gateway');
    await owner.query(
      `create function ledger.taken() returns setof bigint language sql security invoker set search_path = pg_catalog as 'select log_index from ledger.seen'; grant execute on function ledger.taken() to custody_gateway`,
    );
    expect([await rows(gateway, 'ledger.seen'), await rows(gateway, 'ledger.taken()')]).toEqual([0, 0]);
    // What the asker is shown anyway he may be shown by a view.
    const reader = gateway.as(new ReaderContext('a', await readerGroupIds(gateway, ['clear'])));
    expect((await reader.query('select from ledger.seen')).rowCount).toBe(await rows(owner, 'ledger.content'));
    await owner.query('alter table ledger.content no force row level security');
    expect(await rows(gateway, 'ledger.seen')).toBe(await rows(owner, 'ledger.content'));
    await owner.query('alter table ledger.content force row level security; drop function ledger.taken(); drop view ledger.seen');
  });

  test('backs up, restores and rebuilds all of it, though COPY takes no rows for a table with policies', async () => {
    const before = await digestDerived(owner);
    expect(before[0]?.rows).toBeGreaterThan(100);
    const folder = mkdtempSync(join(tmpdir(), 'custody-policies-'));
    await writeBackup(owner, { folder: join(folder, 'backup'), logKey: null });
    await admin.query(`create database ${name}_copy owner ${name}`);
    const url = urlOf(database.url, `${name}_copy`);
    await restoreBackup(url, { folder: join(folder, 'backup') });
    rmSync(folder, { recursive: true });
    const copy = database.pool('owner', { url });
    expect(await digestDerived(copy)).toEqual(before);
    expect(await securityFaults(copy)).toEqual([]);
    const index = { indexOf: (content: Buffer) => batchAt(0).find((event) => event.content.equals(content)) ?? (null as never), keys: { ofItem: () => [], ofAlias: () => [] } }; // prettier-ignore
    await rebuild(copy, index);
    expect(await digestDerived(copy)).toEqual(before);
  }, 60_000);

  test('is not shown a part as if it were all: a backup whose rows the owner does not see is refused', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'custody-policies-'));
    const policies = ['owner', ...['capture', 'operator', 'projector', 'sealer'].map((role) => `${role}_reads`)];
    const hide = policies.map((policy) => `alter policy ${policy} on ledger.entries using (false)`).join('; ');
    await owner.query(hide);
    await expect(writeBackup(owner, { folder: join(folder, 'backup'), logKey: null })).rejects.toThrow(/entries of \d+/);
    rmSync(folder, { recursive: true });
  });
});
