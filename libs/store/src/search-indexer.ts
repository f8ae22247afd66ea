/** Builds search_keys behind the log: its own cursor, its own transactions, off the projector's path. Derived: a rebuild makes the same rows. */
import { FirstEntries } from './first-entries.ts';
import type { StoreClient, StorePool } from './pool.ts';

export interface SearchKeys {
  /** Keys by which an identifier is found. A function of the identifier alone: asked once for each (item, reader group). */
  ofItem(item: string): readonly string[];
  /** Bytes without which an event gives no aliases: the database looks for them, so that few contents leave it. */
  readonly aliasMark: Buffer;
  /** Keys of the names that one event gives an item beside its identifier. Asked for each event that has the mark. */
  ofAliases(item: string, content: Buffer): readonly string[];
}

/** About 0.1 s of work, so that the cursor's lock is never held for long. */
const ENTRIES_PER_STEP = 2_000;
/** Rows of one insert; arrays of texts are escaped by the driver, which gets slow when they are very long. */
const KEYS_PER_INSERT = 5_000;

/** Plan: range of timeline_log_index. */
export const SEARCH_STEP = {
  name: 'search_step',
  text: `select t.item, t.grp, min(t.log_index) as first from ledger.timeline t
    where t.log_index >= $1::bigint and t.log_index < $2::bigint and t.item <> ''
    group by t.item, t.grp`,
};

/** Which of these pairs no entry before $1 concerns. Plan: for each one probe of the timeline's primary key (6 µs). */
export const SEARCH_FRESH = {
  name: 'search_fresh',
  text: `select s.item, s.grp from unnest($2::text[], $3::integer[]) as s (item, grp)
    where not exists (select from ledger.timeline o where o.item = s.item and o.grp = s.grp and o.log_index < $1::bigint offset 0)`,
};

/** Plan: the same range of the primary key of content and of timeline_log_index, joined; the range is said twice, or a table without statistics is scanned. */
export const SEARCH_ALIASES = {
  name: 'search_aliases',
  text: `select t.item, t.grp, c.bytes as content
    from ledger.content c join ledger.timeline t on t.log_index = c.log_index
    where c.log_index >= $1::bigint and c.log_index < $2::bigint and t.log_index >= $1::bigint and t.log_index < $2::bigint
      and position($3::bytea in c.bytes) > 0 and t.item <> ''`,
};

interface Pair {
  readonly item: string;
  readonly grp: number;
}

/**
 * One step: at most `limit` entries from the cursor on. Returns how many entries it covered: 0 = the index has everything that is committed.
 * Several processes may call it; they take turns. An item is found from the step after its first entry on.
 * Cost with items that were seen before: 2 µs of Node and 4 µs of Postgres an entry; each new item adds a row for each of its keys.
 */
export async function indexSearchKeys(pool: StorePool, keys: SearchKeys, limit: number = ENTRIES_PER_STEP): Promise<number> {
  return pool.transaction(async (client) => {
    const { rows } = await client.query<{ next: number; size: number }>(
      'select c.next, (select size from ledger.head) as size from ledger.search_cursor c for update of c',
    );
    const { next, size } = rows[0] as { next: number; size: number };
    const until = Math.min(size, next + limit);
    if (until <= next) return 0;
    const fresh = await freshPairs(client, firstEntriesOf(pool), next, until);
    const aliased = await client.run<Pair & { content: Buffer }>(SEARCH_ALIASES, [next, until, keys.aliasMark]);
    await insertKeys(client, [
      ...keyRows(fresh, ({ item }) => keys.ofItem(item)),
      ...keyRows(aliased.rows, ({ item, content }) => keys.ofAliases(item, content)),
    ]);
    await client.query('update ledger.search_cursor set next = $1::bigint', [until]);
    return until - next;
  });
}

/** What is remembered of each database; entries are never changed or removed, so it stays true whatever else happens there. */
const remembered = new WeakMap<StorePool, FirstEntries>();

function firstEntriesOf(pool: StorePool): FirstEntries {
  let firsts = remembered.get(pool);
  if (firsts === undefined) remembered.set(pool, (firsts = new FirstEntries()));
  return firsts;
}

/** Pairs of the step that no entry before it concerns. */
async function freshPairs(client: StoreClient, firsts: FirstEntries, next: number, until: number): Promise<readonly Pair[]> {
  const step = await client.run<Pair & { first: number }>(SEARCH_STEP, [next, until]);
  const unknown = step.rows.filter((pair) => !firsts.isBefore(pair, next));
  for (const pair of step.rows) firsts.learn(pair, pair.first);
  if (unknown.length === 0) return unknown;
  return (await client.run<Pair>(SEARCH_FRESH, [next, unknown.map(({ item }) => item), unknown.map(({ grp }) => grp)])).rows;
}

type KeyRow = readonly [key: string, grp: number, item: string];

/** Each row once, in the order of the index: neighbours share its pages. */
function keyRows<Of extends Pair>(pairs: readonly Of[], keysOf: (pair: Of) => readonly string[]): KeyRow[] {
  const found = new Map<string, KeyRow>();
  for (const pair of pairs) {
    for (const key of keysOf(pair)) found.set(`${key}\0${pair.grp} ${pair.item}`, [key, pair.grp, pair.item]);
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
}

async function insertKeys(client: StoreClient, rows: readonly KeyRow[]): Promise<void> {
  for (let at = 0; at < rows.length; at += KEYS_PER_INSERT) {
    const part = rows.slice(at, at + KEYS_PER_INSERT);
    await client.query(
      `insert into ledger.search_keys (key, grp, item) select * from unnest($1::text[], $2::integer[], $3::text[]) on conflict do nothing`,
      [part.map(([key]) => key), part.map(([, grp]) => grp), part.map(([, , item]) => item)],
    );
  }
}
