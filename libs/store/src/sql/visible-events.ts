/** Events by their place in the log, for proofs that list them. Plan: a probe of two primary keys and of timeline_log_index for each. */
import type { Statements } from '../pool.ts';
import { EVENT_COLUMNS, EVENT_NAMES, type EventRow } from './event-row.ts';

export const VISIBLE_EVENTS = {
  name: 'visible_events',
  text: `select ${EVENT_NAMES}
    from (
      select ${EVENT_COLUMNS}, sum(octet_length(c.bytes)) over (order by e.log_index) - octet_length(c.bytes) as bytes_before
      from unnest($1::bigint[]) as wanted (log_index)
      join ledger.entries e using (log_index)
      join ledger.content c using (log_index)
      where exists (select from ledger.timeline t where t.log_index = e.log_index and t.grp = any($2::integer[]))
    ) found
    where bytes_before <= $3::bigint
    order by "logIndex"`,
};

/** Those of them that these groups may see, in log order; none behind `contentBytesMax` of documents and the one that exceeds them. */
export async function visibleEvents(
  from: Statements,
  logIndexes: readonly number[],
  groups: readonly number[],
  contentBytesMax: number,
): Promise<EventRow[]> {
  if (logIndexes.length === 0) return [];
  return (await from.run<EventRow>(VISIBLE_EVENTS, [logIndexes, groups, contentBytesMax])).rows;
}
