/** The access log as the sealer, the gateway and an audit read it: its commitments, and the tiles of its tree. */
import type { Statements, StoreClient } from '../pool.ts';
import { FixedRows } from '../seal/log-piece.ts';
import type { TileRow } from '../seal/seal-rows.ts';

const TILE_WIDTH = 256;
const HASH_BYTES = 32;

export const ACCESS_SIZE = { name: 'access_size', text: 'select size from access.head' };
export const ACCESS_TILE = {
  name: 'access_tile',
  text: 'select substring(hashes from 1 for $3::integer) as hashes from proof.access_tiles where level = $1::smallint and n = $2::bigint',
};

/** Records that the access log has, sealed or not. */
export async function accessSize(from: Pick<Statements, 'run'>): Promise<number> {
  const { rows } = await from.run<{ size: number }>(ACCESS_SIZE);
  if (rows[0] === undefined) throw new Error('The access log has no head: its migration did not run.');
  return rows[0].size;
}

/** The access log says that it has a record, and its table has none, or the log is behind what was sealed. */
export class AccessGap extends Error {
  override readonly name = 'AccessGap';
  readonly code = 'seal.gap';
}

/** Commitments of the records from `from` up to `to`, 44 bytes each. Throws AccessGap where one is missing. */
export async function readAccessCommitments(client: StoreClient, from: number, to: number): Promise<FixedRows> {
  for (const n of [from, to]) if (!Number.isSafeInteger(n) || n < 0) throw new RangeError(`${n} is no number of a record`);
  const rows = new FixedRows(
    await client.copyOut(
      `copy (select n, commitment from access.reads where n >= ${from} and n < ${to} order by n) to stdout (format binary)`,
    ),
  );
  for (let at = 0; at < Math.max(rows.length, to - from); at++)
    if (at >= rows.length || rows.logIndex(at) !== from + at) throw new AccessGap(`The access log has no record ${from + at}.`);
  return rows;
}

/** As writeTiles of the log. */
export async function writeAccessTiles(client: StoreClient, tiles: readonly TileRow[]): Promise<void> {
  if (tiles.length === 0) return;
  await client.query(
    `insert into proof.access_tiles (level, n, hashes) select * from unnest($1::smallint[], $2::bigint[], $3::bytea[])
      on conflict (level, n) do update set hashes = excluded.hashes`,
    [tiles.map(({ level }) => level), tiles.map(({ n }) => n), tiles.map(({ hashes }) => Buffer.from(hashes))],
  );
}

/** The first `bytes` of a tile; fewer where it has not so many, `null` where there is none. */
export async function readAccessTile(from: Pick<Statements, 'run'>, level: number, n: number, bytes: number): Promise<Buffer | null> {
  const { rows } = await from.run<{ hashes: Buffer }>(ACCESS_TILE, [level, n, bytes]);
  return rows[0]?.hashes ?? null;
}

export const ACCESS_TILES = {
  name: 'access_tiles',
  text: `select level, n, hashes from proof.access_tiles join unnest($1::smallint[], $2::bigint[]) as wanted (level, n) using (level, n)`,
};

/** As readTiles of the log. */
export async function readAccessTiles(
  from: Pick<Statements, 'run'>,
  wanted: readonly { readonly level: number; readonly index: bigint }[],
): Promise<(Buffer | null)[]> {
  const { rows } = await from.run<{ level: number; n: number; hashes: Buffer }>(ACCESS_TILES, [
    wanted.map(({ level }) => level),
    wanted.map(({ index }) => index.toString()),
  ]);
  const found = new Map(rows.map(({ level, n, hashes }) => [`${level}/${n}`, hashes]));
  return wanted.map(({ level, index }) => found.get(`${level}/${index}`) ?? null);
}

/** As readEdgeTiles of the log. */
export async function readAccessEdge(from: Pick<Statements, 'run'>, size: number): Promise<(level: number, n: bigint) => Uint8Array> {
  const tiles = new Map<string, Buffer>();
  for (let level = 0, count = size; count > 0; level++, count = Math.floor(count / TILE_WIDTH)) {
    const n = Math.floor(count / TILE_WIDTH);
    tiles.set(`${level}/${n}`, (await readAccessTile(from, level, n, (count % TILE_WIDTH) * HASH_BYTES)) ?? Buffer.alloc(0));
  }
  return (level, n) => tiles.get(`${level}/${n}`) ?? Buffer.alloc(0);
}
