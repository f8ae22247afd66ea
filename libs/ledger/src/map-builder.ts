/**
 * The item map of a sealer, in memory: typed arrays, no object for a node. The formats are those of item-map.ts; this file is about
 * speed, and is held to the plain recursion over the set by its suite.
 */
import type { MapProof, MapTerminal } from './item-map.ts';
import { KeyTable } from './key-table.ts';
import { MapNodes } from './map-nodes.ts';
import { HASH_BYTES } from './primitives.ts';
import { TileIndex, type TileNodes } from './tile-index.ts';

export type { TileNodes };

/** An item's new size and root. */
export interface MapChange {
  readonly key: Uint8Array;
  /** Leaves of its item tree: 1 to 2^53 - 1. */
  readonly n: number;
  readonly root: Uint8Array;
}

/** What one update changed. */
export interface MapUpdate {
  readonly root: Buffer;
  /** Items in the map. */
  readonly size: number;
  /** Changed nodes at depth 8: children of tile 0. */
  readonly depth8: TileNodes;
  /** Changed nodes at depth 16, prefix p * 256 + child: children of tile 1 + p. */
  readonly depth16: TileNodes;
}

/** Changed items placed in one turn: some milliseconds. */
const TURN_ITEMS = 1_000;

/** Where the dirty items [from, to) go. */
interface Placing {
  readonly ref: number;
  readonly depth: number;
  readonly from: number;
  readonly to: number;
}

/** Changed items that are sorted at a time: their number has to fit beside a prefix in 53 bits. */
const SORTED_MAX = 1 << 20;
const PREFIX_STEP = 2 ** 21;
const PREFIX_BITS = 32;
const TILE_BITS = 8;
const TILE_DEPTH = 16;

/**
 * Grows with the items that it has seen; never shrinks. About 200 B an item. A leaf of the map is written as -(number + 1), an inner
 * node as its number, which begins at 1, nothing as 0.
 */
export class MapBuilder {
  /** Numbers of items, the same as in ItemTrees if that is given them. */
  readonly keys = new KeyTable();
  private readonly nodes = new MapNodes(this.keys);
  private top = 0;
  private items = 0;
  private readonly at8 = new TileIndex(TILE_BITS);
  private readonly at16 = new TileIndex(TILE_DEPTH);

  /** Set and not yet hashed. */
  private dirty: number[] = [];
  /** Of the slice of dirty items that is being hashed, in the order of their keys. */
  private sorted = new Int32Array(0);
  private prefixes = new Uint32Array(0);
  private readonly sortedMax: number;

  private readonly turnItems: number;

  /**
   * Neither matters to the root.
   * @param sortedMax how many changed items are placed at a time, below 2^21
   * @param turnItems how many of them in one turn of commitInTurns, at least 1
   */
  constructor(sortedMax = SORTED_MAX, turnItems = TURN_ITEMS) {
    this.sortedMax = sortedMax;
    this.turnItems = turnItems;
  }

  /** Items in the map. */
  get size(): number {
    return this.items;
  }

  /** The root as of the last update. */
  root(): Buffer {
    return this.nodes.hashOf(this.top);
  }

  /** Sets each item of a batch, then hashes: of several changes of one item the last one stands. See set and commit. */
  update(batch: readonly MapChange[]): MapUpdate {
    for (const { key, n, root } of batch) this.set(this.keys.numberOf(key), n, root);
    return this.commit();
  }

  /** Says what the map is to hold for an item. Throws RangeError for an n below 1 or not safe, or a root that does not have 32 bytes. */
  set(item: number, n: number, root: Uint8Array): void {
    if (!Number.isSafeInteger(n) || n < 1) throw new RangeError('an item in the map has at least one entry');
    if (root.length !== HASH_BYTES) throw new RangeError('the root of an item tree has 32 bytes');
    if (this.nodes.setLeaf(item, n, root)) this.dirty.push(item);
  }

