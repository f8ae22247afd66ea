/**
 * The keys of the embedded default, in files of the data directory (mode 0600): `checkpoint.key` and `receipt.key`, the Ed25519 seeds that sign
 * now, and `keys.json`, what became of those before. Whoever runs processes of his own names all of this by settings instead.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { fromHex, HASH_BYTES, toHex } from '#lib/ledger';
import { keptKey } from '#lib/runtime';

export const KEY_FILES = { log: 'checkpoint.key', receipt: 'receipt.key' } as const;
export const KEPT_FILE = 'keys.json';

/** What is kept of keys that do not sign new things by themselves any more. */
export interface KeptKeys {
  /** Seeds in hex: they sign checkpoints beside the present key. */
  readonly formerKeys: readonly string[];
  /** Public keys in hex: the log goes on standing by the receipts that they signed. */
  readonly receiptKeys: readonly string[];
  /** Verifier keys. */
  readonly revokedKeys: readonly string[];
}

const NONE: KeptKeys = { formerKeys: [], receiptKeys: [], revokedKeys: [] };

/** 32 bytes. Makes the key where there is none. */
export async function keptSeed(dataDir: string, use: keyof typeof KEY_FILES): Promise<Uint8Array> {
  return Buffer.from(await keptKey(dataDir, KEY_FILES[use], use === 'log' ? 'log key' : 'receipt key'), 'hex');
}

/** Throws where the file is there and not what `keepKeys` wrote: no key is forgotten silently. */
export function readKeptKeys(dataDir: string): KeptKeys {
  const path = join(dataDir, KEPT_FILE);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return NONE;
    throw error;
  }
  const kept = parsed(text);
  if (kept === null) throw new Error(`${path} is not what \`custody key\` wrote; restore it from a backup.`);
  return kept;
}

/** On the disk, whole, when it returns. */
export const keepKeys = (dataDir: string, kept: KeptKeys): Promise<void> =>
  replace(join(dataDir, KEPT_FILE), `${JSON.stringify({ v: 1, ...kept }, null, 1)}\n`);

/** Puts a new seed in the place of the present one, which is lost with it: what is still needed of it is kept before. */
export const renewSeed = (dataDir: string, use: keyof typeof KEY_FILES): Promise<void> =>
  replace(join(dataDir, KEY_FILES[use]), `${toHex(randomBytes(HASH_BYTES))}\n`);

function parsed(text: string): KeptKeys | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  const { v, formerKeys, receiptKeys, revokedKeys } = (value ?? {}) as Record<string, unknown>;
  if (v !== 1 || !isList(formerKeys, isHash) || !isList(receiptKeys, isHash) || !isList(revokedKeys, () => true)) return null;
  return { formerKeys, receiptKeys, revokedKeys };
}

const isHash = (text: string): boolean => fromHex(text)?.length === HASH_BYTES;
const isList = (value: unknown, isMember: (text: string) => boolean): value is string[] =>
  Array.isArray(value) && value.every((member) => typeof member === 'string' && isMember(member));

async function replace(path: string, text: string): Promise<void> {
  const draft = `${path}.new`;
  const file = await open(draft, 'w', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, path);
}
