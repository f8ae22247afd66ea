/** Files that are there, whole, after a loss of power: draft, fsync, rename, fsync of the folder. */
import { open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';

const OWNER_ONLY = 0o600;

/**
 * Replaces the file, or makes it, readable by its owner alone. After it returned the new content is durable; when it throws, the old content
 * or the new one is there, whole. One writer at a time for each path.
 */
export async function writeDurably(path: string, content: Uint8Array): Promise<void> {
  const draft = `${path}.new`;
  const file = await open(draft, 'w', OWNER_ONLY);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, path);
  await syncFolder(dirname(path));
}

/** Makes names in the folder durable: those that were added, replaced or removed. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** `null`: there is no such file. Every other failure is thrown: it must not look like a fresh start. */
export async function readIfThere(path: string): Promise<Uint8Array | null> {
  try {
    return await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
