/**
 * Record batches, magic 2 (kafka.apache.org/documentation, Record Batch): what a produce request carries and a fetch brings. kafkajs has
 * this too; with the nine headers of a sighting producing took 40 µs a record
 * and consuming 19, with this 8 and 5 (whole client, 600-byte values).
 */
import type { LogRecord, OutgoingRecord } from '../port.ts';
import { RawHeaders } from '../raw-headers.ts';
import { unpack } from './codecs.ts';
import { crc32c } from './crc32c.ts';

export const BATCH_HEADER_BYTES = 61;
const LENGTH_AT = 8;
const MAGIC_AT = 16;
const CRC_AT = 17;
const ATTRIBUTES_AT = 21;
const LAST_DELTA_AT = 23;
const FIRST_TIMESTAMP_AT = 27;
const MAX_TIMESTAMP_AT = 35;
const PRODUCER_ID_AT = 43;
const COUNT_AT = 57;
const MAGIC = 2;
const CODEC = 0x07;
const TRANSACTIONAL = 0x10;
const CONTROL = 0x20;
const ABORT_MARKER = 0;
/** Length, attributes, timestamp, offset, lengths of key, value and headers: varints at their longest. */
const RECORD_FRAMING_BYTES = 40;
const HEADER_FRAMING_BYTES = 10;

/** At most the bytes of a record in a batch. UTF-8 takes at most three bytes for a UTF-16 unit. */
export function recordBound({ key, value, headers }: OutgoingRecord): number {
  let bytes = RECORD_FRAMING_BYTES + (key?.length ?? 0) + value.length;
  for (const name in headers) bytes += HEADER_FRAMING_BYTES + 3 * (name.length + (headers[name] as string | Buffer).length);
  return bytes;
}

/** One batch of a producer without an id: it is not deduplicated by the broker, and cannot lose a record to a sequence number. */
export function encodeBatch(records: readonly OutgoingRecord[], timestamp: number): Buffer {
  const batch = Buffer.allocUnsafe(records.reduce((bytes, record) => bytes + recordBound(record), BATCH_HEADER_BYTES));
  const end = records.reduce((at, record, index) => encodeRecord(batch, at, record, index), BATCH_HEADER_BYTES);
  batch.fill(0, 0, BATCH_HEADER_BYTES);
  batch.writeInt32BE(end - LENGTH_AT - 4, LENGTH_AT);
  batch.writeInt32BE(-1, LENGTH_AT + 4); // leader epoch: not known to producers
  batch[MAGIC_AT] = MAGIC;
  batch.writeInt32BE(records.length - 1, LAST_DELTA_AT);
  batch.writeBigInt64BE(BigInt(timestamp), FIRST_TIMESTAMP_AT);
  batch.writeBigInt64BE(BigInt(timestamp), MAX_TIMESTAMP_AT);
  batch.fill(0xff, PRODUCER_ID_AT, COUNT_AT); // no producer id, epoch, sequence
  batch.writeInt32BE(records.length, COUNT_AT);
  batch.writeInt32BE(crc32c(batch.subarray(ATTRIBUTES_AT, end)), CRC_AT);
  return batch.subarray(0, end);
}

/** The record's own length stands before it, and is known after it: a varint of five bytes is reserved and the record moved up to it. */
function encodeRecord(batch: Buffer, begin: number, { key, value, headers }: OutgoingRecord, index: number): number {
  const body = begin + 5;
  let at = body;
  batch[at++] = 0; // attributes
  batch[at++] = 0; // timestamp: the batch's
  at = writeVarint(batch, at, index);
  at = key === null ? writeVarint(batch, at, -1) : writeBytes(batch, at, key);
  at = writeBytes(batch, at, value);
  const names = Object.keys(headers);
  at = writeVarint(batch, at, names.length);
  for (const name of names) {
    at = writeText(batch, at, name);
    const header = headers[name] as string | Buffer;
    at = typeof header === 'string' ? writeText(batch, at, header) : writeBytes(batch, at, header);
  }
  const lengthEnd = writeVarint(batch, begin, at - body);
  batch.copyWithin(lengthEnd, body, at);
  return lengthEnd + at - body;
}

