/**
 * Many rows into a table of the ledger at once, by the door that it has for that (schema intake, migrations/0009-row-security.ts): COPY takes
 * none for a table with policies.
 */
import type { CopyWriter } from './copy-writer.ts';
import type { StoreClient } from './pool.ts';

export interface CopiedTable {
  /** In schema ledger. */
  readonly table: string;
  readonly columns: string;
}

/** Rejects as the database does: a row that it refuses is refused here. */
export async function copyRows(client: StoreClient, of: CopiedTable, rows: CopyWriter): Promise<void> {
  if (rows.rowCount === 0) return;
  await client.copyIn(`copy intake.${of.table} (${of.columns}) from stdin (format binary)`, rows.payload());
}
