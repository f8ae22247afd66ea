/**
 * All item trees of a sealer, in memory: of each its size and its right edge, the hashes of the complete subtrees of its leaves
 * (edgeNodes), from which it is extended and its root computed. Items are numbers from 0 up. The formats are those of item-tree.ts.
 */
import { arena, HASH_BYTES, sha256Latin1, type Arena } from './primitives.ts';

const NODE_TAG = 0x01;
const WORDS = HASH_BYTES / 4;
const ITEMS_MIN = 1024;
const SLOTS_MIN = 64;
/** Leaves of one item: its edge then has 32 levels. */
const LEAVES_MAX = 2 ** 32 - 1;

/** A leaf's position and the hashes that it completes. */
export interface Appended {
  /** Position of the leaf: the number of leaves before it. */
  readonly n: number;
  /** The leaf's own hash, then that of each parent whose last leaf it is, 32 bytes each: row n of the tree (storedAt). */
  readonly hashes: Buffer;
}

/**
 * Grows with the items that it has seen. 40 B for an item of one leaf, 72 for up to 3, 136 for up to 15, 264 for up to 255; up to twice
 * that after it has grown.
 */
export class ItemTrees {
  private counts = new Uint32Array(ITEMS_MIN);
  /** Where the item's edge stands among those of its class. */
  private slots = new Int32Array(ITEMS_MIN);
  /** Class c holds edges of up to 2^c levels. */
  private readonly classes = Array.from({ length: 6 }, (_, c) => new Edges(2 ** c));

  /** A node's input, its hashes at whole words. */
  private readonly words = new Int32Array(arena(4 + 2 * HASH_BYTES).buffer);
  private readonly node = Buffer.from(this.words.buffer, 3) as Arena;

  constructor() {
    this.node[0] = NODE_TAG;
  }

  /** Leaves of the item's tree. */
  count(item: number): number {
    return item < this.counts.length ? (this.counts[item] as number) : 0;
  }

  /**
   * Appends a leaf. Throws RangeError for a hash that does not have 32 bytes.
   * Cost: one hash, averaged over many leaves, and about as much again.
   */
  append(item: number, leafHash: Uint8Array): Appended {
    if (leafHash.length !== HASH_BYTES) throw new RangeError('a leaf hash has 32 bytes');
    const n = this.roomFor(item);
    const hashes = arena((1 + trailingOnes(n)) * HASH_BYTES);
    hashes.set(leafHash);
    this.appendAt(item, hashes, 0);
    return { n, hashes };
  }

  /**
   * append for many: the leaf's hash stands at `at` of `target`, and the hashes that it completes are written behind it. Returns how many
   * there are with the leaf's own, 32 at most: so much room there has to be. Throws RangeError where the tree is full.
   */
  appendAt(item: number, target: Arena, at: number): number {
    const n = this.roomFor(item);
    const parents = trailingOnes(n);
    if (parents > 0) {
      const edges = this.edgesOf(n);
      const slot = this.slots[item] as number;
      target.copy(this.node, 1 + HASH_BYTES, at, at + HASH_BYTES);
      for (let level = 0; level < parents; level++) {
        edges.copyTo(slot, level, this.words, 1);
        const hash = sha256Latin1(this.node);
        target.latin1Write(hash, at + (1 + level) * HASH_BYTES, HASH_BYTES);
        if (level + 1 < parents) this.node.latin1Write(hash, 1 + HASH_BYTES, HASH_BYTES);
      }
    }
    this.resize(item, n, n + 1);
    this.edgesOf(n + 1).set(this.slots[item] as number, parents, target, at + parents * HASH_BYTES);
    return 1 + parents;
  }

  /**
   * The root of the item's tree (RFC 9162 section 2.1.1). Throws RangeError for an item without leaves.
   * Cost: a hash for each bit set in n but one.
   */
  root(item: number): Buffer {
    const root = arena(HASH_BYTES);
    this.rootTo(item, root);
    return root;
  }

  /** root for many: written to the first 32 bytes of `target`. */
  rootTo(item: number, target: Arena): void {
    const n = this.count(item);
    if (n === 0) throw new RangeError('an item without leaves has no root');
    const edges = this.edgesOf(n);
    const slot = this.slots[item] as number;
    // The zeros at the end of n: where the smallest of its complete subtrees stands.
    let level = trailingOnes(n - 1);
    edges.read(slot, level, target);
    if (n >>> level === 1) return;
    target.copy(this.node, 1 + HASH_BYTES, 0, HASH_BYTES);
    for (level++; level < levelsOf(n); level++) {
      if (((n >>> level) & 1) === 0) continue;
      edges.copyTo(slot, level, this.words, 1);
      const hash = sha256Latin1(this.node);
      if (n >>> level === 1) target.latin1Write(hash, 0, HASH_BYTES);
      else this.node.latin1Write(hash, 1 + HASH_BYTES, HASH_BYTES);
    }
  }

  /**
   * Sets an item's tree to one of n leaves, at a restart.
   * @param edge hashes of edgeNodes(n) in their order, 32 bytes each; throws RangeError for another number of them
   */
  load(item: number, n: number, edge: Uint8Array): void {
    if (!Number.isInteger(n) || n < 1 || n > LEAVES_MAX) throw new RangeError('a tree has 1 to 2^32 - 1 leaves');
    this.reserve(item);
    const levels = Array.from({ length: levelsOf(n) }, (_, level) => level).filter((level) => ((n >>> level) & 1) === 1);
    if (edge.length !== levels.length * HASH_BYTES) throw new RangeError('an edge has one hash for each bit set in n');
    this.resize(item, this.counts[item] as number, n);
    levels.reverse().forEach((level, at) => this.edgesOf(n).set(this.slots[item] as number, level, edge, at * HASH_BYTES));
  }

