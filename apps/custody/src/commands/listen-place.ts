/**
 * Where a listener is, kept in a file, and what it has written. An event's line is written first and its place kept then: killed between the two it would be
 * written twice. So the place says as well how long the output was, and who goes on from it first cuts off what lies behind.
 */
import { createHash } from 'node:crypto';
import {
  closeSync,
  fdatasyncSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  writeSync,
} from 'node:fs';
import { CommandError, EXIT } from '../exit-codes.ts';

interface Place {
  readonly v: 1;
  readonly cursor: string;
  /** The output with everything up to the cursor in it; null: it went elsewhere than to a file. */
  readonly output: Output | null;
}

interface Output {
  readonly bytes: number;
  /** By which the file is known again: see markOf. */
  readonly mark: string;
}

/** Of what was written last. */
const MARK_BYTES_MAX = 4_096;

export class ListenPlace {
  readonly #path: string | undefined;
  readonly #output: number | null;
  #bytes: number;
  #cursor: string | null;

  /** Throws CommandError `usage` for a cursor file that is none, or one of another output, which stays as it is. */
  constructor(path: string | undefined, output: string | undefined) {
    this.#path = path;
    const kept = path === undefined ? null : placeIn(path);
    this.#cursor = kept?.cursor ?? null;
    this.#output = output === undefined ? null : openSync(output, 'a+');
    this.#bytes = this.#output === null ? 0 : fstatSync(this.#output).size;
    if (this.#output === null || kept === null) return;
    const { bytes, mark } = kept.output ?? { bytes: Infinity, mark: '' };
    if (bytes > this.#bytes || mark !== markOf(this.#output, bytes)) {
      closeSync(this.#output);
      throw usage(`${String(path)} was kept beside another output than ${String(output)}, which does not have what it says was written.`);
    }
    ftruncateSync(this.#output, bytes);
    this.#bytes = bytes;
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
    const output = this.#output === null ? null : { bytes: this.#bytes, mark: markOf(this.#output, this.#bytes) };
    if (this.#path !== undefined) keepPlace(this.#path, { v: 1, cursor, output });
  }

  close(): void {
    if (this.#output !== null) closeSync(this.#output);
  }
}

/** The hash of its last bytes up to there; of one with nothing in it yet, which all have in common, the number of the file. */
function markOf(file: number, bytes: number): string {
  if (bytes === 0) return `file ${fstatSync(file, { bigint: true }).ino}`;
  const last = Buffer.alloc(Math.min(bytes, MARK_BYTES_MAX));
  readSync(file, last, 0, last.length, bytes - last.length);
  return `sha256 ${createHash('sha256').update(last).digest('hex')}`;
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
    const { v, cursor, output = null } = JSON.parse(text) as Partial<Place>;
    if (v === 1 && typeof cursor === 'string' && (output === null || isOutput(output))) return { v, cursor, output };
  } catch {
    // Said below.
  }
  // Never overwritten: it may be a file of somebody else's.
  throw usage(`${path} is no cursor file.`);
}

const isOutput = ({ bytes, mark }: Partial<Output>): boolean =>
  Number.isSafeInteger(bytes) && (bytes as number) >= 0 && typeof mark === 'string';

const usage = (message: string): CommandError => new CommandError(EXIT.usage, 'usage', message);
