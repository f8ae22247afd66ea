/**
 * Compressed record batches that other publishers may have written. kafkajs has gzip; zstd comes from Node where it has it (22.15). For
 * the rest kafkajs would stop the consumer, with all its partitions, at the first such batch. Here instead each record of the batch is
 * delivered with `fault` set, the first with the whole compressed bytes as its value: the handler can keep them as dead letters while
 * the good ones flow. (Topics that `ensureTopics` makes have compression.type=uncompressed: their brokers unpack whatever arrives.)
 */
import { randomBytes } from 'node:crypto';
import zlib from 'node:zlib';
import { promisify } from 'node:util';
import kafkajs from 'kafkajs';
import type { LogRecord } from '../port.ts';

// A CommonJS package: Node sees its names on the default export only.
const { CompressionCodecs, CompressionTypes } = kafkajs;

/** Named so that nobody else can write it: a record of a publisher is never mistaken for one of these. */
const MARK = `undecodable ${randomBytes(16).toString('hex')}`;

/** Compression types that this process can read, as Kafka names them in compression.type. */
export const readableCodecs: ReadonlySet<string> = new Set(['uncompressed', 'gzip', ...('zstdDecompress' in zlib ? ['zstd'] : [])]);

/** For this whole process: kafkajs keeps its codecs in one table. Safe to call again. */
export function registerCodecs(): void {
  const decodable = zstd();
  CompressionCodecs[CompressionTypes.GZIP] = () => ({ compress: gzip.compress, decompress: orFault('gzip', (bytes) => gzip.decompress(bytes)) });
  CompressionCodecs[CompressionTypes.ZSTD] = () => ({ compress: refuse, decompress: orFault('zstd', decodable) });
  CompressionCodecs[CompressionTypes.Snappy] = () => ({ compress: refuse, decompress: orFault('snappy') });
  CompressionCodecs[CompressionTypes.LZ4] = () => ({ compress: refuse, decompress: orFault('lz4') });
}

/** The record's fault where it stands for one that could not be decoded. `headers` as kafkajs gives them. */
export function faultOf(headers: Readonly<Record<string, unknown>> | undefined): LogRecord['fault'] {
  const detail = headers?.[MARK];
  return Buffer.isBuffer(detail) ? { code: 'record.codec', detail: detail.toString() } : undefined;
}

interface Codec {
  compress(encoder: { buffer: Buffer }): Promise<Buffer>;
  decompress(bytes: Buffer): Promise<Buffer>;
}

/** kafkajs' own, before it is wrapped. */
const gzip = CompressionCodecs[CompressionTypes.GZIP]() as Codec;

/** By this name kafkajs knows not to try again: the consumer stops, in the open. */
class Unreadable extends Error {
  override readonly name = 'KafkaJSNotImplemented';
}

const refuse = (): Promise<Buffer> => Promise.reject(new Unreadable('This log writes without compression.'));

function zstd(): ((bytes: Buffer) => Promise<Buffer>) | undefined {
  const decompress = (zlib as { zstdDecompress?: (bytes: Buffer, done: (error: Error | null, result: Buffer) => void) => void }).zstdDecompress;
  return decompress === undefined ? undefined : promisify(decompress);
}

function orFault(codec: string, decompress?: (bytes: Buffer) => Promise<Buffer>): (bytes: Buffer) => Promise<Buffer> {
  return async (bytes) => {
    if (decompress === undefined) return faultRecords(bytes, `This program cannot read ${codec}.`);
    try {
      return await decompress(bytes);
    } catch (error) {
      return faultRecords(bytes, `The ${codec} data is broken: ${(error as Error).message}`);
    }
  };
}

/** The header of a record batch (magic 2) ends with its number of records, right before what was compressed; the bytes lie in one buffer. */
const BATCH_HEADER_BYTES = 61;
const MAGIC_AT = 16;

/** As many records as the batch has, in the encoding of the inside of a batch (kafka.apache.org/documentation, Record). */
function faultRecords(compressed: Buffer, detail: string): Buffer {
  const start = compressed.byteOffset - BATCH_HEADER_BYTES;
  const header = start < 0 ? undefined : Buffer.from(compressed.buffer, start, BATCH_HEADER_BYTES);
  // Not a batch of Kafka 0.11 or later, or kafkajs copies now: stop in the open rather than guess.
  if (header?.readInt8(MAGIC_AT) !== 2) throw new Unreadable(detail);
  const count = header.readInt32BE(BATCH_HEADER_BYTES - 4);
  return Buffer.concat(Array.from({ length: count }, (_, index) => encodeRecord(index, index === 0 ? compressed : Buffer.alloc(0), detail)));
}

function encodeRecord(offsetDelta: number, value: Buffer, detail: string): Buffer {
  const name = Buffer.from(MARK);
  const text = Buffer.from(detail);
  const body = Buffer.concat([
    Buffer.from([0, 0]), varint(offsetDelta), varint(-1), varint(value.length), value,
    varint(1), varint(name.length), name, varint(text.length), text,
  ]); // prettier-ignore
  return Buffer.concat([varint(body.length), body]);
}

/** Zig-zag, then base 128. */
function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = ((value << 1) ^ (value >> 31)) >>> 0;
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  return Buffer.from([...bytes, rest]);
}
