/** What an answer was made of, for whoever asks to whom its fields lead (`explain=1`; the rules are those of libs/contracts). */
import type { ExplainSource } from '#lib/contracts';
import { knownAtReported, type EventRef } from '#lib/domain';
import type { AsOf } from './coordinates.ts';
import { evidenceOf, storedView, type ReadEvent } from './event-view.ts';
import type { LedgerReads } from './ledger-reads.ts';
import { recordedAt } from './recorded.ts';

/**
 * Of what was read for an answer that which it may speak of: where it says what was known at a date, a sighting that was reported later is as if
 * it were not there; one that states no time is counted among those.
 */
function toldOf(asOf: AsOf, events: readonly ReadEvent[]): readonly ReadEvent[] {
  if (asOf.basis !== 'reported') return events;
  const known = new Set(knownAtReported(events, asOf.until).inputs);
  return events.filter((event) => known.has(event) || event.sighting.reported === undefined);
}

/** One statement more than the answer itself: the recorded times of what it only refers to. */
export async function explainSources(
  reads: Pick<LedgerReads, 'recordedTimes'>,
  asOf: AsOf,
  read: readonly ReadEvent[],
): Promise<readonly ExplainSource[]> {
  const events = toldOf(asOf, read);
  const recorded = await recordedAt(
    reads,
    asOf,
    events.map(({ stored }) => stored),
  );
  return events.map((event) => {
    const { agency, id, logIndex, submittedBy, reportedBy, captured, recorded: at } = storedView(event, recorded);
    return { agency, id, logIndex, submittedBy, reportedBy, captured, recorded: at, evidence: evidenceOf(event.document) };
  });
}

export const refsOf = (events: readonly ReadEvent[]): EventRef[] => events.map(({ sighting: { agency, id } }) => ({ agency, id }));
