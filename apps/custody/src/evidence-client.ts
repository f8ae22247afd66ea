/** Evidence to and from a server: files are streamed, an upload goes on where it broke off, and what comes is believed by its hash alone. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import type { EvidenceUploaded } from '#lib/contracts';
import { problemError, readAnswer, type Client } from './client.ts';
import { CommandError, commandErrorOf, EXIT } from './exit-codes.ts';
import { type Patience, untilAnswered } from './patience.ts';

const PIECE_BYTES = 1024 * 1024;
/** How often an upload goes on at once where the server has another part of it than was thought. */
const TRIES = 5;
/** Of an upload that somebody waits for at a terminal. */
const SHORT_PATIENCE: Patience = { retryForMs: 5_000 };

export interface HashedFile {
  readonly path: string;
  readonly sha256: string;
  readonly bytes: number;
}

const pathOf = (sha256: string): string => `/v1/evidence/sha256/${sha256}`;

/** Throws what the system says of a path. */
export async function hashFile(path: string): Promise<HashedFile> {
  if (!(await stat(path)).isFile()) throw new CommandError(EXIT.usage, 'usage', `This is no file: ${path}.`);
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: PIECE_BYTES }) as AsyncIterable<Buffer>) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  return { path, sha256: hash.digest('hex'), bytes };
}

/**
 * A server that is away or busy is waited for, and the upload goes on where it broke off. Throws CommandError as the client does; at once
 * where the file itself has changed or cannot be opened.
 * @param words what the act says of it
 */
export async function uploadFile(
  client: Client,
  file: HashedFile,
  words: Readonly<Record<string, string>> = {},
  patience: Patience = SHORT_PATIENCE,
): Promise<EvidenceUploaded> {
  const query = new URLSearchParams(words).toString();
  const path = `${pathOf(file.sha256)}${query === '' ? '' : `?${query}`}`;
  let isBegun = false;
  return untilAnswered(patience, async () => {
    for (let tries = 1; ; tries++) {
      const from = isBegun ? await offsetOf(client, file) : 0;
      isBegun = true;
      const outcome = await sendRest(client, path, file, from);
      if (!(outcome instanceof CommandError)) return outcome;
      if (outcome.code !== 'evidence.offset' || tries === TRIES) throw outcome;
    }
  });
}

/**
 * The server's answer, or what it says against it. A request whose body ends early fails like one that nobody answers: whether it is the
 * file's fault is looked at before and after.
 */
async function sendRest(client: Client, path: string, file: HashedFile, from: number): Promise<EvidenceUploaded | CommandError> {
  const handle = await openUnchanged(file);
  try {
    // Closed below alone, and waited for: a stream that closes it too leaves it half closed behind an answer.
    const rest = handle.createReadStream({ start: from, highWaterMark: PIECE_BYTES, autoClose: false });
    const response = await client.put(path, rest, partHeaders(file, from)).catch(async (error: unknown) => {
      await (await openUnchanged(file)).close();
      throw error;
    });
    return response.ok ? await readAnswer<EvidenceUploaded>(response) : await problemError(response);
  } finally {
    // With its stream, which closes neither where nobody reads it to its end. Not before the answer is read: that would break it off.
    await handle.close();
  }
}

/** Throws what the system says of its path, and `evidence.changed` for another size than was hashed. */
async function openUnchanged({ path, bytes }: HashedFile): Promise<FileHandle> {
  const handle = await open(path).catch((error: unknown) => {
    throw commandErrorOf(error) ?? error;
  });
  const { size } = await handle.stat();
  if (size === bytes) return handle;
  await handle.close();
  throw new CommandError(EXIT.usage, 'evidence.changed', `${path} had ${bytes} bytes when it was hashed, and has ${size}.`);
}

function partHeaders({ bytes }: HashedFile, from: number): Record<string, string> {
  const length = { 'content-type': 'application/octet-stream', 'content-length': String(bytes - from) };
  return from === 0 ? length : { ...length, 'content-range': `bytes ${from}-${bytes - 1}/${bytes}` };
}

/** What is here of it; 0 also where all of it is, which the next try hears. */
async function offsetOf(client: Client, { sha256, bytes }: HashedFile): Promise<number> {
  const offset = Number((await client.head(pathOf(sha256))).headers.get('upload-offset') ?? 0);
  return offset < bytes ? offset : 0;
}

/** Its bytes in memory; `null`: not here; `too-large`: larger than `bytesMax`. Throws `evidence.altered` for bytes of another hash. */
export async function readEvidence(client: Client, sha256: string, bytesMax: number): Promise<Uint8Array | 'too-large' | null> {
  const response = await client.open(pathOf(sha256));
  if (response.status === 404) {
    await response.body?.cancel();
    return null;
  }
  if (!response.ok) throw await problemError(response);
  if (Number(response.headers.get('content-length') ?? 0) > bytesMax) {
    await response.body?.cancel();
    return 'too-large';
  }
  const bytes = new Uint8Array(await response.arrayBuffer());
  checkHash(sha256, createHash('sha256').update(bytes).digest('hex'));
  return bytes;
}

/** All of it or nothing, and only if it has the hash. Throws `evidence.not-found`, `evidence.altered`. */
export async function saveEvidence(client: Client, sha256: string, path: string): Promise<number> {
  const response = await client.open(pathOf(sha256));
  if (!response.ok || response.body === null) throw await problemError(response);
  const part = `${path}.${process.pid}.part`;
  const file = await open(part, 'wx');
  const hash = createHash('sha256');
  let bytes = 0;
  try {
    for await (const chunk of Readable.fromWeb(response.body as Parameters<typeof Readable.fromWeb>[0]) as AsyncIterable<Buffer>) {
      hash.update(chunk);
      await file.writeFile(chunk);
      bytes += chunk.length;
    }
    checkHash(sha256, hash.digest('hex'));
    await file.sync();
    await file.close();
    await rename(part, path);
    return bytes;
  } catch (error) {
    await file.close().catch(() => undefined);
    await rm(part, { force: true });
    throw error;
  }
}

function checkHash(sha256: string, found: string): void {
  if (found === sha256) return;
  throw new CommandError(EXIT.altered, 'evidence.altered', `What came hashes to ${found}, and not to ${sha256}. Nothing was kept.`);
}
