/** Brings a database to the schema of this version. Safe to run from several processes at once. */
import type { DataSource } from 'typeorm';
import { StoreError } from './errors.ts';
import { MIGRATIONS } from './migrations/index.ts';

export interface MigrationReport {
  /** Names of the migrations that were run now, in order. */
  readonly applied: readonly string[];
}

export const MIGRATIONS_TABLE = 'migrations';
/** Any constant: one number for one purpose in one database. */
const ADVISORY_LOCK = 7_217_001;
/** One connection holds the lock, one migrates. */
const CONNECTIONS = 2;

export interface MigrateOptions {
  /** Name of the last migration to run; absent: all. */
  readonly upTo?: string | undefined;
}

/**
 * `url` is the owner's: on an embedded server `url('owner')`, else DATABASE_URL, whose login must be able to create roles and schemas
 * (it then owns the tables; apps step down from it by PoolOptions.role, or have logins of their own that are members of the app roles).
 * Throws StoreError `data.newer` where a later version migrated the database before; the driver's error where it cannot be reached.
 */
export async function migrate(url: string, options: MigrateOptions = {}): Promise<MigrationReport> {
  const migrations = upTo(options.upTo);
  // Loaded here: it takes 0.4 s, which `custody version` and `trace` need not pay.
  const orm = await import('typeorm');
  const source = new orm.DataSource({
    type: 'postgres',
    url,
    schema: 'ledger',
    migrations,
    migrationsTableName: MIGRATIONS_TABLE,
    migrationsTransactionMode: 'each',
    synchronize: false,
    installExtensions: false,
    poolSize: CONNECTIONS,
    applicationName: 'custody migrate',
  });
  await source.initialize();
  const lock = source.createQueryRunner();
  try {
    await lock.connect();
    // Waits for another process that migrates; the lock ends with the connection, whatever happens.
    await lock.query('select pg_advisory_lock($1)', [ADVISORY_LOCK]);
    await lock.query('create schema if not exists ledger');
    await refuseNewer(source);
    const applied = await source.runMigrations();
    await lock.query('select pg_advisory_unlock($1)', [ADVISORY_LOCK]);
    return { applied: applied.map(({ name }) => name) };
  } finally {
    await lock.release();
    await source.destroy();
  }
}

function upTo(name: string | undefined): typeof MIGRATIONS {
  if (name === undefined) return MIGRATIONS;
  const last = MIGRATIONS.findIndex((Migration) => new Migration().name === name);
  if (last < 0)
    throw new StoreError('data.newer', `This version has no migration ${name}. Run the version that wrote the data, or a later one.`);
  return MIGRATIONS.slice(0, last + 1);
}

async function refuseNewer(source: DataSource): Promise<void> {
  const [found] = (await source.query('select to_regclass($1) is not null as there', [`ledger.${MIGRATIONS_TABLE}`])) as {
    there: boolean;
  }[];
  if (found?.there !== true) return;
  const known = new Set<string>(MIGRATIONS.map((Migration) => new Migration().name));
  const rows = (await source.query(`select name from ledger.${MIGRATIONS_TABLE} order by id`)) as { name: string }[];
  const unknown = rows.map(({ name }) => name).filter((name) => !known.has(name));
  if (unknown.length === 0) return;
  throw new StoreError(
    'data.newer',
    `The database was migrated by a later version (${unknown.join(', ')}). Run that version or a later one.`,
  );
}
