/** What the sealer writes, in the transaction of one seal. */
import { CopyWriter } from '../copy-writer.ts';
import type { StoreClient } from '../pool.ts';
import type { ItemLeafRows } from './item-leaf-rows.ts';

export interface TileRow {
  readonly level: number;
  readonly n: number;
  readonly hashes: Uint8Array;
}

export interface ItemRow {
  readonly item: number;
  readonly mapKey: Uint8Array;
}

export interface MapTileRow {
  readonly tile: number;
  /** A bit for each of the tile's 256 nodes, most significant first. */
  readonly changed: Uint8Array;
  /** For each changed one a byte: 1 where one leaf alone lies below, 2 for an inner node. */
  readonly kinds: Uint8Array;
  /** For each changed one 32 bytes. */
  readonly hashes: Uint8Array;
}

export interface SealRow {
  readonly logIndex: number;
  readonly covers: number;
  /** Microseconds since 1970. */
  readonly time: number;
  readonly mapRoot: Uint8Array;
  readonly mapSize: number;
  /** Head of the access log that the seal names; absent or null: none. */
  readonly accessSize?: number | null;
  readonly accessRoot?: Uint8Array | null;
}

/** Somebody else took the token: this process must not write another seal. */
export class SealerFenced extends Error {
  override readonly name = 'SealerFenced';
  readonly code = 'seal.fenced';

  constructor() {
    super('Another sealer has taken over; this one must not go on.');
  }
}

/** Raises the token and returns it: whoever had the one before is fenced from now on. */
export async function takeToken(client: StoreClient): Promise<number> {
  const { rows } = await client.query<{ token: number }>('update proof.sealer set token = token + 1 returning token');
  if (rows[0] === undefined) throw new Error('proof.sealer has no row: its migration did not run.');
  return rows[0].token;
}

/** Holds the token's row until the end of the transaction. Throws SealerFenced where it is another's. */
export async function holdToken(client: StoreClient, token: number): Promise<void> {
  const { rowCount } = await client.query('select from proof.sealer where token = $1::bigint for update', [token]);
  if (rowCount !== 1) throw new SealerFenced();
}

/** The database's clock: microseconds since 1970, of now and not of the transaction's beginning. */
export async function readClock(client: StoreClient): Promise<number> {
  const { rows } = await client.query<{ now: number }>('select (extract(epoch from clock_timestamp()) * 1000000)::bigint as now');
  return rows[0]?.now ?? Number.NaN;
}

/** Locks the log head until the end of the transaction; returns the log's size. */
export async function lockHead(client: StoreClient): Promise<number> {
  const { rows } = await client.query<{ size: number }>('select size from ledger.head for update');
  if (rows[0] === undefined) throw new Error('The ledger has no head: its migration did not run.');
  return rows[0].size;
}

/** Appends an entry of the operator at the log's end, which `lockHead` gave. */
export async function appendNotice(client: StoreClient, logIndex: number, bytes: Uint8Array): Promise<void> {
  await client.query('insert into ledger.notices (log_index, bytes) values ($1::bigint, $2::bytea)', [logIndex, Buffer.from(bytes)]);
  await client.query('update ledger.head set size = $1::bigint', [logIndex + 1]);
}

/** Of a log that has ended, for ever. Under the lock of the log head. */
export async function freezeHead(client: StoreClient): Promise<void> {
  await client.query('update ledger.head set frozen = true where not frozen');
}

export async function insertSeal(client: StoreClient, seal: SealRow): Promise<void> {
  const { logIndex, covers, time, mapRoot, mapSize, accessSize = null, accessRoot = null } = seal;
  await client.query(
    `insert into proof.seals (log_index, covers, time, map_root, map_size, access_size, access_root)
      values ($1::bigint, $2::bigint, $3::bigint, $4::bytea, $5::bigint, $6::bigint, $7::bytea)`,
    [logIndex, covers, time, Buffer.from(mapRoot), mapSize, accessSize, accessRoot === null ? null : Buffer.from(accessRoot)],
  );
}

/** A tile that is there grows; its bytes begin with those that were there, which the caller answers for. */
export async function writeTiles(client: StoreClient, tiles: readonly TileRow[]): Promise<void> {
  if (tiles.length === 0) return;
  await client.query(
    `insert into proof.tiles (level, n, hashes) select * from unnest($1::smallint[], $2::bigint[], $3::bytea[])
      on conflict (level, n) do update set hashes = excluded.hashes`,
    [tiles.map(({ level }) => level), tiles.map(({ n }) => n), tiles.map(({ hashes }) => Buffer.from(hashes))],
  );
}

const INT4_BYTES = 8;
const INT8_BYTES = 12;
const LENGTH_BYTES = 4;

export async function insertItems(client: StoreClient, rows: readonly ItemRow[]): Promise<void> {
  const writer = new CopyWriter();
  for (const { item, mapKey } of rows) {
    writer.row(2, INT4_BYTES + LENGTH_BYTES + mapKey.length);
    writer.int4(item);
    writer.bytea(mapKey);
  }
  await copy(client, 'copy proof.items (item, map_key) from stdin (format binary)', writer);
}

/** Returns what was written, in the binary format of COPY: what `itemLeavesAre` compares with. */
export async function insertItemLeaves(client: StoreClient, rows: ItemLeafRows): Promise<Buffer> {
  const payload = rows.payload();
  if (rows.length > 0) await client.copyIn(`copy proof.item_leaves (${ITEM_LEAF_COLUMNS}) from stdin (format binary)`, payload);
  return payload;
}

/** As written and as read again. */
export const ITEM_LEAF_COLUMNS = 'item, n, log_index, hashes';

/** As `insertItemLeaves`; rows rise by tile. */
export async function insertMapTiles(client: StoreClient, seal: number, rows: readonly MapTileRow[]): Promise<Buffer> {
  const writer = new CopyWriter();
  for (const { tile, changed, kinds, hashes } of rows) {
    writer.row(5, INT4_BYTES + INT8_BYTES + 3 * LENGTH_BYTES + changed.length + kinds.length + hashes.length);
    writer.int4(tile);
    writer.int8(seal);
    writer.bytea(changed);
    writer.bytea(kinds);
    writer.bytea(hashes);
  }
  await copy(client, `copy proof.map_tiles (${MAP_TILE_COLUMNS}) from stdin (format binary)`, writer);
  return writer.payload();
}

/** As written and as read again. */
export const MAP_TILE_COLUMNS = 'tile, seal, changed, kinds, hashes';

async function copy(client: StoreClient, text: string, writer: CopyWriter): Promise<void> {
  if (writer.rowCount > 0) await client.copyIn(text, writer.payload());
}

/** A checkpoint is published: once for a size; a later note of the same size has more cosignatures. It waits no more. */
export async function writeCheckpoint(client: Pick<StoreClient, 'query'>, size: number, note: string): Promise<void> {
  await client.query(
    `with moved as (update proof.waiting_heads set published = true where size = $1::bigint)
      insert into proof.checkpoints (size, note) values ($1::bigint, $2::text) on conflict (size) do update set note = excluded.note`,
    [size, note],
  );
}

/** A head was signed, and has to be cosigned before it is published. Signed again it replaces the note. */
export async function writeWaitingHead(client: Pick<StoreClient, 'query'>, size: number, note: string): Promise<void> {
  await client.query(
    'insert into proof.waiting_heads (size, note) values ($1::bigint, $2::text) on conflict (size) do update set note = excluded.note',
    [size, note],
  );
}
