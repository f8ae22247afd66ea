import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import type { LogRecord, OutgoingRecord } from '../port.ts';
import { crc32c } from './crc32c.ts';
import { decodeBatches, encodeBatch, recordBound } from './record-batch.ts';

const HEADER_BYTES = 61;
const ATTRIBUTES_AT = 21;

const bytes = (maxLength: number): fc.Arbitrary<Buffer> => fc.uint8Array({ maxLength }).map((array) => Buffer.from(array));
const outgoing = fc.record({
  key: fc.option(bytes(100)),
  value: bytes(500),
  headers: fc.dictionary(
    fc.string({ maxLength: 30, unit: 'grapheme' }),
    fc.oneof(fc.string({ maxLength: 200, unit: 'grapheme' }), bytes(200)),
    { maxKeys: 12 },
  ),
});

test('records come back as they were encoded, each within its bound', () => {
  fc.assert(fc.property(fc.array(outgoing, { minLength: 1, maxLength: 150 }), (records) => {
    const batch = encodeBatch(records, 1_700_000_000_000);
    expect(batch.length).toBeLessThanOrEqual(HEADER_BYTES + records.reduce((sum, record) => sum + recordBound(record), 0));
    const decoded = decodeBatches(batch, 0, []);
    expect(decoded.records.map(plain)).toEqual(records.map(plainOutgoing));
    expect(decoded.records.map(({ offset }) => offset)).toEqual(records.map((_, index) => index));
    expect(decoded.end).toBe(records.length);
  }), { numRuns: 50 }); // prettier-ignore
});

test('a batch that was cut off is left for the next fetch; nothing of it is taken', () => {
  const whole = encodeBatch(values('a', 'b'), 0);
  const next = at(encodeBatch(values('c'), 0), 2);
  for (let cut = 0; cut < next.length; cut++) {
    const { records, end } = decodeBatches(Buffer.concat([whole, next.subarray(0, cut)]), 0, []);
    expect([records.length, end]).toEqual([2, 2]);
  }
  expect(decodeBatches(Buffer.concat([whole, next]), 0, []).records.map(({ value }) => value.toString())).toEqual(['a', 'b', 'c']);
});

test('records before the offset that was asked for are left out', () => {
  const batch = at(encodeBatch(values('a', 'b', 'c', 'd'), 0), 10);
  expect(decodeBatches(batch, 12, []).records.map(({ offset, value }) => [offset, value.toString()])).toEqual([[12, 'c'], [13, 'd']]); // prettier-ignore
});

test('broken bytes are an error and never a record: every truncated or nonsensical inside throws', () => {
  const batch = encodeBatch(values('a', 'b', 'c'), 0);
  for (let length = HEADER_BYTES; length < batch.length; length++) {
    const broken = Buffer.from(batch.subarray(0, length));
    broken.writeInt32BE(length - 12, 8); // says that it is whole
    expect(() => decodeBatches(broken, 0, [])).toThrow(RangeError);
  }
  expect(() => decodeBatches(randomBytes(200).fill(1, 16, 17), 0, [])).toThrow(RangeError);
});

test('gzip is unpacked; what is broken, or swells beyond reason, stands there with a fault and the raw batch', () => {
  const plainBatch = encodeBatch(values('a', 'b'), 0);
  const packed = (inside: Buffer): Buffer => {
    const batch = Buffer.concat([plainBatch.subarray(0, HEADER_BYTES), inside]);
    batch.writeInt16BE(1, ATTRIBUTES_AT);
    batch.writeInt32BE(batch.length - 12, 8);
    return batch;
  };
  const good = packed(gzipSync(plainBatch.subarray(HEADER_BYTES)));
  expect(decodeBatches(good, 0, []).records.map(({ value }) => value.toString())).toEqual(['a', 'b']);
  for (const batch of [packed(Buffer.from('not gzip')), packed(gzipSync(Buffer.alloc(65 * 1024 * 1024)))]) {
    const { records, end } = decodeBatches(batch, 0, []);
    expect(records.map(({ fault, value }) => [fault?.code, value.length])).toEqual([['record.codec', batch.length], ['record.codec', 0]]); // prettier-ignore
    expect(end).toBe(2);
  }
});

test('headers named like members of every object are headers', () => {
  const headers = JSON.parse('{"__proto__": "p", "constructor": "c", "toString": "t"}') as Record<string, string>;
  const [record] = decodeBatches(encodeBatch([{ key: null, value: Buffer.alloc(0), headers }], 0), 0, []).records;
  expect(Object.entries(record?.headers ?? {})).toEqual([['__proto__', 'p'], ['constructor', 'c'], ['toString', 't']]); // prettier-ignore
  const [bare] = decodeBatches(encodeBatch(values('x'), 0), 0, []).records;
  expect(bare?.headers['constructor']).toBeUndefined();
});

test('the checksum is CRC-32C', () => {
  // RFC 3720, appendix B.4, and the check value of the algorithm.
  expect(crc32c(Buffer.alloc(32)) >>> 0).toBe(0x8a9136aa);
  expect(crc32c(Buffer.alloc(32, 0xff)) >>> 0).toBe(0x62a8ab43);
  expect(crc32c(Buffer.from(Array.from({ length: 32 }, (_, index) => index))) >>> 0).toBe(0x46dd794e);
  expect(crc32c(Buffer.from('123456789')) >>> 0).toBe(0xe3069283);
});

const values = (...texts: string[]): OutgoingRecord[] => texts.map((text) => ({ key: null, value: Buffer.from(text), headers: {} }));

function at(batch: Buffer, base: number): Buffer {
  batch.writeBigInt64BE(BigInt(base), 0);
  return batch;
}

const plain = ({ key, value, headers }: LogRecord): unknown => [
  key?.toString('hex') ?? null,
  value.toString('hex'),
  Object.entries(headers).map(([name, bytes]) => [name, Buffer.from(bytes, 'latin1').toString('hex')]),
];
const plainOutgoing = ({ key, value, headers }: OutgoingRecord): unknown => [
  key?.toString('hex') ?? null,
  value.toString('hex'),
  Object.entries(headers).map(([name, value]) => [name, Buffer.from(value as string).toString('hex')]),
];
