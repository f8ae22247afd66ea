/** The log that this one takes the place of: the signed checkpoint at which it ended, kept in the data directory by `custody log succeed`. */
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { logEnd, parseCheckpoint, parseNote, type LogEnd } from '#lib/ledger';

const PREVIOUS_FILE = 'previous.checkpoint';

/** `undefined`: there is none. Throws where the file is no checkpoint: a log must not begin as if it were the first. */
export async function previousLog(dataDir: string): Promise<LogEnd | undefined> {
  const path = join(dataDir, PREVIOUS_FILE);
  let note: Uint8Array;
  try {
    note = await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  const parsed = parseNote(note);
  const checkpoint = parsed.ok ? parseCheckpoint(parsed.value.text) : parsed;
  if (!parsed.ok || !checkpoint.ok) throw new Error(`${path} is no checkpoint`);
  return logEnd(checkpoint.value, parsed.value.text);
}

/** On the disk when it returns. Throws EEXIST where there is one. */
export async function keepPreviousLog(dataDir: string, note: Uint8Array): Promise<void> {
  const file = await open(join(dataDir, PREVIOUS_FILE), 'wx', 0o600);
  try {
    await file.writeFile(note);
    await file.sync();
  } finally {
    await file.close();
  }
}
