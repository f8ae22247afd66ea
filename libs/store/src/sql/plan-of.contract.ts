/** How Postgres means to run a statement, for specs. */
import type { Statement, StoreClient, StorePool } from '../index.ts';
import { roleName, type Role } from '../roles.ts';

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

/** Of each type a value that a reader might ask for, where the rows of a table are numbered: near the end of what there is. */
const samplesOf = (rows: number): Readonly<Record<string, unknown>> => ({
  bigint: rows - 10,
  integer: 20,
  smallint: 1,
  boolean: false,
  text: 'a',
  bytea: `\\x${'ab'.repeat(32)}`,
  'bigint[]': '{7,8}',
  'integer[]': '{1,2}',
  'smallint[]': '{1,2}',
  'boolean[]': '{true,false}',
  'text[]': '{a,b}',
  'bytea[]': `{"\\\\x${'ab'.repeat(32)}","\\\\x${'cd'.repeat(32)}"}`,
});

/** Throws for a type that nobody has a value of. */
export function sampleOf(type: string, rows: number): unknown {
  const sample = samplesOf(rows)[type];
  if (sample === undefined) throw new Error(`nobody has a value of the type ${type}`);
  return sample;
}

export interface PlansOptions {
  /** Absent: of each parameter's type one. */
  readonly values?: readonly unknown[] | undefined;
  /** Of the tables. */
  readonly rows: number;
}

/**
 * The plans of a statement as this role runs it, under its rights and the policies that are for it: one for each of PLAN_MODES. Null: the role may
 * not run it. Throws for a parameter of a type that nobody has a value of.
 * @param pool of the owner, with one connection
 */
export async function plansAs(
  pool: StorePool,
  role: Role,
  { text }: Pick<Statement, 'text'>,
  { values, rows }: PlansOptions,
): Promise<readonly string[] | null> {
  const client = await pool.connect();
  try {
    if (role !== 'owner') await client.query(`set role ${roleName(role)}`);
    await client.query(`prepare asked as ${text}`);
    const literals = (values ?? (await sampled(client, rows))).map(sqlOf).join(', ');
    const plans: string[] = [];
    for (const mode of PLAN_MODES) {
      await client.query(`set plan_cache_mode = ${mode}`);
      const found = await client.query<{ 'QUERY PLAN': string }>(
        `explain (costs off) execute asked${literals === '' ? '' : `(${literals})`}`,
      );
      plans.push(found.rows.map((row) => row['QUERY PLAN']).join('\n'));
    }
    return plans;
  } catch (error) {
    if ((error as { code?: unknown }).code === INSUFFICIENT_PRIVILEGE) return null;
    throw error;
  } finally {
    await client.query('deallocate all; reset role');
    client.release();
  }
}

const INSUFFICIENT_PRIVILEGE = '42501';
export const sqlOf = (value: unknown): string => (typeof value === 'number' ? String(value) : `'${String(value)}'`);

async function sampled(client: StoreClient, rows: number): Promise<unknown[]> {
  const found = await client.query<{ types: string[] }>(
    `select parameter_types::text[] as types from pg_catalog.pg_prepared_statements where name = 'asked'`,
  );
  return (found.rows[0]?.types ?? []).map((type) => sampleOf(type, rows));
}

/** Scans of these tables (names joined by `|`) that no condition of an index leads. */
export const unledScans = (plan: string, tables: string): string[] =>
  [...plan.matchAll(new RegExp(`\\b(${tables})\\b.*\\n(?! *Index Cond)`, 'g'))].flatMap(([line]) => (/Scan/.test(line) ? [line] : []));