  /**
   * Hashes each node above what was set once, and gives what changed. The root depends on what the map holds alone, not on the order or
   * the size of updates.
   * Cost: 5.2 µs an item at 10^5 items and 20,000 a batch, measured when one hash took 0.6 µs of a busy machine; one hash more for
   * each doubling of the map.
   */
  commit(): MapUpdate {
    for (let from = 0; from < this.dirty.length; from += this.sortedMax) {
      const count = this.begin(from);
      this.top = this.place(this.top, 0, 0, count);
      this.settle(count);
    }
    return this.committed();
  }

  /**
   * The same, with turns for others in between: about each 5 ms `turn` is awaited. Until it settles nothing else may be asked of the map.
   * @param turn lets the event loop go on, e.g. by setImmediate
   */
  async commitInTurns(turn: () => Promise<unknown>): Promise<MapUpdate> {
    for (let from = 0; from < this.dirty.length; from += this.sortedMax) {
      const count = this.begin(from);
      this.top = await this.placeInTurns({ ref: this.top, depth: 0, from: 0, to: count }, turn);
      this.settle(count);
    }
    return this.committed();
  }

  /** Sorts and hashes a slice of the dirty items; returns how many it has. */
  private begin(from: number): number {
    const count = Math.min(this.sortedMax, this.dirty.length - from);
    this.sort(from, count);
    for (let n = 0; n < count; n++) if (this.nodes.hashLeaf(this.sorted[n] as number)) this.items++;
    return count;
  }

  private settle(count: number): void {
    for (let n = 0; n < count; n++) this.nodes.settle(this.sorted[n] as number);
  }

  private committed(): MapUpdate {
    this.dirty = [];
    return { root: this.root(), size: this.items, depth8: this.at8.take(this.nodes), depth16: this.at16.take(this.nodes) };
  }

  /** The proof of a key against the root of the last update. Throws Error where something was set since: leaves are then ahead of it. */
  prove(key: Uint8Array): MapProof {
    if (this.dirty.length > 0) throw new Error('commit before proving: leaves were set that no root stands for');
    if (key.length !== HASH_BYTES) throw new RangeError('a map key has 32 bytes');
    const siblings: (Buffer | null)[] = [];
    let ref = this.top;
    for (let depth = 0; ref > 0; depth++) {
      const right = ((key[depth >> 3] as number) >> (7 - (depth & 7))) & 1;
      const sibling = this.nodes.child(ref, 1 - right);
      siblings.push(sibling === 0 ? null : this.nodes.hashOf(sibling));
      ref = this.nodes.child(ref, right);
    }
    return { siblings, terminal: this.terminal(ref, key) };
  }

  /** All nodes at depth 8, or at depth 16 those of tile 1 + p: for a snapshot of a tile. */
  tile(p: number | null): TileNodes {
    return p === null ? this.at8.range(0, 1 << TILE_BITS, this.nodes) : this.at16.range(p << TILE_BITS, (p + 1) << TILE_BITS, this.nodes);
  }

  private terminal(ref: number, key: Uint8Array): MapTerminal {
    if (ref === 0) return { kind: 'empty' };
    const item = -ref - 1;
    const entry = { n: BigInt(this.nodes.countOf(item)), root: this.nodes.rootOf(item) };
    const other = this.keys.keyOf(item);
    return other.equals(key) ? { kind: 'own', ...entry } : { kind: 'other', key: Buffer.from(other), ...entry };
  }

