/**
 * Items by derived keys: equality only (patterns would turn row-level security's indexes off). An item that is meant has all keys of one
 * alternative, so the rows of its rarest key hold it; the caller decides each candidate by the whole text.
 * Rows of search say of no entry that it is why they are there. So where entries were marked, an item has to have one that the reader sees; and where one
 * of an item's is not shown to him, an alias finds it by what is: some event that he sees now has to state it.
 * Plan: for each key and group a count of at most ITEMS_PER_KEY_MAX index tuples of search_keys_key, then one walk of it for the rarest.
 */
import { ALIAS_LENGTH_MAX, readAliasText } from '#lib/domain';
import type { Statements } from '../pool.ts';
import { namesOthers } from './named-rows.ts';
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
    where (select m.log_index from ledger.marked m order by m.log_index limit 1) is null
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
  return { hits: await shown(from, [...found.values()], groups), complete };
}

export const TOUCHED = { name: 'touched', text: 'select item from ctx.touched($1::text[]) as touched (item)' };

/** Without aliases of items that something hidden concerns, where nothing visible states them. */
async function shown(from: Statements, hits: readonly SearchHit[], groups: readonly number[]): Promise<readonly SearchHit[]> {
  const items = [...new Set(hits.flatMap(({ item, alias }) => (alias === '' ? [] : [item])))];
  if (items.length === 0) return hits;
  const touched = new Set((await from.run<{ item: string }>(TOUCHED, [items])).rows.map(({ item }) => item));
  const asked = hits.filter(({ item, alias }) => alias !== '' && touched.has(item));
  const stated = new Set(await statedAliases(from, asked, groups, NOBODY));
  return hits.filter((hit) => hit.alias === '' || !touched.has(hit.item) || stated.has(hit));
}

/** Who is named is not asked: that is for statements of one reader. */
const NOBODY = { agency: '', principal: '', breaksGlass: true };

/** Rows of one item that are looked at for an alias: some 50 ms where none of them states it. An alias that only later ones state is not found. */
const STATED_AMONG_MAX = 5_000;

/**
 * Which of these aliases (from 1 on) stands beside its item in a document that the reader sees. Of the text a document has to hold its beginning, as JSON:
 * only those that do are parsed. Plan: for each, the item's rows by the primary key of timeline, until one states it, and content by its own.
 */
export const STATED = {
  name: 'stated_aliases',
  text: `select asked.n::integer as n
    from unnest($1::text[], $2::text[], $3::text[], $4::text[]) with ordinality as asked (item, kind, value, written, n)
    where exists (
      select from (
        select t.log_index, c.bytes from ledger.timeline t
        cross join lateral (select c.bytes from ledger.content c where c.log_index = t.log_index offset 0) c
        where t.item = asked.item and t.grp = any($5::integer[]) limit ${STATED_AMONG_MAX}
      ) said
      where position(convert_to(asked.written, 'UTF8') in said.bytes) > 0
        and exists (
          select from jsonb_array_elements(convert_from(said.bytes, 'UTF8')::jsonb -> 'items') as named (item)
          where named.item ->> 'id' = asked.item and left(named.item -> 'aliases' ->> asked.kind, ${ALIAS_LENGTH_MAX}) = asked.value
        )
        and not ${namesOthers('said.log_index', { agency: '$6::text', principal: '$7::text', breaksGlass: '$8::boolean' })}
    )`,
};

/** Of these hits by an alias those that an event states which the reader may see, and that is not TLP:RED for others. */
export async function statedAliases<Hit extends Pick<SearchHit, 'item' | 'alias'>>(
  from: Statements,
  hits: readonly Hit[],
  groups: readonly number[],
  { agency, principal, breaksGlass }: { readonly agency: string; readonly principal: string; readonly breaksGlass: boolean },
): Promise<readonly Hit[]> {
  if (hits.length === 0) return [];
  const aliases = hits.map(({ alias }) => readAliasText(alias));
  const values = aliases.map(({ value }) => value);
  // Without the quotation mark that ends it: of a long one the index has the beginning.
  const written = values.map((value) => JSON.stringify(value).slice(0, -1));
  const asked = [hits.map(({ item }) => item), aliases.map(({ kind }) => kind), values, written];
  const { rows } = await from.run<{ n: number }>(STATED, [...asked, groups, agency, principal, breaksGlass]);
  return rows.map(({ n }) => hits[n - 1] as Hit);
}
