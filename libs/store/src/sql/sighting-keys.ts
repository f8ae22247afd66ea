/**
 * Where sightings stand that have keys of search, newest first. A row of sighting_keys is of one reader group and key and has the entries of one batch;
 * so it is walked by windows of the log, in each of which the entries of each term are put together, and those that are in all of them are candidates.
 * Whether one may be read is asked of the entries (RLS), and whether it answers its document decides: keys are numbers that two texts may share.
 *
 * Plans: for each key and group one probe of the primary key of sighting_keys for where a walk goes on, and one range of it for a window.
 */
import type { Statements } from '../pool.ts';
import { SIGHTING_KEYS_SPAN } from '../sighting-key-rows.ts';

export interface SightingKeysQuestion {
  /** Of each list an entry has one key at least. At least one list. */
  readonly terms: readonly (readonly number[])[];
  readonly groups: readonly number[];
}

export interface SightingCandidates {
  /** Falling, each once. */
  readonly logIndexes: readonly number[];
  /** What lies at or above was looked at. */
  readonly below: number;
}

/** Entries of the log that are put together at a time: at most twice as many rows of each key and group are read. */
const WINDOW = SIGHTING_KEYS_SPAN;

export const SIGHTING_KEYS_NEXT = {
  name: 'sighting_keys_next',
  text: `select asked.term, max(last.first) as first
    from unnest($1::integer[], $2::integer[]) as asked (term, key) cross join unnest($3::integer[]) as reader (grp)
    cross join lateral (
      select k.first from ledger.sighting_keys k where k.grp = reader.grp and k.key = asked.key and k.first < $4::bigint order by k.first desc limit 1
    ) last
    group by asked.term`,
};

export const SIGHTING_KEYS_WINDOW = {
  name: 'sighting_keys_window',
  text: `select asked.term, block.first, block.more
    from unnest($1::integer[], $2::integer[]) as asked (term, key) cross join unnest($3::integer[]) as reader (grp)
    cross join lateral (
      select k.first, k.more from ledger.sighting_keys k
      where k.grp = reader.grp and k.key = asked.key and k.first >= $4::bigint - ${SIGHTING_KEYS_SPAN} and k.first < $5::bigint offset 0
    ) block`,
};

/**
 * Candidates of the next window below `before` that has some, none below `from`. Cost: two statements for each window in which every term has
 * entries, none for those between.
 */
export async function sightingCandidates(
  reads: Statements,
  { terms, groups }: SightingKeysQuestion,
  { from, before }: { readonly from: number; readonly before: number },
): Promise<SightingCandidates> {
  const of = terms.flatMap((keys, term) => keys.map(() => term));
  const asked = [of, terms.flat(), groups];
  for (let high = before; high > from;) {
    const { rows: next } = await reads.run<{ term: number; first: number }>(SIGHTING_KEYS_NEXT, [...asked, high]);
    if (next.length < terms.length) break;
    const last = Math.min(high - 1, ...next.map(({ first }) => first + SIGHTING_KEYS_SPAN - 1));
    if (last < from) break;
    const begin = last - (last % WINDOW);
    const [low, end] = [Math.max(from, begin), Math.min(high, begin + WINDOW)];
    const { rows } = await reads.run<Block>(SIGHTING_KEYS_WINDOW, [...asked, low, end]);
    const found = inAll(rows, terms.length, low, end);
    if (found.length > 0) return { logIndexes: found, below: low };
    high = low;
  }
  return { logIndexes: [], below: from };
}

interface Block {
  readonly term: number;
  readonly first: number;
  readonly more: Buffer;
}

/** Those of the window that each term has. */
function inAll(blocks: readonly Block[], terms: number, low: number, end: number): number[] {
  let common: Set<number> | undefined;
  for (let term = 0; term < terms; term++) {
    const found = new Set<number>();
    const take = (index: number): void => {
      if (index >= low && index < end && (common === undefined || common.has(index))) found.add(index);
    };
    for (const block of blocks) {
      if (block.term !== term) continue;
      take(block.first);
      for (let at = 0; at < block.more.length; at += 2) take(block.first + block.more.readUInt16BE(at));
    }
    common = found;
  }
  return [...(common ?? [])].sort((a, b) => b - a);
}

export const SEARCHED_FROM = { name: 'searched_from', text: 'select searched_from as first from ledger.head' };

/** Log index from which on entries have keys: what came in before waits for a rebuild. Plan: as log_size. */
export async function searchedFrom(reads: Statements): Promise<number> {
  return (await reads.run<{ first: number }>(SEARCHED_FROM)).rows[0]?.first ?? 0;
}
