/**
 * Who speaks about some events: their author's corrections, retractions and markings, others' disputes and resolutions, who speaks about
 * those, and so on, since all of these decide how the events stand. Who merely contradicts one is given too, but no further: a chain of
 * contradictions decides nothing, and following it would read a whole ledger for one page.
 * Plan: recursive union (which ends on circles), each turn one walk of the primary key of ledger.relations for each event and group.
 */
import { KINDS, RELATING_KINDS } from '#lib/domain';
import type { Statements } from '../pool.ts';
import { EVENT_COLUMNS, EVENT_NAMES, type EventRow } from './event-row.ts';
import { storableRefs, type Ref } from './storable.ts';

/** Kinds are stored as their position in KINDS, where those about other sightings stand side by side. */
const FIRST_RELATING = KINDS.indexOf(RELATING_KINDS[0]);
/** What approves a marking is no word about what the marking is about, and an act of a case none about the case: acts come behind all others. */
const CONTRADICTS = `< ${FIRST_RELATING}`;
const SPEAKS_ABOUT = `between ${FIRST_RELATING} and ${FIRST_RELATING + RELATING_KINDS.length - 1}`;

/**
 * Of one sighting in one reader group at most one more than these are read, the first of the log: they decide nothing, and a flood of them
 * must not make the sighting unreadable. One more, so that an answer can say that there are more.
 */
export const CONTRADICTIONS_MAX = 1_000;
/** And none behind these bytes of their documents and the one that exceeds them: a thousand of the largest are a gigabyte. */
export const CONTRADICTIONS_BYTES_MAX = 1024 * 1024;

/** From `a` (agency, id): entries that refer to it, of the kinds that the condition admits. */
const SPEAKERS = (kinds: string, limit: string): string => `
        select r.log_index from ledger.relations r
        where r.target_agency = a.agency and r.target_id = a.id and r.grp = reader.grp and r.log_index < $4::bigint and r.kind ${kinds}
        order by r.target_agency, r.target_id, r.grp, r.log_index
        limit ${limit}`;

/** Bytes of documents before a row's own, whose length is known without reading them. */
const BYTES_BEFORE = 'sum(octet_length(c.bytes)) over (order by r.log_index) - octet_length(c.bytes) as bytes_before';

export const RELATIONS_ABOUT = {
  name: 'relations_about',
  text: `with recursive asked (agency, id) as (
      select ref.agency collate "C", ref.id collate "C" from unnest($1::text[], $2::text[]) as ref (agency, id)
    ), about (agency, id, log_index) as (
      (
        select a.agency, a.id, null::bigint from asked a
        union
        select e.agency, e.id, e.log_index from asked a
        cross join unnest($3::integer[]) as reader (grp)
        cross join lateral (
          select r.log_index, ${BYTES_BEFORE}
          from (${SPEAKERS(CONTRADICTS, `least($5::integer, ${CONTRADICTIONS_MAX + 1})`)}
          ) r join ledger.content c on c.log_index = r.log_index
        ) r
        join ledger.entries e on e.log_index = r.log_index
        where r.bytes_before <= ${CONTRADICTIONS_BYTES_MAX}
      )
      union
      select e.agency, e.id, e.log_index from about a
      cross join unnest($3::integer[]) as reader (grp)
      cross join lateral (${SPEAKERS(SPEAKS_ABOUT, '$5::integer')}
      ) r
      join ledger.entries e on e.log_index = r.log_index
    )
    select ${EVENT_NAMES}
    from (
      select ${EVENT_COLUMNS}, ${BYTES_BEFORE}
      from (select distinct log_index from about where log_index is not null order by log_index limit $5::integer) r
      join ledger.entries e on e.log_index = r.log_index
      join ledger.content c on c.log_index = r.log_index
    ) found
    where bytes_before <= $6::bigint
    order by "logIndex"`,
};

/**
 * Visible events that speak about the given ones, in log order; the given ones only where they speak too.
 * At most `limit`: as many rows as the limit mean that there may be more. None behind `contentBytesMax` of documents and the one that
 * exceeds them.
 */
export async function relationsAbout(
  from: Statements,
  refs: readonly Ref[],
  groups: readonly number[],
  logSize: number,
  limit: number,
  contentBytesMax = Number.MAX_SAFE_INTEGER,
): Promise<EventRow[]> {
  const asked = storableRefs(refs);
  if (asked.length === 0) return [];
  const { rows } = await from.run<EventRow>(RELATIONS_ABOUT, [
    asked.map(({ agency }) => agency),
    asked.map(({ id }) => id),
    groups,
    logSize,
    limit,
    contentBytesMax,
  ]);
  return rows;
}
