/**
 * The directory of a zip, and what it names, read without belief: what is said in two places has to be said alike, and has to hold in the
 * bytes; sizes are bounded before anything is unpacked. Numbers are little-endian.
 */
import { Inflate } from 'fflate';
import { fileFault } from './bundle-files.ts';
import { crc32 } from './crc32.ts';
import { refuseZip, type ZipRefusal, type ZipResult } from './zip-fault.ts';

/** One file as it lies in the zip. */
export interface ZipEntry {
  readonly name: string;
  readonly isDeflated: boolean;
  /** As it is packed: a view of the zip. */
  readonly packed: Uint8Array;
  /** Bytes of the content, as the directory says. */
  readonly size: number;
  readonly crc: number;
}

const END = { signature: 0x06054b50, bytes: 22 };
const CENTRAL = { signature: 0x02014b50, bytes: 46 };
const LOCAL = { signature: 0x04034b50, bytes: 30 };
const STORED = 0;
const DEFLATED = 8;
const ENCRYPTED = 0x0001;
/** Of packed bytes unpacked at a time: a zip bomb is found after at most 1,032 times as many as it had (DEFLATE's best). */
const PIECE_BYTES = 4_096;
const DEFLATE_RATIO_MAX = 1_032;

/** Names, places and sizes of all files, in the order of the directory. Faults: see readBundleZip. */
export function listZip(zip: Uint8Array): ZipResult<ZipEntry[]> {
  const view = new DataView(zip.buffer, zip.byteOffset, zip.length);
  const endAt = zip.length - END.bytes;
  if (endAt < 0 || view.getUint32(endAt, true) !== END.signature)
    return refuseZip('bundle.zip', 'This is no zip, or its end is missing. Ask for the file again.');
  const count = view.getUint16(endAt + 10, true);
  const [bytes, start] = [view.getUint32(endAt + 12, true), view.getUint32(endAt + 16, true)];
  // One disk, whose directory ends where the end begins. What needs the extension for large zips says 0xffffffff here, and is none of ours.
  const isWhole =
    view.getUint32(endAt + 4, true) === 0 &&
    view.getUint16(endAt + 8, true) === count &&
    view.getUint16(endAt + 20, true) === 0 &&
    start + bytes === endAt;
  if (!isWhole) return refuseZip('bundle.zip', 'The directory of the zip does not lie where its end says.');

  const entries = new Map<string, ZipEntry>();
  let total = 0;
  let at = start;
  for (let n = 0; n < count; n++) {
    if (at + CENTRAL.bytes > endAt || view.getUint32(at, true) !== CENTRAL.signature) return brokenDirectory();
    const size = view.getUint32(at + 24, true);
    const entry = entryAt(zip, view, at, start, (total += size));
    if (!entry.ok) return entry;
    const { name } = entry.value;
    if (entries.has(name)) return refuseZip('bundle.duplicate-file', 'The zip has two files of this name.', name);
    entries.set(name, entry.value);
    at += CENTRAL.bytes + view.getUint16(at + 28, true) + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  return at === endAt ? { ok: true, value: [...entries.values()] } : brokenDirectory();
}

const brokenDirectory = (): ReturnType<typeof refuseZip> => refuseZip('bundle.zip', 'The directory of the zip is broken.');

/** @param at of its record in the directory @param end where files end and the directory starts @param total bytes of the files so far */
function entryAt(zip: Uint8Array, view: DataView, at: number, end: number, total: number): ZipResult<ZipEntry> {
  const [flags, method] = [view.getUint16(at + 8, true), view.getUint16(at + 10, true)];
  const [crc, packedSize, size] = [view.getUint32(at + 16, true), view.getUint32(at + 20, true), view.getUint32(at + 24, true)];
  const localAt = view.getUint32(at + 42, true);
  const name = textAt(zip, at + CENTRAL.bytes, view.getUint16(at + 28, true));
  const fault = fileFault(name, size, total);
  if (fault !== undefined) return fault;
  if ((flags & ENCRYPTED) !== 0 || (method !== STORED && method !== DEFLATED))
    return refuseZip('bundle.compression', 'The file is encrypted, or packed in another way than stored or deflated.', name);
  if (localAt + LOCAL.bytes > end || view.getUint32(localAt, true) !== LOCAL.signature)
    return refuseZip('bundle.zip', 'The file does not lie where the directory says.', name);
  const nameBytes = view.getUint16(localAt + 26, true);
  const from = localAt + LOCAL.bytes + nameBytes + view.getUint16(localAt + 28, true);
  const isSame = textAt(zip, localAt + LOCAL.bytes, nameBytes) === name && view.getUint16(localAt + 8, true) === method;
  if (!isSame || from + packedSize > end || (method === STORED && packedSize !== size))
    return refuseZip('bundle.zip', 'The directory of the zip and the file itself contradict each other.', name);
  const packed = zip.subarray(from, from + packedSize);
  return { ok: true, value: { name, isDeflated: method === DEFLATED, packed, size, crc } };
}

/** A character for each byte: names are ASCII, and what is none has no such name. */
function textAt(zip: Uint8Array, at: number, length: number): string {
  let text = '';
  for (const byte of zip.subarray(at, at + length)) text += String.fromCharCode(byte);
  return text;
}

/** The content of a file, as long as the directory says; `null`: it cannot be had. */
export const unpack = ({ isDeflated, packed, size }: ZipEntry): Uint8Array | null => (isDeflated ? inflated(packed, size) : packed);

/** `bundle.damaged`. */
export const damaged = ({ name }: ZipEntry): ZipRefusal =>
  refuseZip(
    'bundle.damaged',
    'It is not as long as the zip says, or its checksum is another: this is not what was written. It was damaged, or changed by somebody. Ask for the file again.',
    name,
  );

/** Whether it has the CRC-32 that the directory says. */
export const isAsWritten = ({ crc }: ZipEntry, content: Uint8Array): boolean => crc32(content) === crc;

/** Exactly `size` bytes, or null; what the packed bytes would give beyond that is not unpacked. */
function inflated(packed: Uint8Array, size: number): Uint8Array | null {
  if (size > packed.length * DEFLATE_RATIO_MAX) return null;
  const content = new Uint8Array(size);
  let length = 0;
  const stream = new Inflate((piece) => {
    if (length + piece.length <= size) content.set(piece, length);
    length += piece.length;
  });
  try {
    for (let at = 0; at < packed.length && length <= size; at += PIECE_BYTES)
      stream.push(packed.subarray(at, at + PIECE_BYTES), at + PIECE_BYTES >= packed.length);
  } catch {
    // What the library cannot read it says by throwing, whatever it is.
    return null;
  }
  return length === size ? content : null;
}
