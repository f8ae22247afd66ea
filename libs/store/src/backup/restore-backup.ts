/** A backup becomes the ledger of an empty database, as a whole or not at all. */
import { createHash } from 'node:crypto';
import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { StoreError } from '../errors.ts';
import { migrate } from '../migrate.ts';
import { createPool, type StoreClient } from '../pool.ts';
import { unforced } from '../unforced.ts';
import { readManifest, tableFile, type BackedUpTable, type BackupManifest } from './manifest.ts';
import { backupTables, columnList } from './tables.ts';

export interface RestoreOptions {
  readonly folder: string;
  /** In the transaction, when every row is there: where it throws nothing is. */
  verify?(client: StoreClient, manifest: BackupManifest): Promise<void>;
  onProgress?(table: string): void;
}

/**
 * `url` is the owner's. The files are read once before anything is changed; then the tables are made as they were, filled in one transaction,
 * and migrated to this version. What is left where that fails is an empty ledger, as a first start makes one.
 * Throws StoreError `restore.manifest`, `restore.damaged`, `restore.not-empty`, `data.newer`, and what `verify` throws.
 */
export async function restoreBackup(url: string, { folder, verify, onProgress }: RestoreOptions): Promise<BackupManifest> {
  const manifest = readManifest(folder);
  for (const table of manifest.tables) checkFile(folder, table);
  const pool = createPool({ url, applicationName: 'custody restore', max: 1, statementTimeoutMs: 0 });
  try {
    const { rows } = await pool.query<{ there: boolean }>(`select to_regclass('ledger.head') is not null as there`);
    if (rows[0]?.there === true) await pool.transaction(refuseFull);
    await migrate(url, { upTo: manifest.migrations.at(-1) });
    await pool.transaction(async (client) => {
      await client.query('set local idle_in_transaction_session_timeout = 0');
      await refuseFull(client);
      await unforced(client, () => fill(client, folder, manifest, onProgress));
      await verify?.(client, manifest);
    });
  } finally {
    await pool.close();
  }
  await migrate(url);
  return manifest;
}

/** What a migration fills by itself. */
const FIRST_ROWS = ['ledger.head', 'proof.sealer', 'event_log.cluster', 'access.head'];

async function refuseFull(client: StoreClient): Promise<void> {
  const { rows } = await client.query<{ size: number }>('select size from ledger.head');
  const full = rows[0]?.size === 0 ? [] : ['ledger.head'];
  for (const { name } of await backupTables(client)) {
    if (FIRST_ROWS.includes(name)) continue;
    const { rowCount } = await client.query(`select from ${name} limit 1`);
    if (rowCount > 0) full.push(name);
  }
  if (full.length > 0)
    throw new StoreError(
      'restore.not-empty',
      `The database has a ledger already (${full.join(', ')}). A backup is restored into an empty one.`,
    );
}

async function fill(client: StoreClient, folder: string, manifest: BackupManifest, onProgress?: (table: string) => void): Promise<void> {
  const known = new Map((await backupTables(client)).map((table) => [table.name, table]));
  for (const { name, columns } of manifest.tables) {
    const table = known.get(name);
    if (table === undefined || columns.some((column) => !table.columns.includes(column)))
      throw new StoreError('restore.manifest', `The backup has the table ${name} with columns that its migrations do not make.`);
  }
  // A schema that was just made: its own first rows give way.
  for (const name of FIRST_ROWS) if (known.has(name)) await client.query(`delete from ${name}`);
  for (const table of manifest.tables) {
    for (const lines of linesOf(folder, table)) await client.copyIn(`copy ${table.name} (${columnList(table.columns)}) from stdin`, lines);
    await resetIdentity(client, table.name);
    await client.query(`analyze ${table.name}`);
    onProgress?.(table.name);
  }
}

/** The numbers that stand in the file are taken; the next one comes after them. */
async function resetIdentity(client: StoreClient, table: string): Promise<void> {
  const { rows } = await client.query<{ column: string }>(
    `select attname as column from pg_attribute where attrelid = $1::regclass and attidentity <> '' and not attisdropped`,
    [table],
  );
  for (const { column } of rows)
    await client.query(
      `select setval(pg_get_serial_sequence($1, $2), greatest(1, max("${column}")), max("${column}") is not null) from ${table}`,
      [table, column],
    );
}

const CHUNK_BYTES = 4 * 1_048_576;

function* chunksOf(path: string): Iterable<Buffer> {
  const file = openSync(path, 'r');
  try {
    for (;;) {
      const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
      const length = readSync(file, chunk);
      if (length === 0) return;
      yield chunk.subarray(0, length);
    }
  } finally {
    closeSync(file);
  }
}

/** Whole lines, some megabytes at a time. */
function* linesOf(folder: string, { name }: BackedUpTable): Iterable<Buffer> {
  let rest: Buffer[] = [];
  for (const chunk of chunksOf(join(folder, tableFile(name)))) {
    const end = chunk.lastIndexOf(0x0a) + 1;
    if (end > 0) {
      yield Buffer.concat([...rest, chunk.subarray(0, end)]);
      rest = [];
    }
    if (end < chunk.length) rest.push(chunk.subarray(end));
  }
  if (rest.length > 0) yield Buffer.concat(rest);
}

function checkFile(folder: string, { name, bytes, sha256 }: BackedUpTable): void {
  const path = join(folder, tableFile(name));
  const damaged = (what: string): StoreError => new StoreError('restore.damaged', `${path} ${what}: nothing was restored.`);
  if (!existsSync(path)) throw damaged('is missing');
  const hash = createHash('sha256');
  let length = 0;
  for (const chunk of chunksOf(path)) {
    hash.update(chunk);
    length += chunk.length;
  }
  if (length !== bytes || hash.digest('hex') !== sha256) throw damaged('is not what was written when the backup was made');
}
