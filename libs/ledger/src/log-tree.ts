/**
 * Proofs of RFC 9162 trees (section 2.1): made from the hashes of complete subtrees, and checked. Numbers are bigints: sizes and indexes
 * come from outside and may be any below 2^64.
 *
 * A maker asks which nodes it needs (`inclusionNodes`, `consistencyNodes`), reads them in one go, and folds them (`foldNodes`): as
 * golang.org/x/mod/sumdb/tlog does, no function here reads anything.
 */
import { equalBytes } from './bytes.ts';
import { nodeHash } from './merkle.ts';
import { HASH_BYTES, sha256 } from './primitives.ts';

/** The root over the leaves `index * 2^level` up to `(index + 1) * 2^level`, a complete subtree. */
export interface NodeId {
  readonly level: number;
  readonly index: bigint;
}

/** A hash of a proof: the nodes from left to right that it is made of. */
export type ProofHash = readonly NodeId[];

/** The complete subtrees that make up the leaves `begin` to `end`, from left to right, the largest first from an aligned begin. Cost: log2 of the range. */
export function rangeNodes(begin: bigint, end: bigint): NodeId[] {
  const nodes: NodeId[] = [];
  for (let at = begin; at < end;) {
    let level = 0;
    while (((at >> BigInt(level)) & 1n) === 0n && at + (1n << BigInt(level + 1)) <= end) level++;
    nodes.push({ level, index: at >> BigInt(level) });
    at += 1n << BigInt(level);
  }
  return nodes;
}

/**
 * Root of a range from the hashes of its `rangeNodes`: folded from the right, which is the RFC's split at the largest power of two. Of a
 * tree, when the range begins at 0; of a subtree on a proof's path otherwise. Over no leaf: SHA-256 of nothing.
 */
export function foldNodes(hashes: readonly Uint8Array[]): Uint8Array {
  return hashes.length === 0 ? sha256(new Uint8Array()) : hashes.reduceRight((right, left) => nodeHash(left, right));
}

/** The largest power of two below `count`, which is at least 2 (RFC 9162 2.1.1). */
const splitOf = (count: bigint): bigint => 1n << BigInt((count - 1n).toString(2).length - 1);

/** Hashes of the inclusion proof of leaf `index` in a tree of `size` leaves, from the leaf upward. Throws RangeError unless index < size. */
export function inclusionNodes(index: bigint, size: bigint): ProofHash[] {
  if (index < 0n || index >= size) throw new RangeError('a leaf stands below the size of its tree');
  return pathNodes(index, 0n, size);
}

function pathNodes(index: bigint, begin: bigint, end: bigint): ProofHash[] {
  if (end - begin === 1n) return [];
  const middle = begin + splitOf(end - begin);
  return index < middle
    ? [...pathNodes(index, begin, middle), rangeNodes(middle, end)]
    : [...pathNodes(index, middle, end), rangeNodes(begin, middle)];
}

/** Hashes of the consistency proof between the trees of the first `first` and `second` leaves. Throws RangeError unless 0 < first <= second. */
export function consistencyNodes(first: bigint, second: bigint): ProofHash[] {
  if (first <= 0n || first > second) throw new RangeError('a tree is consistent with one that is not smaller, and not from nothing');
  return first === second ? [] : subproofNodes(first, 0n, second, true);
}

/** SUBPROOF of RFC 9162 2.1.4.1; `known`: the verifier has the root of the first tree's part that is a whole subtree here. */
function subproofNodes(first: bigint, begin: bigint, end: bigint, known: boolean): ProofHash[] {
  if (first === end) return known ? [] : [rangeNodes(begin, end)];
  const middle = begin + splitOf(end - begin);
  return first <= middle
    ? [...subproofNodes(first, begin, middle, known), rangeNodes(middle, end)]
    : [...subproofNodes(first, middle, end, false), rangeNodes(begin, middle)];
}

/** Sizes of trees are below this: C2SP writes them as decimals without a bound, RFC 9162 as 64 bits. */
const SIZE_END = 1n << 64n;

/**
 * The root that an inclusion proof leads to (RFC 9162 2.1.3.2), to be compared with a signed one; `null` where the proof has not the length
 * that this place in such a tree asks for, or something is no hash.
 */
export function rootOfInclusion(leaf: Uint8Array, index: bigint, size: bigint, proof: readonly Uint8Array[]): Uint8Array | null {
  if (index < 0n || index >= size || size > SIZE_END || ![leaf, ...proof].every(isHash)) return null;
  let [node, last] = [index, size - 1n];
  let root = leaf;
  for (const sibling of proof) {
    if (last === 0n) return null;
    if ((node & 1n) === 1n || node === last) {
      root = nodeHash(sibling, root);
      while ((node & 1n) === 0n && node !== 0n) [node, last] = [node >> 1n, last >> 1n];
    } else {
      root = nodeHash(root, sibling);
    }
    [node, last] = [node >> 1n, last >> 1n];
  }
  return last === 0n ? root : null;
}

/** Whether the leaf stands at `index` of the tree with this size and root. */
export function verifyInclusion(leaf: Uint8Array, index: bigint, size: bigint, root: Uint8Array, proof: readonly Uint8Array[]): boolean {
  const found = rootOfInclusion(leaf, index, size, proof);
  return found !== null && equalBytes(found, root);
}

/**
 * Whether the second tree begins with all leaves of the first, in their order (RFC 9162 2.1.4.2). From size zero everything follows, without
 * a proof, if its root is that of nothing; equal sizes need equal roots and no proof.
 */
export function verifyConsistency(
  first: bigint,
  firstRoot: Uint8Array,
  second: bigint,
  secondRoot: Uint8Array,
  proof: readonly Uint8Array[],
): boolean {
  if (first < 0n || first > second || second > SIZE_END || ![firstRoot, secondRoot, ...proof].every(isHash)) return false;
  if (first === second) return proof.length === 0 && equalBytes(firstRoot, secondRoot) && (first > 0n || isEmptyRoot(firstRoot));
  if (first === 0n) return proof.length === 0 && isEmptyRoot(firstRoot);
  const isWhole = (first & (first - 1n)) === 0n;
  const [start, ...rest] = isWhole ? [firstRoot, ...proof] : proof;
  if (start === undefined) return false;
  let [node, last] = [first - 1n, second - 1n];
  while ((node & 1n) === 1n) [node, last] = [node >> 1n, last >> 1n];
  let [older, newer] = [start, start];
  for (const hash of rest) {
    if (last === 0n) return false;
    if ((node & 1n) === 1n || node === last) {
      older = nodeHash(hash, older);
      newer = nodeHash(hash, newer);
      while ((node & 1n) === 0n && node !== 0n) [node, last] = [node >> 1n, last >> 1n];
    } else {
      newer = nodeHash(newer, hash);
    }
    [node, last] = [node >> 1n, last >> 1n];
  }
  return last === 0n && equalBytes(older, firstRoot) && equalBytes(newer, secondRoot);
}

const isHash = (bytes: Uint8Array): boolean => bytes.length === HASH_BYTES;
const isEmptyRoot = (root: Uint8Array): boolean => equalBytes(root, sha256(new Uint8Array()));
