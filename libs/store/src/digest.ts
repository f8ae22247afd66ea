/** Digests of the derived tables: equal before and after a rebuild, and, in their portable form, between installations fed the same events. */
import { createHash } from 'node:crypto';
import { DERIVED_TABLES, type DerivedTable } from './derived-tables.ts';
import type { StorePool } from './pool.ts';

export interface TableDigest {
  readonly table: DerivedTable['name'];
  readonly rows: number;
  /** SHA-256 in hex over the table's rows as COPY text, in order. */
  readonly sha256: string;
}

/**
 * One digest for each derived table, all of one moment. `portable`: without log indexes and map keys, so that two ledgers that took the
 * same events in another order compare equal. Cost: about 2 us a row; memory does not grow.
 */
export async function digestDerived(pool: StorePool, options: { portable?: boolean } = {}): Promise<TableDigest[]> {
  return pool.transaction(async (client) => {
    await client.query('set transaction isolation level repeatable read, read only');
    await client.query('set local statement_timeout = 0');
    const digests: TableDigest[] = [];
    for (const { name, dump, portableDump } of DERIVED_TABLES) {
      const hash = createHash('sha256');
      let rows = 0;
      // One piece is one row: PostgreSQL protocol, CopyData.
      await client.copyOutPieces(`copy (${options.portable === true ? portableDump : dump}) to stdout`, (piece) => {
        hash.update(piece);
        rows += 1;
      });
      digests.push({ table: name, rows, sha256: hash.digest('hex') });
    }
    return digests;
  });
}
