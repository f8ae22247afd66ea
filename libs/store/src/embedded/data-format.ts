/** The file FORMAT in a data directory: which version of our data it holds. Written last when a directory is made: without it nothing is ready. */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { StoreError } from '../errors.ts';

/** Grows when an older binary could not read the data directory any more (another Postgres major, another layout of files). */
export const DATA_FORMAT = 1;

const FILE = 'FORMAT';

/** `null`: not made yet. Throws `data.newer` where a later version of the product wrote the directory. */
export function readFormat(dataDir: string): number | null {
  const path = join(dataDir, FILE);
  if (!existsSync(path)) return null;
  const text = readFileSync(path, 'utf8');
  const format = Number(/^custody-ledger data format (\d+)$/m.exec(text)?.[1]);
  if (!Number.isInteger(format)) throw new Error(`${path} is not a format file of Custody Ledger: ${JSON.stringify(text.slice(0, 80))}`);
  if (format > DATA_FORMAT) {
    throw new StoreError(
      'data.newer',
      `${dataDir} has data format ${format}; this version reads up to ${DATA_FORMAT}. Run the version that wrote it, or a later one.`,
    );
  }
  return format;
}

export function writeFormat(dataDir: string): void {
  const path = join(dataDir, FILE);
  writeFileSync(`${path}.new`, `custody-ledger data format ${DATA_FORMAT}\n`);
  renameSync(`${path}.new`, path);
}
