/**
 * The item map of a sealer, in memory: typed arrays, no object for a node. The formats are those of item-map.ts; this file is about
 * speed, and is held to the plain recursion over the set by its suite.
 */
import type { MapProof, MapTerminal } from './item-map.ts';
import { KeyTable } from './key-table.ts';
import { MapNodes } from './map-nodes.ts';
import { HASH_BYTES } from './primitives.ts';

/** An item's new size and root. */
export interface MapChange {
  readonly key: Uint8Array;
  /** Leaves of its item tree: 1 to 2^53 - 1. */
  readonly n: number;
  readonly root: Uint8Array;
}

/** Nodes at one depth, by the bits of their path. */
export interface TileNodes {
  /** The path's first bits as a number, rising. */
  readonly prefixes: Uint32Array;
  /** For each: 1 where one leaf alone lies below (its hash moves up beside an empty side), 2 for an inner node. */
  readonly kinds: Uint8Array;
  /** 32 bytes for each. */
  readonly hashes: Buffer;
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

  /** @param sortedMax how many changed items are placed at a time, below 2^21; no matter to the root */
  constructor(sortedMax = SORTED_MAX) {
    this.sortedMax = sortedMax;
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
      const count = Math.min(this.sortedMax, this.dirty.length - from);
      this.sort(from, count);
      for (let n = 0; n < count; n++) if (this.nodes.hashLeaf(this.sorted[n] as number)) this.items++;
      this.top = this.place(this.top, 0, 0, count);
      for (let n = 0; n < count; n++) this.nodes.settle(this.sorted[n] as number);
    }
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
    const placed = this.placed(ref, depth, from, to);
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
    // A leaf that moves down: a dirty one comes again with the others, another is hung below a new node, and moves on from there.
    let node = ref;
    if (ref <= 0) {
      node = this.nodes.add();
      if (ref < 0 && !this.nodes.isPlacing(-ref - 1)) this.nodes.setChild(node, this.keys.bitOf(-ref - 1, depth), ref);
    }
    const middle = this.firstRight(depth, from, to);
    if (middle > from) this.nodes.setChild(node, 0, this.place(this.nodes.child(node, 0), depth + 1, from, middle));
    if (middle < to) this.nodes.setChild(node, 1, this.place(this.nodes.child(node, 1), depth + 1, middle, to));
    this.nodes.hashInner(node);
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

/** What stands at each path of one depth, and which of them changed. */
class TileIndex {
  private readonly refs: Int32Array;
  private readonly changed: Uint8Array;
  private changes: number[] = [];

  constructor(depth: number) {
    this.refs = new Int32Array(1 << depth);
    this.changed = new Uint8Array(1 << depth);
  }

  set(prefix: number, ref: number): void {
    this.refs[prefix] = ref;
    if (this.changed[prefix] === 1) return;
    this.changed[prefix] = 1;
    this.changes.push(prefix);
  }

  /** What changed since the last time. */
  take(nodes: MapNodes): TileNodes {
    const prefixes = Uint32Array.from(this.changes).sort();
    for (const prefix of prefixes) this.changed[prefix] = 0;
    this.changes = [];
    return this.nodesAt(prefixes, nodes);
  }

  /** Whatever stands at [from, to). */
  range(from: number, to: number, nodes: MapNodes): TileNodes {
    const prefixes: number[] = [];
    for (let prefix = from; prefix < to; prefix++) if (this.refs[prefix] !== 0) prefixes.push(prefix);
    return this.nodesAt(Uint32Array.from(prefixes), nodes);
  }

  private nodesAt(prefixes: Uint32Array, nodes: MapNodes): TileNodes {
    const kinds = new Uint8Array(prefixes.length);
    const hashes = Buffer.allocUnsafe(prefixes.length * HASH_BYTES);
    prefixes.forEach((prefix, n) => {
      const ref = this.refs[prefix] as number;
      kinds[n] = ref < 0 ? 1 : 2;
      nodes.copyHash(ref, hashes, n * HASH_BYTES);
    });
    return { prefixes, kinds, hashes };
  }
}
