/**
 * A content-addressed store of bytes: evidence is named by its SHA-256, so that what is under a name is right or wrong by itself. Nothing can
 * be removed from it, and nothing in it is ever changed.
 */
import type { Readable } from 'node:stream';

/** Names are 64 lower-case hex digits; every method throws RangeError at once for another. */
export const HASH_PATTERN = /^[0-9a-f]{64}$/;
/** Whose uploads: part of a path, so no more than the name of an agency can be. */
export const OWNER_PATTERN = /^[a-z0-9][a-z0-9-]{0,63}$/;

/** What is there. */
export interface EvidenceStat {
  /** Lower-case hex. */
  readonly sha256: string;
  readonly bytes: number;
  /** When it came in by the store's clock, milliseconds since 1970: for people, never proved. */
  readonly storedMs: number;
}

/** Both ends included, as in HTTP (RFC 9110, section 14.1.2). */
export interface ByteRange {
  readonly from: number;
  readonly to: number;
}

/** How bytes are put. */
export interface PutOptions {
  /** What came of an upload that broke off is its owner's alone to see and to go on with. */
  readonly owner: string;
  /** Place of the first of these bytes in the evidence. Default 0, which begins anew whatever came before. */
  readonly from?: number;
  /** Bytes of all of the evidence. Absent: it ends where these bytes do. */
  readonly whole?: number;
  /** More is refused, also where it comes in parts. */
  readonly bytesMax: number;
}

/** What became of the bytes. */
export type PutResult =
  /** It is there, and stays so over a loss of power. */
  | { readonly outcome: 'stored'; readonly bytes: number }
  /** It was there before; that its bytes are right was seen once more. */
  | { readonly outcome: 'known'; readonly bytes: number }
  /** These are kept, and more has to come, from `offset` on. */
  | { readonly outcome: 'part'; readonly offset: number }
  /** They do not begin where what is there ends: nothing was read. */
  | { readonly outcome: 'offset'; readonly offset: number }
  /** They have another hash. Nothing of them is kept. */
  | { readonly outcome: 'mismatch'; readonly sha256: string; readonly bytes: number }
  /** More than `bytesMax`. Nothing of them is kept. */
  | { readonly outcome: 'too-large' };

/** Whether what is there is what it is called. */
export type Verified =
  | { readonly verdict: 'whole'; readonly bytes: number }
  | { readonly verdict: 'altered'; readonly sha256: string; readonly bytes: number }
  | { readonly verdict: 'missing' };

/** The port. Adapters: files.ts, memory.ts; one contract suite holds both. */
export interface EvidenceStore {
  /**
   * Hashed as they come; under its name only when all of it is there, hashed and durable. Where the source fails, what came is kept for its
   * owner and the failure is thrown on. Throws EvidenceError `evidence.disk-full`, and keeps nothing then. Two at once of one name do not
   * meet: each has what it reads in a place of its own. Cost: one hash and one write of the bytes; going on reads what came before once more.
   */
  put(sha256: string, bytes: AsyncIterable<Uint8Array>, options: PutOptions): Promise<PutResult>;
  /** Bytes that are kept of an upload that broke off; 0: none. */
  offset(sha256: string, owner: string): Promise<number>;
  stat(sha256: string): Promise<EvidenceStat | null>;
  /** The bytes as they lie there, unchecked; `null`: not there. A range beyond the end ends there. Whoever does not read it destroys it. */
  open(sha256: string, range?: ByteRange): Promise<Readable | null>;
  /** In the order of the names. What comes in meanwhile may be missing. */
  list(): AsyncIterable<EvidenceStat>;
  /** Names of what lies among the evidence and is none. */
  strays(): AsyncIterable<string>;
  /** Reads and hashes all of it, in constant memory. */
  verify(sha256: string): Promise<Verified>;
}

/** Throws RangeError for what is no name of evidence. */
export function checkHash(sha256: string): void {
  if (!HASH_PATTERN.test(sha256)) throw new RangeError('Evidence is named by 64 lower-case hex digits.');
}

/** Throws RangeError for what is no owner. */
export function checkOwner(owner: string): void {
  if (!OWNER_PATTERN.test(owner)) throw new RangeError('An owner is 1-64 of a-z, 0-9 and hyphen.');
}
