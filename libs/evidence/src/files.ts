/**
 * Evidence as files of a folder: `ab/cd/<hash>` for the hash abcd..., read-only.
 *
 * What comes goes into `incoming/<random>`; whole and of the right hash, it is synced (fsync), gets its name, and the folders on the way are synced:
 * so a name that is there has its bytes, whatever happens, and a loss of power takes back at most what nobody was told of. Of an upload that
 * broke off, the file moves to `parts/<owner>/<hash>`; whoever goes on takes it from there by a rename, which succeeds for one alone, so that
 * several processes may share the folder. A process that is killed leaves a file in `incoming`, and its upload begins anew; such files and
 * parts go when nobody wrote to them for a day.
 */
import { createHash, randomUUID } from 'node:crypto';
import type { Dirent } from 'node:fs';
import { link, mkdir, open, readdir, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { EvidenceError } from './errors.ts';
import { checkHash, checkOwner, HASH_PATTERN, type EvidenceStat, type EvidenceStore, type PutOptions, type Verified } from './port.ts';
import { receive, type Sink } from './receive.ts';

/** Steps of a put, in their order: where a test may let the disk fail. */
export type FileStep = 'create' | 'write' | 'sync' | 'rename' | 'sync-folder';

/** What a test may do with the store. */
export interface FileHooks {
  /** Before each step; what it throws is as if the system had. */
  before(step: FileStep, path: string): void;
}

const NO_HOOKS: FileHooks = { before: () => undefined };
const INCOMING = 'incoming';
const PARTS = 'parts';
/** Longer than any pause after which somebody goes on with the same upload. */
const ABANDONED_MS = 24 * 60 * 60_000;
/** Large enough that the disk and not the calls set the pace; one for each evidence that is read. */
const READ_BYTES = 1024 * 1024;
/** Nobody else on this machine reads evidence past the ledger. */
const FOLDER_MODE = 0o700;
const FILE_MODE = 0o400;

/** Makes the folder where there is none, and takes away what was abandoned in it. */
export async function openEvidenceFiles(root: string, hooks: FileHooks = NO_HOOKS): Promise<EvidenceStore> {
  for (const folder of [INCOMING, PARTS]) await makeFolder(join(root, folder));
  await sweep(root, Date.now() - ABANDONED_MS);
  const pathOf = (sha256: string): string => join(root, sha256.slice(0, 2), sha256.slice(2, 4), sha256);
  const partOf = (sha256: string, owner: string): string => join(root, PARTS, owner, sha256);
  const store: EvidenceStore = {
    put(sha256, bytes, options) {
      checkHash(sha256);
      checkOwner(options.owner);
      return put({ root, hooks, path: pathOf(sha256), part: partOf(sha256, options.owner) }, sha256, bytes, options);
    },
    offset(sha256, owner) {
      checkHash(sha256);
      checkOwner(owner);
      return sizeOf(partOf(sha256, owner));
    },
    stat(sha256) {
      checkHash(sha256);
      return statOf(pathOf(sha256), sha256);
    },
    open(sha256, range) {
      checkHash(sha256);
      return openFile(pathOf(sha256), range);
    },
    async *list() {
      for await (const { path, name, isEvidence } of walk(root)) {
        const found = isEvidence ? await statOf(path, name) : null;
        if (found !== null) yield found;
      }
    },
    async *strays() {
      for await (const { path, isEvidence } of walk(root)) if (!isEvidence) yield path.slice(root.length + 1);
    },
    verify(sha256) {
      checkHash(sha256);
      return verify(pathOf(sha256), sha256);
    },
  };
  return store;
}

interface Place {
  readonly root: string;
  readonly hooks: FileHooks;
  readonly path: string;
  readonly part: string;
}

async function put(place: Place, sha256: string, bytes: AsyncIterable<Uint8Array>, options: PutOptions) {
  const { from = 0 } = options;
  const temporary = join(place.root, INCOMING, randomUUID());
  if (from > 0 && !(await claim(place.part, temporary, from))) {
    const offset = await sizeOf(place.part);
    return { outcome: 'offset', offset } as const;
  }
  const hash = createHash('sha256');
  const sink = await roomOr(async () => {
    place.hooks.before('create', temporary);
    if (from > 0) await hashFile(temporary, hash);
    return new FileSink(place, temporary, await open(temporary, from > 0 ? 'a' : 'wx', 0o600), from);
  });
  return roomOr(() => receive(sha256, bytes, sink, hash, options));
}

/** Whether the part is ours now: it has as many bytes, and nobody else took it. */
async function claim(part: string, temporary: string, bytes: number): Promise<boolean> {
  if ((await sizeOf(part)) !== bytes) return false;
  try {
    await rename(part, temporary);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
  if ((await sizeOf(temporary)) === bytes) return true;
  // A later upload of the same owner came in between, with other bytes.
  await rename(temporary, part);
  return false;
}

/**
 * A rename that replaces nothing: where the name is there already, it stays as it is, for these are the same bytes, and another file would say
 * that they came later. Whether it was ours; of several at once, of one alone.
 */
async function nameOnce(temporary: string, path: string): Promise<boolean> {
  try {
    await link(temporary, path);
  } catch (error) {
    if (NO_LINKS.has(codeOf(error))) return renameOver(temporary, path);
    if (codeOf(error) !== 'EEXIST') throw error;
    await rm(temporary);
    return false;
  }
  await rm(temporary);
  return true;
}

/** File systems without links: two that come at once may both be told that they were first; the bytes are the same. */
async function renameOver(temporary: string, path: string): Promise<boolean> {
  const isThere = (await statOf(path, '')) !== null;
  if (isThere) await rm(temporary);
  else await rename(temporary, path);
  return !isThere;
}

const NO_LINKS: ReadonlySet<string> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS']);

class FileSink implements Sink {
  bytes: number;
  readonly #place: Place;
  readonly #temporary: string;
  readonly #handle: FileHandle;

  constructor(place: Place, temporary: string, handle: FileHandle, bytes: number) {
    this.#place = place;
    this.#temporary = temporary;
    this.#handle = handle;
    this.bytes = bytes;
  }

  async write(chunk: Uint8Array): Promise<void> {
    this.bytes += chunk.length;
    this.#place.hooks.before('write', this.#temporary);
    for (let at = 0; at < chunk.length;) at += (await this.#handle.write(chunk, at)).bytesWritten;
  }

  async finish(): Promise<'stored' | 'known'> {
    const { hooks, path, part, root } = this.#place;
    try {
      hooks.before('sync', this.#temporary);
      await this.#handle.chmod(FILE_MODE);
      await this.#handle.sync();
      await this.#handle.close();
      await mkdir(dirname(path), { recursive: true, mode: FOLDER_MODE });
      hooks.before('rename', path);
      const isKnown = !(await nameOnce(this.#temporary, path));
      // From the innermost outwards; each may be new.
      for (const folder of [dirname(path), dirname(dirname(path)), root]) {
        hooks.before('sync-folder', folder);
        await syncFolder(folder);
      }
      await rm(part, { force: true });
      return isKnown ? 'known' : 'stored';
    } catch (error) {
      await this.drop();
      throw error;
    }
  }

  async keep(): Promise<void> {
    if (this.bytes === 0) return this.drop();
    await this.#handle.close();
    await mkdir(dirname(this.#place.part), { recursive: true, mode: FOLDER_MODE });
    await rename(this.#temporary, this.#place.part);
  }

  async drop(): Promise<void> {
    await this.#handle.close().catch(() => undefined);
    await rm(this.#temporary, { force: true });
  }
}

/** `evidence.disk-full` for what the system says of a full disk, a used-up quota or a file that may not be as large. */
async function roomOr<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!NO_ROOM.has(codeOf(error))) throw error;
    throw new EvidenceError('evidence.disk-full', 'There is no room for the evidence.', { cause: error });
  }
}

const NO_ROOM: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);
const codeOf = (error: unknown): string => String((error as { code?: unknown } | null)?.code);

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** With those that it lies in. What was made is synced: what is durable below it is found by it after a loss of power. */
async function makeFolder(path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true, mode: FOLDER_MODE });
  if (first === undefined) return;
  const least = resolve(first).length;
  for (let made = resolve(path); made.length >= least; made = dirname(made)) await syncFolder(dirname(made));
}

const absentAs =
  <T>(value: T) =>
  (error: unknown): T => {
    const code = codeOf(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return value;
    throw error;
  };

const sizeOf = (path: string): Promise<number> => stat(path).then(({ size }) => size, absentAs(0));

async function statOf(path: string, sha256: string): Promise<EvidenceStat | null> {
  const found = await stat(path).catch(absentAs(null));
  return found === null || !found.isFile() ? null : { sha256, bytes: found.size, storedMs: Math.floor(found.mtimeMs) };
}

async function openFile(path: string, range?: { readonly from: number; readonly to: number }) {
  const handle = await open(path, 'r').catch(absentAs(null));
  if (handle === null) return null;
  // The stream closes the handle, also where it is destroyed.
  return handle.createReadStream({ highWaterMark: READ_BYTES, ...(range === undefined ? {} : { start: range.from, end: range.to }) });
}

async function hashFile(path: string, hash: ReturnType<typeof createHash>): Promise<number | null> {
  const stream = await openFile(path);
  if (stream === null) return null;
  let bytes = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  return bytes;
}

async function verify(path: string, sha256: string): Promise<Verified> {
  const hash = createHash('sha256');
  const bytes = await hashFile(path, hash);
  if (bytes === null) return { verdict: 'missing' };
  const found = hash.digest('hex');
  return found === sha256 ? { verdict: 'whole', bytes } : { verdict: 'altered', sha256: found, bytes };
}

interface Found {
  readonly path: string;
  readonly name: string;
  /** A file of a name of evidence, in the folder of that name. */
  readonly isEvidence: boolean;
}

/** Everything but uploads. Two levels of at most 256 folders; the names of one of them are in memory. */
async function* walk(root: string): AsyncGenerator<Found> {
  for (const outer of await entriesOf(root)) {
    if (outer.name === INCOMING || outer.name === PARTS) continue;
    if (!isLevel(outer)) yield stray(root, outer);
    else
      for (const inner of await entriesOf(join(root, outer.name))) {
        const folder = join(root, outer.name);
        if (!isLevel(inner)) yield stray(folder, inner);
        else
          for (const file of await entriesOf(join(folder, inner.name))) {
            const isEvidence = file.isFile() && HASH_PATTERN.test(file.name) && file.name.startsWith(outer.name + inner.name);
            yield { path: join(folder, inner.name, file.name), name: file.name, isEvidence };
          }
      }
  }
}

const isLevel = (entry: Dirent): boolean => entry.isDirectory() && /^[0-9a-f]{2}$/.test(entry.name);
const stray = (folder: string, { name }: Dirent): Found => ({ path: join(folder, name), name, isEvidence: false });

async function entriesOf(folder: string): Promise<Dirent[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(absentAs<Dirent[]>([]));
  return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Uploads to which nobody wrote since. */
async function sweep(root: string, beforeMs: number): Promise<void> {
  const folders = [join(root, INCOMING)];
  for (const owner of await entriesOf(join(root, PARTS))) folders.push(join(root, PARTS, owner.name));
  for (const folder of folders) {
    for (const { name } of await entriesOf(folder)) {
      const found = await stat(join(folder, name)).catch(absentAs(null));
      if (found !== null && found.mtimeMs < beforeMs) await rm(join(folder, name), { force: true });
    }
  }
}
