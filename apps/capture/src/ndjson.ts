/** Cuts a byte stream into documents, one a line, without decoding them: a line is refused or accepted as the bytes it was. */

export interface NdjsonLimits {
  /** Longest line in bytes; a longer one is given as `tooLong` and skipped without being held. */
  readonly lineBytesMax: number;
  /** Lines handed on together: large enough to share one append, small enough to answer soon. */
  readonly chunkLines: number;
  /** A chunk of this many bytes is handed on however few its lines. */
  readonly chunkBytes: number;
  /** A chunk is handed on this long after its first line came, however few its lines: a slow sender is answered, too. */
  readonly flushMs: number;
}

export interface NdjsonLine {
  /** Counted from 1, empty lines included. */
  readonly line: number;
  readonly bytes: Uint8Array;
  readonly tooLong: boolean;
}

const NEWLINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** Yields chunks of non-empty lines; memory is bounded by chunkBytes and one line. */
export async function* ndjsonChunks(source: AsyncIterable<Uint8Array>, limits: NdjsonLimits): AsyncGenerator<NdjsonLine[]> {
  let chunk: NdjsonLine[] = [];
  let rest: Buffer[] = [];
  let restBytes = 0;
  let line = 0;
  let chunkBytes = 0;
  let flushAt = 0;

  const finish = (tail: Uint8Array): void => {
    line++;
    const length = restBytes + tail.length;
    const tooLong = length > limits.lineBytesMax;
    const whole = tooLong ? Buffer.alloc(0) : Buffer.concat([...rest, tail], length);
    rest = [];
    restBytes = 0;
    const bytes = whole.at(-1) === CARRIAGE_RETURN ? whole.subarray(0, -1) : whole;
    if (tooLong || bytes.length > 0) {
      if (chunk.length === 0) flushAt = performance.now() + limits.flushMs;
      chunk.push({ line, bytes, tooLong });
      chunkBytes += bytes.length;
    }
  };
  const take = (): NdjsonLine[] => {
    const taken = chunk;
    chunk = [];
    chunkBytes = 0;
    return taken;
  };

  const pieces = source[Symbol.asyncIterator]();
  try {
    let next = ask(pieces);
    for (;;) {
      const answer = chunk.length === 0 ? await next : await within(flushAt - performance.now(), next);
      if (answer === LATE) {
        yield take();
        continue;
      }
      if (answer.done === true) break;
      const piece = answer.value;
      let from = 0;
      for (let end = piece.indexOf(NEWLINE, from); end !== -1; end = piece.indexOf(NEWLINE, from)) {
        finish(piece.subarray(from, end));
        from = end + 1;
        if (chunk.length >= limits.chunkLines || chunkBytes >= limits.chunkBytes) yield take();
      }
      const tail = piece.subarray(from);
      restBytes += tail.length;
      // Beyond the limit only the length is kept: one endless line must not fill the memory.
      if (restBytes <= limits.lineBytesMax) rest.push(Buffer.from(tail));
      else rest = [];
      next = ask(pieces);
    }
    if (restBytes > 0) finish(new Uint8Array(0));
    if (chunk.length > 0) yield take();
  } finally {
    // Not awaited: behind a piece that never comes it would keep the answer back from a sender that has stalled.
    void pieces.return?.().catch(() => {});
  }
}

/** A rejection is seen where the piece is awaited, which may be after a chunk that is handed on first. */
function ask(pieces: AsyncIterator<Uint8Array>): Promise<IteratorResult<Uint8Array>> {
  const next = pieces.next();
  next.catch(() => {});
  return next;
}

const LATE = Symbol('late');

async function within<T>(ms: number, next: Promise<T>): Promise<T | typeof LATE> {
  if (ms <= 0) return LATE;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<typeof LATE>((resolve) => (timer = setTimeout(resolve, ms, LATE)));
  return Promise.race([next, late]).finally(() => clearTimeout(timer));
}
