/** What proofs about items are made from: rows that seals wrote, as of any seal. */
import type { Statements } from '../pool.ts';

type From = Statements;

/** Nodes of the item map at depth 16 that one seal changed, below 8 bits that they share. */
export interface StoredMapTile {
  /** Those bits. */
  readonly prefix: number;
  readonly changed: Buffer;
  readonly kinds: Buffer;
  readonly hashes: Buffer;
}

/** Rows of one tile that are read at a time; a sealer writes a whole tile before so many others follow (MAP_TILE_WHOLE_EVERY). */
const TILE_ROWS = 20;

export const MAP_TILES_AT = {
  name: 'map_tiles_at',
  text: `select t.tile, m.seal, m.changed, m.kinds, m.hashes
    from unnest($1::integer[], $2::bigint[]) as t (tile, before)
    cross join lateral (
      select seal, changed, kinds, hashes
      from proof.map_tiles m where m.tile = t.tile and m.seal <= t.before order by seal desc limit ${TILE_ROWS}
    ) m
    order by t.tile, m.seal`,
};
export const MAP_TILES_BETWEEN = {
  name: 'map_tiles_between',
  text: `select tile, seal, changed, kinds, hashes from proof.map_tiles
    where seal > $1::bigint and seal <= $2::bigint and tile > 0 order by seal`,
};
export const ITEMS_BETWEEN_KEYS = {
  name: 'items_between_keys',
  text: `select i.item, i.map_key as "mapKey", l.n + 1 as leaves
    from proof.items i
    cross join lateral (
      select n from proof.item_leaves l where l.item = i.item and l.log_index < $3::bigint order by n desc limit 1
    ) l
    where i.map_key between $1::bytea and $2::bytea`,
};
export const ITEM_ROWS = {
  name: 'item_rows',
  text: 'select item, n, hashes from proof.item_leaves join unnest($1::integer[], $2::integer[]) as wanted (item, n) using (item, n)',
};
export const ITEM_ENTRIES = {
  name: 'item_entries',
  text: `select l.log_index as "logIndex", e.commitment, n.bytes as notice
    from proof.item_leaves l
    left join ledger.entries e on e.log_index = l.log_index
    left join ledger.notices n on n.log_index = l.log_index
    where l.item = $1::integer and l.n >= $2::integer and l.n < $3::integer
    order by l.n`,
};
export const NOTICE_AT = { name: 'notice_at', text: 'select bytes from ledger.notices where log_index = $1::bigint' };
export const FIRST_NOTICE = {
  name: 'first_notice',
  text: 'select log_index as "logIndex", bytes from ledger.notices order by log_index limit 1',
};
export const CHECKPOINT_OF = { name: 'checkpoint_of', text: 'select size, note from proof.checkpoints where size = $1::bigint' };

interface TileRow {
  readonly tile: number;
  readonly seal: number;
  readonly changed: Buffer;
  readonly kinds: Buffer;
  readonly hashes: Buffer;
}

const TILES_AT_DEPTH_16 = 256;

/**
 * What gives all nodes at depth 16 as of a seal, the later ones behind the earlier. Cost: 10 to 100 ms at 10^6 items, by the size of seals;
 * for a version that is kept it is asked once.
 */
export async function mapTilesAt(from: From, seal: number): Promise<StoredMapTile[]> {
  const found: TileRow[] = [];
  let open = Array.from({ length: TILES_AT_DEPTH_16 }, (_, prefix) => ({ tile: prefix + 1, before: seal }));
  while (open.length > 0) {
    const { rows } = await from.run<TileRow>(MAP_TILES_AT, [open.map(({ tile }) => tile), open.map(({ before }) => before)]);
    found.unshift(...rows);
    open = open.flatMap(({ tile }) => {
      const own = rows.filter((row) => row.tile === tile);
      const [first] = own;
      const isWhole = own.some(({ changed }) => changed.every((byte) => byte === 0xff));
      return first === undefined || isWhole || own.length < TILE_ROWS ? [] : [{ tile, before: first.seal - 1 }];
    });
  }
  return found.map(asTile);
}

