/**
 * Tiles (C2SP tlog-tiles): the hashes of a log's tree in pieces of 256, each the leaves of a complete subtree of height 8. What lies between
 * two levels of tiles is computed. Where a tile has grown, its bytes begin with those it had before: one row serves every width.
 */
import type { NodeId } from './tree-nodes.ts';
import { nodeHash } from './merkle.ts';
import { HASH_BYTES } from './primitives.ts';

export const TILE_HEIGHT = 8;
/** Hashes of a full tile, entries of a full bundle. */
export const TILE_WIDTH = 256;
const LEVEL_MAX = 63;
const INDEX_DIGITS = 3;

/** A tile whatever its width: its level, and which of that level. */
export interface TileId {
  readonly level: number;
  readonly index: bigint;
}

/** A tile as it is asked for: how many of its hashes, 256 of a full one; of entries instead of hashes where `level` is 'entries'. */
export interface TileAddress {
  readonly level: number | 'entries';
  readonly index: bigint;
  readonly width: number;
}

/** The tile that has a node's hash or those it is made of. */
export const tileOf = ({ level, index }: NodeId): TileId => ({
  level: Math.floor(level / TILE_HEIGHT),
  index: index >> BigInt(TILE_HEIGHT - (level % TILE_HEIGHT)),
});

/** Hash of a node from its tile's bytes; `null` where the tile is too short. Cost: 0.8 µs for each hash above the tile's own level, 127 at most. */
export function hashFromTile({ level, index }: NodeId, tile: Uint8Array): Uint8Array | null {
  const height = level % TILE_HEIGHT;
  const first = Number(index & ((1n << BigInt(TILE_HEIGHT - height)) - 1n)) << height;
  const end = (first + (1 << height)) * HASH_BYTES;
  if (tile.length < end) return null;
  let hashes = Array.from({ length: 1 << height }, (_, n) => tile.subarray((first + n) * HASH_BYTES, (first + n + 1) * HASH_BYTES));
  while (hashes.length > 1) hashes = hashes.flatMap((hash, n) => (n % 2 === 0 ? [nodeHash(hash, hashes[n + 1] as Uint8Array)] : []));
  return hashes[0] as Uint8Array;
}

/**
 * All hashes that a full tile gives, as a heap: the root at 1, the children of n at 2n and 2n + 1, the tile's own 256 from 256 on. For who asks a
 * tile more than once. Throws RangeError unless the tile is full. Cost: 255 hashes; 16 KB.
 */
export function tileHeap(tile: Uint8Array): Uint8Array {
  if (tile.length !== TILE_WIDTH * HASH_BYTES) throw new RangeError(`a full tile has ${TILE_WIDTH} hashes`);
  const heap = new Uint8Array(2 * tile.length);
  const hash = (n: number): Uint8Array => heap.subarray(n * HASH_BYTES, (n + 1) * HASH_BYTES);
  heap.set(tile, tile.length);
  for (let n = TILE_WIDTH - 1; n > 0; n--) heap.set(nodeHash(hash(2 * n), hash(2 * n + 1)), n * HASH_BYTES);
  return heap;
}

/** Hash of a node of that tile. */
export function hashFromHeap({ level, index }: NodeId, heap: Uint8Array): Uint8Array {
  const width = TILE_WIDTH >> (level % TILE_HEIGHT);
  const n = width + Number(index & BigInt(width - 1));
  return heap.subarray(n * HASH_BYTES, (n + 1) * HASH_BYTES);
}

/** How many hashes the tile has in a tree of `size` leaves, 0 to 256. */
export function tileWidth({ level, index }: TileId, size: bigint): number {
  const hashes = (size >> BigInt(TILE_HEIGHT * level)) - index * BigInt(TILE_WIDTH);
  return hashes <= 0n ? 0 : hashes >= BigInt(TILE_WIDTH) ? TILE_WIDTH : Number(hashes);
}

/** `tile/0/x001/234.p/17`, below the log's prefix. */
export function tilePath({ level, index, width }: TileAddress): string {
  const digits = index.toString();
  const groups = digits.padStart(Math.ceil(digits.length / INDEX_DIGITS) * INDEX_DIGITS, '0').match(/\d{3}/g) as string[];
  const path = groups.map((group, n) => (n < groups.length - 1 ? `x${group}` : group)).join('/');
  return `tile/${level}/${path}${width === TILE_WIDTH ? '' : `.p/${width}`}`;
}

const TILE_PATH = /^tile\/(entries|0|[1-9]\d?)\/((?:x\d{3}\/)*\d{3})(?:\.p\/([1-9]\d{0,2}))?$/;

/** `null` for what is no tile's path: each tile has one. */
export function parseTilePath(path: string): TileAddress | null {
  const [, level = '', digits = '', partial] = TILE_PATH.exec(path) ?? [];
  if (level === '') return null;
  const width = partial === undefined ? TILE_WIDTH : Number(partial);
  const address = { level: level === 'entries' ? level : Number(level), index: BigInt(digits.replace(/[x/]/g, '')), width } as const;
  const fits = (address.level === 'entries' || address.level <= LEVEL_MAX) && (partial === undefined || width < TILE_WIDTH);
  return fits && tilePath(address) === path ? address : null;
}

/** The greatest length that a bundle can say of an entry. */
const ENTRY_BYTES_MAX = 0xffff;

/** An entry bundle: each entry behind its length as u16. Throws RangeError for an entry that is too long for it. */
export function encodeBundle(entries: readonly Uint8Array[]): Uint8Array {
  const bundle = new Uint8Array(entries.reduce((bytes, entry) => bytes + 2 + entry.length, 0));
  let at = 0;
  for (const entry of entries) {
    if (entry.length > ENTRY_BYTES_MAX) throw new RangeError(`an entry of a bundle has at most ${ENTRY_BYTES_MAX} bytes`);
    bundle[at] = entry.length >> 8;
    bundle[at + 1] = entry.length & 0xff;
    bundle.set(entry, at + 2);
    at += 2 + entry.length;
  }
  return bundle;
}

/** The inverse; `null` where an entry is cut off. */
export function decodeBundle(bundle: Uint8Array): Uint8Array[] | null {
  const entries: Uint8Array[] = [];
  for (let at = 0; at < bundle.length;) {
    const length = ((bundle[at] as number) << 8) | (bundle[at + 1] ?? 0);
    if (at + 2 + length > bundle.length) return null;
    entries.push(bundle.subarray(at + 2, at + 2 + length));
    at += 2 + length;
  }
  return entries;
}
