/** A few lines or rows out of a file of any size, in constant memory. */

/** Lines or rows from 1 on, both ends included. */
export interface Wanted {
  readonly from: number;
  readonly to: number;
}

export interface Shown<Part> {
  readonly parts: readonly { readonly number: number; readonly part: Part; readonly isCited: boolean }[];
  /** Behind the last of them the file goes on, or was not read any further. */
  readonly more: boolean;
  /** Reading stopped before the cited place. */
  readonly isBeyond: boolean;
}

/** Read at most, for one page: a line behind it is told of and not shown. */
export const READ_BYTES_MAX = 64 * 1024 * 1024;
/** Before and behind what is cited. */
const CONTEXT = 20;
/** Without anything cited, and at most of what is. */
export const SHOWN_MAX = 400;
/** Of one line or cell: what is longer is cut, and says so. */
export const LENGTH_MAX = 2_000;

/** Where to begin and end showing. */
export function spanOf(cited: Wanted | undefined): Wanted {
  if (cited === undefined) return { from: 1, to: SHOWN_MAX };
  const from = Math.max(1, cited.from - CONTEXT);
  return { from, to: Math.min(cited.to + CONTEXT, from + SHOWN_MAX - 1) };
}

/** Parts of a text as they come; a splitter says where one ends. Invalid UTF-8 is shown as U+FFFD. */
export interface Splitter<Part> {
  /** Whole parts that end within the text. */
  push(text: string): Iterable<Part>;
  /** What is left at the end; undefined: nothing. */
  end(): Part | undefined;
}

export async function readWindow<Part>(
  bytes: AsyncIterable<Uint8Array>,
  splitter: Splitter<Part>,
  cited: Wanted | undefined,
  bytesMax = READ_BYTES_MAX,
): Promise<Shown<Part>> {
  const span = spanOf(cited);
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const parts: { number: number; part: Part; isCited: boolean }[] = [];
  const isCited = (number: number): boolean => cited !== undefined && number >= cited.from && number <= cited.to;
  let number = 0;
  let read = 0;
  /** Whether there is more to come of it. */
  const take = (part: Part): boolean => {
    number += 1;
    if (number > span.to) return false;
    if (number >= span.from) parts.push({ number, part, isCited: isCited(number) });
    return true;
  };
  for await (const chunk of bytes) {
    for (const part of splitter.push(decoder.decode(chunk, { stream: true })))
      if (!take(part)) return { parts, more: true, isBeyond: false };
    read += chunk.length;
    if (read >= bytesMax) return { parts, more: true, isBeyond: cited !== undefined && number < cited.from };
  }
  for (const part of splitter.push(decoder.decode())) take(part);
  const rest = splitter.end();
  if (rest !== undefined) take(rest);
  return { parts, more: number > span.to, isBeyond: cited !== undefined && number < cited.from };
}

/** Text that grows up to LENGTH_MAX; what comes after is counted. */
export class CutText {
  #text = '';
  #cut = 0;

  get isEmpty(): boolean {
    return this.#text === '';
  }

  add(text: string): void {
    const room = LENGTH_MAX - this.#text.length;
    if (room > 0) this.#text += text.slice(0, room);
    this.#cut += Math.max(0, text.length - Math.max(0, room));
  }

  take(): string {
    const cut = this.#cut === 0 ? '' : ` … ${this.#cut} more characters`;
    const text = this.#text + cut;
    this.#text = '';
    this.#cut = 0;
    return text;
  }
}

export function lineSplitter(): Splitter<string> {
  const line = new CutText();
  let isOpen = false;
  return {
    *push(text) {
      const pieces = text.split('\n');
      for (const [n, piece] of pieces.entries()) {
        if (n > 0) {
          yield line.take().replace(/\r$/, '');
          isOpen = false;
        }
        if (piece !== '') isOpen = true;
        line.add(piece);
      }
    },
    end: () => (isOpen ? line.take().replace(/\r$/, '') : undefined),
  };
}

/** Most columns of a row that are shown. */
export const COLUMNS_MAX = 64;

/** RFC 4180: fields in quotes may hold commas, quotes and line ends. Rows that have none of it are as many as lines. */
export function rowSplitter(): Splitter<readonly string[]> {
  const field = new CutText();
  let row: string[] = [];
  let isQuoted = false;
  let wasQuote = false;
  let isOpen = false;
  const endField = (): void => {
    if (row.length < COLUMNS_MAX) row.push(field.take());
    else field.take();
  };
  const endRow = (): readonly string[] => {
    endField();
    const done = row;
    row = [];
    isOpen = false;
    wasQuote = false;
    return done;
  };
  /** @returns whether the row ends here */
  const step = (sign: string): boolean => {
    if (isQuoted && !wasQuote) {
      if (sign === '"') wasQuote = true;
      else field.add(sign);
      return false;
    }
    if (isQuoted && sign === '"') {
      field.add(sign);
      wasQuote = false;
      return false;
    }
    isQuoted = false;
    wasQuote = false;
    if (sign === '\n') return true;
    if (sign === ',') endField();
    else if (sign === '"' && field.isEmpty) isQuoted = true;
    else if (sign !== '\r') field.add(sign);
    return false;
  };
  return {
    *push(text) {
      for (const sign of text) {
        isOpen = true;
        if (step(sign)) yield endRow();
      }
    },
    end: () => (isOpen ? endRow() : undefined),
  };
}
