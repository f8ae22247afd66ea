/**
 * Rows that the server has put side by side into one value: integers big-endian, bytea behind their length as int4. A message for each row
 * costs this thread more than hashing what is in it; so a block of thousands comes as one, and is read where it lies.
 */
export class Frames {
  readonly bytes: Buffer;
  /** Where the next field stands. */
  at = 0;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  get isDone(): boolean {
    return this.at >= this.bytes.length;
  }

  /** Exact below 2^53; what is stored beyond comes out rounded, and is no log index of ours. */
  int8(): number {
    const value = this.bytes.readInt32BE(this.at) * TWO_POW_32 + this.bytes.readUInt32BE(this.at + 4);
    this.at += 8;
    return value;
  }

  int4(): number {
    const value = this.bytes.readInt32BE(this.at);
    this.at += 4;
    return value;
  }

  /** A view. */
  bytea(): Buffer {
    const length = this.int4();
    const value = this.bytes.subarray(this.at, this.at + length);
    this.at += length;
    return value;
  }
}

const TWO_POW_32 = 4_294_967_296;

/** In SQL: a bytea as `Frames` reads it. */
export const framed = (column: string): string => `int4send(octet_length(${column})) || ${column}`;

const COPY_HEADER_BYTES = 19;

/** The one bytea of each row of a binary COPY of `(int4, bytea)`, by its number. */
export function numberedValues(pieces: readonly Buffer[]): Map<number, Buffer> {
  const payload = pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces);
  const values = new Map<number, Buffer>();
  // Of each row: int16 number of fields, then int4 length and value of each; -1 fields end the rows.
  for (let at = COPY_HEADER_BYTES; payload.readInt16BE(at) === 2;) {
    const number = payload.readInt32BE(at + 6);
    const length = payload.readInt32BE(at + 10);
    const start = at + 14;
    values.set(number, payload.subarray(start, start + Math.max(length, 0)));
    at = start + Math.max(length, 0);
  }
  return values;
}
