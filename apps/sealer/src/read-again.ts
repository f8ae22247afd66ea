/** Before anything is signed: what was stored is read again and hashed again, as a stranger would. */
import { type GrownTile, TileBuilder, TILE_WIDTH, type TileId } from '#lib/ledger';
import { itemLeavesAre, mapTilesAre, readEdgeTiles, readLogPieces, readTiles, type StoreClient, type StorePool } from '#lib/store';
import { leavesOf } from './log-leaves.ts';

/** What was read back is not what was written: the database lost or changed it, or this program is wrong. Nothing is signed. */
export class SealMismatch extends Error {
  override readonly name = 'SealMismatch';
  readonly code = 'seal.mismatch';
}

/**
 * Root of the log's first `size` entries: from the stored tiles below `from`, and from the stored entries above it. Throws SealMismatch where a
 * tile is not what the entries hash to. At most `entriesMax` entries are in memory at once.
 */
export async function rootAgain(pool: StorePool, from: number, size: number, entriesMax: number): Promise<Uint8Array> {
  const base = Math.floor(from / TILE_WIDTH) * TILE_WIDTH;
  const client = await pool.connect();
  try {
    const edge = await readEdgeTiles(client, base);
    const tree = new TileBuilder(BigInt(base), ({ level, index }: TileId) => edge(level, index));
    for await (const piece of readLogPieces(client, base, size, entriesMax)) {
      for (const leaf of leavesOf(piece)) tree.append(leaf);
      await checkTiles(client, tree.takeGrown());
    }
    return tree.root();
  } finally {
    client.release();
  }
}

async function checkTiles(client: StoreClient, grown: readonly GrownTile[]): Promise<void> {
  const stored = await readTiles(client, grown);
  for (const [n, { level, index, hashes }] of grown.entries())
    if (stored[n]?.subarray(0, hashes.length).equals(hashes) !== true)
      throw new SealMismatch(`The tile ${level}/${index} is not what its entries hash to.`);
}

export interface StoredSeal {
  readonly logIndex: number;
  readonly from: number;
  readonly covers: number;
  /** What insertItemLeaves and insertMapTiles wrote. */
  readonly leaves: Buffer;
  readonly mapTiles: Buffer;
}

/** Throws SealMismatch unless the rows of item trees and map are there, each as it was written, and no other. */
export async function checkStored(pool: StorePool, { logIndex, from, covers, leaves, mapTiles }: StoredSeal): Promise<void> {
  const client = await pool.connect();
  try {
    if (!(await itemLeavesAre(client, from, covers, leaves))) throw new SealMismatch('Rows of item trees are not what was written.');
    if (!(await mapTilesAre(client, logIndex, mapTiles))) throw new SealMismatch('Tiles of the item map are not what was written.');
  } finally {
    client.release();
  }
}
