/** Builds search_keys behind the log: its own cursor, its own transactions, off the projector's path. Derived: a rebuild makes the same rows. */
import type { StoreClient, StorePool } from './pool.ts';

export interface SearchKeys {
  /** Keys by which an identifier is found. A function of the identifier alone: asked once for each (item, reader group). */
  ofItem(item: string): readonly string[];
  /** Keys of the names that one event gives an item beside its identifier. Asked for each event: it should look for aliases before it parses. */
  ofAliases(item: string, content: Buffer): readonly string[];
}

/** About 0.1 s of work, so that the cursor's lock is never held for long. */
const ENTRIES_PER_STEP = 2_000;
/** Rows of one insert; arrays of texts are escaped by the driver, which gets slow when they are very long. */
const KEYS_PER_INSERT = 5_000;

/** Plan: range of timeline_log_index, content by primary key, and for each (item, group) one probe of the timeline's primary key. */
export const SEARCH_STEP = {
  name: 'search_step',
  text: `select t.item, t.grp, c.bytes as content,
      not exists (select from ledger.timeline o where o.item = t.item and o.grp = t.grp and o.log_index < $1::bigint offset 0) as fresh
    from ledger.timeline t join ledger.content c on c.log_index = t.log_index
    where t.log_index >= $1::bigint and t.log_index < $2::bigint and t.item <> ''
    order by t.log_index, t.item, t.grp`,
};

interface StepRow {
  readonly item: string;
  readonly grp: number;
  readonly content: Buffer;
  /** No entry before this step concerns the item in this group. */
  readonly fresh: boolean;
}

/**
 * One step: at most `limit` entries from the cursor on. Returns how many entries it covered: 0 = the index has everything that is committed.
 * Several processes may call it; they take turns. An item is found from the step after its first entry on.
 */
export async function indexSearchKeys(pool: StorePool, keys: SearchKeys, limit: number = ENTRIES_PER_STEP): Promise<number> {
  return pool.transaction(async (client) => {
    const { rows } = await client.query<{ next: number; size: number }>(
      'select c.next, (select size from ledger.head) as size from ledger.search_cursor c for update of c',
    );
    const { next, size } = rows[0] as { next: number; size: number };
    const until = Math.min(size, next + limit);
    if (until <= next) return 0;
    const step = await client.run<StepRow>(SEARCH_STEP, [next, until]);
    await insertKeys(client, keyRows(step.rows, keys));
    await client.query('update ledger.search_cursor set next = $1::bigint', [until]);
    return until - next;
  });
}

type KeyRow = readonly [key: string, grp: number, item: string];

function keyRows(rows: readonly StepRow[], keys: SearchKeys): KeyRow[] {
  const found = new Map<string, KeyRow>();
  const seen = new Set<string>();
  for (const { item, grp, content, fresh } of rows) {
    const pair = `${grp} ${item}`;
    const ofItem = fresh && !seen.has(pair) ? keys.ofItem(item) : [];
    seen.add(pair);
    for (const key of [...ofItem, ...keys.ofAliases(item, content)]) found.set(`${pair}\0${key}`, [key, grp, item]);
  }
  return [...found.values()];
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
