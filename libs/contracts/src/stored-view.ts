/** One event as the ledger holds it, in lists and in streams. */
import Type, { type Static } from 'typebox';
import type { SightingDocument } from './sighting-schema.ts';
import { SignatureView } from './signature-view.ts';
import { closed, hash, index, orNull, ref, ReportedBy, SubmittedBy, time } from './view-parts.ts';

const Display = Type.Object(
  {
    summary: Type.String({ description: 'One line: what happened, as a reader would say it.' }),
    occurred: Type.String({ description: 'As its author wrote it.' }),
    occurredUtc: Type.Optional(Type.String({ description: 'The same in UTC, where the author wrote another offset.' })),
    place: Type.String(),
    grade: Type.String(),
    items: Type.Array(Type.String()),
    source: Type.String(),
  },
  { ...closed, description: 'The same in words, for a person.' },
);

/** What every view of an event says of it. */
export const storedMembers = {
  agency: Type.String(),
  id: Type.String(),
  logIndex: index(),
  submittedBy: SubmittedBy,
  reportedBy: orNull(ReportedBy),
  captured: Type.String({ description: 'Clock of the server that accepted it: a claim.' }),
  recorded: orNull(
    time(
      "Time of the log's first seal that covers it: set by nobody but the log, never falling, proved. Seals count that lie below logSize (of basis recorded: that cover no more than it), so that an answer at one log size stays what it was; null: none of them covers it.",
    ),
  ),
  contentHash: hash("SHA-256 of the document's canonical bytes."),
  commitment: hash('Root of the field tree.'),
  document: ref<SightingDocument>('Sighting'),
  display: Display,
  signatures: Type.Array(SignatureView, {
    description:
      'Lists below the log size of the answer that its agency signed and that name it, oldest first; those that you may see. Empty: none.',
  }),
};

/** One event as the ledger holds it: nothing is said of how it stands. */
export const StoredView = Type.Object(storedMembers, closed);
export type StoredView = Static<typeof StoredView>;