/** What the seals behind `after` and up to `seal` changed, the later behind the earlier. */
export async function mapTilesBetween(from: From, after: number, seal: number): Promise<StoredMapTile[]> {
  const { rows } = await from.run<TileRow>(MAP_TILES_BETWEEN, [after, seal]);
  return rows.map(asTile);
}

const asTile = ({ tile, changed, kinds, hashes }: TileRow): StoredMapTile => ({ prefix: tile - 1, changed, kinds, hashes });

/** Items whose map keys lie between two keys, both included, with how many leaves their trees have below the log index `covers`. */
export async function itemsBetweenKeys(
  from: From,
  low: Uint8Array,
  high: Uint8Array,
  covers: number,
): Promise<{ readonly item: number; readonly mapKey: Buffer; readonly leaves: number }[]> {
  const { rows } = await from.run<{ item: number; mapKey: Buffer; leaves: number }>(ITEMS_BETWEEN_KEYS, [
    Buffer.from(low),
    Buffer.from(high),
    covers,
  ]);
  return rows;
}

/** Rows of item trees, in no order: row n has the hashes that leaf n completes. */
export async function itemRows(
  from: From,
  wanted: readonly { readonly item: number; readonly n: number }[],
): Promise<{ readonly item: number; readonly n: number; readonly hashes: Buffer }[]> {
  if (wanted.length === 0) return [];
  const { rows } = await from.run<{ item: number; n: number; hashes: Buffer }>(ITEM_ROWS, [
    wanted.map(({ item }) => item),
    wanted.map(({ n }) => n),
  ]);
  return rows;
}

/** An entry that an item tree lists: of a sighting, or the operator's own. */
export interface ItemEntryRow {
  readonly logIndex: number;
  readonly commitment: Buffer | null;
  readonly notice: Buffer | null;
}

export const COMMITMENTS_AT = {
  name: 'commitments_at',
  text: 'select log_index as "logIndex", commitment from ctx.commitments_at($1::bigint[])',
};

/**
 * Leaves [begin, end) of an item tree, in order, also of entries that the reader sees no more: leaves are for good, and say nothing but a number of the log and
 * a commitment that stands there for everybody. Cost: 5 µs each.
 */
export async function itemEntries(from: From, item: number, begin: number, end: number): Promise<ItemEntryRow[]> {
  const { rows } = await from.run<ItemEntryRow>(ITEM_ENTRIES, [item, begin, end]);
  const hidden = rows.flatMap(({ logIndex, commitment, notice }) => (commitment === null && notice === null ? [logIndex] : []));
  if (hidden.length === 0) return rows;
  const found = await from.run<{ logIndex: number; commitment: Buffer }>(COMMITMENTS_AT, [hidden]);
  const commitments = new Map(found.rows.map(({ logIndex, commitment }) => [logIndex, commitment]));
  return rows.map((row) => ({ ...row, commitment: row.commitment ?? commitments.get(row.logIndex) ?? null }));
}

/** What the operator said at this index; `null`: nothing. */
export async function noticeAt(from: From, logIndex: number): Promise<Buffer | null> {
  return (await from.run<{ bytes: Buffer }>(NOTICE_AT, [logIndex])).rows[0]?.bytes ?? null;
}

/** The first word of the log: its genesis. */
export async function firstNotice(from: From): Promise<{ readonly logIndex: number; readonly bytes: Buffer } | null> {
  return (await from.run<{ logIndex: number; bytes: Buffer }>(FIRST_NOTICE)).rows[0] ?? null;
}

/** The published note of this size; `null`: none was. */
export async function checkpointOf(from: From, size: number): Promise<{ readonly size: number; readonly note: string } | null> {
  return (await from.run<{ size: number; note: string }>(CHECKPOINT_OF, [size])).rows[0] ?? null;
}
