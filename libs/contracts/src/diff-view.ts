/** What changed in an item between two points, of the log or of what authors had reported, and by whom. */
import Type, { type Static } from 'typebox';
import type { ChangeName } from '#lib/domain';
import { PlacedBy } from './at-view.ts';
import { Coordinates } from './coordinates-view.ts';
import { Leg } from './journey-members.ts';
import { closed, EventRefView, every, FLAGS, index, orNull, STANDINGS, SubmittedBy } from './view-parts.ts';

const CHANGES = every<ChangeName>({
  learnt: true,
  corrected: true,
  withdrawn: true,
  superseded: true,
  restored: true,
  disputed: true,
  settled: true,
  marked: true,
  reassessed: true,
});

const Then = Type.Object({ standing: Type.Enum(STANDINGS), places: Type.Boolean(), flags: Type.Array(Type.Enum(FLAGS)) }, closed);

const JourneyChange = Type.Object(
  {
    lastBefore: orNull(PlacedBy),
    lastAfter: orNull(PlacedBy),
    isLastOther: Type.Boolean({ description: 'Where it was last proved is another record, time, place or nest.' }),
    legsAdded: Type.Array(Leg),
    legsRemoved: Type.Array(Leg),
    legsChanged: Type.Array(Type.Object({ before: Leg, after: Leg }, closed), {
      description: 'By the same loadings, and proved for another time.',
    }),
  },
  { ...closed, description: 'What the journeys at both points conclude otherwise.' },
);

export const DiffView = Type.Object(
  {
    item: Type.Object({ id: Type.String(), display: Type.String() }, closed),
    from: Coordinates,
    to: Coordinates,
    changes: Type.Array(
      Type.Object(
        {
          change: Type.Enum(CHANGES, {
            description:
              'learnt: it was not there. restored: it stands again. settled: no dispute of it is open any more. marked: another handling. reassessed: it counts otherwise for another reason, such as a target that came.',
          }),
          event: EventRefView,
          kind: Type.String(),
          summary: Type.String({ description: 'What the record says, in words.' }),
          by: Type.Array(
            Type.Object(
              {
                agency: Type.String(),
                id: Type.String(),
                logIndex: index(),
                submittedBy: SubmittedBy,
                captured: Type.String(),
                recorded: orNull(Type.String()),
              },
              closed,
            ),
            { description: 'The records that made it so, with who submitted them; of what was learnt the record itself.' },
          ),
          before: orNull(Then),
          after: Then,
        },
        closed,
      ),
      { description: 'In the order of the timeline at `to`.' },
    ),
    journey: Type.Union([JourneyChange, Type.Null()], { description: 'null: one of the journeys is too large to be followed.' }),
    withoutReported: Type.Optional(
      Type.Integer({ minimum: 0, description: 'Of basis reported: records in neither point, since their authors state no time.' }),
    ),
  },
  closed,
);
export type DiffView = Static<typeof DiffView>;
