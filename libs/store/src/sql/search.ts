/**
 * Items by derived keys: equality only (patterns would turn row-level security's indexes off). Plan: one walk of the primary key of
 * ledger.search_keys (key, grp, item) for each key and group.
 */
import type { StoreClient, StorePool } from '../pool.ts';
import { isStorable } from './storable.ts';

export interface SearchQuestion {
  readonly keys: readonly string[];
  readonly groups: readonly number[];
  /** An item must have at least this many of the keys. */
  readonly matchesMin: number;
  readonly limit: number;
}

export interface SearchHit {
  readonly item: string;
  readonly matches: number;
}

/** Of one key and group: a key that more items have than this says nothing (and would cost seconds). */
const ITEMS_PER_KEY_MAX = 20_000;

export const SEARCH = {
  name: 'search',
  text: `select s.item, count(distinct s.key) as matches
    from unnest($1::text[]) as asked (key)
    cross join unnest($2::integer[]) as reader (grp)
    cross join lateral (
      select k.key, k.item from ledger.search_keys k where k.key = asked.key and k.grp = reader.grp order by k.item limit ${ITEMS_PER_KEY_MAX}
    ) s
    group by s.item having count(distinct s.key) >= $3::integer
    order by matches desc, s.item limit $4::integer`,
};

/** Most matches first, then by item in code-point order. */
export async function search(from: StoreClient | StorePool, { keys, groups, matchesMin, limit }: SearchQuestion): Promise<SearchHit[]> {
  const asked = [...new Set(keys)].filter(isStorable);
  if (asked.length === 0) return [];
  return (await from.run<SearchHit>(SEARCH, [asked, groups, matchesMin, limit])).rows;
}
