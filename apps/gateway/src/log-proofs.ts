/**
 * Proofs of the log's tree (RFC 9162 2.1) from the tiles that a seal stored: which nodes are needed is computed, their tiles are read in one go,
 * and the rest is arithmetic. Full tiles never change: those that were asked for last are kept with all of their hashes.
 */
import {
  consistencyNodes,
  foldNodes,
  hashFromHeap,
  hashFromTile,
  inclusionNodes,
  type NodeId,
  type ProofHash,
  rangeNodes,
  TILE_WIDTH,
  tileHeap,
  type TileId,
  tileOf,
} from '#lib/ledger';

/** `tiles`: each as it is stored, in the order in which they were asked for; `null` where there is none. */
export interface TileReads {
  tiles(wanted: readonly TileId[]): Promise<readonly (Uint8Array | null)[]>;
}

const FULL_TILE_BYTES = TILE_WIDTH * 32;
/** 16 KB each: 8 MB. Above the lowest level a log of 10^8 entries has 1,500 of them, and each proof asks for two or three. */
const TILES_KEPT = 512;

/** Hashes of a proof, from the leaf's sibling upward, 32 bytes each. */
type Proof = Uint8Array[];

/** Makes proofs; keeps tiles. */
export class LogProofs {
  private readonly reads: TileReads;
  private readonly tilesKept: number;
  /** By name; who was asked for last stands last. */
  private readonly kept = new Map<string, Uint8Array>();

  /** @param tilesKept full tiles that are kept */
  constructor(reads: TileReads, tilesKept = TILES_KEPT) {
    this.reads = reads;
    this.tilesKept = tilesKept;
  }

  /**
   * That the entry at `index` is in the log of `size` entries. Throws RangeError unless index < size, and Error where the tiles do not reach
   * that far: a published checkpoint's do. Cost: one read of tiles that are not kept, 255 hashes of 0.8 µs for each.
   */
  inclusion(index: bigint, size: bigint): Promise<Proof> {
    return this.inclusions([index], size).then(([proof]) => proof ?? []);
  }

  /** The same of several entries: their tiles are read at once. */
  inclusions(indexes: readonly bigint[], size: bigint): Promise<Proof[]> {
    return this.proofs(indexes.map((index) => inclusionNodes(index, size)));
  }

  /** That the log of `to` entries begins with that of `from`: RFC 9162 2.1.4. Throws RangeError unless 0 < from <= to. */
  consistency(from: bigint, to: bigint): Promise<Proof> {
    return this.proofs([consistencyNodes(from, to)]).then(([proof]) => proof ?? []);
  }

  /** Root of the log at this size. Throws RangeError unless 0 < size. */
  root(size: bigint): Promise<Uint8Array> {
    if (size <= 0n) throw new RangeError('the root of nothing is not looked up');
    return this.proofs([[rangeNodes(0n, size)]]).then(([proof]) => proof?.[0] ?? new Uint8Array());
  }

  private async proofs(proofs: readonly (readonly ProofHash[])[]): Promise<Proof[]> {
    const hashOf = await this.hashes(new Map(proofs.flat(2).map((node) => [nameOf(tileOf(node)), tileOf(node)])));
    return proofs.map((proof) => proof.map((nodes) => foldNodes(nodes.map(hashOf))));
  }

  /** Reads what is not kept of the tiles that are wanted, and gives the hash of any node in them; each is hashed once. */
  private async hashes(wanted: ReadonlyMap<string, TileId>): Promise<(node: NodeId) => Uint8Array> {
    const heaps = new Map([...wanted.keys()].flatMap((name) => (this.kept.has(name) ? [[name, this.kept.get(name) as Uint8Array]] : [])));
    const missing = [...wanted].filter(([name]) => !heaps.has(name));
    const read = missing.length === 0 ? [] : await this.reads.tiles(missing.map(([, tile]) => tile));
    const partial = new Map<string, Uint8Array>();
    missing.forEach(([name], n) => {
      const tile = read[n] ?? new Uint8Array();
      if (tile.length === FULL_TILE_BYTES) heaps.set(name, tileHeap(tile));
      else partial.set(name, tile);
    });
    this.keep(heaps);
    const known = new Map<string, Uint8Array>();
    return (node) => {
      const name = nameOf(tileOf(node));
      const heap = heaps.get(name);
      if (heap !== undefined) return hashFromHeap(node, heap);
      const hash = known.get(nameOf(node)) ?? hashFromTile(node, partial.get(name) ?? new Uint8Array());
      if (hash === null) throw new Error(`the tile ${name} is not stored whole`);
      known.set(nameOf(node), hash);
      return hash;
    };
  }

  private keep(heaps: ReadonlyMap<string, Uint8Array>): void {
    for (const [name, heap] of heaps) {
      this.kept.delete(name);
      this.kept.set(name, heap);
    }
    for (const oldest of this.kept.keys()) {
      if (this.kept.size <= this.tilesKept) return;
      this.kept.delete(oldest);
    }
  }
}

const nameOf = ({ level, index }: TileId): string => `${level}/${index}`;
