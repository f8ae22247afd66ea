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
import { listZip, unpack } from './zip-entries.ts';
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

/**
 * The files of a zip, by name. Faults: `bundle.zip` (no zip, or one that was cut off, or whose parts contradict each other),
 * `bundle.too-large`, `bundle.file-name` (what no bundle has; paths that lead elsewhere are such names),
 * `bundle.duplicate-file`, `bundle.compression` (encrypted, or packed in another way than stored or deflated), `bundle.damaged` (not of the
 * length or checksum that it should have). Never throws, and never holds more than BUNDLE_LIMITS say, whatever the bytes are.
 */
export function readBundleZip(zip: Uint8Array): ZipResult<BundleFiles> {
  const entries = listZip(zip);
  if (!entries.ok) return entries;
  const files = new Map<string, Uint8Array>();
  for (const entry of entries.value) {
    const content = unpack(entry);
    if (!content.ok) return content;
    files.set(entry.name, content.value);
  }
  return { ok: true, value: files };
}

/** verifyBundle of the files in a zip. One that cannot be read is not checked, and says why by the faults of readBundleZip. Never throws. */
export function verifyBundleZip(zip: Uint8Array, trust: Trust, asked: BundleQuestion = {}): Report {
  const files = readBundleZip(zip);
  return files.ok ? verifyBundle(files.value, trust, asked) : unread(files.fault);
}

/** The same, one statement after the other as they are made. */
export function* verifyBundleZipSteps(zip: Uint8Array, trust: Trust, asked: BundleQuestion = {}): Generator<Statement, Report> {
  const files = readBundleZip(zip);
  if (files.ok) return yield* verifyBundleSteps(files.value, trust, asked);
  const report = unread(files.fault);
  yield* report.statements;
  return report;
}

/** Of a file that is not whole, or was changed, more is known than that it could not be checked: its summary does not say that nothing is wrong. */
function unread({ code, detail, file }: ZipFault): Report {
  const says = file === undefined ? detail : `${file}: ${detail}`;
  return { ...notChecked(code, says), summary: `Not checked: ${says}` };
}
