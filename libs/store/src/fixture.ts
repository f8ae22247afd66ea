/**
 * A database as a small folder: what a released version wrote, kept so that every later version can show that it opens and migrates it.
 * One file of COPY text for each table, and `migrations.json` with the migrations that made them.
 */
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { migrate, MIGRATIONS_TABLE, type MigrationReport } from './migrate.ts';
import { createPool, type StorePool } from './pool.ts';

interface Manifest {
  readonly migrations: readonly string[];
}

const TABLES = `
  select format('%I.%I', nspname, relname) as name from pg_class c join pg_namespace n on n.oid = relnamespace
  where relkind = 'r' and nspname in ('ledger', 'event_log') and relname <> '${MIGRATIONS_TABLE}' order by 1`;

/** Writes the whole database, of one moment, into a folder that is new or empty. `pool` is the owner's. For small ones: each table passes through memory. */
export async function dumpFixture(pool: StorePool, folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  if (readdirSync(folder).length > 0) throw new Error(`${folder} is not empty.`);
  await pool.transaction(async (client) => {
    await client.query('set transaction isolation level repeatable read, read only');
    const migrations = await client.query<{ name: string }>(`select name from ledger.${MIGRATIONS_TABLE} order by id`);
    const manifest: Manifest = { migrations: migrations.rows.map(({ name }) => name) };
    writeFileSync(join(folder, 'migrations.json'), `${JSON.stringify(manifest, null, 2)}\n`);
    const { rows } = await client.query<{ name: string }>(TABLES);
    for (const { name } of rows) {
      const payload = await client.copyOut(`copy (select * from ${name} t order by t) to stdout (header)`);
      // A table without rows is its header alone.
      writeFileSync(join(folder, `${name}.tsv`), payload);
    }
  });
}

/**
 * Fills an empty database from a folder: the schema as it was, its rows, then every later migration. `url` is the owner's.
 * Returns the migrations that were run over the old rows.
 */
export async function openFixture(url: string, folder: string): Promise<MigrationReport> {
  const { migrations } = JSON.parse(readFileSync(join(folder, 'migrations.json'), 'utf8')) as Manifest;
  await migrate(url, { upTo: migrations.at(-1) });
  const pool = createPool({ url, applicationName: 'custody fixture', max: 1, statementTimeoutMs: 0 });
  try {
    await pool.transaction(async (client) => {
      // A schema that was just made: its own first rows give way, and no trigger has anything to defend.
      await client.query('set local session_replication_role = replica');
      const { rows } = await client.query<{ name: string }>(TABLES);
      for (const { name } of rows) await client.query(`delete from ${name}`);
      for (const { name } of rows) {
        const path = join(folder, `${name}.tsv`);
        if (!existsSync(path)) throw new Error(`${folder} has no ${name}.tsv.`);
        const payload = readFileSync(path);
        const columns = payload
          .subarray(0, payload.indexOf(0x0a))
          .toString()
          .split('\t')
          .map((column) => `"${column}"`);
        await client.copyIn(`copy ${name} (${columns.join(', ')}) from stdin (header)`, payload);
        await resetIdentity(client, name);
      }
    });
  } finally {
    await pool.close();
  }
  return migrate(url);
}

/** COPY writes the numbers that stand in the file; the next one comes after them. */
async function resetIdentity(client: Pick<StorePool, 'query'>, table: string): Promise<void> {
  const { rows } = await client.query<{ column: string }>(
    `select attname as column from pg_attribute where attrelid = $1::regclass and attidentity <> '' and not attisdropped`,
    [table],
  );
  for (const { column } of rows) {
    await client.query(
      `select setval(pg_get_serial_sequence($1, $2), greatest(1, max("${column}")), max("${column}") is not null) from ${table}`,
      [table, column],
    );
  }
}
