/**
 * Single events. Visible to a reader is an event that has a timeline row in one of the reader's groups; every event has such rows (an
 * event without items has one under the item '').
 * Plan: one probe of the unique index entries_event for each reference, of timeline_log_index for its visibility, of content's primary key.
 */
import type { Statements } from '../pool.ts';
import { EVENT_COLUMNS, EVENT_NAMES, type EventRow } from './event-row.ts';
import { isStorable, storableRefs, type Ref } from './storable.ts';

const VISIBLE = (groups: string): string =>
  `exists (select from ledger.timeline t where t.log_index = e.log_index and t.grp = any(${groups}))`;

export const EVENTS_BY_REF = {
  name: 'events_by_ref',
  text: `select ${EVENT_NAMES}
    from (
      select ${EVENT_COLUMNS}, sum(octet_length(c.bytes)) over (order by e.log_index) - octet_length(c.bytes) as bytes_before
      from unnest($1::text[], $2::text[]) as ref (agency, id)
      cross join lateral (
        select * from ledger.entries e where e.agency = ref.agency and e.id = ref.id and e.log_index < $4::bigint and ${VISIBLE('$3::integer[]')} offset 0
      ) e
      join ledger.content c on c.log_index = e.log_index
    ) found
    where bytes_before <= $5::bigint
    order by "logIndex"`,
};

/** Those of the events that are there and visible, in log order; none behind `contentBytesMax` of documents and the one that exceeds them. */
export async function eventsByRef(
  from: Statements,
  refs: readonly Ref[],
  groups: readonly number[],
  logSize: number,
  contentBytesMax = Number.MAX_SAFE_INTEGER,
): Promise<EventRow[]> {
  const asked = storableRefs(refs);
  if (asked.length === 0) return [];
  const { rows } = await from.run<EventRow>(EVENTS_BY_REF, [
    asked.map(({ agency }) => agency),
    asked.map(({ id }) => id),
    groups,
    logSize,
    contentBytesMax,
  ]);
  return rows;
}

/** Plan: the database looks for the id in each agency that there is (ctx.events_named), and tells of what the reader may see. */
export const EVENTS_BY_ID = {
  name: 'events_by_id',
  text: `select ${EVENT_COLUMNS}
    from ctx.events_named($1::text) as named (log_index)
    cross join lateral (
      select * from ledger.entries e where e.log_index = named.log_index and ${VISIBLE('$2::integer[]')} offset 0
    ) e
    join ledger.content c on c.log_index = e.log_index
    order by e.agency`,
};

/** Events of this id, of one agency or of any: at most one for each agency; several mean that the id alone is ambiguous. */
export async function eventById(pool: Statements, id: string, agency: string | undefined, groups: readonly number[]): Promise<EventRow[]> {
  if (!isStorable(id)) return [];
  if (agency !== undefined) return eventsByRef(pool, [{ agency, id }], groups, Number.MAX_SAFE_INTEGER);
  return (await pool.run<EventRow>(EVENTS_BY_ID, [id, groups])).rows;
}
