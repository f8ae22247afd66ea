/** What many items have in common, by the sightings that a search found, with each of those behind it. */
import Type, { type Static } from 'typebox';
import { TLP_LABELS } from '#lib/domain';
import { Coordinates } from './coordinates-view.ts';
import { closed } from './view-parts.ts';

/** As libs/analysis has them. */
export const PATTERN_NAMES = ['paths', 'carriers', 'parties'];

const Pattern = Type.Object(
  {
    path: Type.Optional(Type.Array(Type.String(), { description: 'UN/LOCODEs or countries, in the order of time.' })),
    isOrderCertain: Type.Optional(Type.Boolean({ description: 'false: the times of some records meet, and the order may be another.' })),
    carriers: Type.Optional(Type.Array(Type.String(), { description: 'What all of the items were put into.' })),
    isTogether: Type.Optional(
      Type.Boolean({
        description: 'Of each carrier one record names all of the items. false: they may have been in it at different times.',
      }),
    ),
    party: Type.Optional(
      Type.Object(
        { lei: Type.Optional(Type.String()), names: Type.Array(Type.String({ description: 'As their authors wrote them.' })) },
        {
          ...closed,
          description: 'By its LEI, or by a name of the same letters but for case and marks: equal names need not be one party.',
        },
      ),
    ),
    items: Type.Array(Type.String(), { description: 'Those that have it in common: two at least.' }),
    sightings: Type.Array(
      Type.Object(
        { agency: Type.String(), id: Type.String(), items: Type.Array(Type.String()) },
        { ...closed, description: 'And which of the items it is about.' },
      ),
      { description: 'All that the pattern follows from.' },
    ),
    tlp: Type.Enum([...TLP_LABELS], { description: 'The strictest of all that it rests on.' }),
  },
  closed,
);

export const PatternsView = Type.Object(
  {
    coordinates: Coordinates,
    of: Type.Enum(PATTERN_NAMES as ('paths' | 'carriers' | 'parties')[]),
    patterns: Type.Array(Pattern, { description: 'Those of most items first, then of most sightings.' }),
    complete: Type.Boolean({
      description: 'false: more sightings were found than are looked at, or more patterns than are told; see notes.',
    }),
    notes: Type.Array(Type.String(), { description: 'In words, what the answer does not cover.' }),
  },
  closed,
);
export type PatternsView = Static<typeof PatternsView>;
