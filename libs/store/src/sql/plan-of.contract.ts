/** How Postgres means to run a statement, for specs. */
import type { Statement, StorePool } from '../index.ts';

/** With the values at hand, or as it is kept for any values. */
export const PLAN_MODES = ['force_custom_plan', 'force_generic_plan'] as const;
/** A policy's function in a row's filter; as a scalar subquery it stands there by the number of its plan. */
export const PER_ROW = /(Filter|Cond):.*ctx\./;

/** Values as their SQL literals; arrays as Postgres reads them. */
export const literal = (value: unknown): unknown =>
  Array.isArray(value) ? `{${value.join(',')}}` : Buffer.isBuffer(value) ? `\\x${value.toString('hex')}` : value;

/**
 * The plan as text.
 * @param pool of the owner, with one connection
 * @param asReader under the policies of the gateway
 * @param how more options of EXPLAIN, in brackets
 */
export async function planOf(
  pool: StorePool,
  { text }: Pick<Statement, 'text'>,
  values: readonly unknown[],
  mode: string,
  { asReader = false, how = '' } = {},
): Promise<string> {
  const client = await pool.connect();
  try {
    if (asReader) await client.query('set role custody_gateway');
    await client.query(`set plan_cache_mode = ${mode}`);
    await client.query(`prepare asked as ${text}`);
    const literals = values.map((value) => (typeof value === 'number' ? String(value) : `'${String(value)}'`)).join(', ');
    const { rows } = await client.query<{ 'QUERY PLAN': string }>(
      `explain ${how} execute asked${values.length === 0 ? '' : `(${literals})`}`,
    );
    return rows.map((row) => row['QUERY PLAN']).join('\n');
  } finally {
    await client.query('deallocate all; reset role');
    client.release();
  }
}

/** Scans of these tables (names joined by `|`) that no condition of an index leads. */
export const unledScans = (plan: string, tables: string): string[] =>
  [...plan.matchAll(new RegExp(`\\b(${tables})\\b.*\\n(?! *Index Cond)`, 'g'))].flatMap(([line]) => (/Scan/.test(line) ? [line] : []));
