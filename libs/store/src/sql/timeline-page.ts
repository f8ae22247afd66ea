/**
 * A page of an item's timeline, for a reader of some groups, as the log stood at some size. What names others (TLP:RED with principals) is left out
 * within the walk: a page is as long, and takes one statement, whatever is hidden before its end.
 *
 * Plan: for each group one walk of the primary key of ledger.timeline from the cursor on, of at most `limit` rows (lateral), with a probe of
 * content_named and of handlings_named for each, merged and cut; then for each row that is left one probe of the primary keys of entries and
 * content. No sort reads more than groups x limit rows. The length of a document is known without reading it, so that those beyond the bytes are
 * not read.
 *
 * The groups stand in a subselect, so that no plan knows how many they are. Else the plan for any values, which guesses ten, looks dearer than one
 * that is made anew for each page, and to make that takes longer than the page.
 */
import type { Statements } from '../pool.ts';
import { EVENT_COLUMNS, EVENT_NAMES, NOT_KNOWN, type EventRow } from './event-row.ts';
import type { EvidenceReader } from './evidence.ts';
import { namesOthers } from './named-rows.ts';
import { isStorable } from './storable.ts';

export interface TimelineRow extends EventRow {
  /** Microseconds since 1970; `null` = not known, sorts last. */
  readonly starts: number | null;
  readonly ends: number | null;
  readonly kind: number;
}

/** Position in a timeline: of the last row that was read. */
export type TimelineKey = Pick<TimelineRow, 'starts' | 'ends' | 'agency' | 'id'>;

export interface TimelineQuestion {
  readonly item: string;
  /** Who asks; the statements are run as him. Without groups nothing is visible. */
  readonly reader: EvidenceReader;
  /** Entries below this log index count. */
  readonly logSize: number;
  readonly after?: TimelineKey | undefined;
  readonly limit: number;
  /** Documents in bytes: none is read behind these and the one that exceeds them. Absent: all. */
  readonly contentBytesMax?: number | undefined;
}

/** Who asks, behind the other parameters of a page. */
export const TIMELINE_ASKING = { agency: '$10::text', principal: '$11::text', breaksGlass: '$12::boolean' };

export const TIMELINE_PAGE = {
  name: 'timeline_page',
  text: `select nullif(starts, ${NOT_KNOWN}) as starts, nullif(ends, ${NOT_KNOWN}) as ends, kind, ${EVENT_NAMES}
    from (
      select p.starts, p.ends, p.kind, ${EVENT_COLUMNS},
        sum(octet_length(c.bytes)) over (order by p.starts, p.ends, p.agency, p.id) - octet_length(c.bytes) as bytes_before
      from (
        select distinct on (t.starts, t.ends, t.agency, t.id) t.starts, t.ends, t.agency, t.id, t.log_index, t.kind
        from unnest((select $2::integer[])) as reader (grp)
        cross join lateral (
          select t.starts, t.ends, t.agency, t.id, t.log_index, t.kind from ledger.timeline t
          where t.item = $1::text and t.grp = reader.grp and t.log_index < $3::bigint
            and (t.starts, t.ends, t.agency, t.id) > ($4::bigint, $5::bigint, $6::text, $7::text)
            and not ${namesOthers('t.log_index', TIMELINE_ASKING)}
          order by t.item, t.grp, t.starts, t.ends, t.agency, t.id
          limit $8::integer
        ) t
        order by t.starts, t.ends, t.agency, t.id
        limit $8::integer
      ) p
      join ledger.entries e on e.log_index = p.log_index
      join ledger.content c on c.log_index = p.log_index
    ) page
    where bytes_before <= $9::bigint
    order by page.starts, page.ends, agency, id`,
};

/** Before everything: no time is this early. */
const BEGINNING = ['-9223372036854775808', '-9223372036854775808', '', ''];

/** In timeline order (start, end, agency, id); each event once, through whichever groups it is seen. At most `limit` rows. */
export async function timelinePage(
  from: Statements,
  { item, reader, logSize, after, limit, contentBytesMax = Number.MAX_SAFE_INTEGER }: TimelineQuestion,
): Promise<TimelineRow[]> {
  if (!isStorable(item)) return [];
  const key = after === undefined ? BEGINNING : [after.starts ?? NOT_KNOWN, after.ends ?? NOT_KNOWN, after.agency, after.id];
  const { groups, agency, principal, breaksGlass } = reader;
  const values = [item, groups, logSize, ...key, limit, contentBytesMax, agency, principal, breaksGlass];
  return (await from.run<TimelineRow>(TIMELINE_PAGE, values)).rows;
}
