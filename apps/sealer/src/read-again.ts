/** Before anything is signed: what was stored is read again and hashed again, as a stranger would. */
import { equalBytes, TileBuilder, TILE_WIDTH, type TileId } from '#lib/ledger';
import {
  itemLeavesBetween,
  type ItemLeafRow,
  mapTilesOf,
  type MapTileRow,
  readEdgeTiles,
  readLogPiece,
  readTile,
  type StorePool,
} from '#lib/store';
import { leavesOf } from './log-leaves.ts';

/** What was read back is not what was written: the database lost or changed it, or this program is wrong. Nothing is signed. */
export class SealMismatch extends Error {
  override readonly name = 'SealMismatch';
  readonly code = 'seal.mismatch';
}

/**
 * Root of the log's first `size` entries: from the stored tiles below `from`, and from the stored entries above it. Throws SealMismatch where a
 * tile is not what the entries hash to.
 */
export async function rootAgain(pool: StorePool, from: number, size: number): Promise<Uint8Array> {
  const base = Math.floor(from / TILE_WIDTH) * TILE_WIDTH;
  const client = await pool.connect();
  try {
    const edge = await readEdgeTiles(client, base);
    const tree = new TileBuilder(BigInt(base), ({ level, index }: TileId) => edge(level, index));
    for (const leaf of leavesOf(await readLogPiece(client, base, size))) tree.append(leaf);
    for (const { level, index, hashes } of tree.takeGrown()) {
      const stored = await readTile(client, level, Number(index), hashes.length);
      if (stored === null || !stored.equals(hashes)) throw new SealMismatch(`The tile ${level}/${index} is not what its entries hash to.`);
    }
    return tree.root();
  } finally {
    client.release();
  }
}

export interface StoredSeal {
  readonly logIndex: number;
  readonly from: number;
  readonly covers: number;
  readonly leaves: readonly ItemLeafRow[];
  readonly mapTiles: readonly MapTileRow[];
}

/** Throws SealMismatch unless the rows of item trees and map are there, each as it was written, and no other. */
export async function checkStored(pool: StorePool, { logIndex, from, covers, leaves, mapTiles }: StoredSeal): Promise<void> {
  const nameOf = ({ item, n }: ItemLeafRow): string => `${item}/${n}`;
  const written = new Map(leaves.map((leaf) => [nameOf(leaf), leaf]));
  const stored = await itemLeavesBetween(pool, from, covers);
  const isSame = (leaf: ItemLeafRow): boolean => {
    const own = written.get(nameOf(leaf));
    return own?.logIndex === leaf.logIndex && equalBytes(own.hashes, leaf.hashes);
  };
  if (stored.length !== written.size || !stored.every(isSame)) throw new SealMismatch('Rows of item trees are not what was written.');
  const tiles = await mapTilesOf(pool, logIndex);
  const expected = [...mapTiles].sort((a, b) => a.tile - b.tile);
  const same = tiles.length === expected.length && tiles.every((row, n) => isSameTile(row, expected[n] as MapTileRow));
  if (!same) throw new SealMismatch('Tiles of the item map are not what was written.');
}

const isSameTile = (a: MapTileRow, b: MapTileRow): boolean =>
  a.tile === b.tile && equalBytes(a.changed, b.changed) && equalBytes(a.kinds, b.kinds) && equalBytes(a.hashes, b.hashes);
