/** What was said of a case. Plan: a probe of entries_event, then one walk of the primary key of ledger.relations; of each act a probe of two primary keys. */
import type { Statements } from '../pool.ts';
import type { EventRow } from './event-row.ts';
import { isStorable, type Ref } from './storable.ts';

export const CASE_ACTS_OF = {
  name: 'case_acts_of',
  text: `select log_index as "logIndex", agency, id, principal, captured as "capturedMicros", bytes as content, commitment, content_hash as "contentHash", secret, handling
    from ctx.case_acts($1::text, $2::text, $3::bigint, $4::integer, $5::bigint)`,
};

/**
 * To a reader who may see the document that opened it, in log order: at most `limit` (as many mean that there may be more), none behind `contentBytesMax` of
 * documents and the one that exceeds them. Whom an act of TLP:RED names, its document says.
 */
export async function caseActsOf(
  from: Statements,
  { agency, id }: Ref,
  logSize: number,
  limit: number,
  contentBytesMax: number,
): Promise<EventRow[]> {
  if (!isStorable(agency) || !isStorable(id)) return [];
  return (await from.run<EventRow>(CASE_ACTS_OF, [agency, id, logSize, limit, contentBytesMax])).rows;
}
