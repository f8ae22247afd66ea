/**
 * Stretch proofs: the leaves [from, to) of an RFC 9162 tree of n leaves, and the hashes that lead from them to its root: those of the
 * largest subtrees that lie wholly left or right of the stretch, in the order of their leaves. For one leaf these are the hashes of
 * its inclusion proof (section 2.1.3), for all leaves none. At most 2 log2 n.
 *
 * As with inclusion proofs, the root alone does not fix n: some sizes give the same shape. Root and n come together out of the map.
 */
import { concatBytes } from './bytes.ts';
import { HASH_BYTES, sha256 } from './primitives.ts';
import { rangeNodes, splitOf, type NodeId } from './tree-nodes.ts';

const NODE_TAG = Uint8Array.of(0x01);
const SIZE_END = 1n << 64n;
/** Stands for a hash that a proof lacks until its length is found wrong. */
const MISSING = new Uint8Array(HASH_BYTES);

/** The checks of a stretch proof, by name; one is switched off only to show that a suite notices. */
export const STRETCH_RULES = {
  /** Hashes have 32 bytes: else bytes could move between neighbours. */
  hashesHave32Bytes: true,
  /** A stretch has a leaf: else its proof is the root itself, whatever n is said to be. */
  stretchIsNotEmpty: true,
  /** A stretch lies in the tree: else leaves before its start or behind its end would be shown, and not be hashed. */
  stretchIsInTree: true,
  /** A proof has as many hashes as there are subtrees beside the stretch. */
  lengthIsExact: true,
} as const satisfies Record<string, boolean>;

/** Which checks hold. */
export type StretchRules = Readonly<Record<keyof typeof STRETCH_RULES, boolean>>;

type FaultName = 'hash-length' | 'empty' | 'range' | 'size' | 'proof-length';

/** Why a stretch proof is none. */
export interface StretchFault {
  readonly ok: false;
  readonly fault: { readonly code: `stretch.${FaultName}`; readonly detail: string };
}

/**
 * The nodes that whoever proves a stretch has to read: all complete, in the order of their leaves. Throws RangeError unless
 * 0 <= from < to <= n.
 */
export const stretchNodes = (from: bigint, to: bigint, n: bigint): NodeId[] =>
  besides(from, to, n).flatMap(({ start, size }) => rangeNodes(start, start + size));

/**
 * The proof, out of the hashes of stretchNodes in their order. Only a last subtree that is not complete is hashed here, from its parts.
 * Throws RangeError unless 0 <= from < to <= n and there is one hash for each node.
 */
export function stretchProof(hashes: readonly Uint8Array[], from: bigint, to: bigint, n: bigint): Uint8Array[] {
  let at = 0;
  const proof = besides(from, to, n).map(({ start, size }) => {
    const parts = hashes.slice(at, (at += rangeNodes(start, start + size).length));
    if (at > hashes.length) throw new RangeError('a hash for each node of the stretch');
    return parts.reduceRight((right, left) => nodeHash(left, right));
  });
  if (at !== hashes.length) throw new RangeError('a hash for each node of the stretch');
  return proof;
}

/**
 * The root of a tree of n leaves that has these leaves from `from` on, to be compared with that of the map's entry whose n it is.
 * Faults: stretch.size, .empty, .range, .hash-length, .proof-length.
 * Cost: one hash a leaf and one for each hash of the proof.
 */
export function rootOfStretch(
  leafHashes: readonly Uint8Array[],
  from: bigint,
  n: bigint,
  proof: readonly Uint8Array[],
  rules: StretchRules = STRETCH_RULES,
): { readonly ok: true; readonly root: Uint8Array } | StretchFault {
  const to = from + BigInt(leafHashes.length);
  // No entry of a map says such an n; here it bounds what a call can cost.
  if (n >= SIZE_END) return refuse('size', 'A tree has fewer than 2^64 leaves.');
  if (rules.stretchIsNotEmpty && from === to) return refuse('empty', 'The stretch has no leaf.');
  if (rules.stretchIsInTree && (from < 0n || to > n)) return refuse('range', 'The stretch does not lie in the tree.');
  if (rules.hashesHave32Bytes && ![...leafHashes, ...proof].every(({ length }) => length === HASH_BYTES))
    return refuse('hash-length', 'A hash does not have 32 bytes.');
  let used = 0;
  const rootOf = (start: bigint, size: bigint): Uint8Array => {
    const end = start + size;
    if (start >= to || end <= from) return proof[used++] ?? MISSING;
    if (start >= from && end <= to) return rootOver(leafHashes, Number(start - from), Number(end - from));
    const left = splitOf(size);
    // From left to right, as the proof is.
    const hash = rootOf(start, left);
    return nodeHash(hash, rootOf(start + left, size - left));
  };
  const root = rootOf(0n, n);
  if (rules.lengthIsExact && used !== proof.length) return refuse('proof-length', `This stretch is proved by ${used} hashes.`);
  return { ok: true, root };
}

/** The root over the leaves [start, end), of which there are some: level by level, an odd last node moving up. */
function rootOver(leafHashes: readonly Uint8Array[], start: number, end: number): Uint8Array {
  let level = leafHashes.slice(start, end);
  while (level.length > 1) {
    const above: Uint8Array[] = [];
    for (let n = 0; n + 1 < level.length; n += 2) above.push(nodeHash(level[n] as Uint8Array, level[n + 1] as Uint8Array));
    if (level.length % 2 === 1) above.push(level.at(-1) as Uint8Array);
    level = above;
  }
  return level[0] as Uint8Array;
}

interface Subtree {
  readonly start: bigint;
  readonly size: bigint;
}

/** The largest subtrees beside the stretch, from left to right; the last one may be incomplete. */
function besides(from: bigint, to: bigint, n: bigint): Subtree[] {
  if (from < 0n || from >= to || to > n) throw new RangeError('a stretch has a leaf and lies in the tree');
  const found: Subtree[] = [];
  const visit = (start: bigint, size: bigint): void => {
    if (start >= to || start + size <= from) found.push({ start, size });
    else if (start < from || start + size > to) {
      const left = splitOf(size);
      visit(start, left);
      visit(start + left, size - left);
    }
  };
  visit(0n, n);
  return found;
}

const nodeHash = (left: Uint8Array, right: Uint8Array): Uint8Array => sha256(concatBytes(NODE_TAG, left, right));

const refuse = (name: FaultName, detail: string): StretchFault => ({ ok: false, fault: { code: `stretch.${name}`, detail } });
