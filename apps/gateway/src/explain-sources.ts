/** What an answer was made of, for whoever asks to whom its fields lead (`explain=1`; the rules are those of libs/contracts). */
import type { ExplainSource } from '#lib/contracts';
import type { EventRef } from '#lib/domain';
import type { Beside } from './beside.ts';
import { evidenceOf, storedView, type ReadEvent } from './event-view.ts';

/**
 * @param events as their reader was shown them: what is hidden from him is no source of his
 * @param beside read once for the answer and for this, and of all of these events, so that both say the same of a document
 */
export const explainSources = (events: readonly ReadEvent[], { recorded, held }: Beside): readonly ExplainSource[] =>
  events.map((event) => {
    const { agency, id, logIndex, submittedBy, reportedBy, captured, recorded: at } = storedView(event, recorded);
    return { agency, id, logIndex, submittedBy, reportedBy, captured, recorded: at, evidence: evidenceOf(event.document, held) };
  });

export const refsOf = (events: readonly ReadEvent[]): EventRef[] => events.map(({ sighting: { agency, id } }) => ({ agency, id }));
