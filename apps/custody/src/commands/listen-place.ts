/**
 * Where a listener is, kept in a file, and what it has written. An event's line is written first and its place kept then: killed between the two it would be
 * written twice. So the place says as well how long the output was, and who goes on from it first cuts off what lies behind.
 */
import { closeSync, fdatasyncSync, fstatSync, fsyncSync, ftruncateSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { CommandError, EXIT } from '../exit-codes.ts';

interface Place {
  readonly v: 1;
  readonly cursor: string;
  /** Length of the output with everything up to the cursor in it; null: it went elsewhere than to a file. */
  readonly bytes: number | null;
}

export class ListenPlace {
  readonly #path: string | undefined;
  readonly #output: number | null;
  #bytes: number;
  #cursor: string | null;

  /** Throws CommandError `usage` for a cursor file that is none, or one of another output. */
  constructor(path: string | undefined, output: string | undefined) {
    this.#path = path;
    const kept = path === undefined ? null : placeIn(path);
    this.#cursor = kept?.cursor ?? null;
    this.#output = output === undefined ? null : openSync(output, 'a');
    this.#bytes = this.#output === null ? 0 : fstatSync(this.#output).size;
    if (this.#output === null || kept === null) return;
    if (kept.bytes === null || kept.bytes > this.#bytes)
      throw usage(`${String(path)} was not kept beside this ${String(output)}: it says a length that the file never had.`);
    ftruncateSync(this.#output, kept.bytes);
    this.#bytes = kept.bytes;
  }

  /** `null`: at the beginning. */
  get cursor(): string | null {
    return this.#cursor;
  }

  /** The lines of some events, and the place behind the last of them. Durable, where the output is a file, before the place says so. */
  async keep(text: string, cursor: string): Promise<void> {
    if (this.#output !== null) {
      for (let rest = Buffer.from(text); rest.length > 0;) {
        const written = writeSync(this.#output, rest);
        this.#bytes += written;
        rest = rest.subarray(written);
      }
      if (text !== '' && this.#path !== undefined) fdatasyncSync(this.#output);
    } else if (text !== '')
      await new Promise<void>((resolve, reject) =>
        process.stdout.write(text, (error) => (error === undefined || error === null ? resolve() : reject(error))),
      );
    this.#cursor = cursor;
    if (this.#path !== undefined) keepPlace(this.#path, { v: 1, cursor, bytes: this.#output === null ? null : this.#bytes });
  }

  close(): void {
    if (this.#output !== null) closeSync(this.#output);
  }
}

/** Whole or not at all. */
function keepPlace(path: string, place: Place): void {
  const draft = openSync(`${path}.new`, 'w', 0o600);
  try {
    writeSync(draft, `${JSON.stringify(place)}\n`);
    fsyncSync(draft);
  } finally {
    closeSync(draft);
  }
  renameSync(`${path}.new`, path);
}

function placeIn(path: string): Place | null {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  try {
    const { v, cursor, bytes } = JSON.parse(text) as Partial<Place>;
    if (v === 1 && typeof cursor === 'string' && (bytes === null || Number.isSafeInteger(bytes)))
      return { v, cursor, bytes: bytes ?? null };
  } catch {
    // Said below.
  }
  // Never overwritten: it may be a file of somebody else's.
  throw usage(`${path} is no cursor file.`);
}

const usage = (message: string): CommandError => new CommandError(EXIT.usage, 'usage', message);
