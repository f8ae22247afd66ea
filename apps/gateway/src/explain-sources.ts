/** What an answer was made of, for whoever asks to whom its fields lead (`explain=1`; the rules are those of libs/contracts). */
import type { ExplainSource } from '#lib/contracts';
import { knownAtReported, type EventRef } from '#lib/domain';
import type { Beside } from './beside.ts';
import type { AsOf } from './coordinates.ts';
import { evidenceOf, storedView, type ReadEvent } from './event-view.ts';

/**
 * Of what was read for an answer that which it may speak of: where it says what was known at a date, a sighting that was reported later is as if
 * it were not there; one that states no time is counted among those.
 */
function toldOf(asOf: AsOf, events: readonly ReadEvent[]): readonly ReadEvent[] {
  if (asOf.basis !== 'reported') return events;
  const known = new Set(knownAtReported(events, asOf.until).inputs);
  return events.filter((event) => known.has(event) || event.sighting.reported === undefined);
}

/**
 * @param events as their reader was shown them: what is hidden from him is no source of his
 * @param beside read once for the answer and for this, and of all of these events, so that both say the same of a document
 */
export const explainSources = (asOf: AsOf, events: readonly ReadEvent[], beside: Beside): readonly ExplainSource[] =>
  toldOf(asOf, events).map((event) => {
    const { agency, id, logIndex, submittedBy, reportedBy, captured, recorded: at } = storedView(event, beside);
    return { agency, id, logIndex, submittedBy, reportedBy, captured, recorded: at, evidence: evidenceOf(event.document, beside.held) };
  });

export const refsOf = (events: readonly ReadEvent[]): EventRef[] => events.map(({ sighting: { agency, id } }) => ({ agency, id }));
