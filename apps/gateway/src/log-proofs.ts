/**
 * Proofs of the log's tree (RFC 9162 2.1) from the tiles that a seal stored: which nodes are needed is computed, their tiles are read in one go,
 * and the rest is arithmetic.
 */
import { consistencyNodes, foldNodes, hashFromTile, inclusionNodes, type NodeId, tileOf, type ProofHash, type TileId } from '#lib/ledger';

/** `tiles`: each as it is stored, in the order in which they were asked for; `null` where there is none. */
export interface TileReads {
  tiles(wanted: readonly TileId[]): Promise<readonly (Uint8Array | null)[]>;
}

/**
 * Hashes of the inclusion proof of the entry at `index` in the log of `size` entries, from the leaf's sibling upward, 32 bytes each. Throws
 * RangeError unless index < size, and Error where the tiles do not reach that far: a published checkpoint's do. Cost: one read of a tile for
 * each 8 levels of the tree and one more at its edge, and at most 255 hashes of 0.8 µs a tile.
 */
export function inclusionProof(reads: TileReads, index: bigint, size: bigint): Promise<Uint8Array[]> {
  return inclusionProofs(reads, [index], size).then(([proof]) => proof ?? []);
}

/** Of several entries: their tiles are read once, and each node is hashed once. */
export function inclusionProofs(reads: TileReads, indexes: readonly bigint[], size: bigint): Promise<Uint8Array[][]> {
  return readProofs(
    reads,
    indexes.map((index) => inclusionNodes(index, size)),
  );
}

/** The same between the first `from` and the first `to` entries: RFC 9162 2.1.4. Throws RangeError unless 0 < from <= to. */
export function consistencyProof(reads: TileReads, from: bigint, to: bigint): Promise<Uint8Array[]> {
  return readProofs(reads, [consistencyNodes(from, to)]).then(([proof]) => proof ?? []);
}

async function readProofs(reads: TileReads, proofs: readonly (readonly ProofHash[])[]): Promise<Uint8Array[][]> {
  const wanted = new Map(proofs.flat(2).map((node) => [nameOf(tileOf(node)), tileOf(node)]));
  const read = wanted.size === 0 ? [] : await reads.tiles([...wanted.values()]);
  const tiles = new Map([...wanted.keys()].map((name, n) => [name, read[n]]));
  const hashes = new Map<string, Uint8Array>();
  const hashOf = (node: NodeId): Uint8Array => {
    const known = hashes.get(nameOf(node));
    if (known !== undefined) return known;
    const name = nameOf(tileOf(node));
    const tile = tiles.get(name);
    const hash = tile === null || tile === undefined ? null : hashFromTile(node, tile);
    if (hash === null) throw new Error(`the tile ${name} is not stored whole`);
    hashes.set(nameOf(node), hash);
    return hash;
  };
  return proofs.map((proof) => proof.map((nodes) => foldNodes(nodes.map(hashOf))));
}

const nameOf = ({ level, index }: TileId): string => `${level}/${index}`;
