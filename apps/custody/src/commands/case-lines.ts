/** The lines of a case file as bytes: a line is refused, sent or written out again as what it was, whatever its encoding. */
import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { CommandError, EXIT } from '../exit-codes.ts';

/** A line that capture takes has at most 1 MiB; beyond this it is no line of a case file, and holding it would only fill the memory. */
const LINE_BYTES_MAX = 16 * 1024 * 1024;
const NEWLINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;
/** Some editors write it before a file of UTF-8. It belongs to the file and not to its first line. */
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);
const BLANKS: ReadonlySet<number> = new Set([0x20, 0x09, CARRIAGE_RETURN]);

export interface CaseLine {
  /** Counted from 1, blank lines included. */
  readonly line: number;
  /** Up to the line feed, which is not part of it; a view of what was read. */
  readonly raw: Buffer;
  /** `raw` without a carriage return at its end. */
  readonly bytes: Buffer;
}

/**
 * Throws CommandError (exit 2) for what is not there or is no file; an import reads it more than once, which a pipe does not allow. An
 * error of the file system otherwise.
 */
export async function checkCaseFile(file: string): Promise<void> {
  if (file === '') throw new CommandError(EXIT.usage, 'usage', 'Name a case file (JSON Lines).');
  if (file === '-') throw notAFile('Standard input cannot be imported, since a case is read more than once.');
  // Before it is opened: opening a pipe waits for a writer.
  const stats = await stat(file).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new CommandError(EXIT.usage, 'import.no-file', `There is no file ${file}.`);
  });
  if (stats.isDirectory()) throw notAFile(`${file} is a folder.`);
  if (!stats.isFile()) throw notAFile(`${file} is no file that can be read more than once.`);
  await (await open(file, 'r')).close();
}

const notAFile = (message: string): CommandError => new CommandError(EXIT.usage, 'import.not-a-file', message);

/** Every line that is not blank. Throws CommandError for one beyond LINE_BYTES_MAX. */
export async function* caseLines(file: string): AsyncGenerator<CaseLine> {
  let rest: Buffer[] = [];
  let restBytes = 0;
  let line = 0;
  for await (const piece of createReadStream(file) as AsyncIterable<Buffer>) {
    let from = 0;
    for (let end = piece.indexOf(NEWLINE); end !== -1; end = piece.indexOf(NEWLINE, from)) {
      const tail = piece.subarray(from, end);
      line++;
      const raw = unmarked(line, rest.length === 0 ? tail : Buffer.concat([...rest, tail]));
      rest = [];
      restBytes = 0;
      from = end + 1;
      if (!isBlank(raw)) yield caseLine(line, raw);
    }
    rest.push(piece.subarray(from));
    restBytes += piece.length - from;
    if (restBytes > LINE_BYTES_MAX)
      throw new CommandError(
        EXIT.usage,
        'import.line-too-long',
        `Line ${line + 1} of ${file} has more than ${LINE_BYTES_MAX} bytes. Nothing was sent.`,
      );
  }
  const raw = unmarked(line + 1, Buffer.concat(rest));
  if (!isBlank(raw)) yield caseLine(line + 1, raw);
}

const unmarked = (line: number, raw: Buffer): Buffer =>
  line === 1 && raw.subarray(0, BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK) ? raw.subarray(BYTE_ORDER_MARK.length) : raw;

const isBlank = (bytes: Buffer): boolean => bytes.every((byte) => BLANKS.has(byte));

const caseLine = (line: number, raw: Buffer): CaseLine => ({
  line,
  raw,
  bytes: raw.at(-1) === CARRIAGE_RETURN ? raw.subarray(0, -1) : raw,
});
