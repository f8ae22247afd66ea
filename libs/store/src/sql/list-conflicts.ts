/**
 * Conflicts of an agency (the same id, other bytes), for its submitters, with what stands instead; none where a reader may not see that, or not those bytes.
 * Plan: primary key (agency, id, content_hash) from the key on; for each one probe of entries_event and of timeline_log_index.
 */
import type { Statements } from '../pool.ts';
import { conflictNamesOthers, namesOthers } from './named-rows.ts';

export interface Conflict {
  readonly agency: string;
  readonly id: string;
  readonly contentHash: Buffer;
  readonly principal: string;
  readonly capturedMicros: number;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** What stands instead. */
  readonly standingLogIndex: number;
  readonly standingHash: Buffer;
}

export type ConflictKey = Pick<Conflict, 'id' | 'contentHash'>;

const ASKING = { agency: '$1::text', principal: '$6::text', breaksGlass: '$7::boolean' };

export const LIST_CONFLICTS = {
  name: 'list_conflicts',
  text: `select c.agency, c.id, c.content_hash as "contentHash", c.principal, c.captured as "capturedMicros", c.topic, c.partition, c."offset",
      e.log_index as "standingLogIndex", e.content_hash as "standingHash"
    from ledger.conflicts c
    cross join lateral (
      select e.log_index, e.content_hash from ledger.entries e
      where e.agency = c.agency and e.id = c.id
        and exists (select from ledger.timeline t where t.log_index = e.log_index and t.grp = any($5::integer[]))
        and not ${namesOthers('e.log_index', ASKING)}
      offset 0
    ) e
    where not ${conflictNamesOthers(ASKING)} and c.agency = $1::text and (c.id, c.content_hash) > ($2::text, $3::bytea)
    order by c.agency, c.id, c.content_hash limit $4::integer`,
};

/** Who asks: a submitter of the agency. */
export interface ConflictReader {
  readonly agency: string;
  readonly principal: string;
  readonly breaksGlass: boolean;
}

/** By id, then hash, after a key. */
export async function listConflicts(
  from: Statements,
  { agency, principal, breaksGlass }: ConflictReader,
  { after, limit, groups }: { readonly after?: ConflictKey | undefined; readonly limit: number; readonly groups: readonly number[] },
): Promise<Conflict[]> {
  const { rows } = await from.run<Conflict>(LIST_CONFLICTS, [
    agency,
    after?.id ?? '',
    after?.contentHash ?? Buffer.alloc(0),
    limit,
    groups,
    principal,
    breaksGlass,
  ]);
  return rows;
}
