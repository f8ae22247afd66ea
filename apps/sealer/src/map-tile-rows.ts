/** What a seal changed in the upper part of the item map, as rows: tile 0 is depth 8, tile 1 + p depth 16 below the prefix p. */
import type { MapUpdate, TileNodes } from '#lib/ledger';
import type { MapTileRow } from '#lib/store';

const CHILDREN = 256;
const HASH_BYTES = 32;

export function mapTileRows({ depth8, depth16 }: MapUpdate): MapTileRow[] {
  return [...rowsOf(depth8, () => 0), ...rowsOf(depth16, (prefix) => 1 + (prefix >>> 8))];
}

/** Prefixes rise, so the children of one tile stand together. */
function rowsOf({ prefixes, kinds, hashes }: TileNodes, tileOf: (prefix: number) => number): MapTileRow[] {
  const rows: MapTileRow[] = [];
  for (let from = 0; from < prefixes.length;) {
    const tile = tileOf(prefixes[from] as number);
    const changed = new Uint8Array(CHILDREN / 8);
    let to = from;
    for (; to < prefixes.length && tileOf(prefixes[to] as number) === tile; to++) {
      const child = (prefixes[to] as number) % CHILDREN;
      changed[child >>> 3] = (changed[child >>> 3] as number) | (0x80 >>> (child & 7));
    }
    rows.push({ tile, changed, kinds: kinds.slice(from, to), hashes: hashes.subarray(from * HASH_BYTES, to * HASH_BYTES) });
    from = to;
  }
  return rows;
}
