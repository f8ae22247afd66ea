/** How a database stands to this version. Changes nothing. */
import { MIGRATIONS_TABLE } from './migrate.ts';
import { MIGRATIONS } from './migrations/index.ts';
import type { StorePool } from './pool.ts';

export interface MigrationState {
  /** Of this version's migrations those that were not run here, in order; all of them where there is no ledger. */
  readonly pending: readonly string[];
  /** Were run by a later version. */
  readonly newer: readonly string[];
  readonly isThere: boolean;
}

/** `pool` is the owner's. */
export async function migrationState(pool: StorePool): Promise<MigrationState> {
  const known = MIGRATIONS.map((Migration) => new Migration().name as string);
  const { rows } = await pool.query<{ there: boolean }>(`select to_regclass('ledger.${MIGRATIONS_TABLE}') is not null as there`);
  if (rows[0]?.there !== true) return { pending: known, newer: [], isThere: false };
  const run = (await pool.query<{ name: string }>(`select name from ledger.${MIGRATIONS_TABLE} order by id`)).rows.map(({ name }) => name);
  return {
    pending: known.filter((name) => !run.includes(name)),
    newer: run.filter((name) => !known.includes(name)),
    isThere: run.length > 0,
  };
}
