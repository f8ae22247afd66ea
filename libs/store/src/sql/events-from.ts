/** Events in the order of the log. Plan: primary key of entries from an index on; for each, its visibility and content by primary key. */
import type { StoreClient, StorePool } from '../pool.ts';
import { EVENT_COLUMNS, type EventRow } from './event-row.ts';

export const EVENTS_FROM = {
  name: 'events_from',
  text: `select ${EVENT_COLUMNS}
    from ledger.entries e join ledger.content c on c.log_index = e.log_index
    where e.log_index >= $1::bigint and e.log_index < $3::bigint
      and exists (select from ledger.timeline t where t.log_index = e.log_index and t.grp = any($2::integer[]))
    order by e.log_index limit $4::integer`,
};

/** At most `limit` visible events with a log index from `from` on and below `logSize`. */
export async function eventsFrom(
  pool: StoreClient | StorePool,
  from: number,
  groups: readonly number[],
  logSize: number,
  limit: number,
): Promise<EventRow[]> {
  return (await pool.run<EventRow>(EVENTS_FROM, [from, groups, logSize, limit])).rows;
}
