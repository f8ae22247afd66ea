/** Secret keys that are made at first use and kept in the data directory. */
import { randomBytes } from 'node:crypto';
import { link, mkdir, readFile, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const KEY_BYTES = 32;

/**
 * The key in this file of the data directory (64 hex digits, mode 0600), made at first use. Two processes that start at once end up with the
 * same key. Throws when the file is there and is no key: another one made silently would sign what nobody knows it by.
 *
 * @param what it is called in the message
 */
export async function keptKey(dataDir: string, file: string, what: string): Promise<string> {
  const path = join(dataDir, file);
  await mkdir(dataDir, { recursive: true });
  const kept = await readIfThere(path);
  if (kept !== undefined) return checked(kept, path, what);
  // Written whole under another name first: a crash in between leaves no half key, and `link` refuses to replace one that came first.
  const draft = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`;
  await writeFile(draft, `${randomBytes(KEY_BYTES).toString('hex')}\n`, { mode: 0o600, flag: 'wx', flush: true });
  try {
    await link(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await unlink(draft);
  }
  return checked(await readFile(path, 'utf8'), path, what);
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function checked(text: string, path: string, what: string): string {
  const hex = text.trim();
  if (!/^[0-9a-f]{64}$/.test(hex)) throw new Error(`${path} holds no ${what} (64 lower-case hex digits)`);
  return hex;
}
