/**
 * Rows of event_log.records in PostgreSQL's binary COPY format ("COPY", File Formats): written into one buffer that is used again, read as
 * views of what came. The headers column is ours: for each header u16 length and name, u32 length and value, UTF-8, big-endian.
 */
import { FatalLogError } from '../errors.ts';
import type { LogRecord, OutgoingRecord } from '../port.ts';
import { RawHeaders } from '../raw-headers.ts';

const SIGNATURE = Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1');
/** Signature, flags, length of the header's extension. */
const FILE_HEADER_BYTES = SIGNATURE.length + 8;
const NULL = -1;
const END = -1;
const COLUMNS = 6;
/** Field count, topic_no and partition with their lengths, the length of the offset. */
const BEFORE_OFFSET_BYTES = 2 + 8 + 8 + 4;
const FIRST_CAPACITY = 1_048_576;

export class RecordRowsWriter {
  #buffer = Buffer.allocUnsafe(FIRST_CAPACITY);
  #end = 0;
  #rows: { readonly partition: number; readonly offsetAt: number }[] = [];

  begin(): void {
    this.#rows = [];
    SIGNATURE.copy(this.#buffer, 0);
    this.#buffer.fill(0, SIGNATURE.length, FILE_HEADER_BYTES);
    this.#end = FILE_HEADER_BYTES;
  }

  /** Its offset is filled in by `finish`. */
  add(topicNo: number, partition: number, { key, value, headers }: OutgoingRecord): void {
    this.#reserve(BEFORE_OFFSET_BYTES + 8 + 12 + (key?.length ?? 0) + value.length + headersBound(headers));
    this.#int16(COLUMNS);
    this.#int32(4);
    this.#int32(topicNo);
    this.#int32(4);
    this.#int32(partition);
    this.#int32(8);
    this.#rows.push({ partition, offsetAt: this.#end });
    this.#end += 8;
    if (key === null) this.#int32(NULL);
    else this.#bytes(key);
    this.#headers(headers);
    this.#bytes(value);
  }

  /** Rows written for each partition. */
  counts(): Map<number, number> {
    const counts = new Map<number, number>();
    for (const { partition } of this.#rows) counts.set(partition, (counts.get(partition) ?? 0) + 1);
    return counts;
  }

  /** The payload, with offsets counted up from `first` of each partition. A view: valid until `begin`. */
  finish(first: ReadonlyMap<number, number>): Buffer {
    const next = new Map(first);
    for (const { partition, offsetAt } of this.#rows) {
      const offset = next.get(partition);
      if (offset === undefined) throw new Error(`partition ${partition} was not locked`);
      this.#buffer.writeBigInt64BE(BigInt(offset), offsetAt);
      next.set(partition, offset + 1);
    }
    this.#reserve(2);
    this.#int16(END);
    const payload = this.#buffer.subarray(0, this.#end);
    this.#end -= 2; // a second try with other offsets ends at the same place
    return payload;
  }

  #headers(headers: OutgoingRecord['headers']): void {
    const lengthAt = this.#end;
    this.#end += 4;
    for (const name in headers) {
      const nameAt = this.#end + 2;
      const nameBytes = this.#buffer.write(name, nameAt);
      this.#int16(nameBytes);
      this.#end += nameBytes;
      const header = headers[name] ?? '';
      const valueBytes = typeof header === 'string' ? this.#buffer.write(header, this.#end + 4) : header.copy(this.#buffer, this.#end + 4);
      this.#int32(valueBytes);
      this.#end += valueBytes;
    }
    this.#buffer.writeInt32BE(this.#end - lengthAt - 4, lengthAt);
  }

  #bytes(bytes: Buffer): void {
    this.#int32(bytes.length);
    bytes.copy(this.#buffer, this.#end);
    this.#end += bytes.length;
  }

  #int16(value: number): void {
    this.#buffer.writeUInt16BE(value & 0xffff, this.#end);
    this.#end += 2;
  }

  #int32(value: number): void {
    this.#buffer.writeInt32BE(value, this.#end);
    this.#end += 4;
  }

  #reserve(bytes: number): void {
    if (this.#end + bytes <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(2 * this.#buffer.length, this.#end + bytes));
    this.#buffer.copy(larger, 0, 0, this.#end);
    this.#buffer = larger;
  }
}

/** UTF-8 takes at most three bytes for a UTF-16 unit. */
export function headersBound(headers: OutgoingRecord['headers']): number {
  let bytes = 0;
  for (const name in headers) bytes += 6 + 3 * (name.length + (headers[name]?.length ?? 0));
  return bytes;
}

/** Rows of (offset, key, headers, value). Keys and values are views of the payload. */
export function readRecordRows(payload: Buffer): LogRecord[] {
  if (payload.compare(SIGNATURE, 0, SIGNATURE.length, 0, SIGNATURE.length) !== 0) throw new Error('not a binary COPY');
  const records: LogRecord[] = [];
  let at = FILE_HEADER_BYTES;
  while (payload.readInt16BE(at) !== END) {
    const offset = Number(payload.readBigInt64BE(at + 6));
    at += 14;
    const keyBytes = payload.readInt32BE(at);
    const key = keyBytes === NULL ? null : payload.subarray(at + 4, at + 4 + keyBytes);
    at += 4 + Math.max(keyBytes, 0);
    const headersEnd = at + 4 + payload.readInt32BE(at);
    const headers = readHeaders(payload, at + 4, headersEnd);
    const valueEnd = headersEnd + 4 + payload.readInt32BE(headersEnd);
    records.push({ offset, key, value: payload.subarray(headersEnd + 4, valueEnd), headers });
    at = valueEnd;
  }
  return records;
}

function readHeaders(payload: Buffer, begin: number, end: number): Record<string, string> {
  const headers = new RawHeaders();
  let at = begin;
  while (at < end) {
    const nameEnd = at + 2 + payload.readUInt16BE(at);
    const valueEnd = nameEnd + 4 + payload.readInt32BE(nameEnd);
    headers[payload.toString('utf8', at + 2, nameEnd)] = payload.toString('latin1', nameEnd + 4, valueEnd);
    at = valueEnd;
  }
  if (at !== end) throw new FatalLogError('record.malformed', 'A row of event_log.records has headers that do not end where they should.');
  return headers;
}
