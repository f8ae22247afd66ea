/** What never changes once it is in the ledger, read once for each pool: the map salt, the numbers of reader groups. */
import { FieldFault, isWellFormed } from './copy-writer.ts';
import { MapKeys, type ReaderGroup } from './map-keys.ts';
import type { StorePool } from './pool.ts';

export interface LedgerConstants {
  /** Name of the log, in every answer and cursor. */
  readonly origin: string;
  /** 32 bytes. */
  readonly mapSalt: Buffer;
}

const constants = new WeakMap<StorePool, LedgerConstants>();
const mapKeys = new WeakMap<StorePool, MapKeys>();
const groupIds = new WeakMap<StorePool, Map<string, number>>();
/** Longer names are refused by the table. */
const NAME_BYTES_MAX = 255;

export async function ledgerConstants(pool: StorePool): Promise<LedgerConstants> {
  const known = constants.get(pool);
  if (known !== undefined) return known;
  const { rows } = await pool.query<LedgerConstants>('select origin, map_salt as "mapSalt" from ledger.head');
  if (rows[0] === undefined) throw new Error('The ledger has no head: its migration did not run.');
  constants.set(pool, rows[0]);
  return rows[0];
}

export async function ledgerMapKeys(pool: StorePool): Promise<MapKeys> {
  const known = mapKeys.get(pool);
  if (known !== undefined) return known;
  const keys = new MapKeys((await ledgerConstants(pool)).mapSalt);
  mapKeys.set(pool, keys);
  return keys;
}

/**
 * The number of each reader group that the events name; new ones get theirs, in a transaction of their own, since a rollback must not
 * take back what the cache knows. Names that the table cannot hold are missing.
 */
export async function readerGroups(
  pool: StorePool,
  events: readonly { readonly groups: readonly string[] }[],
): Promise<ReadonlyMap<string, number>> {
  const ids = idsOf(pool);
  let missing: Set<string> | null = null;
  for (const { groups } of events) for (const name of groups) if (!ids.has(name)) (missing ??= new Set()).add(name);
  if (missing === null) return ids;
  const names = [...missing].filter(
    (name) => isWellFormed(name) && !name.includes('\0') && name !== '' && Buffer.byteLength(name) <= NAME_BYTES_MAX,
  );
  await load(pool, names);
  const created = names.filter((name) => !ids.has(name));
  if (created.length > 0) {
    await pool.query('insert into ledger.reader_groups (name) select unnest($1::text[]) on conflict do nothing', [created]);
    await load(pool, created);
  }
  return ids;
}

/** The groups of an event, each once. Throws where `readerGroups` left one out. */
export function groupsOf({ groups }: { readonly groups: readonly string[] }, ids: ReadonlyMap<string, number>): ReaderGroup[] {
  const names = groups.length === 1 ? groups : [...new Set(groups)];
  return names.map((name) => {
    const id = ids.get(name);
    if (id === undefined) throw new FieldFault('A reader group has a name that the database cannot hold.');
    return { id, name };
  });
}

/** Numbers of the groups of a reader, in no order; names that no event has used are left out: nobody can see anything by them. Cached when found. `pool` is the gateway's, with its context key. */
export async function readerGroupIds(pool: StorePool, names: readonly string[]): Promise<number[]> {
  const ids = idsOf(pool);
  const missing = names.filter((name) => !ids.has(name) && !name.includes('\0'));
  if (missing.length > 0) for (const { id, name } of await pool.groupsNamed(missing)) ids.set(name, id);
  return names.flatMap((name) => ids.get(name) ?? []);
}

function idsOf(pool: StorePool): Map<string, number> {
  let ids = groupIds.get(pool);
  if (ids === undefined) groupIds.set(pool, (ids = new Map()));
  return ids;
}

async function load(pool: StorePool, names: readonly string[]): Promise<void> {
  const { rows } = await pool.query<{ id: number; name: string }>(
    'select id, name from ledger.reader_groups where name = any($1::text[])',
    [names],
  );
  const ids = idsOf(pool);
  for (const { id, name } of rows) ids.set(name, id);
}
