/** Leaf hashes of a piece of the log, in its order, and what it says about items. Pure. */
import { entryLeafLatin1, itemLeaf, type ItemTrees, leafHash, type MapBuilder } from '#lib/ledger';
import type { ItemLeafRow, ItemLinks, ItemRow, LogPiece } from '#lib/store';

/** 32 latin1 characters each. */
export function leavesOf({ from, to, entries, notices }: LogPiece): string[] {
  const leaves: string[] = [];
  for (let index = from, entry = 0, notice = 0; index < to; index++) {
    const said = notices[notice];
    if (said?.logIndex === index) {
      leaves.push(Buffer.from(leafHash(said.bytes)).toString('latin1'));
      notice++;
    } else {
      leaves.push(entryLeafLatin1(entries.hash(entry++).toString('hex')));
    }
  }
  return leaves;
}

export interface GrownItems {
  /** Items that are new, with the numbers that they got. */
  readonly items: ItemRow[];
  readonly leaves: ItemLeafRow[];
}

/** Entries about one item that no timeline has: what the log says of its keys. */
export interface OwnLinks {
  /** Of the item in the map. */
  readonly key: Uint8Array;
  /** Rising. */
  readonly indexes: readonly number[];
}

/** Appends each link's leaf to its item tree, and sets the roots in the map (which is not hashed yet). */
export function growItems(
  trees: ItemTrees,
  map: MapBuilder,
  links: Pick<ItemLinks, 'length' | 'logIndex' | 'hash'>,
  own: OwnLinks,
  from: number,
  leaves: readonly string[],
): GrownItems {
  const grown: GrownItems = { items: [], leaves: [] };
  const touched = new Set<number>();
  const append = (key: Uint8Array, logIndex: number): void => {
    const known = map.keys.size;
    const item = map.keys.numberOf(key);
    if (item === known) grown.items.push({ item, mapKey: Buffer.from(key) });
    const leaf = itemLeaf(logIndex, Buffer.from(leaves[logIndex - from] as string, 'latin1'));
    const appended = trees.append(item, leaf);
    grown.leaves.push({ item, n: appended.n, logIndex, hashes: appended.hashes });
    touched.add(item);
  };
  for (let n = 0; n < links.length; n++) append(links.hash(n), links.logIndex(n));
  for (const logIndex of own.indexes) append(own.key, logIndex);
  for (const item of touched) map.set(item, trees.count(item), trees.root(item));
  return grown;
}
