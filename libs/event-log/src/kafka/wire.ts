/** The primitive types of Kafka's protocol in flexible versions (kafka.apache.org/protocol, KIP-482). Readers throw RangeError at the end of the bytes. */

export class Writer {
  #buffer: Buffer;
  #end = 0;

  constructor(capacity = 256) {
    this.#buffer = Buffer.allocUnsafe(capacity);
  }

  /** A view of what was written. */
  bytes(): Buffer {
    return this.#buffer.subarray(0, this.#end);
  }

  int8(value: number): this {
    this.#reserve(1);
    this.#end = this.#buffer.writeInt8(value, this.#end);
    return this;
  }

  int16(value: number): this {
    this.#reserve(2);
    this.#end = this.#buffer.writeInt16BE(value, this.#end);
    return this;
  }

  int32(value: number): this {
    this.#reserve(4);
    this.#end = this.#buffer.writeInt32BE(value, this.#end);
    return this;
  }

  int64(value: number): this {
    this.#reserve(8);
    this.#end = this.#buffer.writeBigInt64BE(BigInt(value), this.#end);
    return this;
  }

  uvarint(value: number): this {
    this.#reserve(5);
    let rest = value >>> 0;
    for (; rest > 0x7f; rest >>>= 7) this.#buffer[this.#end++] = (rest & 0x7f) | 0x80;
    this.#buffer[this.#end++] = rest;
    return this;
  }

  raw(bytes: Buffer): this {
    this.#reserve(bytes.length);
    this.#end += bytes.copy(this.#buffer, this.#end);
    return this;
  }

  /** Compact bytes; a compact string is the same. */
  compactBytes(bytes: Buffer): this {
    return this.uvarint(bytes.length + 1).raw(bytes);
  }

  compactArray<T>(items: readonly T[], write: (item: T) => void): this {
    this.uvarint(items.length + 1);
    for (const item of items) write(item);
    return this;
  }

  /** As `uuid` reads it. */
  uuid(text: string): this {
    return this.raw(Buffer.from(text, 'base64url'));
  }

  /** No tagged fields. */
  tags(): this {
    return this.uvarint(0);
  }

  #reserve(bytes: number): void {
    if (this.#end + bytes <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(2 * this.#buffer.length, this.#end + bytes));
    this.#buffer.copy(larger, 0, 0, this.#end);
    this.#buffer = larger;
  }
}

export class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  skip(bytes: number): void {
    this.#at += bytes;
  }

  int16(): number {
    this.#at += 2;
    return this.#bytes.readInt16BE(this.#at - 2);
  }

  int32(): number {
    this.#at += 4;
    return this.#bytes.readInt32BE(this.#at - 4);
  }

  /** Exact to 2^53, as offsets are. */
  int64(): number {
    return Number(this.int64Exact());
  }

  int64Exact(): bigint {
    this.#at += 8;
    return this.#bytes.readBigInt64BE(this.#at - 8);
  }

  uvarint(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.#bytes.readUInt8(this.#at++);
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
    throw new RangeError('a varint is longer than five bytes');
  }

  /** A view; `null` where the protocol says so. */
  compactBytes(): Buffer | null {
    const length = this.uvarint() - 1;
    if (length < 0) return null;
    this.#at += length;
    if (this.#at > this.#bytes.length) throw new RangeError('bytes end early');
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  compactString(): string | null {
    return this.compactBytes()?.toString() ?? null;
  }

  /** As Kafka's own tools print it: base64url, 22 characters. */
  uuid(): string {
    this.#at += 16;
    return this.#bytes.toString('base64url', this.#at - 16, this.#at);
  }

  compactArray<T>(read: () => T): T[] {
    const length = this.uvarint() - 1;
    const items: T[] = [];
    for (let index = 0; index < length; index++) items.push(read());
    return items;
  }

  tags(): void {
    const count = this.uvarint();
    for (let index = 0; index < count; index++) {
      this.uvarint();
      this.skip(this.uvarint());
    }
  }
}
