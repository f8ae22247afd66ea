/**
 * Nodes of RFC 9162 trees that never change once they are there: the complete subtrees. Node (level, index) is the hash over the leaves
 * `index * 2^level` to `(index + 1) * 2^level - 1`; a tree of n leaves has it where the last of them is below n.
 */

/** One complete subtree. */
export interface NodeId {
  readonly level: number;
  readonly index: bigint;
}

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

/** The nodes of the right edge of a tree of n leaves: the hashes that ItemTrees keeps and `load` wants, in this order. */
export const edgeNodes = (n: bigint): NodeId[] => rangeNodes(0n, n);

/**
 * Where a node is stored: row n of a tree holds the hashes that its n-th leaf completes, its own first and then each parent, so a node
 * stands in the row of its last leaf, at the position of its level. The layout is that of golang.org/x/mod/sumdb/tlog (StoredHashes).
 */
export const storedAt = ({ level, index }: NodeId): { readonly row: bigint; readonly position: number } => ({
  row: ((index + 1n) << BigInt(level)) - 1n,
  position: level,
});

/** The largest power of two below `size`, which is at least 2: where RFC 9162 splits a tree (section 2.1.1). */
export const splitOf = (size: bigint): bigint => 1n << BigInt(bitLength(size - 1n) - 1);

const bitLength = (value: bigint): number => (value === 0n ? 0 : value.toString(2).length);
