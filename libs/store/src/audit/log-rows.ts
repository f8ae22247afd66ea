/** What an audit asks beside the pieces of the log: where it begins and ends, and whether rows stand where none can. */
import type { StoreClient } from '../pool.ts';

/** All of one moment, that of the caller's transaction. */
export interface AuditedLog {
  readonly origin: string;
  readonly mapSalt: Buffer;
  /** Index behind the last, as the log head says. */
  readonly size: number;
  /** As the rows of entries and notices say; 0: there are none. */
  readonly end: number;
  /** Numbers of the reader groups, by name. */
  readonly groups: ReadonlyMap<string, number>;
  /** The newest notices, newest first: among them is the last seal, as long as operators say little else. */
  readonly lastNotices: readonly { readonly logIndex: number; readonly bytes: Buffer }[];
  /** Size of the log at its last seal as proof.seals has it; 0: none. */
  readonly sealed: number;
}

const NOTICES = 64;

/** Throws where the database has no ledger. */
export async function readAuditedLog(client: StoreClient): Promise<AuditedLog> {
  const head = await client.query<{ origin: string; mapSalt: Buffer; size: number; end: number; sealed: number }>(
    `select origin, map_salt as "mapSalt", size,
        greatest((select coalesce(max(log_index) + 1, 0) from ledger.entries), (select coalesce(max(log_index) + 1, 0) from ledger.notices)) as end,
        (select coalesce(max(log_index) + 1, 0) from proof.seals) as sealed
      from ledger.head`,
  );
  const [row] = head.rows;
  if (row === undefined) throw new Error('The ledger has no head: its migration did not run.');
  const groups = await client.query<{ id: number; name: string }>('select id, name from ledger.reader_groups');
  const notices = await client.query<{ logIndex: number; bytes: Buffer }>(
    `select log_index as "logIndex", bytes from ledger.notices order by log_index desc limit ${NOTICES}`,
  );
  return { ...row, groups: new Map(groups.rows.map(({ id, name }) => [name, id])), lastNotices: notices.rows };
}

/** Whether the log's newest seal has a signed head, published or not; also where nothing is sealed. One that was just made gets it within moments. */
export async function isNewestSealSigned(client: StoreClient): Promise<boolean> {
  const { rows } = await client.query<{ signed: boolean }>(
    `select size is null or exists (select from proof.checkpoints c where c.size = newest.size)
        or exists (select from proof.waiting_heads w where w.size = newest.size and not w.published) as signed
      from (select max(log_index) + 1 as size from proof.seals) newest`,
  );
  return rows[0]?.signed === true;
}

/** A row where none can be: its table and key, all as text. */
export interface StrayRow {
  readonly table: string;
  readonly key: Readonly<Record<string, string>>;
}

/** How many of a table are named. */
const STRAYS = 20;

/** @param size of the log @param covers of its last seal @param items that were sealed @param levels hashes of each level of tiles there are, from the lowest */
export async function strayRows(
  client: StoreClient,
  { size, covers, items, levels }: { size: number; covers: number; items: number; levels: readonly number[] },
): Promise<StrayRow[]> {
  const outside = (column: string, end: number): string => `${column} < 0 or ${column} >= ${end}`;
  const tiles = levels.map((hashes, level) => `level = ${level} and n >= 0 and n < ${Math.ceil(hashes / 256)}`);
  const where: readonly (readonly [table: string, columns: readonly string[], condition: string])[] = [
    ['ledger.entries', ['log_index'], outside('log_index', size)],
    ['ledger.notices', ['log_index'], outside('log_index', size)],
    ['ledger.timeline', ['item', 'grp', 'log_index'], outside('log_index', size)],
    ['ledger.content', ['log_index'], outside('log_index', size)],
    ['proof.seals', ['log_index'], outside('log_index', size)],
    ['proof.checkpoints', ['size'], `size < 1 or size > ${size}`],
    ['proof.waiting_heads', ['size'], `size < 1 or size > ${size}`],
    ['proof.items', ['item'], outside('item', items)],
    ['proof.item_leaves', ['item', 'n', 'log_index'], outside('log_index', covers)],
    ['proof.map_tiles', ['tile', 'seal'], outside('seal', size)],
    ['proof.tiles', ['level', 'n'], tiles.length === 0 ? 'true' : `not (${tiles.map((each) => `(${each})`).join(' or ')})`],
  ];
  const found: StrayRow[] = [];
  for (const [table, columns, condition] of where) {
    const pairs = columns.map((column) => `'${column}', ${column}::text`).join(', ');
    const { rows } = await client.query<{ key: Record<string, string> }>(
      `select json_build_object(${pairs}) as key from ${table} where ${condition} order by ${columns.join(', ')} limit ${STRAYS}`,
    );
    found.push(...rows.map(({ key }) => ({ table, key })));
  }
  return found;
}
