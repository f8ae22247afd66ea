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
import { rangeNodes, splitOf, type NodeId } from './tree-nodes.ts';

/** A hash of a proof: the nodes from left to right that it is made of. */
export type ProofHash = readonly NodeId[];

/**
 * Root of a range from the hashes of its `rangeNodes`: folded from the right, which is the RFC's split at the largest power of two. Of a
 * tree, when the range begins at 0; of a subtree on a proof's path otherwise. Over no leaf: SHA-256 of nothing.
 */
export function foldNodes(hashes: readonly Uint8Array[]): Uint8Array {
  return hashes.length === 0 ? sha256(new Uint8Array()) : hashes.reduceRight((right, left) => nodeHash(left, right));
}

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
 * a proof, if its root is that of nothing; equal sizes need equal roots and no proof, and that these are roots at all is for whoever opens a head to see.
 */
export function verifyConsistency(
  first: bigint,
  firstRoot: Uint8Array,
  second: bigint,
  secondRoot: Uint8Array,
  proof: readonly Uint8Array[],
): boolean {
  if (first < 0n || first > second || second > SIZE_END) return false;
  if (first === second) return proof.length === 0 && equalBytes(firstRoot, secondRoot);
  if (![firstRoot, secondRoot, ...proof].every(isHash)) return false;
  if (first === 0n) return proof.length === 0 && isEmptyRoot(firstRoot);
  const led = consistencyRoots(first, second, isWholeTree(first) ? [firstRoot, ...proof] : proof);
  return led !== null && equalBytes(led.older, firstRoot) && equalBytes(led.newer, secondRoot);
}

/** What a path between two heads shows of them. `not-shown`: nothing at all, so anybody may have made it up. */
export type Continuity = 'continues' | 'forked' | 'not-shown';

/**
 * Whether the larger of two heads continues the smaller. A path that leads to the larger root, from another smaller root than the given one, shows
 * that the larger head's log was another at that size: `forked`. Of a smaller size that is a power of two the path has no hash: there the root
 * that the log claims to have had is held against the path.
 * @param claimed root of the log of the larger head at `first`, by whoever gave the path; absent: he says none
 */
export function continuityOf(
  [first, firstRoot]: readonly [size: bigint, root: Uint8Array],
  [second, secondRoot]: readonly [size: bigint, root: Uint8Array],
  proof: readonly Uint8Array[],
  claimed?: Uint8Array,
): Continuity {
  if (verifyConsistency(first, firstRoot, second, secondRoot, proof)) return 'continues';
  if (first === second && isHash(firstRoot) && isHash(secondRoot)) return equalBytes(firstRoot, secondRoot) ? 'not-shown' : 'forked';
  if (first <= 0n || first > second || second > SIZE_END || !proof.every(isHash)) return 'not-shown';
  if (!isWholeTree(first)) {
    const led = consistencyRoots(first, second, proof);
    return led !== null && equalBytes(led.newer, secondRoot) && !equalBytes(led.older, firstRoot) ? 'forked' : 'not-shown';
  }
  const isOther = claimed !== undefined && !equalBytes(claimed, firstRoot);
  return isOther && verifyConsistency(first, claimed, second, secondRoot, proof) ? 'forked' : 'not-shown';
}

const isWholeTree = (size: bigint): boolean => (size & (size - 1n)) === 0n;

/** The roots of both trees that a path leads to, the first of which is not the whole second one; `null` where it has another length. */
function consistencyRoots(
  first: bigint,
  second: bigint,
  [start, ...rest]: readonly Uint8Array[],
): { readonly older: Uint8Array; readonly newer: Uint8Array } | null {
  if (start === undefined) return null;
  let [node, last] = [first - 1n, second - 1n];
  while ((node & 1n) === 1n) [node, last] = [node >> 1n, last >> 1n];
  let [older, newer] = [start, start];
  for (const hash of rest) {
    if (last === 0n) return null;
    if ((node & 1n) === 1n || node === last) {
      older = nodeHash(hash, older);
      newer = nodeHash(hash, newer);
      while ((node & 1n) === 0n && node !== 0n) [node, last] = [node >> 1n, last >> 1n];
    } else {
      newer = nodeHash(newer, hash);
    }
    [node, last] = [node >> 1n, last >> 1n];
  }
  return last === 0n ? { older, newer } : null;
}

const isHash = (bytes: Uint8Array): boolean => bytes.length === HASH_BYTES;
const isEmptyRoot = (root: Uint8Array): boolean => equalBytes(root, sha256(new Uint8Array()));
