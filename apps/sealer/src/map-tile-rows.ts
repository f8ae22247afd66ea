/**
 * What a seal changed in the upper part of the item map, as rows: tile 0 is depth 8, tile 1 + p depth 16 below the prefix p. Now and then a row
 * gives its whole tile, so that a reader who goes back from any seal need not go to the beginning.
 */
import type { MapBuilder, MapUpdate, TileNodes } from '#lib/ledger';
import type { MapTileRow } from '#lib/store';

const CHILDREN = 256;
const HASH_BYTES = 32;
const TILES = 1 + CHILDREN;
/** So many rows of a tile say only what changed (8 KB for a whole one: half a KB a row). Fewer than a reader takes at a time. */
export const WHOLE_TILE_EVERY = 16;

/** Of one sealer; its first row of each tile is a whole one. */
export class MapTileRows {
  private readonly sinceWhole = new Uint8Array(TILES).fill(WHOLE_TILE_EVERY);

  /** @param map that has just committed the update */
  of({ depth8, depth16 }: MapUpdate, map: MapBuilder): MapTileRow[] {
    const rows = [...rowsOf(depth8, () => 0), ...rowsOf(depth16, (prefix) => 1 + (prefix >>> 8))];
    return rows.map((row) => {
      const since = (this.sinceWhole[row.tile] as number) + 1;
      this.sinceWhole[row.tile] = since > WHOLE_TILE_EVERY ? 0 : since;
      return since > WHOLE_TILE_EVERY ? wholeRow(row.tile, map.tile(row.tile === 0 ? null : row.tile - 1)) : row;
    });
  }
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

/** All children, of kind 0 and zeros where nothing is. */
function wholeRow(tile: number, { prefixes, kinds, hashes }: TileNodes): MapTileRow {
  const row = {
    tile,
    changed: new Uint8Array(CHILDREN / 8).fill(0xff),
    kinds: new Uint8Array(CHILDREN),
    hashes: new Uint8Array(CHILDREN * HASH_BYTES),
  };
  prefixes.forEach((prefix, n) => {
    row.kinds[prefix % CHILDREN] = kinds[n] as number;
    row.hashes.set(hashes.subarray(n * HASH_BYTES, (n + 1) * HASH_BYTES), (prefix % CHILDREN) * HASH_BYTES);
  });
  return row;
}
