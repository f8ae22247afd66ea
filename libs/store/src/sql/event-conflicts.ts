/** Other bytes that one agency submitted under the id of one event of its own. */
import type { Statements } from '../pool.ts';
import type { ConflictReader } from './list-conflicts.ts';
import { conflictNamesOthers } from './named-rows.ts';

/** Bytes that did not become the event: never they themselves. */
export interface EventConflict {
  /** 32 bytes. */
  readonly contentHash: Buffer;
  readonly capturedMicros: number;
}

export const EVENT_CONFLICTS = {
  name: 'event_conflicts',
  text: `select content_hash as "contentHash", captured as "capturedMicros" from ledger.conflicts c
    where c.agency = $1::text and c.id = $2::text
      and not ${conflictNamesOthers({ agency: '$1::text', principal: '$4::text', breaksGlass: '$5::boolean' })}
    order by content_hash limit $3::integer`,
};

/** By hash, the first `limit`. Plan: the primary key (agency, id, content_hash). Whether the reader may know of the event is for the caller to say. */
export async function eventConflicts(
  from: Statements,
  { agency, principal, breaksGlass }: ConflictReader,
  id: string,
  limit: number,
): Promise<EventConflict[]> {
  return (await from.run<EventConflict>(EVENT_CONFLICTS, [agency, id, limit, principal, breaksGlass])).rows;
}
