/** What an audit reads of a piece of the log: everything that was stored about it, in one statement and so of one moment. */
import type { StoreClient } from '../pool.ts';
import { framed, numberedValues } from './frames.ts';

/** Each is read by `Frames`, in the order and with the fields that are said. */
export interface LogBlocks {
  readonly from: number;
  /** Index behind the last; less than asked for where the entries concern very many items. */
  readonly to: number;
  /** int8 log index, commitment. Rising. */
  readonly entries: Buffer;
  /** int8 log index, bytes. Rising. */
  readonly notices: Buffer;
  /** Entry and item, of the timelines: int8 log index, map key. Rising. */
  readonly links: Buffer;
  /** The same as it was sealed: int8 log index, int4 item, int4 n, hashes. Rising by log index and item. */
  readonly leaves: Buffer;
  /** Items whose first leaf is among these: int4 item, map key. Rising. */
  readonly items: Buffer;
  /** Hashes of the log's lowest tiles: int8 n, hashes. Rising. */
  readonly tiles: Buffer;
  /** int8 log index, covers, time, map size; map root; int8 size of the access log, -1 for none, and its root. Rising. */
  readonly seals: Buffer;
  /** Of heads behind entries of this piece: int8 size, note in UTF-8. Rising. */
  readonly checkpoints: Buffer;
  /** The same of heads that are not published. */
  readonly waitingHeads: Buffer;
  /** int8 seal, int4 tile, changed, kinds, hashes. Rising. */
  readonly mapTiles: Buffer;
}

const TILE_WIDTH = 256;
/** Rows about items in one piece: some 100 bytes each. One entry may have thousands, so a piece that has more is read in smaller ones. */
const LINKS_MAX = 400_000;

const BLOCKS = ['entries', 'notices', 'links', 'leaves', 'items', 'tiles', 'seals', 'checkpoints', 'waitingHeads', 'mapTiles'] as const;

/**
 * The piece that begins at `from`, a multiple of 256, and ends at `to` or before. Nothing is believed of what is stored but that it has the
 * columns' types. Cost: about 1 µs of the server's time a row, and next to nothing of ours.
 */
export async function readLogBlocks(client: StoreClient, from: number, to: number): Promise<LogBlocks> {
  for (let end = to; ;) {
    const isLeast = end - from <= TILE_WIDTH;
    const values = await read(client, from, end, isLeast ? null : LINKS_MAX + 1);
    const [links, leaves] = [values.get(BLOCKS.indexOf('links')), values.get(BLOCKS.indexOf('leaves'))];
    const isCut = Math.max((links?.length ?? 0) / LINK_BYTES, (leaves?.length ?? 0) / LEAF_BYTES_MIN) > LINKS_MAX;
    if (isLeast || !isCut)
      return { from, to: end, ...Object.fromEntries(BLOCKS.map((name, n) => [name, values.get(n) ?? Buffer.alloc(0)])) } as LogBlocks;
    end = from + Math.max(Math.floor((end - from) / 2 / TILE_WIDTH), 1) * TILE_WIDTH;
  }
}

const LINK_BYTES = 8 + 4 + 32;
const LEAF_BYTES_MIN = 8 + 4 + 4 + 4 + 32;

async function read(client: StoreClient, from: number, to: number, linksMax: number | null): Promise<Map<number, Buffer>> {
  const range = `log_index >= ${integer(from)} and log_index < ${integer(to)}`;
  const limit = linksMax === null ? '' : `limit ${integer(linksMax)}`;
  const selects: Readonly<Record<(typeof BLOCKS)[number], string>> = {
    entries: block(`int8send(log_index) || ${framed('commitment')}`, 'log_index', `ledger.entries where ${range}`),
    notices: block(`int8send(log_index) || ${framed('bytes')}`, 'log_index', `ledger.notices where ${range}`),
    // Of two rows of one kind the order is of no matter: equal keys of one entry are the same bytes.
    links: block(
      `int8send(log_index) || ${framed('map_key')}`,
      'log_index, map_key',
      `(select log_index, map_key from ledger.timeline where ${range} and item <> '' and map_key <> '' order by log_index, map_key ${limit}) t`,
    ),
    leaves: block(
      `int8send(log_index) || int4send(item) || int4send(n) || ${framed('hashes')}`,
      'log_index, item, n',
      `(select log_index, item, n, hashes from proof.item_leaves where ${range} order by log_index, item, n ${limit}) l`,
    ),
    items: block(
      `int4send(item) || ${framed('map_key')}`,
      'item',
      `proof.items where item in (select item from proof.item_leaves where ${range} and n = 0)`,
    ),
    tiles: block(
      `int8send(n) || ${framed('hashes')}`,
      'n',
      `proof.tiles where level = 0 and n >= ${Math.floor(from / TILE_WIDTH)} and n < ${Math.ceil(to / TILE_WIDTH)}`,
    ),
    seals: block(
      `int8send(log_index) || int8send(covers) || int8send(time) || int8send(map_size) || ${framed('map_root')}
        || int8send(coalesce(access_size, -1)) || ${framed(`coalesce(access_root, '')`)}`,
      'log_index',
      `proof.seals where ${range}`,
    ),
    checkpoints: heads('proof.checkpoints', from, to),
    waitingHeads: heads('(select size, note from proof.waiting_heads where not published) w', from, to),
    mapTiles: block(
      `int8send(seal) || int4send(tile) || ${framed('changed')} || ${framed('kinds')} || ${framed('hashes')}`,
      'seal, tile',
      `proof.map_tiles where seal >= ${integer(from)} and seal < ${integer(to)}`,
    ),
  };
  const text = BLOCKS.map((name, n) => `select ${n}::integer, (${selects[name]})`).join(' union all ');
  const pieces: Buffer[] = [];
  await client.copyOutPieces(`copy (${text}) to stdout (format binary)`, (piece) => pieces.push(Buffer.from(piece)));
  return numberedValues(pieces);
}

const block = (row: string, order: string, from: string): string =>
  `select coalesce(string_agg(${row}, ''::bytea order by ${order}), ''::bytea) from ${from}`;

const heads = (table: string, from: number, to: number): string =>
  block(
    `int8send(size) || ${framed(`convert_to(note, 'UTF8')`)}`,
    'size',
    `${table} where size > ${integer(from)} and size <= ${integer(to)}`,
  );

/** COPY takes no parameters. */
function integer(value: number): string {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`${value} is no log index`);
  return String(value);
}
