/** Hashes and roots of RFC 9162 trees (section 2.1.1). */
import { fromHex } from './bytes.ts';
import { arena, HASH_BYTES, latin1Bytes, sha256, sha256Latin1 } from './primitives.ts';

const LEAF_TAG = 0x00;
const NODE_TAG = 0x01;

/** Hash of a leaf: SHA-256 of 0x00 and its data; 32 bytes. */
export function leafHash(data: Uint8Array): Uint8Array {
  const input = new Uint8Array(1 + data.length);
  input[0] = LEAF_TAG;
  input.set(data, 1);
  return latin1Bytes(sha256Latin1(input));
}

/** What no hash is. */
const NO_HASH = new Uint8Array();

const node = arena(1 + 2 * HASH_BYTES);
node[0] = NODE_TAG;

/**
 * Hash of an inner node: SHA-256 of 0x01 and both children's hashes; 32 bytes. Throws RangeError where a child is no hash. Cost: 0.8
 * µs.
 */
export function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  if (left.length !== HASH_BYTES || right.length !== HASH_BYTES) throw new RangeError('a node has two hashes of 32 bytes');
  node.set(left, 1);
  node.set(right, 1 + HASH_BYTES);
  return latin1Bytes(sha256Latin1(node));
}

/**
 * The root over leaf hashes in their order; over none: SHA-256 of nothing. Level by level, an odd last node moving up as it is, which
 * is the RFC's tree split at the largest power of two. Cost: one nodeHash a leaf.
 * @param leaves hashes (32 bytes, or 64 hex digits), not data: see leafHash
 */
export function merkleRoot(leaves: readonly (Uint8Array | string)[]): Uint8Array {
  let level: readonly Uint8Array[] = leaves.map((leaf) => (typeof leaf === 'string' ? (fromHex(leaf) ?? NO_HASH) : leaf));
  if (level.some(({ length }) => length !== HASH_BYTES)) throw new RangeError('a leaf hash has 32 bytes');
  while (level.length > 1) level = parents(level);
  // A root is the caller's own, that of one leaf too.
  return level[0] === undefined ? sha256(NO_HASH) : Uint8Array.from(level[0]);
}

function parents(level: readonly Uint8Array[]): Uint8Array[] {
  const above: Uint8Array[] = [];
  for (let n = 0; n < level.length; n += 2) {
    const [left, right] = [level[n] as Uint8Array, level[n + 1]];
    above.push(right === undefined ? left : nodeHash(left, right));
  }
  return above;
}
