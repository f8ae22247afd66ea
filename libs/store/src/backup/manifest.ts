/** What a backup says of itself: the file `manifest.json` beside one file of COPY text for each table. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { StoreError } from '../errors.ts';

export const BACKUP_FORMAT = 'custody-backup/1';
export const MANIFEST = 'manifest.json';

export interface BackedUpTable {
  readonly name: string;
  readonly columns: readonly string[];
  readonly rows: number;
  readonly bytes: number;
  /** Of the file, in hex. */
  readonly sha256: string;
}

/** Bytes of evidence beside the tables. Whoever keeps them puts them in; which ones the ledger received follows from its tables. */
export interface BackedUpEvidence {
  /** In the backup, and their bytes together. */
  readonly files: number;
  readonly bytes: number;
  /** Received, and not whole where they were kept when the backup was made. */
  readonly notHeld: number;
  /** Of the list of all of them, in hex. */
  readonly sha256: string;
}

export interface BackupManifest {
  readonly format: typeof BACKUP_FORMAT;
  /** Names of the migrations that made the tables, in order. */
  readonly migrations: readonly string[];
  /** Name of the log, and its entries. */
  readonly origin: string;
  readonly size: number;
  /** The newest signed head; `null`: nothing was signed. */
  readonly checkpoint: string | null;
  /** The log's verifier key, by the word of whoever made the backup; `null`: not known there. */
  readonly logKey: string | null;
  readonly tables: readonly BackedUpTable[];
  /** Absent: whoever made the backup took none. */
  readonly evidence?: BackedUpEvidence;
}

export const tableFile = (name: string): string => `${name}.tsv`;

const NAME = /^[a-z_]+\.[a-z_]+$/;

/** Throws StoreError `restore.manifest`. */
export function readManifest(folder: string): BackupManifest {
  const path = join(folder, MANIFEST);
  const fault = (why: string): StoreError => new StoreError('restore.manifest', `${folder} is no backup that this version reads: ${why}.`);
  if (!existsSync(path)) throw fault(`it has no ${MANIFEST}`);
  let value: Partial<BackupManifest> | null;
  try {
    value = JSON.parse(readFileSync(path, 'utf8')) as Partial<BackupManifest> | null;
  } catch {
    throw fault(`${MANIFEST} is no JSON`);
  }
  if (value?.format !== BACKUP_FORMAT) throw fault(`its format is ${JSON.stringify(value?.format ?? null)}, not ${BACKUP_FORMAT}`);
  const { migrations, origin, size, tables, evidence } = value;
  const isText = (each: unknown): boolean => typeof each === 'string';
  const isTable = (table: Partial<BackedUpTable> | null): boolean =>
    NAME.test(table?.name ?? '') &&
    Array.isArray(table?.columns) &&
    table.columns.every(isText) &&
    Number.isSafeInteger(table.rows) &&
    Number.isSafeInteger(table.bytes) &&
    isText(table.sha256);
  const isEvidence = ({ files, bytes, notHeld, sha256 }: Partial<BackedUpEvidence>): boolean =>
    [files, bytes, notHeld].every(Number.isSafeInteger) && isText(sha256);
  const isWhole =
    Array.isArray(migrations) &&
    migrations.every(isText) &&
    migrations.length > 0 &&
    isText(origin) &&
    Number.isSafeInteger(size) &&
    Array.isArray(tables) &&
    tables.every(isTable) &&
    (evidence === undefined || isEvidence(evidence ?? {}));
  if (!isWhole) throw fault(`${MANIFEST} does not say what is in it`);
  return value as BackupManifest;
}