function writeBytes(batch: Buffer, at: number, bytes: Buffer): number {
  const begin = writeVarint(batch, at, bytes.length);
  return begin + bytes.copy(batch, begin);
}

function writeText(batch: Buffer, at: number, text: string): number {
  const bytes = Buffer.byteLength(text);
  const begin = writeVarint(batch, at, bytes);
  return begin + batch.write(text, begin);
}

/** Zig-zag, then base 128. */
function writeVarint(batch: Buffer, begin: number, value: number): number {
  let at = begin;
  let rest = ((value << 1) ^ (value >> 31)) >>> 0;
  for (; rest > 0x7f; rest >>>= 7) batch[at++] = (rest & 0x7f) | 0x80;
  batch[at++] = rest;
  return at;
}

export interface FetchedRecords {
  readonly records: LogRecord[];
  /** Bytes of each as fetched; of an undecoded batch all at its first record. */
  readonly sizes: number[];
  /** Where to fetch next: after the last whole batch, also where none of its records counts; `from` where there is none. */
  readonly end: number;
}

export interface AbortedTransaction {
  readonly producerId: bigint;
  readonly firstOffset: number;
}

/**
 * The records from `from` on of whole batches; a last one that was cut off is left for the next fetch. Records of aborted transactions and
 * markers are left out. Checksums are not checked: TCP, the broker's own check and the hash in every value stand for them. Keys and
 * values are views of `bytes`. Throws RangeError for what is no record batch.
 */
export function decodeBatches(bytes: Buffer, from: number, aborted: readonly AbortedTransaction[]): FetchedRecords {
  const found: { records: LogRecord[]; sizes: number[]; end: number } = { records: [], sizes: [], end: from };
  const open = new Set<bigint>();
  const waiting = [...aborted].sort((a, b) => a.firstOffset - b.firstOffset);
  for (let at = 0; at + BATCH_HEADER_BYTES <= bytes.length;) {
    const size = LENGTH_AT + 4 + bytes.readInt32BE(at + LENGTH_AT);
    if (size < BATCH_HEADER_BYTES || bytes[at + MAGIC_AT] !== MAGIC) throw new RangeError(`not a record batch of magic ${MAGIC}`);
    if (at + size > bytes.length) break;
    const batch = bytes.subarray(at, at + size);
    const base = Number(batch.readBigInt64BE(0));
    const last = base + batch.readInt32BE(LAST_DELTA_AT);
    while (waiting[0] !== undefined && waiting[0].firstOffset <= last) open.add((waiting.shift() as AbortedTransaction).producerId);
    if (isWanted(batch, open)) decodeBatch(batch, base, from, found);
    found.end = Math.max(found.end, last + 1);
    at += size;
  }
  return found;
}

function isWanted(batch: Buffer, open: Set<bigint>): boolean {
  const attributes = batch.readInt16BE(ATTRIBUTES_AT);
  if ((attributes & TRANSACTIONAL) === 0) return (attributes & CONTROL) === 0;
  const producerId = batch.readBigInt64BE(PRODUCER_ID_AT);
  if ((attributes & CONTROL) === 0) return !open.has(producerId);
  if (markerType(batch) === ABORT_MARKER) open.delete(producerId);
  return false;
}

/** Key of the marker's only record: int16 version, int16 type. */
function markerType(batch: Buffer): number {
  const { records } = decodeUnpacked(batch.subarray(BATCH_HEADER_BYTES), 1, 0);
  return records[0]?.key?.readInt16BE(2) ?? ABORT_MARKER;
}

function decodeBatch(batch: Buffer, base: number, from: number, found: { records: LogRecord[]; sizes: number[] }): void {
  const packed = batch.subarray(BATCH_HEADER_BYTES);
  const count = batch.readInt32BE(COUNT_AT);
  const unpacked = unpack(batch.readInt16BE(ATTRIBUTES_AT) & CODEC, packed);
  const { records, sizes } =
    'fault' in unpacked ? undecoded(batch, base, count, unpacked.fault) : decodeUnpacked(unpacked.bytes, count, base);
  records.forEach((record, index) => {
    if (record.offset < from) return;
    found.records.push(record);
    found.sizes.push(sizes[index] as number);
  });
}

