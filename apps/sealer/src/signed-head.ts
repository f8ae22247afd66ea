/** The last head that this sealer signed, in a file apart from the database: a database that was put back to an older state is noticed. */
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { fromHex, toHex } from '#lib/ledger';
import { SealerFenced } from '#lib/store';

export interface SignedHead {
  readonly size: number;
  readonly root: Uint8Array;
}

/** `null`: nothing was signed yet. Throws where the file is not what `keepSignedHead` wrote: it is never guessed what was signed. */
export function readSignedHead(path: string): SignedHead | null {
  if (!existsSync(path)) return null;
  const { size, root } = JSON.parse(readFileSync(path, 'utf8')) as { size?: unknown; root?: unknown };
  const bytes = typeof root === 'string' ? fromHex(root) : null;
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || bytes?.length !== 32) throw new Error(`${path} is no signed head.`);
  return { size, root: bytes };
}

/** On the disk when it returns, and before that the one before. Throws SealerFenced where another sealer has signed a larger one meanwhile. */
export function keepSignedHead(path: string, { size, root }: SignedHead): void {
  const before = readSignedHead(path);
  if (before !== null && before.size > size) throw new SealerFenced();
  const file = openSync(`${path}.new`, 'w', 0o600);
  try {
    writeSync(file, `${JSON.stringify({ size, root: toHex(root) })}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(`${path}.new`, path);
  const folder = openSync(dirname(path), 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
