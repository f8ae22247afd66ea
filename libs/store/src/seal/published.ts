/** What was sealed, as it is read: by the gateway for everyone, by the sealer when it starts. */
import type { Statements, StoreClient } from '../pool.ts';
import { ITEM_LEAF_COLUMNS, MAP_TILE_COLUMNS, type SealRow } from './seal-rows.ts';

type From = Statements;

export const LAST_CHECKPOINT = { name: 'last_checkpoint', text: 'select size, note from proof.checkpoints order by size desc limit 1' };
export const NEWEST_WAITING = {
  name: 'newest_waiting_head',
  text: `select size, note from proof.waiting_heads where size > coalesce((select max(size) from proof.checkpoints), 0) order by size desc limit 1`,
};
export const LAST_WAITED = {
  name: 'last_head_waited',
  text: `select coalesce((select max(size) from proof.waiting_heads) >= coalesce((select max(size) from proof.checkpoints), 0), false) as waited`,
};
export const TILE = {
  name: 'tile',
  text: 'select substring(hashes from 1 for $3::integer) as hashes from proof.tiles where level = $1::smallint and n = $2::bigint',
};
export const TILES = {
  name: 'tiles',
  text: `select level, n, hashes from proof.tiles join unnest($1::smallint[], $2::bigint[]) as wanted (level, n) using (level, n)`,
};
const SEAL = `select log_index as "logIndex", covers, time, map_root as "mapRoot", map_size as "mapSize",
    access_size as "accessSize", access_root as "accessRoot" from proof.seals`;
export const LAST_SEAL = {
  name: 'last_seal',
  text: `${SEAL} order by log_index desc limit 1`,
};
export const SEAL_AT = {
  name: 'seal_at',
  text: `${SEAL} where log_index = $1::bigint`,
};
/** The newest signed note; `null` before the first. */
export async function lastCheckpoint(from: From): Promise<{ size: number; note: string } | null> {
  const { rows } = await from.run<{ size: number; note: string }>(LAST_CHECKPOINT);
  return rows[0] ?? null;
}

/** The newest head that was signed and is not published, where it is newer than those that are. */
export async function newestWaitingHead(from: From): Promise<{ size: number; note: string } | null> {
  const { rows } = await from.run<{ size: number; note: string }>(NEWEST_WAITING);
  return rows[0] ?? null;
}

/** Whether the log's newest head was signed to wait for cosignatures, whether or not they came. */
export async function lastHeadWaited(from: From): Promise<boolean> {
  const { rows } = await from.run<{ waited: boolean }>(LAST_WAITED);
  return rows[0]?.waited === true;
}

/** The first `bytes` of a tile; fewer where it has not so many, `null` where there is none. Plan: one probe of the primary key. */
export async function readTile(from: From, level: number, n: number, bytes: number): Promise<Buffer | null> {
  const { rows } = await from.run<{ hashes: Buffer }>(TILE, [level, n, bytes]);
  return rows[0]?.hashes ?? null;
}

/** Tiles as they are now, in the order in which they are asked for; `null` where there is none. Plan: a probe of the primary key for each. */
export async function readTiles(
  from: From,
  wanted: readonly { readonly level: number; readonly index: bigint }[],
): Promise<(Buffer | null)[]> {
  const { rows } = await from.run<{ level: number; n: number; hashes: Buffer }>(TILES, [
    wanted.map(({ level }) => level),
    wanted.map(({ index }) => index.toString()),
  ]);
  const found = new Map(rows.map(({ level, n, hashes }) => [`${level}/${n}`, hashes]));
  return wanted.map(({ level, index }) => found.get(`${level}/${index}`) ?? null);
}

export async function lastSeal(from: From): Promise<SealRow | null> {
  const { rows } = await from.run<SealRow>(LAST_SEAL);
  return rows[0] ?? null;
}

/** The seal that stands at this index: of a checkpoint, at its size less one. */
export async function sealAt(from: From, logIndex: number): Promise<SealRow | null> {
  const { rows } = await from.run<SealRow>(SEAL_AT, [logIndex]);
  return rows[0] ?? null;
}