  /** Orders dirty items by key: by the first 32 bits in one sort of numbers, the few that share those by the rest. */
  private sort(from: number, count: number): void {
    const order = new Float64Array(count);
    for (let n = 0; n < count; n++) order[n] = this.keys.prefixOf(this.dirty[from + n] as number) * PREFIX_STEP + n;
    order.sort();
    this.sorted = new Int32Array(count);
    this.prefixes = new Uint32Array(count);
    for (let n = 0; n < count; n++) {
      const prefix = Math.floor((order[n] as number) / PREFIX_STEP);
      this.prefixes[n] = prefix;
      this.sorted[n] = this.dirty[from + ((order[n] as number) - prefix * PREFIX_STEP)] as number;
    }
    for (let start = 0, end = 1; start < count; start = end++) {
      while (end < count && this.prefixes[end] === this.prefixes[start]) end++;
      if (end - start > 1) this.sorted.subarray(start, end).sort((a, b) => Buffer.compare(this.keys.keyOf(a), this.keys.keyOf(b)));
    }
  }

  /**
   * The node that stands where `ref` stood once the dirty items [from, to) are in it; there is at least one.
   * What it comes to at depths 8 and 16, or above them where it ends earlier, is what tiles show.
   */
  private place(ref: number, depth: number, from: number, to: number): number {
    return this.shown(this.placed(ref, depth, from, to), depth, from);
  }

  private shown(placed: number, depth: number, from: number): number {
    if (placed < 0 ? depth <= TILE_DEPTH : depth === TILE_BITS || depth === TILE_DEPTH) {
      const prefix = this.prefixes[from] as number;
      // A leaf above a depth stands there too, alone; what an inner node stands for is told further down.
      if (depth === TILE_BITS || (placed < 0 && depth < TILE_BITS)) this.at8.set(prefix >>> (PREFIX_BITS - TILE_BITS), placed);
      if (depth === TILE_DEPTH || placed < 0) this.at16.set(prefix >>> (PREFIX_BITS - TILE_DEPTH), placed);
    }
    return placed;
  }

  private placed(ref: number, depth: number, from: number, to: number): number {
    const first = this.sorted[from] as number;
    if (to - from === 1 && (ref === 0 || ref === -first - 1)) return -first - 1;
    const node = this.opened(ref, depth);
    const middle = this.firstRight(depth, from, to);
    if (middle > from) this.nodes.setChild(node, 0, this.place(this.nodes.child(node, 0), depth + 1, from, middle));
    if (middle < to) this.nodes.setChild(node, 1, this.place(this.nodes.child(node, 1), depth + 1, middle, to));
    this.nodes.hashInner(node);
    return node;
  }

  /** place for many items: node by node above `turnItems`, below it in one go. */
  private async placeInTurns({ ref, depth, from, to }: Placing, turn: () => Promise<unknown>): Promise<number> {
    if (to - from <= this.turnItems) {
      await turn();
      return this.place(ref, depth, from, to);
    }
    const node = this.opened(ref, depth);
    const middle = this.firstRight(depth, from, to);
    const below = async (side: 0 | 1, begin: number, end: number): Promise<void> => {
      if (begin === end) return;
      const child = { ref: this.nodes.child(node, side), depth: depth + 1, from: begin, to: end };
      this.nodes.setChild(node, side, await this.placeInTurns(child, turn));
    };
    await below(0, from, middle);
    await below(1, middle, to);
    this.nodes.hashInner(node);
    return this.shown(node, depth, from);
  }

  /** The inner node in place of `ref`. A leaf that moves down: a dirty one comes again with the others, another is hung below a new node, and moves on from there. */
  private opened(ref: number, depth: number): number {
    if (ref > 0) return ref;
    const node = this.nodes.add();
    if (ref < 0 && !this.nodes.isPlacing(-ref - 1)) this.nodes.setChild(node, this.keys.bitOf(-ref - 1, depth), ref);
    return node;
  }

  /** The first of the dirty items [from, to) whose bit at this depth is 1; they share all bits before. */
  private firstRight(depth: number, from: number, to: number): number {
    let [low, high] = [from, to];
    while (low < high) {
      const middle = (low + high) >>> 1;
      const bit =
        depth < PREFIX_BITS
          ? ((this.prefixes[middle] as number) >>> (PREFIX_BITS - 1 - depth)) & 1
          : this.keys.bitOf(this.sorted[middle] as number, depth);
      if (bit === 1) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
