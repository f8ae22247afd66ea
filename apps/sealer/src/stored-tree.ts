/** Roots and proofs of the sealed log from its stored tiles. */
import { consistencyNodes, foldNodes, hashFromTile, type NodeId, rangeNodes, tileOf } from '#lib/ledger';
import { readTile, type StorePool } from '#lib/store';
import { SealMismatch } from './read-again.ts';

const TILE_BYTES = 256 * 32;

/** Root of the first `size` entries, which are sealed. Throws SealMismatch where a tile is missing. Cost: log2 of the size reads. */
export async function storedRoot(pool: StorePool, size: bigint): Promise<Uint8Array> {
  return fold(pool, rangeNodes(0n, size), new Map());
}

/**
 * Hashes that show that the first `second` entries begin with the first `first` (RFC 9162 2.1.4): none from 0, and for equal sizes. Throws
 * RangeError for a first that is larger, SealMismatch where a tile is missing. Cost: up to twice log2 of the size reads.
 */
export async function storedConsistency(pool: StorePool, first: bigint, second: bigint): Promise<Uint8Array[]> {
  if (first === 0n) return [];
  const tiles = new Map<string, Uint8Array>();
  const proof: Uint8Array[] = [];
  for (const nodes of consistencyNodes(first, second)) proof.push(await fold(pool, nodes, tiles));
  return proof;
}

async function fold(pool: StorePool, nodes: readonly NodeId[], tiles: Map<string, Uint8Array>): Promise<Uint8Array> {
  const hashes: Uint8Array[] = [];
  for (const node of nodes) {
    const { level, index } = tileOf(node);
    const name = `${level}/${index}`;
    const tile = tiles.get(name) ?? (await readTile(pool, level, Number(index), TILE_BYTES));
    const hash = tile === null ? null : hashFromTile(node, tile);
    if (tile === null || hash === null) throw new SealMismatch(`The tile ${name} is not stored whole.`);
    tiles.set(name, tile);
    hashes.push(hash);
  }
  return foldNodes(hashes);
}
