/** The log's tree while it grows: only the last tile of each level is held. Node's own buffers: this is the sealer's side. */
import { foldNodes } from './log-tree.ts';
import { rangeNodes } from './tree-nodes.ts';
import { NodeHeap } from './node-heap.ts';
import { arena, HASH_BYTES, sha256Latin1, type Arena } from './primitives.ts';
import { hashFromTile, TILE_WIDTH, tileOf, type TileId } from './tiles.ts';

/** A tile as it is now; `hashes` is 1 to 256 of 32 bytes, valid until the next append. */
export interface GrownTile extends TileId {
  readonly hashes: Buffer;
}

interface Level {
  index: bigint;
  width: number;
  readonly hashes: Arena;
  isGrown: boolean;
}

const heap = new NodeHeap(TILE_WIDTH);
const newLevel = (index = 0n): Level => ({ index, width: 0, hashes: arena(TILE_WIDTH * HASH_BYTES), isGrown: false });

/** A tree that leaves are appended to. About 8 KiB for each level of 256. */
export class TileBuilder {
  private readonly levels: Level[] = [newLevel()];
  /** Full tiles since the last `takeGrown`. */
  private filled: GrownTile[] = [];
  private leaves: bigint;

  /** Where a tree of `size` leaves goes on. `edge`: the bytes of its last, partial tile of a level, asked for each level that has one; throws RangeError where they are not all there. */
  constructor(size = 0n, edge: (tile: TileId, width: number) => Uint8Array = () => new Uint8Array()) {
    this.leaves = size;
    for (let level = 0, count = size; count > 0n; level++, count /= BigInt(TILE_WIDTH)) {
      const tile = newLevel(count / BigInt(TILE_WIDTH));
      tile.width = Number(count % BigInt(TILE_WIDTH));
      if (tile.width > 0) {
        const hashes = edge({ level, index: tile.index }, tile.width);
        if (hashes.length < tile.width * HASH_BYTES) throw new RangeError(`the tile ${level}/${tile.index} has not ${tile.width} hashes`);
        tile.hashes.set(hashes.subarray(0, tile.width * HASH_BYTES));
      }
      this.levels[level] = tile;
    }
  }

  get size(): bigint {
    return this.leaves;
  }

  /** @param hash of the leaf, 32 latin1 characters. Cost: 0.7 µs. */
  append(hash: string): void {
    this.leaves += 1n;
    this.put(0, hash);
  }

  /** The root over all leaves. Cost: 0.1 ms. */
  root(): Uint8Array {
    return foldNodes(
      rangeNodes(0n, this.leaves).map((node) => {
        const { level } = tileOf(node);
        const tile = this.levels[level] as Level;
        return hashFromTile(node, tile.hashes.subarray(0, tile.width * HASH_BYTES)) as Uint8Array;
      }),
    );
  }

  /** What changed since the last call: full tiles, then the last one of each level. To be written before the next append. */
  takeGrown(): GrownTile[] {
    const grown = this.filled;
    this.filled = [];
    for (const [level, tile] of this.levels.entries()) {
      if (!tile.isGrown || tile.width === 0) continue;
      tile.isGrown = false;
      grown.push({ level, index: tile.index, hashes: tile.hashes.subarray(0, tile.width * HASH_BYTES) });
    }
    return grown;
  }

  private put(level: number, hash: string): void {
    const tile = (this.levels[level] ??= newLevel());
    tile.hashes.latin1Write(hash, tile.width * HASH_BYTES, HASH_BYTES);
    tile.width += 1;
    tile.isGrown = true;
    if (tile.width < TILE_WIDTH) return;
    this.filled.push({ level, index: tile.index, hashes: Buffer.from(tile.hashes) });
    heap.setLeaves(tile.hashes);
    tile.index += 1n;
    tile.width = 0;
    tile.isGrown = false;
    this.put(level + 1, heap.rootLatin1());
  }
}

const ENTRY = arena(Buffer.byteLength(`0{"commitment":"${'0'.repeat(64)}","v":1}`));
ENTRY.latin1Write(`\0{"commitment":"${'0'.repeat(64)}","v":1}`, 0);
const COMMITMENT_AT = '0{"commitment":"'.length;

/** Hash of the leaf of a sighting's entry (`encodeEntry`), 32 latin1 characters. @param commitment 64 lower-case hex digits. Cost: 0.6 µs. */
export function entryLeafLatin1(commitment: string): string {
  if (commitment.length !== 2 * HASH_BYTES) throw new RangeError('a commitment has 64 lower-case hex digits');
  ENTRY.latin1Write(commitment, COMMITMENT_AT);
  return sha256Latin1(ENTRY);
}
