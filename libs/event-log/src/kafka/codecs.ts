/**
 * Compression of record batches that other publishers wrote; ours are never compressed. gzip comes from Node, zstd too where Node has it
 * (22.15). (Topics that `ensureTopics` makes have compression.type=uncompressed: their brokers unpack whatever arrives.)
 */
import zlib from 'node:zlib';

/** Low three bits of a batch's attributes. */
const NAMES = ['uncompressed', 'gzip', 'snappy', 'lz4', 'zstd'];
/** Far above what a broker takes in one batch; a small batch that unpacks to more is an attack or broken. */
const UNPACKED_BYTES_MAX = 64 * 1024 * 1024;

type Unpack = (bytes: Buffer) => Buffer;
const limits = { maxOutputLength: UNPACKED_BYTES_MAX };
const zstdDecompressSync = (zlib as { zstdDecompressSync?: (bytes: Buffer, options: typeof limits) => Buffer }).zstdDecompressSync;
const UNPACK: Readonly<Record<string, Unpack>> = {
  uncompressed: (bytes) => bytes,
  gzip: (bytes) => zlib.gunzipSync(bytes, limits),
  ...(zstdDecompressSync === undefined ? {} : { zstd: (bytes: Buffer) => zstdDecompressSync(bytes, limits) }),
};

/** Values of compression.type that this program can read. */
export const readableCodecs: ReadonlySet<string> = new Set(Object.keys(UNPACK));

/** The unpacked records, or why they cannot be had. */
export function unpack(codec: number, bytes: Buffer): { readonly bytes: Buffer } | { readonly fault: string } {
  const name = NAMES[codec] ?? `codec ${codec}`;
  const how = UNPACK[name];
  if (how === undefined) return { fault: `This program cannot read ${name}.` };
  try {
    return { bytes: how(bytes) };
  } catch (error) {
    return { fault: `The ${name} data is broken: ${(error as Error).message}` };
  }
}
