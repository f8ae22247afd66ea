/** A ledger of 300,000 rows in each table that grows with it, for specs that ask how statements are run on it. */
import type { StorePool } from '../index.ts';

/** Of each big table: what the plans of all statements are held to. */
export const ROWS = 300_000;
/** A machine under load fills some million rows slowly. */
export const FILLED_WITHIN_MS = 900_000;

/** Tables of one row, or of as many as there are partitions, migrations or reader groups. */
export const SMALL_TABLES: readonly string[] = [
  'access.head',
  'ledger.head',
  'ledger.migrations',
  'ledger.offsets',
  'ledger.reader_groups',
  'login.key_uses_begun',
  'proof.sealer',
];
/** Whose tables they are; the event log's statements are its own, and nobody reads in `intake`. */
const SCHEMAS = ['access', 'evidence', 'ledger', 'login', 'proof'];

const HASH = 'sha256(n::text::bytea)';
/** The n-th row, by table. Rows of readers are spread over three groups, three agencies, seven persons, a thousand items. */
const FILLS: Readonly<Record<string, string>> = {
  'access.reads': `select n, 'a' || n % 3, 'a' || n % 5, 'p' || n % 7, array['item ' || n % 1000], '{}', ${HASH}, ${HASH}, '{}'`,
  'evidence.uploads': `select sha256((n / 2)::text::bytea), 'a' || n % 2, 'p', 0, 0, '', ''`,
  'ledger.audit': `select 1 + n % 3, n % 5, 'local', 'p' || n % 7, n`,
  'ledger.open_points': `select 1 + n % 3, (n % 5)::smallint, 'item ' || n % 1000, n`,
  'ledger.batch_members': `select 1 + n % 3, 'local', 'import-' || n % 100, 'e' || n, n`,
  'ledger.conflicts': `select 'local', 'e' || n, '\\x00', 'p', 0, '\\x00', 'c', 't', 't', 0, n`,
  'ledger.content': `select n, 'p' || n % 7, n, ${HASH}, ${HASH}, array[1 + n % 3]`,
  // One in a hundred waits to be looked at.
  'ledger.dead_letters (cluster_id, topic_id, topic, partition, "offset", code, detail, headers, value, found, retried, copied, agency, id)': `select 'c', 't', 't', 0, n, 'x', '', '[]', '', 0, nullif(n % 100, 0), nullif(n % 100, 0), 'a' || n % 3, 'dead' || n`,
  'ledger.entries': `select n, 'local', 'e' || n, ${HASH}, ${HASH}, array[1 + n % 3]`,
  'ledger.evidence_refs': `select sha256((n / 2)::text::bytea), 1 + n % 3, n, n % 16`,
  'ledger.handlings': `select n, array[1 + n % 3], '{"tlp":"GREEN"}'`,
  'ledger.marked': 'select n',
  'ledger.notices': `select n, 'x'`,
  'ledger.policy': `select n, 'local', 'operator', 0, '{}'`,
  'ledger.relations': `select 'local', 'e' || n, 1 + n % 3, n + 1, 9, n % 2 = 0`,
  'ledger.search_keys': `select 1 + n % 3, 'key ' || n % 1000, 'item ' || n, ''`,
  'ledger.sighting_keys': `select 1 + n % 3, n % 1000, n, '\\x0001'`,
  'ledger.spoken (log_index, kind, agency, target, handling)': `select n, n % 3, 'local', 'e' || n, '{}'`,
  'ledger.timeline': `select 'item ' || n % 1000, 1 + n % 3, n, n, 'local', 'e' || n, n, n % 10, ${HASH}`,
  'login.key_uses': `select 'a' || n % 3, 'k' || n, now()`,
  'login.sessions (id, sha256, agency, principal, expires)': `select 's' || n, ${HASH}, 'a' || n % 3, 'p' || n % 7, now()`,
  'proof.access_tiles': `select 0, n, ${HASH}`,
  'proof.checkpoints': `select n + 1, ''`,
  'proof.item_leaves': `select n % 1000, n / 1000, n, ${HASH}`,
  'proof.items': `select n, ${HASH}`,
  'proof.map_tiles': `select n % 256, n, ${HASH}, '', ''`,
  'proof.seals': `select n, n, n, ${HASH}, 0, n, ${HASH}`,
  'proof.tiles': `select 0, n, ${HASH}`,
  'proof.waiting_heads': `select n + 1, '', true`,
};

/** Names without their schemas, as plans have them. */
export const BIG_TABLES: readonly string[] = Object.keys(FILLS).map((table) => /^\w+\.(\w+)/.exec(table)?.[1] ?? table);

/** @param owner may take as long as it likes */
export async function fillLedger(owner: StorePool): Promise<void> {
  for (const [table, select] of Object.entries(FILLS))
    await owner.query(`insert into ${table} ${select} from generate_series(0, ${ROWS - 1}) n`);
}

export interface Table {
  /** `ledger.entries` */
  readonly name: string;
  readonly rows: number;
  /** Tenants are kept apart in it, row by row. */
  readonly hasPolicies: boolean;
}

/** All tables of the ledger but the small ones, as its catalogue has them: also those that nobody fills. */
export async function bigTables(owner: StorePool): Promise<readonly Table[]> {
  const { rows } = await owner.query<Omit<Table, 'rows'>>(
    `select n.nspname || '.' || c.relname as name, c.relrowsecurity as "hasPolicies"
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind = 'r' and n.nspname = any($1::text[]) and n.nspname || '.' || c.relname <> all ($2::text[]) order by 1`,
    [SCHEMAS, SMALL_TABLES],
  );
  const tables: Table[] = [];
  for (const table of rows) {
    const counted = await owner.query<{ rows: number }>(`select count(*) as rows from ${table.name}`);
    tables.push({ ...table, rows: counted.rows[0]?.rows ?? 0 });
  }
  return tables;
}
