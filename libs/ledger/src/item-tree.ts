/**
 * Item trees, version 1: for each item in each reader group an RFC 9162 tree over the entries that concern it. The data of its n-th
 * leaf is `"custody/item/v1" || u64 log index || hash of the entry's leaf in the log`, hashed as every leaf, after 0x00.
 */
import { concatBytes, uint64Bytes, utf8 } from './bytes.ts';
import { HASH_BYTES, sha256 } from './primitives.ts';
import { rootOfStretch } from './stretch.ts';

const TAG = utf8('custody/item/v1');
const LEAF_TAG = Uint8Array.of(0x00);

/** One entry about an item. */
export interface ItemEntry {
  readonly index: bigint;
  /** Of the entry in the log, 32 bytes. */
  readonly leafHash: Uint8Array;
}

/** The checks of a list of entries, by name; one is switched off only to show that a suite notices. */
export const ITEM_TREE_RULES = {
  /** A leaf hash has 32 bytes. */
  hashesHave32Bytes: true,
  /** Indexes rise strictly from 0 up: no entry stands twice, none was put in between later. */
  indexesRise: true,
  /** Indexes are below what the seal covers. */
  indexesAreCovered: true,
} as const satisfies Record<string, boolean>;

/** Which checks hold. */
export type ItemTreeRules = Readonly<Record<keyof typeof ITEM_TREE_RULES, boolean>>;

/** Why a list of entries is none. */
export interface ItemTreeFault {
  readonly ok: false;
  readonly fault: {
    readonly code: 'item-tree.hash-length' | 'item-tree.index-order' | 'item-tree.index-not-covered' | 'item-tree.no-entries';
    readonly detail: string;
  };
}

/** The leaf's data, 55 bytes. Throws RangeError for an index that has no 64 bits. */
export const itemLeafData = (index: bigint, leafHash: Uint8Array): Uint8Array => concatBytes(TAG, uint64Bytes(index), leafHash);

/** The leaf's hash, 32 bytes: SHA-256 of 0x00 and its data. Throws RangeError for an index that has no 64 bits. */
export const itemLeafHash = (index: bigint, leafHash: Uint8Array): Uint8Array =>
  sha256(concatBytes(LEAF_TAG, itemLeafData(index, leafHash)));

/**
 * The leaf hashes of entries that follow each other in an item tree: all of them, or a stretch. Faults: item-tree.hash-length,
 * .index-order, .index-not-covered.
 * @param covers of the seal: the map stands for the log's indexes below it, less than 2^64
 */
export function itemLeafHashes(
  entries: readonly ItemEntry[],
  covers: bigint,
  rules: ItemTreeRules = ITEM_TREE_RULES,
): { readonly ok: true; readonly hashes: Uint8Array[] } | ItemTreeFault {
  let previous = -1n;
  const hashes: Uint8Array[] = [];
  for (const { index, leafHash } of entries) {
    if (rules.hashesHave32Bytes && leafHash.length !== HASH_BYTES)
      return refuse('hash-length', 'The leaf hash of an entry does not have 32 bytes.');
    if (rules.indexesRise && index <= previous) return refuse('index-order', 'The log indexes of the entries do not rise.');
    if (rules.indexesAreCovered && index >= covers) return refuse('index-not-covered', 'An entry lies behind what the seal covers.');
    hashes.push(itemLeafHash(index, leafHash));
    previous = index;
  }
  return { ok: true, hashes };
}

/**
 * Size and root of the item tree over all of these entries, to be compared with the map's. Faults: those of itemLeafHashes;
 * item-tree.no-entries, for an item without entries is not in the map.
 * Cost: two hashes an entry.
 */
export function itemRootOf(
  entries: readonly ItemEntry[],
  covers: bigint,
  rules: ItemTreeRules = ITEM_TREE_RULES,
): { readonly ok: true; readonly n: bigint; readonly root: Uint8Array } | ItemTreeFault {
  const leaves = itemLeafHashes(entries, covers, rules);
  if (!leaves.ok) return leaves;
  const n = BigInt(entries.length);
  const whole = rootOfStretch(leaves.hashes, 0n, n, []);
  return whole.ok ? { ok: true, n, root: whole.root } : refuse('no-entries', 'An item tree has at least one entry.');
}

const refuse = (name: 'hash-length' | 'index-order' | 'index-not-covered' | 'no-entries', detail: string): ItemTreeFault => ({
  ok: false,
  fault: { code: `item-tree.${name}`, detail },
});
