import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { APP_ROLES, createPool, migrate, readLogin, resetData, sqlState, startEmbedded, storeFault, type EmbeddedPostgres, type StorePool } from './index.ts'; // prettier-ignore

let dataDir: string;
let server: EmbeddedPostgres;
const pools: StorePool[] = [];

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'custody-login-'));
  server = await startEmbedded({ dataDir, log: () => {} });
  await migrate(server.url('owner'));
  const owner = poolOf(server.url('owner'));
  await owner.query(`create role partner login password 'partner'`);
  await owner.query('grant custody_gateway to partner');
  await owner.query(`create role twofold login password 'twofold'`);
  await owner.query('grant custody_gateway, custody_projector to twofold');
}, 60_000);
afterAll(async () => {
  await Promise.all(pools.map((pool) => pool.close()));
  await server.stop();
  await resetData(dataDir);
  rmSync(dataDir, { recursive: true, force: true });
}, 60_000);

function poolOf(url: string, role?: 'gateway'): StorePool {
  const pool = createPool({ url, applicationName: 'login test', max: 1, ...(role === undefined ? {} : { role }) });
  pools.push(pool);
  return pool;
}
const loginAs = (user: string): string => server.url('owner').replace(/\/\/[^@]*@/, `//${user}:${user}@`);

/** What SQL of an intruder gets by going back to the login, and on from there. */
async function gained(pool: StorePool): Promise<string[]> {
  const client = await pool.connect();
  const gains: string[] = [];
  try {
    for (const attempt of [
      'alter table ledger.entries disable trigger append_only',
      'delete from ledger.entries',
      "insert into ledger.offsets values ('', '', 0, '', 0)",
      'set role custody_owner',
      'set role custody_projector',
      'set session authorization custody_owner',
      'create role mine superuser',
    ]) {
      await client.query('set role none');
      const error = await client.query(`begin; ${attempt}; rollback`).catch((reason: unknown) => reason);
      if (!(error instanceof Error)) gains.push(attempt);
      else await client.query('rollback');
    }
  } finally {
    client.release(true);
  }
  return gains;
}

describe('a login of its own', () => {
  test.each(APP_ROLES)('is what the embedded database gives %s: `set role none` gains nothing', async (role) => {
    const pool = poolOf(server.url(role));
    expect(await readLogin(pool, role)).toMatchObject({ login: `custody_${role}`, shared: false });
    // Writing offsets is the projector's own work.
    expect(await gained(pool)).toEqual(
      role === 'projector' ? ["insert into ledger.offsets values ('', '', 0, '', 0)", 'set role custody_projector'] : [],
    );
  });

  test('may be a member of the role and of nothing else: `set role none` gains nothing', async () => {
    const pool = poolOf(loginAs('partner'), 'gateway');
    expect(await readLogin(pool, 'gateway')).toMatchObject({ login: 'partner', shared: false });
    expect(await gained(pool)).toEqual([]);
    const refused = await pool.query('delete from ledger.entries').catch((reason: unknown) => reason);
    expect([sqlState(refused), storeFault(refused)?.code]).toEqual(['42501', 'ledger.append-only']);
  });
});

describe('a shared login', () => {
  test('is found where the owner steps down; control: `set role none` then gains everything', async () => {
    const pool = poolOf(server.url('owner'), 'gateway');
    expect(await readLogin(pool, 'gateway')).toMatchObject({ login: 'custody_owner', shared: true });
    const gains = await gained(pool);
    expect(gains).toContain('alter table ledger.entries disable trigger append_only');
    expect(gains.length).toBeGreaterThan(3);
  });

  test('is found where a login is a member of two roles; control: it can become the other', async () => {
    const pool = poolOf(loginAs('twofold'), 'gateway');
    expect(await readLogin(pool, 'gateway')).toMatchObject({ login: 'twofold', shared: true });
    expect(await gained(pool)).toContain('set role custody_projector');
  });

  test('is found where options in the URL replace the step down, so that nothing runs as the owner unseen', async () => {
    const pool = poolOf(`${server.url('owner')}?options=-c%20search_path%3Dpg_catalog`, 'gateway');
    expect(await readLogin(pool, 'gateway')).toMatchObject({ login: 'custody_owner', shared: true });
  });
});
