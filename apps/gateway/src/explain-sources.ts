/** What an answer was made of, for whoever asks to whom its fields lead (`explain=1`; the rules are those of libs/contracts). */
import type { ExplainSource } from '#lib/contracts';
import type { EventRef } from '#lib/domain';
import type { AsOf } from './coordinates.ts';
import { evidenceOf, storedView, type ReadEvent } from './event-view.ts';
import type { LedgerReads } from './ledger-reads.ts';
import { recordedAt } from './recorded.ts';

/** One statement more than the answer itself: the recorded times of what it only refers to. */
export async function explainSources(
  reads: Pick<LedgerReads, 'recordedTimes'>,
  asOf: AsOf,
  events: readonly ReadEvent[],
): Promise<readonly ExplainSource[]> {
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
