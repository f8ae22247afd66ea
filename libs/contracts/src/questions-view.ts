/** What is left for a person to decide. */
import Type, { type Static } from 'typebox';
import { OPEN_POINTS } from '#lib/domain';
import { Coordinates } from './coordinates-view.ts';
import { closed, EventRefView, orNull } from './view-parts.ts';

const CODES = [
  'check-digit',
  'disputed',
  'contradiction',
  'open-containment',
  'too-large',
  'waiting',
  'incomplete-correction',
  'relation-cycle',
  'future-dated',
  'unidentified',
] as const;

export const QuestionsView = Type.Object(
  {
    coordinates: Coordinates,
    questions: Type.Array(
      Type.Object(
        {
          kind: Type.Enum(OPEN_POINTS, { description: 'By which it is listed.' }),
          code: Type.Enum(CODES, { description: 'What it is.' }),
          item: orNull(Type.String({ description: "Where it is one item's." })),
          carrier: Type.Optional(Type.String({ description: 'Of an open containment: what the item went into.' })),
          refs: Type.Array(EventRefView, { description: 'The sightings behind it.' }),
          display: Type.String(),
        },
        closed,
      ),
      { description: 'By kind, item and place in the log. A page may have few or none and still go on.' },
    ),
    next: orNull(Type.String()),
  },
  closed,
);
export type QuestionsView = Static<typeof QuestionsView>;