/** The whole batch as it is stands at its first record, so that nothing is lost; each record has its fault. */
function undecoded(batch: Buffer, base: number, count: number, detail: string): { records: LogRecord[]; sizes: number[] } {
  const fault = { code: 'record.codec', detail } as const;
  const records = Array.from({ length: count }, (_, index) => ({
    offset: base + index,
    key: null,
    value: index === 0 ? batch : EMPTY,
    headers: {},
    fault,
  }));
  return { records, sizes: records.map(({ value }) => value.length) };
}

const EMPTY = Buffer.alloc(0);

/** A value that Kafka has as null (a tombstone) is empty here. */
function decodeUnpacked(bytes: Buffer, count: number, base: number): { records: LogRecord[]; sizes: number[] } {
  const records: LogRecord[] = [];
  const sizes: number[] = [];
  const at = new VarintReader(bytes);
  for (let index = 0; index < count; index++) {
    const size = at.varint();
    const end = at.at + size;
    at.at++; // attributes
    at.skipVarint(); // timestamp: up to ten bytes
    const offset = base + at.varint();
    const key = at.bytes();
    const value = at.bytes() ?? EMPTY;
    const headersAt = at.at;
    for (let left = at.varint(); left > 0; left--) {
      at.skipBytes(); // name
      at.skipBytes(); // value
    }
    if (at.at !== end) throw new RangeError('a record does not end where it says');
    records.push(new FetchedRecord(offset, key, value, bytes, headersAt, end));
    sizes.push(size);
  }
  return { records, sizes };
}

/** Its nine headers weigh as much as all the rest of a record that waits: they are made when they are asked for, each time. */
class FetchedRecord implements LogRecord {
  readonly offset: number;
  readonly key: Buffer | null;
  readonly value: Buffer;
  readonly #bytes: Buffer;
  readonly #headersAt: number;
  readonly #end: number;

  constructor(offset: number, key: Buffer | null, value: Buffer, bytes: Buffer, headersAt: number, end: number) {
    this.offset = offset;
    this.key = key;
    this.value = value;
    this.#bytes = bytes;
    this.#headersAt = headersAt;
    this.#end = end;
  }

  /** Of headers of one name the last counts, as in Kafka's own client. */
  get headers(): Readonly<Record<string, string>> {
    const headers = new RawHeaders();
    const begin = this.#headersAt;
    const at = new VarintReader(this.#bytes, begin);
    const text = this.#bytes.toString('latin1', begin, this.#end);
    for (let left = at.varint(); left > 0; left--) {
      const nameBytes = at.skipBytes();
      const name = text.slice(at.at - begin - nameBytes, at.at - begin);
      const valueBytes = at.skipBytes();
      headers[headerName(name)] = text.slice(at.at - begin - valueBytes, at.at - begin);
    }
    return headers;
  }
}

/** Names are UTF-8 in Kafka, unlike values. */
const headerName = (bytes: string): string => (NOT_ASCII.test(bytes) ? Buffer.from(bytes, 'latin1').toString() : bytes);

const NOT_ASCII = /[^\0-\x7f]/;

class VarintReader {
  at: number;
  readonly #bytes: Buffer;

  constructor(bytes: Buffer, at = 0) {
    this.#bytes = bytes;
    this.at = at;
  }

  varint(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.#next();
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return (value >>> 1) ^ -(value & 1);
    }
    throw new RangeError('a varint is longer than five bytes');
  }

  skipVarint(): void {
    while (this.#next() >= 0x80);
  }

  bytes(): Buffer | null {
    const length = this.varint();
    if (length < 0) return null;
    this.#forward(length);
    return this.#bytes.subarray(this.at - length, this.at);
  }

  /** How many there were; none, where Kafka has null. */
  skipBytes(): number {
    const length = Math.max(this.varint(), 0);
    this.#forward(length);
    return length;
  }

  #next(): number {
    const byte = this.#bytes[this.at++];
    if (byte === undefined) throw new RangeError('records end early');
    return byte;
  }

  #forward(length: number): void {
    this.at += length;
    if (this.at > this.#bytes.length) throw new RangeError('records end early');
  }
}
