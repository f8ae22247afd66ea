/** Drops what is derived and makes it again from entries and content. */
import { BatchEncoder, COPY_RELATIONS, COPY_TIMELINE } from './batch-encoder.ts';
import { DERIVED_TABLES } from './derived-tables.ts';
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

/** Memory: contents and rows of this many events, some megabytes. */
const ENTRIES_PER_BATCH = 5_000;

interface StoredEvent {
  readonly logIndex: number;
  readonly agency: string;
  readonly id: string;
  readonly content: Buffer;
}

export const REBUILD_BATCH = {
  name: 'rebuild_batch',
  text: `select e.log_index as "logIndex", e.agency, e.id, c.bytes as content from ledger.entries e join ledger.content c using (log_index)
    where e.log_index >= $1::bigint and e.log_index < $2::bigint order by e.log_index`,
};

/**
 * `pool` is the owner's: no app role may empty a table. One transaction, so that a rebuild that is cut off has changed nothing; it holds
 * the log head, so projectors wait, and timelines, so readers wait (about 20 us an event). Returns the number of entries.
 */
export async function rebuild(pool: StorePool, { indexOf, keys, onProgress }: RebuildOptions): Promise<number> {
  return pool.transaction(async (client) => {
    await client.query('set local statement_timeout = 0');
    await client.query(`set local custody.rebuild = 'on'`);
    const { rows } = await client.query<{ size: number }>('select size from ledger.head for update');
    const entries = rows[0]?.size ?? 0;
    await client.query(`truncate ${DERIVED_TABLES.map(({ name }) => `ledger.${name}`).join(', ')}`);
    const mapKeys = await ledgerMapKeys(pool);
    const encoder = new BatchEncoder();
    const memory = new SearchMemory();
    const search = new SearchRows(keys, memory);
    for (let from = 0; from < entries; from += ENTRIES_PER_BATCH) {
      const batch = await client.run<StoredEvent>(REBUILD_BATCH, [from, from + ENTRIES_PER_BATCH]);
      const events = batch.rows.map((stored) => ({ ...indexOf(stored.content, stored.agency), ...stored }));
      const ids = await readerGroups(pool, events);
      encoder.clear();
      search.clear();
      for (const event of events) {
        const readers = groupsOf(event, ids);
        encoder.addDerived(event, readers, mapKeys, event.logIndex);
        search.add(event, readers);
      }
      memory.learn(await search.append(client, from));
      await client.copyIn(COPY_TIMELINE, encoder.timeline.writer.payload());
      if (encoder.relations.writer.rowCount > 0) await client.copyIn(COPY_RELATIONS, encoder.relations.writer.payload());
      onProgress?.(Math.min(entries, from + ENTRIES_PER_BATCH), entries);
    }
    return entries;
  });
}
