/**
 * A migrated Postgres database for one suite. The server is real: the one whose owner URL stands in CUSTODY_TEST_POSTGRES (set for a whole
 * run by whoever started it with `startTestServer`), else one of the suite's own in a temporary directory (about a second).
 */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createPool,
  installContextKey,
  migrate,
  resetData,
  startEmbedded,
  type AppRole,
  type PoolOptions,
  type StorePool,
} from './src/index.ts';

export interface TestDatabase {
  /** The owner's login on this database. */
  readonly url: string;
  readonly name: string;
  /** A pool that has stepped down to the role; `owner` has not. Those of gateway and evidence can say who reads. Closed by drop(). */
  pool(role: AppRole | 'owner', options?: Partial<PoolOptions>): StorePool;
  /** Closes the pools, drops the database, stops the server where it is this suite's own. */
  drop(): Promise<void>;
}

export interface TestServer {
  readonly url: string;
  stop(): Promise<void>;
}

/** For a run of many suites: set CUSTODY_TEST_POSTGRES to the URL. */
export async function startTestServer(): Promise<TestServer> {
  const dataDir = mkdtempSync(join(tmpdir(), 'custody-test-'));
  const server = await startEmbedded({ dataDir, log: () => {} });
  return {
    url: server.url('owner'),
    stop: async () => {
      await server.stop();
      await resetData(dataDir);
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** About 0.1 s on a server that has the template already. */
export async function testDatabase(): Promise<TestDatabase> {
  const shared = process.env['CUSTODY_TEST_POSTGRES'];
  const server = shared === undefined ? await startTestServer() : { url: shared, stop: async (): Promise<void> => {} };
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  const admin = createPool({ url: server.url, applicationName: 'test database', max: 1, statementTimeoutMs: 0 });
  await admin.transaction(async (client) => {
    // One suite makes the template, the others wait for it. `create database` runs outside of transactions, hence on its own pool.
    await client.query('select pg_advisory_xact_lock($1)', [TEMPLATE_LOCK]);
    // Idle here while another connection migrates: on a busy machine longer than an app may be.
    await client.query('set local idle_in_transaction_session_timeout = 0');
    await ensureTemplate(server.url);
  });
  await admin.query(`create database ${name} template ${TEMPLATE}`);
  const url = onDatabase(server.url, name);
  const pools: StorePool[] = [];
  return {
    url,
    name,
    pool: (role, options) => {
      const rights =
        role === 'owner' ? {} : { role, ...(role === 'gateway' || role === 'evidence' ? { contextKey: TEST_CONTEXT_KEY } : {}) };
      const pool = createPool({ url, applicationName: `test ${role}`, max: 8, ...rights, ...options });
      pools.push(pool);
      return pool;
    },
    drop: async () => {
      await Promise.all(pools.map((pool) => pool.close()));
      await admin.query(`drop database ${name} with (force)`);
      await admin.close();
      await server.stop();
    },
  };
}

/** Installed in every test database. */
export const TEST_CONTEXT_KEY = Buffer.alloc(32, 0x5e);

async function installTestKey(url: string): Promise<void> {
  const owner = createPool({ url, applicationName: 'test key', max: 1 });
  await installContextKey(owner, TEST_CONTEXT_KEY);
  await owner.close();
}

const TEMPLATE = 'test_template';
const TEMPLATE_LOCK = 7_217_002;

async function ensureTemplate(serverUrl: string): Promise<void> {
  const admin = createPool({ url: serverUrl, applicationName: 'test template', max: 1, statementTimeoutMs: 0 });
  try {
    const { rowCount } = await admin.query('select from pg_database where datname = $1', [TEMPLATE]);
    if (rowCount === 1) return;
    await admin.query(`drop database if exists ${TEMPLATE}_new`);
    await admin.query(`create database ${TEMPLATE}_new`);
    await migrate(onDatabase(serverUrl, `${TEMPLATE}_new`));
    await installTestKey(onDatabase(serverUrl, `${TEMPLATE}_new`));
    await admin.query(`alter database ${TEMPLATE}_new rename to ${TEMPLATE}`);
  } finally {
    await admin.close();
  }
}

const onDatabase = (url: string, name: string): string => url.replace(/[^/]*$/, name);
