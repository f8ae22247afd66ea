/** What a projector writes for its events, found in the database and not listed here: a table that is added is copied too. */
import type pg from 'pg';

/** Where the projector stands, moved with each transaction: no row of an event. */
const NOT_OF_EVENTS = ['offsets'];

/** Tables of the ledger that have a row, by name. */
export async function filledTables(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ table: string }>(
    `select relname as table from pg_class where relnamespace = 'ledger'::regnamespace and relkind = 'r' order by relname`,
  );
  const filled: string[] = [];
  for (const { table } of rows)
    if ((await client.query<{ filled: boolean }>(`select exists (select from ledger.${table}) as filled`)).rows[0]?.filled === true)
      filled.push(table);
  return filled;
}

/** @param empty tables that have rows in a ledger without events @param filled those of one with them */
export const writtenTables = (empty: readonly string[], filled: readonly string[]): string[] =>
  filled.filter((table) => !empty.includes(table) && !NOT_OF_EVENTS.includes(table));
