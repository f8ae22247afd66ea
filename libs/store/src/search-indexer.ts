/** Builds search_keys behind the log: its own cursor, its own transactions, off the projector's path. Derived: a rebuild makes the same rows. */
import { CopyWriter } from './copy-writer.ts';
import { FirstEntries } from './first-entries.ts';
import type { StoreClient, StorePool } from './pool.ts';

export interface SearchKeys {
  /** Keys by which an identifier is found. A function of the identifier alone: asked once for each (item, reader group). None begins with `@`. */
  ofItem(item: string): readonly string[];
  /** Bytes without which an event gives no aliases: the database looks for them, so that few contents leave it. */
  readonly aliasMark: Buffer;
  /** Names that one event gives an item beside its identifier, as the index keeps them. Asked for each event that has the mark. */
  aliasesOf(item: string, content: Buffer): readonly string[];
  /** Keys by which an alias is found. A function of the alias alone. */
  ofAlias(alias: string): readonly string[];
}

/** About 0.1 s of work, so that the cursor's lock is never held for long. */
const ENTRIES_PER_STEP = 2_000;

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

/**
 * Which of these aliases their items are not found by yet. An alias of an item that is indexed has a key of its own, `@item alias`: its
 * pieces may be those of thousands. Plan: for each one walk of search_keys_key.
 */
export const SEARCH_FRESH_ALIASES = {
  name: 'search_fresh_aliases',
  text: `select s.item, s.grp, s.alias from unnest($1::text[], $2::integer[], $3::text[]) as s (item, grp, alias)
    where not exists (select from ledger.search_keys k where k.grp = s.grp and k.key = '@' || s.item || ' ' || s.alias offset 0)`,
};

const COPY_SEARCH_KEYS = 'copy ledger.search_keys (grp, key, item, alias) from stdin (format binary)';

interface Pair {
  readonly item: string;
  readonly grp: number;
}

interface AliasOfItem extends Pair {
  readonly alias: string;
}

/**
 * One step: at most `limit` entries from the cursor on. Returns how many entries it covered: 0 = the index has everything that is committed.
 * Several processes may call it; they take turns. An item is found from the step after its first entry on.
 * Cost with items that were seen before: 2 µs of Node and 4 µs of Postgres an entry; each new item adds a row for each of its keys, 5 µs
 * and 72 bytes of Postgres each (VINs).
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
    const stated = aliased.rows.flatMap(({ item, grp, content }) => keys.aliasesOf(item, content).map((alias) => ({ item, grp, alias })));
    await insertRows(client, [
      ...fresh.flatMap(({ item, grp }) => keys.ofItem(item).map((key) => ({ grp, key, item, alias: '' }))),
      ...(await freshAliases(client, stated)).flatMap((of) =>
        [`@${of.item} ${of.alias}`, ...keys.ofAlias(of.alias)].map((key) => ({ key, ...of })),
      ),
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

/** Each alias of an item once, unless an earlier step has it. */
async function freshAliases(client: StoreClient, stated: readonly AliasOfItem[]): Promise<readonly AliasOfItem[]> {
  const distinct = [...new Map(stated.map((of) => [JSON.stringify([of.grp, of.item, of.alias]), of])).values()];
  if (distinct.length === 0) return distinct;
  const columns = [distinct.map(({ item }) => item), distinct.map(({ grp }) => grp), distinct.map(({ alias }) => alias)];
  return (await client.run<AliasOfItem>(SEARCH_FRESH_ALIASES, columns)).rows;
}

interface KeyRow extends AliasOfItem {
  readonly key: string;
}

/** Bytes of four fields of a row beside their texts: lengths and the group. */
const ROW_BYTES = 20;
/** UTF-8 bytes of one UTF-16 unit, at most. */
const UTF8_MAX = 3;

/** In the order of the index: neighbours share its pages. COPY, since rows by insert cost the database one and a half times as much. */
async function insertRows(client: StoreClient, rows: KeyRow[]): Promise<void> {
  if (rows.length === 0) return;
  const writer = new CopyWriter();
  for (const { grp, key, item, alias } of rows.sort((a, b) => a.grp - b.grp || (a.key < b.key ? -1 : 1))) {
    writer.row(4, ROW_BYTES + UTF8_MAX * (key.length + item.length + alias.length));
    writer.int4(grp);
    writer.text(key);
    writer.text(item);
    writer.text(alias);
  }
  await client.copyIn(COPY_SEARCH_KEYS, writer.payload());
}
