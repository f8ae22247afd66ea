/** The end of an item's timeline, backwards: what timeline-page.ts reads, by the same index in the other direction. */
import type { Statements } from '../pool.ts';
import { EVENT_COLUMNS, EVENT_NAMES, NOT_KNOWN } from './event-row.ts';
import { namesOthers } from './named-rows.ts';
import { isStorable } from './storable.ts';
import { TIMELINE_ASKING, type TimelineKey, type TimelineQuestion, type TimelineRow } from './timeline-page.ts';

export const TIMELINE_END = {
  name: 'timeline_end',
  text: `select nullif(starts, ${NOT_KNOWN}) as starts, nullif(ends, ${NOT_KNOWN}) as ends, kind, ${EVENT_NAMES}
    from (
      select p.starts, p.ends, p.kind, ${EVENT_COLUMNS},
        sum(octet_length(c.bytes)) over (order by p.starts desc, p.ends desc, p.agency desc, p.id desc) - octet_length(c.bytes) as bytes_before
      from (
        select distinct on (t.starts, t.ends, t.agency, t.id) t.starts, t.ends, t.agency, t.id, t.log_index, t.kind
        from unnest((select $2::integer[])) as reader (grp)
        cross join lateral (
          select t.starts, t.ends, t.agency, t.id, t.log_index, t.kind from ledger.timeline t
          where t.item = $1::text and t.grp = reader.grp and t.log_index < $3::bigint
            and (t.starts, t.ends, t.agency, t.id) < ($4::bigint, $5::bigint, $6::text, $7::text)
            and not ${namesOthers('t.log_index', TIMELINE_ASKING)}
          order by t.item desc, t.grp desc, t.starts desc, t.ends desc, t.agency desc, t.id desc
          limit $8::integer
        ) t
        order by t.starts desc, t.ends desc, t.agency desc, t.id desc
        limit $8::integer
      ) p
      join ledger.entries e on e.log_index = p.log_index
      join ledger.content c on c.log_index = p.log_index
    ) page
    where bytes_before <= $9::bigint
    order by page.starts desc, page.ends desc, agency desc, id desc`,
};

/** After everything: no agency has this letter. (A condition that may be absent would cost the index its bound.) */
const END = [NOT_KNOWN, NOT_KNOWN, '\u{10ffff}', ''];

/** Latest first; `before`: position of the last row that was read. None behind `contentBytesMax` of documents and the one that exceeds them. */
export async function timelineEnd(
  from: Statements,
  {
    item,
    reader,
    logSize,
    before,
    limit,
    contentBytesMax = Number.MAX_SAFE_INTEGER,
  }: Omit<TimelineQuestion, 'after'> & { readonly before?: TimelineKey | undefined },
): Promise<TimelineRow[]> {
  if (!isStorable(item)) return [];
  const key = before === undefined ? END : [before.starts ?? NOT_KNOWN, before.ends ?? NOT_KNOWN, before.agency, before.id];
  const { groups, agency, principal, breaksGlass } = reader;
  const values = [item, groups, logSize, ...key, limit, contentBytesMax, agency, principal, breaksGlass];
  return (await from.run<TimelineRow>(TIMELINE_END, values)).rows;
}
