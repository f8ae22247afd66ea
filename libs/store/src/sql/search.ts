/**
 * Items by derived keys: equality only (patterns would turn row-level security's indexes off). An item that is meant has all keys of one
 * alternative, so the rows of its rarest key hold it; the caller decides each candidate by the whole text.
 * Rows of search say of no entry that it is why they are there. So where entries were marked, an item has to have one that the reader sees, and what was
 * stated beside one that he saw once and sees no more does not find it.
 * Plan: for each key and group a count of at most ITEMS_PER_KEY_MAX index tuples of search_keys_key, then one walk of it for the rarest.
 */
import type { Statements } from '../pool.ts';
import { isStorable } from './storable.ts';

export interface SearchQuestion {
  /** Lists of keys: what is meant has all keys of one list. */
  readonly alternatives: readonly (readonly string[])[];
  readonly groups: readonly number[];
}

export interface SearchHit {
  readonly item: string;
  /** The alias of the item that has the key; '' = the identifier itself. */
  readonly alias: string;
  /** Reader groups by which it was found. */
  readonly grps: readonly number[];
}

export interface SearchHits {
  /** Each pair once; of one item both the identifier and aliases may be there. */
  readonly hits: readonly SearchHit[];
  /** `false`: even the rarest key of a list is shared by more than ITEMS_PER_KEY_MAX, and only so many were looked at. */
  readonly complete: boolean;
}

/**
 * Candidates of one alternative and group: some 20 ms to read and decide, on a busy machine. A million cars of one maker share the last
 * four digits by hundreds; what more than this share are first letters, which say nothing.
 */
export const ITEMS_PER_KEY_MAX = 5_000;

export const SEARCH = {
  name: 'search',
  text: `select s.item, s.alias, reader.grp, rarest.n > ${ITEMS_PER_KEY_MAX} as cut
    from unnest($2::integer[]) as reader (grp)
    cross join lateral (
      select asked.key, size.n
      from unnest($1::text[]) as asked (key)
      cross join lateral (
        select count(*) as n from (
          select from ledger.search_keys k where k.grp = reader.grp and k.key = asked.key limit ${ITEMS_PER_KEY_MAX + 1}
        ) k
      ) size
      order by size.n, asked.key limit 1
    ) rarest
    cross join lateral (
      select k.item, k.alias from ledger.search_keys k where k.grp = reader.grp and k.key = rarest.key limit ${ITEMS_PER_KEY_MAX}
    ) s
    where not (select exists (select from ledger.marked))
      or exists (select from ledger.timeline t where t.item = s.item and t.grp = any($2::integer[]) limit 1)`,
};

export async function search(from: Statements, { alternatives, groups }: SearchQuestion): Promise<SearchHits> {
  const found = new Map<string, { readonly item: string; readonly alias: string; readonly grps: number[] }>();
  let complete = true;
  for (const keys of alternatives) {
    if (keys.length === 0 || !keys.every(isStorable)) continue;
    const { rows } = await from.run<{ item: string; alias: string; grp: number; cut: boolean }>(SEARCH, [keys, groups]);
    for (const { item, alias, grp, cut } of rows) {
      const known = found.get(`${item}\0${alias}`);
      if (known === undefined) found.set(`${item}\0${alias}`, { item, alias, grps: [grp] });
      else if (!known.grps.includes(grp)) known.grps.push(grp);
      if (cut) complete = false;
    }
  }
  return { hits: await untouched(from, [...found.values()]), complete };
}

export const TOUCHED = { name: 'touched', text: 'select item from ctx.touched($1::text[]) as touched (item)' };

/** Without aliases of items that something hidden concerns: who stated one, the rows do not say. */
async function untouched(from: Statements, hits: readonly SearchHit[]): Promise<readonly SearchHit[]> {
  const items = [...new Set(hits.flatMap(({ item, alias }) => (alias === '' ? [] : [item])))];
  if (items.length === 0) return hits;
  const touched = new Set((await from.run<{ item: string }>(TOUCHED, [items])).rows.map(({ item }) => item));
  return touched.size === 0 ? hits : hits.filter(({ item, alias }) => alias === '' || !touched.has(item));
}
