/** What a search for sightings answers: each with why it was found, in the words of its author first, and how it stands. */
import Type from 'typebox';
import { SIGHTING_FILTERS } from '#lib/domain';
import { Coordinates } from './coordinates-view.ts';
import { closed, orNull, ref } from './view-parts.ts';

const FoundWord = Type.Object(
  {
    asked: Type.String(),
    found: Type.String({ description: 'As its author wrote it.' }),
    key: Type.String({ description: 'What both come to: for search alone.' }),
    rule: Type.String({
      description:
        'letters: but for case and marks the same. Else by which table of romanisation, of either or both: "ISO 9", "Revised Romanization".',
    }),
  },
  closed,
);

const Why = Type.Object(
  {
    text: Type.Optional(
      Type.String({ description: 'What stands there, as its author wrote it; of a long text what stands around the word, cut by …' }),
    ),
    pointer: Type.Optional(
      Type.String({ description: 'JSON pointer into the document. Absent: no member of it, but that none is there.' }),
    ),
    filter: Type.Enum([...SIGHTING_FILTERS]),
    words: Type.Optional(Type.Array(FoundWord)),
    certainty: Type.Optional(
      Type.Enum(['certainly', 'possibly'], {
        description: 'Of near and time: whatever the true place or time is; or for some of what its author says, and not for all.',
      }),
    ),
    metres: Type.Optional(Type.Integer({ minimum: 0, description: 'Of near: between the points.' })),
    point: Type.Optional(
      Type.Enum(['stated', 'unlocode'], {
        description: 'Of near: whose coordinates. unlocode: of a table, which has a point somewhere in the port or its town.',
      }),
    ),
  },
  closed,
);

/** @typeParam Event its EventView, which names what is named here */
export const sightingsView = <Event>() =>
  Type.Object(
    {
      coordinates: Coordinates,
      results: Type.Array(Type.Object({ why: Type.Array(Why), sighting: ref<Event>('EventView') }, closed), {
        description: 'Newest in the log first. Corrected and withdrawn ones are among them and say so: `standing`, `by`, `inPlace`.',
      }),
      withoutReported: Type.Optional(
        Type.Integer({
          minimum: 0,
          description: 'Of basis reported: found ones of this page left out because their author states no time.',
        }),
      ),
      notes: Type.Array(Type.String(), { description: 'In words, what the answer does not cover.' }),
      next: orNull(Type.String({ description: 'A page may have few results, or none, and go on: so much is looked at for one.' })),
    },
    closed,
  );