  /** The hashes of edgeNodes(count) in their order, 32 bytes each: what load takes. */
  edge(item: number): Buffer {
    const n = this.count(item);
    const parts: Buffer[] = [];
    for (let level = levelsOf(n) - 1; level >= 0; level--) {
      if (((n >>> level) & 1) === 0) continue;
      const hash = Buffer.alloc(HASH_BYTES);
      this.edgesOf(n).read(this.slots[item] as number, level, hash);
      parts.push(hash);
    }
    return Buffer.concat(parts);
  }

  /** From one size to another: the edge moves where it needs a larger class. */
  private resize(item: number, from: number, to: number): void {
    this.counts[item] = to;
    const target = this.edgesOf(to);
    if (from > 0 && target === this.edgesOf(from)) return;
    const slot = target.take();
    if (from > 0) this.edgesOf(from).giveTo(this.slots[item] as number, target, slot);
    this.slots[item] = slot;
  }

  /** Leaves of an item's tree that can take one more. */
  private roomFor(item: number): number {
    this.reserve(item);
    const n = this.counts[item] as number;
    if (n === LEAVES_MAX) throw new RangeError('an item tree has fewer than 2^32 leaves here');
    return n;
  }

  private edgesOf(n: number): Edges {
    return this.classes[levelsOf(levelsOf(n) - 1)] as Edges;
  }

  private reserve(item: number): void {
    let { length } = this.counts;
    if (item < length) return;
    while (item >= length) length *= 2;
    const [counts, slots] = [new Uint32Array(length), new Int32Array(length)];
    counts.set(this.counts);
    slots.set(this.slots);
    this.counts = counts;
    this.slots = slots;
  }
}

/** Edges of up to so many levels, one beside the other. A level that is not set in n holds nothing of meaning. */
class Edges {
  private readonly levels: number;
  private bytes: Arena;
  private words: Int32Array;
  private used = 0;
  private readonly free: number[] = [];

  constructor(levels: number) {
    this.levels = levels;
    this.bytes = arena(SLOTS_MIN * levels * HASH_BYTES);
    this.words = new Int32Array(this.bytes.buffer);
  }

  /** A slot, its hashes of no meaning yet. */
  take(): number {
    const known = this.free.pop();
    if (known !== undefined) return known;
    const slot = this.used++;
    if (this.used * this.levels * HASH_BYTES > this.bytes.length) {
      const bytes = arena(this.bytes.length * 2);
      bytes.set(this.bytes);
      this.bytes = bytes;
      this.words = new Int32Array(bytes.buffer);
    }
    return slot;
  }

  /** Moves a slot's hashes to a slot of another class and frees it here. */
  giveTo(slot: number, target: Edges, targetSlot: number): void {
    const levels = Math.min(this.levels, target.levels);
    const from = slot * this.levels * HASH_BYTES;
    this.bytes.copy(target.bytes, targetSlot * target.levels * HASH_BYTES, from, from + levels * HASH_BYTES);
    this.free.push(slot);
  }

  /** In a loop, which for so few bytes costs less than a view and a call out of JavaScript. */
  set(slot: number, level: number, source: Uint8Array, at: number): void {
    const { bytes } = this;
    const to = (slot * this.levels + level) * HASH_BYTES;
    for (let n = 0; n < HASH_BYTES; n++) bytes[to + n] = source[at + n] as number;
  }

  read(slot: number, level: number, target: Buffer): void {
    const from = (slot * this.levels + level) * HASH_BYTES;
    this.bytes.copy(target, 0, from, from + HASH_BYTES);
  }

  copyTo(slot: number, level: number, target: Int32Array, at: number): void {
    const from = (slot * this.levels + level) * WORDS;
    for (let word = 0; word < WORDS; word++) target[at + word] = this.words[from + word] as number;
  }
}

/** Bits of a number below 2^32: levels of the edge of a tree of so many leaves. */
const levelsOf = (n: number): number => 32 - Math.clz32(n);

/** @param n below 2^32 - 1 */
const trailingOnes = (n: number): number => 31 - Math.clz32(~n & (n + 1));

const LEAF_TAG = 0x00;
const ITEM_TAG = 'custody/item/v1';
const INDEX_AT = 1 + ITEM_TAG.length;
const leaf = arena(INDEX_AT + 8 + HASH_BYTES);
leaf[0] = LEAF_TAG;
leaf.latin1Write(ITEM_TAG, 1);

/**
 * itemLeafHash for a sealer: the same in all item trees of an entry. Throws RangeError for an index that is not safe, or a leaf hash
 * that does not have 32 bytes. Cost: 0.6 µs.
 */
export function itemLeaf(index: number, leafHash: Uint8Array): Buffer {
  if (leafHash.length !== HASH_BYTES) throw new RangeError('a leaf hash has 32 bytes');
  const hash = arena(HASH_BYTES);
  itemLeafTo(index, Buffer.from(leafHash).toString('latin1'), hash, 0);
  return hash;
}

/**
 * itemLeaf for many: written to `target` at `at`.
 * @param leafHash 32 latin1 characters
 */
export function itemLeafTo(index: number, leafHash: string, target: Arena, at: number): void {
  if (!Number.isSafeInteger(index) || index < 0) throw new RangeError('a log index is a safe integer, and not negative');
  if (leafHash.length !== HASH_BYTES) throw new RangeError('a leaf hash has 32 bytes');
  leaf.writeUInt32BE(Math.floor(index / 2 ** 32), INDEX_AT);
  leaf.writeUInt32BE(index % 2 ** 32, INDEX_AT + 4);
  leaf.latin1Write(leafHash, INDEX_AT + 8, HASH_BYTES);
  target.latin1Write(sha256Latin1(leaf), at, HASH_BYTES);
}
