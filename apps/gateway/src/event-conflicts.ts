/** Other bytes that were submitted under the id of an event, on the answer about it. */
import { EVENT_CONFLICTS_MAX, type EventAnswer } from '#lib/contracts';
import { formatInstant, type EventRef } from '#lib/domain';
import type { AsOf } from './coordinates.ts';
import type { LedgerReads, Reader, Submitter } from './ledger-reads.ts';

/**
 * What its submitter must learn, and nobody else. Conflicts have no place in the log, so that an answer of one point of view, which never
 * changes, cannot have them. One probe of an index.
 */
export async function conflictsOf(
  reads: Pick<LedgerReads, 'as'>,
  reader: Submitter & Pick<Reader, 'context'>,
  asOf: AsOf,
  { agency, id }: EventRef,
): Promise<Pick<EventAnswer, 'conflicts' | 'moreConflicts'>> {
  if (agency !== reader.agency || asOf.basis !== 'log' || asOf.now !== true) return {};
  const found = await reads.as(reader).eventConflicts(reader, id, EVENT_CONFLICTS_MAX + 1);
  if (found.length === 0) return {};
  const conflicts = found.slice(0, EVENT_CONFLICTS_MAX).map(({ contentHash, capturedMicros }) => ({
    contentHash: contentHash.toString('hex'),
    captured: formatInstant(capturedMicros),
  }));
  return { conflicts, ...(found.length > EVENT_CONFLICTS_MAX ? { moreConflicts: true } : {}) };
}
