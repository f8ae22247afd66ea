/** Leaf hashes of a piece of the log, in its order, and what it says about items. Pure. */
import { arena, entryLeafLatin1, HASH_BYTES, itemLeafTo, type ItemTrees, leafHash, type MapBuilder } from '#lib/ledger';
import { ItemLeafRows, type ItemLinks, type ItemRow, type LogPiece } from '#lib/store';

/** 32 latin1 characters each. */
export function leavesOf({ from, to, entries, notices }: LogPiece): string[] {
  const leaves: string[] = [];
  for (let index = from, entry = 0, notice = 0; index < to; index++) {
    const said = notices[notice];
    if (said?.logIndex === index) {
      leaves.push(Buffer.from(leafHash(said.bytes)).toString('latin1'));
      notice++;
    } else {
      leaves.push(entryLeafLatin1(entries.hex(entry++)));
    }
  }
  return leaves;
}

export interface GrownItems {
  /** Items that are new, with the numbers that they got. */
  readonly items: ItemRow[];
  readonly leaves: ItemLeafRows;
}

/** Entries about one item that no timeline has: what the log says of its keys. */
export interface OwnLinks {
  /** Of the item in the map. */
  readonly key: Uint8Array;
  /** Rising. */
  readonly indexes: readonly number[];
}

type Links = Pick<ItemLinks, 'length' | 'logIndex' | 'hash'>;

const root = arena(HASH_BYTES);

/**
 * Appends each link's leaf to its item tree, in the order of the log, by which items that are new get their numbers; and sets the roots in the
 * map (which is not hashed yet).
 */
export function growItems(
  trees: ItemTrees,
  map: MapBuilder,
  links: Links,
  own: OwnLinks,
  from: number,
  leaves: readonly string[],
): GrownItems {
  const grown: GrownItems = { items: [], leaves: new ItemLeafRows(links.length + own.indexes.length) };
  const touched = new Set<number>();
  const append = (key: Uint8Array, logIndex: number): void => {
    const known = map.keys.size;
    const item = map.keys.numberOf(key);
    if (item === known) grown.items.push({ item, mapKey: Buffer.from(key) });
    const { target, at } = grown.leaves.room();
    itemLeafTo(logIndex, leaves[logIndex - from] as string, target, at);
    const n = trees.count(item);
    grown.leaves.add(item, n, logIndex, trees.appendAt(item, target, at));
    touched.add(item);
  };
  let said = 0;
  const appendOwnBelow = (end: number): void => {
    for (; said < own.indexes.length && (own.indexes[said] as number) < end; said++) append(own.key, own.indexes[said] as number);
  };
  for (let row = 0; row < links.length; row++) {
    const logIndex = links.logIndex(row);
    appendOwnBelow(logIndex);
    append(links.hash(row), logIndex);
  }
  appendOwnBelow(Infinity);
  for (const item of touched) {
    trees.rootTo(item, root);
    map.set(item, trees.count(item), root);
  }
  return grown;
}
