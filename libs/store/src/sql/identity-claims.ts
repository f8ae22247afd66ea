/**
 * Entries that may say of these items what else they are: identifications, and corrections, which may put one in place. What names others (TLP:RED
 * with principals) is left out within the walk. Plan: for each item and group one walk of timeline_claims, which holds these kinds alone, so that the
 * positions of a ship cost nothing; then one probe of the primary keys of entries and content for each row that is left.
 */
import { KINDS } from '#lib/domain';
import type { Statements } from '../pool.ts';
import { EVENT_COLUMNS, EVENT_NAMES, type EventRow } from './event-row.ts';
import type { EvidenceReader } from './evidence.ts';
import { namesOthers } from './named-rows.ts';
import { isStorable } from './storable.ts';

/** As the index timeline_claims has them. */
const CLAIMING = `(${KINDS.indexOf('identification')}, ${KINDS.indexOf('correction')})`;
const ASKING = { agency: '$6::text', principal: '$7::text', breaksGlass: '$8::boolean' };

export const IDENTITY_CLAIMS = {
  name: 'identity_claims',
  text: `select ${EVENT_NAMES}
    from (
      select ${EVENT_COLUMNS}, sum(octet_length(c.bytes)) over (order by t.log_index) - octet_length(c.bytes) as bytes_before
      from (
        select distinct t.log_index
        from unnest($1::text[]) as asked (item)
        cross join unnest((select $2::integer[])) as reader (grp)
        cross join lateral (
          select t.log_index from ledger.timeline t
          where t.item = asked.item and t.grp = reader.grp and t.kind in ${CLAIMING} and t.log_index < $3::bigint
            and not ${namesOthers('t.log_index', ASKING)}
          order by t.item, t.grp, t.log_index
          limit $4::integer
        ) t
        order by t.log_index
        limit $4::integer
      ) t
      join ledger.entries e on e.log_index = t.log_index
      join ledger.content c on c.log_index = t.log_index
    ) found
    where bytes_before <= $5::bigint
    order by "logIndex"`,
};

export interface ClaimsQuestion {
  readonly items: readonly string[];
  /** Who asks; the statements are run as him. Without groups nothing is visible. */
  readonly reader: EvidenceReader;
  /** Entries below this log index count. */
  readonly logSize: number;
  /** Of all items together. */
  readonly limit: number;
  /** Documents in bytes: none is read behind these and the one that exceeds them. */
  readonly contentBytesMax: number;
}

/** In log order; each event once. At most `limit`: as many mean that there may be more. */
export async function identityClaims(
  from: Statements,
  { items, reader, logSize, limit, contentBytesMax }: ClaimsQuestion,
): Promise<EventRow[]> {
  const { groups, agency, principal, breaksGlass } = reader;
  const values = [items.filter(isStorable), groups, logSize, limit, contentBytesMax, agency, principal, breaksGlass];
  return (await from.run<EventRow>(IDENTITY_CLAIMS, values)).rows;
}
