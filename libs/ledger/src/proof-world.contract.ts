/** A small ledger for suites about proofs: a map of some hundred items, their trees, and honest answers about any key and stretch. */
import { itemLeafHash, type ItemEntry } from './item-tree.ts';
import { ItemTrees } from './item-trees.ts';
import { MapBuilder } from './map-builder.ts';
import type { MapProof } from './item-map.ts';
import { leafHash } from './merkle.ts';
import { stretchNodes, stretchProof } from './stretch.ts';
import { storedAt } from './tree-nodes.ts';

/** What a server answers about one key, and what the asker holds it against. */
export interface Answer {
  readonly key: Uint8Array;
  readonly proof: MapProof | Uint8Array;
  /** Of a present item: its entries from `from` on, and the proof of this stretch. */
  readonly from: bigint;
  readonly entries: readonly ItemEntry[];
  readonly stretch: readonly Uint8Array[];
  readonly seal: { readonly mapRoot: Uint8Array; readonly covers: bigint };
}

/** An item of the ledger with the rows of its tree. */
export interface Item {
  readonly key: Buffer;
  readonly entries: ItemEntry[];
  readonly rows: Buffer[];
}

/** Numbers that are the same for the same seed: below `end`, or bytes. */
export interface Random {
  (end: number): number;
  bytes(length: number): Buffer;
  pick<T>(from: readonly T[]): T;
}

/** @param seed an integer of 32 bits */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  const next = (end: number): number => {
    // Mulberry32.
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * end);
  };
  return Object.assign(next, {
    bytes: (length: number) => Buffer.from(Array.from({ length }, () => next(256))),
    pick: <T>(from: readonly T[]): T => from[next(from.length)] as T,
  });
}

/** `bytes` with one bit changed. */
export function flipped(bytes: Uint8Array, bit: number): Buffer {
  const changed = Buffer.from(bytes);
  changed[bit >> 3] = (changed[bit >> 3] as number) ^ (0x80 >> (bit & 7));
  return changed;
}

const ITEMS = 300;
const ENTRIES_MAX = 40;
/** Log indexes between the last entry and what the seal covers. */
const BEYOND = 5n;

/** A ledger and its honest answers. */
export class ProofWorld {
  readonly items: Item[];
  readonly map = new MapBuilder();
  readonly seal: Answer['seal'];

  /** @param histories keys and entries of the items, in any order */
  constructor(histories: readonly Pick<Item, 'key' | 'entries'>[], covers: bigint) {
    const trees = new ItemTrees();
    this.items = histories.map(({ key, entries }, item) => {
      const rows = entries.map((entry) => trees.append(item, itemLeafHash(entry.index, entry.leafHash)).hashes);
      return { key, entries, rows };
    });
    const changes = this.items.map(({ key, entries }, item) => ({ key, n: entries.length, root: trees.root(item) }));
    this.seal = { mapRoot: this.map.update(changes).root, covers };
  }

  /** Items with 1 to 40 entries, of which many have keys that share long prefixes. */
  static grown(random: Random): ProofWorld {
    const keys: Buffer[] = [];
    for (let n = 0; n < ITEMS; n++) keys.push(n % 3 === 2 ? near(random.pick(keys), random(256), random) : random.bytes(32));
    const histories = keys.map((key) => ({ key, left: 1 + random(ENTRIES_MAX), entries: [] as ItemEntry[] }));
    let index = 0n;
    for (let open = histories; open.length > 0; open = open.filter(({ left }) => left > 0)) {
      const item = random.pick(open);
      item.left--;
      item.entries.push({ index, leafHash: leafHash(Buffer.from(`entry ${index}`)) });
      index += BigInt(1 + random(3));
    }
    return new ProofWorld(histories, index + BEYOND);
  }

  /** The same ledger in which each history was changed; those of nothing are gone. */
  forked(change: (entries: ItemEntry[]) => ItemEntry[]): ProofWorld {
    const changed = this.items.map(({ key, entries }) => ({ key, entries: change(entries) }));
    return new ProofWorld(
      changed.filter(({ entries }) => entries.length > 0),
      this.seal.covers,
    );
  }

  item(key: Uint8Array): Item | undefined {
    const number = this.map.keys.find(key);
    return number < 0 ? undefined : this.items[number];
  }

  /** The honest answer about a present item's entries [from, to), or about an absent key. */
  answer(key: Uint8Array, from = 0, to = Infinity): Answer {
    const { seal } = this;
    const proof = this.map.prove(key);
    const item = this.item(key);
    if (item === undefined) return { key, proof, from: 0n, entries: [], stretch: [], seal };
    const entries = item.entries.slice(from, to);
    const range = [BigInt(from), BigInt(from + entries.length), BigInt(item.rows.length)] as const;
    const hashes = stretchNodes(...range).map((node) => {
      const { row, position } = storedAt(node);
      return (item.rows[Number(row)] as Buffer).subarray(32 * position, 32 * position + 32);
    });
    return { key, proof, from: range[0], entries, stretch: stretchProof(hashes, ...range), seal };
  }
}

/** A key that shares exactly so many bits. */
export function near(key: Buffer, shared: number, random: Random): Buffer {
  const rest = random.bytes(32);
  const made = Buffer.from(key);
  for (let bit = shared; bit < 256; bit++) {
    const mask = 0x80 >> (bit & 7);
    const source = bit === shared ? ~(key[bit >> 3] as number) : (rest[bit >> 3] as number);
    made[bit >> 3] = ((made[bit >> 3] as number) & ~mask) | (source & mask);
  }
  return made;
}