/** Map keys of all items in the order of their numbers, 0 on. For the sealer's start: 36 bytes each. */
export async function readItems(from: StoreClient, onItem: (item: number, mapKey: Buffer) => void): Promise<void> {
  await readRows(from, 'copy (select item, map_key from proof.items order by item) to stdout (format binary)', (row) => {
    onItem(row.readInt32BE(6), row.subarray(14, 46));
  });
}

/** All leaves of item trees, by item and place. For the sealer's start. */
export async function readItemLeaves(from: StoreClient, onLeaf: (item: number, n: number, hashes: Buffer) => void): Promise<void> {
  await readRows(from, 'copy (select item, n, hashes from proof.item_leaves order by item, n) to stdout (format binary)', (row) => {
    onLeaf(row.readInt32BE(6), row.readInt32BE(14), row.subarray(22, 22 + row.readInt32BE(18)));
  });
}

const COPY_HEADER_BYTES = 19;

/** A row is valid only during the call; it begins with its number of fields. The server sends each row in a message of its own. */
async function readRows(from: StoreClient, text: string, onRow: (row: Buffer) => void): Promise<void> {
  let isFirst = true;
  await from.copyOutPieces(text, (piece) => {
    const row = isFirst ? piece.subarray(COPY_HEADER_BYTES) : piece;
    isFirst = false;
    if (row.length > 2) onRow(row);
  });
}

/** Hashes of the tiles by which a tree of `size` leaves goes on: of each level the last, partial one. */
export async function readEdgeTiles(from: From, size: number): Promise<(level: number, n: bigint) => Uint8Array> {
  const tiles = new Map<string, Buffer>();
  for (let level = 0, count = size; count > 0; level++, count = Math.floor(count / TILE_WIDTH)) {
    const n = Math.floor(count / TILE_WIDTH);
    tiles.set(`${level}/${n}`, (await readTile(from, level, n, (count % TILE_WIDTH) * HASH_BYTES)) ?? Buffer.alloc(0));
  }
  return (level, n) => tiles.get(`${level}/${n}`) ?? Buffer.alloc(0);
}

const TILE_WIDTH = 256;
const HASH_BYTES = 32;

/**
 * Whether the rows of item trees that a seal wrote, those of the entries that it covers anew, are these and no others.
 * @param written what `insertItemLeaves` gave
 */
export const itemLeavesAre = (from: StoreClient, begin: number, end: number, written: Buffer): Promise<boolean> =>
  isStored(
    from,
    `select ${ITEM_LEAF_COLUMNS} from proof.item_leaves where log_index >= ${integer(begin)} and log_index < ${integer(end)} order by log_index, item`,
    written,
  );

/** The same of what it changed in the map. @param written what `insertMapTiles` gave */
export const mapTilesAre = (from: StoreClient, seal: number, written: Buffer): Promise<boolean> =>
  isStored(from, `select ${MAP_TILE_COLUMNS} from proof.map_tiles where seal = ${integer(seal)} order by tile`, written);

/** What COPY gives and what it takes has one text: rows are compared as they come, and none is parsed. */
async function isStored(from: StoreClient, select: string, written: Buffer): Promise<boolean> {
  let at = 0;
  let isSame = true;
  await from.copyOutPieces(`copy (${select}) to stdout (format binary)`, (piece) => {
    isSame &&= at + piece.length <= written.length && written.compare(piece, 0, piece.length, at, at + piece.length) === 0;
    at += piece.length;
  });
  return isSame && at === written.length;
}

/** COPY takes no parameters. */
function integer(value: number): string {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`${value} is no log index`);
  return String(value);
}

const ENTRIES_COUNTED_MAX = 1_000;
export const ENTRIES_FROM = {
  name: 'entries_from',
  text: `select count(*) as n from (select from ledger.entries where log_index >= $1::bigint limit ${ENTRIES_COUNTED_MAX}) e`,
};

/** Entries of sightings from an index on; more than 1,000 are not counted. */
export async function countEntriesFrom(from: From, logIndex: number): Promise<number> {
  const { rows } = await from.run<{ n: number }>(ENTRIES_FROM, [logIndex]);
  return rows[0]?.n ?? 0;
}
