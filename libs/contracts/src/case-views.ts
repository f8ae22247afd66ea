/** What is answered about cases. */
import Type, { type Static } from 'typebox';
import { Coordinates } from './coordinates-view.ts';
import type { EventView } from './event-view.ts';
import type { SightingDocument } from './sighting-schema.ts';
import { closed, index, orNull, ref, SubmittedBy, time } from './view-parts.ts';

const said = {
  id: Type.String({ description: 'Of the act that says it: by it others act on it.' }),
  by: SubmittedBy,
  captured: time('When capture took it, by its clock.'),
};
const Note = Type.Object({ ...said, text: Type.String() }, closed);
const why = () => Type.Optional(Type.String({ description: 'As whoever said it says.' }));

const opened = {
  agency: Type.String(),
  id: Type.String({ description: 'Of the document that opened it.' }),
  logIndex: index(),
  title: Type.String(),
  about: Type.Optional(Type.String({ description: 'What it is about, as it was opened with.' })),
  handling: Type.Unsafe<SightingDocument['handling']>({
    type: 'object',
    description: 'In effect: who may see the case. Of what is in it each reader sees what he may see.',
  }),
  by: SubmittedBy,
  captured: said.captured,
  recorded: orNull(time("Time of the log's first seal that covers it; null: none does.")),
};

const withoutReported = Type.Optional(
  Type.Integer({ minimum: 0, description: 'Of basis reported: chosen sightings left out because their author states no time.' }),
);

export const CaseView = Type.Object(
  {
    coordinates: Coordinates,
    case: Type.Object(
      { ...opened, closed: Type.Union([Type.Object({ ...said, why: why() }, closed), Type.Null()], { description: 'null: it is open.' }) },
      closed,
    ),
    notes: Type.Array(Note, { description: 'On the case itself, in the order in which they were said.' }),
    entries: Type.Array(
      Type.Object(
        {
          ...said,
          why: why(),
          notes: Type.Array(Note),
          event: ref<EventView>('EventView'),
          inPlace: Type.Optional(ref<EventView>('EventView')),
        },
        { ...closed, description: 'A chosen sighting, how it stands, and of a corrected one what is in its place.' },
      ),
      { description: 'In the order that the case has them in. What its reader may not see is not among them, and leaves no gap.' },
    ),
    withoutReported,
    next: orNull(Type.String()),
  },
  closed,
);
export type CaseView = Static<typeof CaseView>;

export const CasesView = Type.Object(
  {
    coordinates: Coordinates,
    cases: Type.Array(Type.Object(opened, closed), { description: 'Those that you may see, the one that was opened last first.' }),
    next: orNull(Type.String()),
  },
  closed,
);
export type CasesView = Static<typeof CasesView>;
