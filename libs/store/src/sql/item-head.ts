/**
 * What an item's timeline amounts to, without reading its events. Plan: index-only scan of the primary key of ledger.timeline (it includes
 * the log index) for each group; linear in the number of sightings, about 0.2 us each once the table was vacuumed.
 */
import type { StoreClient, StorePool } from '../pool.ts';
import { NOT_KNOWN } from './event-row.ts';
import { isStorable } from './storable.ts';

export interface ItemHead {
  /** Number of visible sightings; 0 = the item is not there, as far as this reader may know. */
  readonly count: number;
  /** With `count` the version of the timeline: entries are only ever added. `null` where count is 0. */
  readonly lastLogIndex: number | null;
  /** Earliest start and latest end that are known, microseconds since 1970. */
  readonly first: number | null;
  readonly last: number | null;
}

export const ITEM_HEAD = {
  name: 'item_head',
  text: `select count(distinct t.log_index) as count, max(t.log_index) as "lastLogIndex",
      min(nullif(t.starts, ${NOT_KNOWN})) as first, max(nullif(t.ends, ${NOT_KNOWN})) as last
    from unnest($2::integer[]) as reader (grp)
    join ledger.timeline t on t.item = $1::text and t.grp = reader.grp and t.log_index < $3::bigint`,
};

export async function itemHead(from: StoreClient | StorePool, item: string, groups: readonly number[], logSize: number): Promise<ItemHead> {
  const nothing: ItemHead = { count: 0, lastLogIndex: null, first: null, last: null };
  if (!isStorable(item)) return nothing;
  const { rows } = await from.run<ItemHead>(ITEM_HEAD, [item, groups, logSize]);
  return rows[0] ?? nothing;
}
