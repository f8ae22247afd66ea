/** Drops what is derived and makes it again from entries and content. */
import { BatchEncoder, copyDerived } from './batch-encoder.ts';
import { DERIVED_TABLES } from './derived-tables.ts';
import { openRows } from './markings/open-rows.ts';
import { settleAll } from './markings/settle.ts';
import { groupsOf, ledgerMapKeys, readerGroups } from './ledger-constants.ts';
import type { StorePool } from './pool.ts';
import type { EventIndex } from './projected-event.ts';
import { SearchMemory, SearchRows, type SearchKeys } from './search-rows.ts';

export interface RebuildOptions {
  /** The same function by which the projector's events were made. Throws: nothing is changed. */
  indexOf(content: Buffer, agency: string): EventIndex;
  readonly keys: SearchKeys;
  /** After each batch. */
  onProgress?(done: number, of: number): void;
}

/** Memory: so many events, and no more behind so many bytes of their contents (one document may have 1 MiB). */
const ENTRIES_PER_BATCH = 5_000;
const CONTENT_BYTES_PER_BATCH = 8 * 2 ** 20;
/** Rows (and names for search) encoded before they are written: one event may have thousands, some 170 bytes each. */
const ROWS_PER_COPY = 20_000;

interface StoredEvent {
  readonly logIndex: number;
  readonly agency: string;
  readonly id: string;
  readonly principal: string;
  readonly capturedMicros: number;
  readonly content: Buffer;
}

export const REBUILD_BATCH = {
  name: 'rebuild_batch',
  text: `select "logIndex", agency, id, principal, "capturedMicros", content
    from (
      select e.log_index as "logIndex", e.agency, e.id, c.principal, c.captured as "capturedMicros", c.bytes as content,
        sum(octet_length(c.bytes)) over (order by e.log_index) - octet_length(c.bytes) as bytes_before
      from ledger.entries e join ledger.content c using (log_index)
      where e.log_index >= $1::bigint and e.log_index < $2::bigint
    ) batch
    where bytes_before <= $3::bigint
    order by "logIndex"`,
};

/**
 * `pool` is the owner's: no app role may empty a table. One transaction, so that a rebuild that is cut off has changed nothing; it holds
 * the log head, so projectors wait, and timelines, so readers wait (about 20 us an event). Returns the number of entries.
 */
export async function rebuild(pool: StorePool, { indexOf, keys, onProgress }: RebuildOptions): Promise<number> {
  return pool.transaction(async (client) => {
    await client.query('set local statement_timeout = 0');
    await client.query(`set local custody.rebuild = 'on'`);
    await client.query('select from ledger.head for update');
    // The log has entries of its operator as well, from which nothing here is derived.
    const { rows } = await client.query<{ entries: number; end: number }>(
      'select count(*) as entries, coalesce(max(log_index) + 1, 0) as end from ledger.entries',
    );
    const { entries, end } = rows[0] ?? { entries: 0, end: 0 };
    await client.query(`truncate ${DERIVED_TABLES.map(({ name }) => `ledger.${name}`).join(', ')}`);
    await client.query('update ledger.head set searched_from = 0');
    const mapKeys = await ledgerMapKeys(pool);
    const encoder = new BatchEncoder();
    const memory = new SearchMemory();
    const search = new SearchRows(keys, memory);
    /** First log index whose rows are not written: what search finds in the tables is of those before it. */
    let unwritten = 0;
    const write = async (upTo: number): Promise<void> => {
      memory.learn(await search.append(client, unwritten));
      await copyDerived(client, encoder);
      encoder.clear();
      search.clear();
      unwritten = upTo;
    };
    let done = 0;
    while (unwritten < end) {
      const batch = await client.run<StoredEvent>(REBUILD_BATCH, [unwritten, unwritten + ENTRIES_PER_BATCH, CONTENT_BYTES_PER_BATCH]);
      const events = batch.rows.map((stored) => ({ ...indexOf(stored.content, stored.agency), ...stored }));
      if (events.length === 0) throw new Error(`The ledger has entries up to the log index ${end - 1}, and none from ${unwritten} on.`);
      const ids = await readerGroups(pool, events);
      for (const event of events) {
        const readers = groupsOf(event, ids);
        encoder.addDerived(event, readers, mapKeys, event.logIndex);
        search.add(event, readers);
        if (encoder.derivedRows + search.size >= ROWS_PER_COPY) await write(event.logIndex + 1);
      }
      const next = (events.at(-1) as StoredEvent).logIndex + 1;
      if (unwritten < next) await write(next);
      done += events.length;
      onProgress?.(done, entries);
    }
    await settleAll(client, openRows(client, { indexOf, keys }));
    return entries;
  });
}
