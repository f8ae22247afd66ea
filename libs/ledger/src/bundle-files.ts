/** Which files a proof bundle may have, and how large they may be: for whoever writes one and for whoever reads it. */
import { refuseZip, type ZipRefusal } from './zip-fault.ts';

/**
 * Bounds of a bundle: what a browser's tab can hold; `filesMax` is that of a zip without its extension for more. A bundle of 200 events
 * without evidence has 0.5 MB.
 */
export const BUNDLE_LIMITS = { filesMax: 65_535, fileBytesMax: 256 * 1024 ** 2, totalBytesMax: 512 * 1024 ** 2 } as const;

/** All names that there are: no folder, no path upwards, nothing that another system reads as another name. */
const NAME = /^(?:proof\.json|events\/[0-9]{12,16}\.json|signatures\.json|evidence\.json|evidence\/[0-9a-f]{64}|verify\.html|README\.txt)$/;

/** `bundle.file-name`, `bundle.too-large`; undefined: the file may be there. @param total bytes of the bundle's files with this one */
export function fileFault(name: string, bytes: number, total: number): ZipRefusal | undefined {
  // A name from outside may be anything: it is quoted without what is not plain.
  if (!NAME.test(name)) return refuseZip('bundle.file-name', `A bundle has no file of this name: ${plain(name)}.`);
  const { fileBytesMax, totalBytesMax } = BUNDLE_LIMITS;
  if (bytes > fileBytesMax) return refuseZip('bundle.too-large', `A file of a bundle has at most ${fileBytesMax} bytes.`, name);
  if (total > totalBytesMax) return refuseZip('bundle.too-large', `The files of a bundle have at most ${totalBytesMax} bytes together.`);
  return undefined;
}

const QUOTED_LENGTH_MAX = 80;

const plain = (name: string): string => name.slice(0, QUOTED_LENGTH_MAX).replace(/[^ -~]/g, '?');
