/** The tables that a backup holds: all of ours, also those of schemas that later versions add to the list. */
import { MIGRATIONS_TABLE } from '../migrate.ts';
import type { StoreClient } from '../pool.ts';

/** `event_log` is where the embedded event log keeps what was accepted and is not in the ledger yet. */
const SCHEMAS = ['ledger', 'proof', 'event_log', 'access', 'partner', 'evidence'];

export interface BackupTable {
  /** Schema and name. */
  readonly name: string;
  readonly columns: readonly string[];
  /** Columns that make the order of rows one: of the primary key, or all. */
  readonly order: readonly string[];
}

/** In the order of their names; the list of migrations is not among them, it is made by migrating. */
export async function backupTables(client: StoreClient): Promise<BackupTable[]> {
  const { rows } = await client.query<BackupTable>(
    `select format('%I.%I', nspname, relname) as name,
        array(select attname::text from pg_attribute where attrelid = c.oid and attnum > 0 and not attisdropped order by attnum) as columns,
        coalesce(
          (select array_agg(attname::text order by position) from pg_index i cross join unnest(i.indkey::smallint[]) with ordinality k(attnum, position)
            join pg_attribute a on a.attrelid = c.oid and a.attnum = k.attnum where i.indrelid = c.oid and indisprimary and position <= indnkeyatts),
          array(select attname::text from pg_attribute where attrelid = c.oid and attnum > 0 and not attisdropped order by attnum)
        ) as order
      from pg_class c join pg_namespace n on n.oid = relnamespace
      where relkind = 'r' and nspname = any($1::text[]) and relname <> $2 order by 1`,
    [SCHEMAS, MIGRATIONS_TABLE],
  );
  return rows;
}

/** Names of columns in SQL. */
export const columnList = (columns: readonly string[]): string => columns.map((column) => `"${column.replaceAll('"', '""')}"`).join(', ');
