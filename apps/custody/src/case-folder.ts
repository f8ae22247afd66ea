/** Files that a case file refers to, in its own folder: hashed at import where the line does not name the hash itself. */
import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync, realpathSync } from 'node:fs';
import { dirname, isAbsolute, join, relative } from 'node:path';
import type { CaseFileHash } from '#lib/sources';

const PIECE_BYTES = 1024 * 1024;
/** Different files of one case that are remembered; further ones are hashed each time they are named. */
const REMEMBERED_MAX = 10_000;

/**
 * A function from a reference (path relative to the case file) to hash and size; undefined for one that is not there or lies outside of the
 * case's folder: a case file from elsewhere must not make this machine's other files known.
 */
export function caseFolder(caseFile: string): (ref: string) => CaseFile | undefined {
  const remembered = new Map<string, CaseFile | undefined>();
  return (ref) => {
    if (!remembered.has(ref)) {
      if (remembered.size >= REMEMBERED_MAX) remembered.clear();
      remembered.set(ref, hashWithin(dirname(caseFile), ref));
    }
    return remembered.get(ref);
  };
}

/** A file with the place where it lies. */
export interface CaseFile extends CaseFileHash {
  readonly bytes: number;
  readonly path: string;
}

function hashWithin(folder: string, ref: string): CaseFile | undefined {
  if (isAbsolute(ref) || ref.includes('\0')) return undefined;
  try {
    const root = realpathSync(folder);
    const path = realpathSync(join(root, ref));
    const inside = relative(root, path);
    if (inside.startsWith('..') || isAbsolute(inside)) return undefined;
    const hash = hashOf(path);
    return hash === undefined ? undefined : { ...hash, path };
  } catch {
    // Not there, or not readable: the line keeps its reference, as one whose bytes nobody has seen.
    return undefined;
  }
}

function hashOf(path: string): Omit<CaseFile, 'path'> | undefined {
  const file = openSync(path, 'r');
  try {
    if (!fstatSync(file).isFile()) return undefined;
    const hash = createHash('sha256');
    const piece = Buffer.alloc(PIECE_BYTES);
    let bytes = 0;
    for (let read = readSync(file, piece); read > 0; read = readSync(file, piece)) {
      hash.update(piece.subarray(0, read));
      bytes += read;
    }
    return { sha256: hash.digest('hex'), bytes };
  } finally {
    closeSync(file);
  }
}
