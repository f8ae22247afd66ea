/**
 * Events in the order of the log. What names others (TLP:RED with principals) is left out within the walk, as in timeline-page.ts.
 *
 * Plan: primary key of entries from an index on; for each, its visibility by a probe of timeline_log_index and of content_named and handlings_named;
 * then content by primary key (by `offset 0`, without which the planner may begin with the whole of timeline). The length of a document is known without reading it, so that those beyond the bytes are not read.
 */
import type { Statements } from '../pool.ts';
import { EVENT_COLUMNS, EVENT_NAMES, type EventRow } from './event-row.ts';
import type { EvidenceReader } from './evidence.ts';
import { namesOthers } from './named-rows.ts';

export const EVENTS_FROM = {
  name: 'events_from',
  text: `select ${EVENT_NAMES}
    from (
      select ${EVENT_COLUMNS}, sum(octet_length(c.bytes)) over (order by e.log_index) - octet_length(c.bytes) as bytes_before
      from (
        select e.* from ledger.entries e
        where e.log_index >= $1::bigint and e.log_index < $3::bigint
          and exists (select from ledger.timeline t where t.log_index = e.log_index and t.grp = any($2::integer[]) offset 0)
          and not ${namesOthers('e.log_index', { agency: '$6::text', principal: '$7::text', breaksGlass: '$8::boolean' })}
        order by e.log_index limit $4::integer
      ) e join ledger.content c on c.log_index = e.log_index
    ) page
    where bytes_before <= $5::bigint
    order by "logIndex"`,
};

/** At most `limit` visible events with a log index from `from` on and below `logSize`; none behind `contentBytesMax` of documents and the one that exceeds it. */
export async function eventsFrom(
  pool: Statements,
  from: number,
  { groups, agency, principal, breaksGlass }: EvidenceReader,
  logSize: number,
  limit: number,
  contentBytesMax = Number.MAX_SAFE_INTEGER,
): Promise<EventRow[]> {
  const values = [from, groups, logSize, limit, contentBytesMax, agency, principal, breaksGlass];
  return (await pool.run<EventRow>(EVENTS_FROM, values)).rows;
}
