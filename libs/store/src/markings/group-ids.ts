/** Numbers of reader groups, within the transaction that gives them rows. */
import type { MarkingClient } from './handled-events.ts';

/** Nearly always there, since a marking's groups are its own too. */
export async function groupIds(client: MarkingClient, names: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const wanted = [...new Set(names)];
  const known = async (): Promise<Map<string, number>> => {
    const text = 'select id, name from ledger.reader_groups where name = any($1::text[])';
    const { rows } = await client.query<{ id: number; name: string }>(text, [wanted]);
    return new Map(rows.map(({ id, name }) => [name, id]));
  };
  const found = await known();
  const missing = wanted.filter((name) => !found.has(name));
  if (missing.length === 0) return found;
  await client.query('insert into ledger.reader_groups (name) select unnest($1::text[]) on conflict do nothing', [missing]);
  return known();
}
