/** What evidence the tables of a backup say was received: its table of uploads is the list, of the moment of all the others. */
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { tableFile, type BackedUpTable } from './manifest.ts';

const UPLOADS = 'evidence.uploads';
/** A bytea in COPY text, where a backslash is written as two. */
const HASH = /^\\\\x([0-9a-f]{64})$/;

/** Hashes in hex, rising, each once; none where the tables are of a version without evidence. Memory does not grow. */
export async function* receivedEvidence(folder: string, tables: readonly BackedUpTable[]): AsyncGenerator<string> {
  const column = tables.find(({ name }) => name === UPLOADS)?.columns.indexOf('sha256') ?? -1;
  if (column < 0) return;
  let before = '';
  for await (const row of createInterface({ input: createReadStream(join(folder, tableFile(UPLOADS))), crlfDelay: Infinity })) {
    const hash = HASH.exec(row.split('\t')[column] ?? '')?.[1];
    if (hash === undefined) throw new Error('The table of uploads has a row without a hash.');
    if (hash !== before) yield hash;
    before = hash;
  }
}
