/** COPY takes no rows for a table whose policies hold for whoever copies, and FORCE makes them hold for the owner. */
import type { StoreClient } from './pool.ts';

const FORCED = `select c.oid::regclass::text as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relforcerowsecurity and n.nspname !~ '^pg_' order by 1`;

/**
 * `work` as the owner of tables that do not force their policies on him. In the caller's transaction, which nobody else sees into before they
 * do so again; the tables are locked until it ends. Where `work` throws the transaction has to be rolled back.
 */
export async function unforced(client: StoreClient, work: () => Promise<void>): Promise<void> {
  const { rows } = await client.query<{ name: string }>(FORCED);
  const alter = (how: string): Promise<unknown> =>
    client.query(rows.map(({ name }) => `alter table ${name} ${how} row level security`).join('; '));
  if (rows.length === 0) return work();
  await alter('no force');
  await work();
  await alter('force');
}
