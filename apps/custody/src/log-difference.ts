/** Where two logs of one name part: from their tiles (C2SP tlog-tiles), each read only along the path to the first difference. */
import { equalBytes, hashFromTile, type NodeId, rangeNodes, tileOf, tilePath, tileWidth } from '#lib/ledger';

/** Bytes of a tile by its path below the log's prefix. */
export type ReadTile = (path: string) => Promise<Uint8Array>;

/** One of the logs, of which `size` entries are published. */
export interface LogView {
  readonly size: bigint;
  readonly read: ReadTile;
}

/**
 * Index of the first entry in which they differ, below the smaller size; `null`: neither does. Cost: a tile of each log for every step down
 * the tree, at most 2 log2 of the size.
 */
export async function firstDifference(a: LogView, b: LogView): Promise<bigint | null> {
  const size = a.size < b.size ? a.size : b.size;
  for (const node of rangeNodes(0n, size)) if (await differs(a, b, node)) return descend(a, b, node);
  return null;
}

async function descend(a: LogView, b: LogView, { level, index }: NodeId): Promise<bigint> {
  if (level === 0) return index;
  const left = { level: level - 1, index: 2n * index };
  return descend(a, b, (await differs(a, b, left)) ? left : { ...left, index: left.index + 1n });
}

async function differs(a: LogView, b: LogView, node: NodeId): Promise<boolean> {
  const [first, second] = await Promise.all([hashOf(a, node), hashOf(b, node)]);
  return !equalBytes(first, second);
}

async function hashOf({ size, read }: LogView, node: NodeId): Promise<Uint8Array> {
  const tile = tileOf(node);
  const path = tilePath({ ...tile, width: tileWidth(tile, size) });
  const hash = hashFromTile(node, await read(path));
  if (hash === null) throw new Error(`the tile ${path} is not whole`);
  return hash;
}
