/**
 * A proof bundle as one zip (PKWARE APPNOTE 6.3): the same files give the same bytes on every machine, at any time, in any time zone, and in
 * every later version: they are stored as they are, so no compressor has a say. Reading takes what others packed again, too, and trusts
 * nothing that the zip says of itself. The container proves nothing: what its files say is the verifier's to check.
 */
import { zipSync } from 'fflate';
import { BUNDLE_LIMITS, fileFault } from './bundle-files.ts';
import { verifyBundle, verifyBundleSteps, type BundleFiles, type BundleQuestion } from './bundle.ts';
import { notChecked, type Report, type Statement } from './report.ts';
import type { Trust } from './proof-question.ts';
import { damaged, isAsWritten, listZip, unpack } from './zip-entries.ts';
import { refuseZip, type ZipFault, type ZipResult } from './zip-fault.ts';

/** Midnight by whatever clock: a zip says what the clock on the wall showed, not when that was. */
const wallTime = (): Date => new Date(1980, 0, 1);
/** Made by Unix: a file that everybody may read and its owner may write. */
const UNIX = { os: 3, attrs: 0o100644 << 16 };

/**
 * The zip, its files in the order of their names. Faults: `bundle.file-name`, `bundle.too-many-files`, `bundle.too-large`. Cost: a copy and a
 * CRC-32 of all bytes.
 */
export function writeBundleZip(files: BundleFiles): ZipResult<Uint8Array> {
  const names = [...files.keys()].sort();
  if (names.length > BUNDLE_LIMITS.filesMax)
    return refuseZip('bundle.too-many-files', `A bundle has at most ${BUNDLE_LIMITS.filesMax} files.`);
  let total = 0;
  for (const name of names) {
    const { length } = files.get(name) as Uint8Array;
    const fault = fileFault(name, length, (total += length));
    if (fault !== undefined) return fault;
  }
  const ordered = names.map((name) => [name, files.get(name) as Uint8Array] as const);
  return { ok: true, value: zipSync(Object.fromEntries(ordered), { level: 0, mtime: wallTime(), ...UNIX }) };
}

/** What lies in a zip. */
export interface ZippedBundle {
  /** By name. */
  readonly files: BundleFiles;
  /** The first file whose checksum is another than the zip says: `bundle.damaged`; null: all are as they were written. */
  readonly damaged: ZipFault | null;
}

/**
 * The files of a zip. Faults: `bundle.zip` (no zip, or one that was cut off, or whose parts contradict each other),
 * `bundle.too-large`, `bundle.file-name` (what no bundle has; paths that lead elsewhere are such names),
 * `bundle.duplicate-file`, `bundle.compression` (encrypted, or packed in another way than stored or deflated), `bundle.damaged` (not of the
 * length that it should have, or not to be unpacked). Never throws, and never holds more than BUNDLE_LIMITS say, whatever the bytes are.
 */
export function readBundleZip(zip: Uint8Array): ZipResult<ZippedBundle> {
  const entries = listZip(zip);
  if (!entries.ok) return entries;
  const files = new Map<string, Uint8Array>();
  let first: ZipFault | null = null;
  for (const entry of entries.value) {
    const content = unpack(entry);
    if (content === null) return damaged(entry);
    if (first === null && !isAsWritten(entry, content)) first = damaged(entry).fault;
    files.set(entry.name, content);
  }
  return { ok: true, value: { files, damaged: first } };
}

/**
 * verifyBundle of the files in a zip. One that cannot be read is not checked, and says why by the faults of readBundleZip. Of one whose checksums
 * say that it is not what was written, the proof says which step does not hold any more; where all hold, it is not checked. Never throws.
 */
export function verifyBundleZip(zip: Uint8Array, trust: Trust, asked: BundleQuestion = {}): Report {
  const read = readBundleZip(zip);
  if (!read.ok) return unread(read.fault);
  const report = verifyBundle(read.value.files, trust, asked);
  return read.value.damaged === null || report.verdict === 'altered' ? report : unread(read.value.damaged);
}

/** The same, one statement after the other as they are made; all at once of a zip that is not as it was written. */
export function* verifyBundleZipSteps(zip: Uint8Array, trust: Trust, asked: BundleQuestion = {}): Generator<Statement, Report> {
  const read = readBundleZip(zip);
  if (read.ok && read.value.damaged === null) return yield* verifyBundleSteps(read.value.files, trust, asked);
  const report = verifyBundleZip(zip, trust, asked);
  yield* report.statements;
  return report;
}

/** Of a file that is not whole, or was changed, more is known than that it could not be checked: its summary does not say that nothing is wrong. */
function unread({ code, detail, file }: ZipFault): Report {
  const says = file === undefined ? detail : `${file}: ${detail}`;
  return { ...notChecked(code, says), summary: `Not checked: ${says}` };
}
