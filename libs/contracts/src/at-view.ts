/** What is known of one time that was asked about (`at`): where an item was, in what, and who held it, certainly or possibly. */
import Type, { type Static } from 'typebox';
import { PRECISIONS, type Cover } from '#lib/domain';
import { Carrier, Conflicts, Contained, Custody, Gap, Graded, Holding, isDisputed, Placing, TrackFile } from './journey-members.ts';
import { closed, EventRefView, every, index, orNull, time } from './view-parts.ts';

export const COVERS = every<Cover>({ certainly: true, possibly: true });
const COVER = Type.Enum(COVERS, {
  description:
    'certainly: whatever its true time is, some of it lies in the time that was asked about. possibly: some choice of its true time does; it proves nothing of that time.',
});

const MAYBES = ['loading', 'unloading', 'undated', 'left-undated'] as const;

/** The time that was asked about, as it was taken. */
export const AskedTimeView = Type.Object(
  {
    text: Type.String({ description: 'As given.' }),
    unit: Type.Enum([...PRECISIONS], {
      description: 'How far the text goes: the whole of that unit is asked about. A date alone is that day in UTC.',
    }),
    from: time('UTC.'),
    until: time('UTC, not included.'),
    display: Type.String({ description: 'In words.' }),
  },
  closed,
);
export type AskedTimeView = Static<typeof AskedTimeView>;

const { leg: _, ...placed } = Placing.properties;

/** A placing that names the nest which it rests on. */
export const PlacedBy = Type.Object(
  { ...placed, carriers: Type.Array(Carrier, { description: 'Of basis inferred: from the innermost to the one whose record it is.' }) },
  closed,
);
export type PlacedBy = Static<typeof PlacedBy>;

const Placed = { ...PlacedBy.properties, isDisputed };

const Where = Type.Object(
  {
    basis: Type.Enum(['observed', 'inferred', 'unknown'], {
      description:
        'By what certainly is of that time; a record that only may be leaves it unknown. No place is worked out between two records.',
    }),
    placings: Type.Array(Type.Object({ ...Placed, cover: COVER }, closed), {
      description: 'By time; at most 200, and of more those that certainly are of it before those that may be.',
    }),
    morePlacings: index(),
    before: orNull(Type.Object(Placed, closed)),
    after: orNull(Type.Object(Placed, closed)),
    mayBeLater: Type.Integer({ minimum: 0, description: 'Others that certainly are of an earlier time, and may be later than `before`.' }),
    mayBeEarlier: Type.Integer({ minimum: 0, description: 'Others that certainly are of a later time, and may be earlier than `after`.' }),
    undated: Type.Integer({ minimum: 0, description: 'Records that say where, and not when: any of them may be of that time.' }),
  },
  {
    ...closed,
    description:
      'before, after: of those that certainly are of an earlier time the one whose own time is sure to be the latest, and of those of a later one the one that is sure to be the soonest.',
  },
);

const InWhat = Type.Object(
  {
    basis: Type.Enum(['inferred', 'unknown'], { description: 'By loadings, and what confirms them.' }),
    legs: Type.Array(
      Type.Object(
        {
          carriers: Type.Array(Carrier, { minItems: 1, description: 'From the innermost to the outermost.' }),
          holds: Type.Enum(['throughout', 'partly'], { description: 'All of the time that was asked about, or some of it.' }),
          from: time('Proved from here.'),
          until: time('To here, not included; behind it nothing confirms it.'),
          isOpen: Type.Boolean(),
          gaps: Type.Array(Gap, { description: 'That meet the time that was asked about.' }),
          isDisputed,
          ...Graded,
        },
        closed,
      ),
      { description: 'That certainly held.' },
    ),
    containments: Type.Array(
      Type.Object(
        {
          ...Contained.properties,
          holds: Type.Enum(['throughout', 'partly', 'possibly', 'last-recorded'], {
            description:
              'possibly: it may be, for one of the reasons. last-recorded: no record took it out, and nothing confirms any more that it was inside; nothing is inherited.',
          }),
          reasons: Type.Array(Type.Enum([...MAYBES]), {
            description:
              'Of possibly, at least one. loading, unloading: it may have been put in, or taken out, just then. undated, left-undated: when it was put in, or taken out, no record says, or not at both ends.',
          }),
          until: orNull(time('Confirmed up to here; null: nothing of it is.')),
          outer: Type.Array(Carrier, { description: 'Of last-recorded: in what that is last recorded then, and so on outwards.' }),
          isDisputed,
        },
        closed,
      ),
      { description: 'Of the item itself.' },
    ),
  },
  closed,
);

const HeldBy = Type.Object(
  {
    basis: Type.Enum(['observed', 'inferred', 'unknown'], { description: 'By what certainly is of that time.' }),
    holders: Type.Array(
      Type.Object(
        {
          ...Holding.properties,
          basis: Type.Enum(['observed', 'inferred'], {
            description:
              'observed: a record of that time says so. inferred: one before and one behind do, and none between them names another; that is never certain.',
          }),
          cover: COVER,
        },
        closed,
      ),
      {
        description:
          'At most 200, and of more those that certainly are of it before those that may be. Disputed records make nobody a holder, though they place.',
      },
    ),
    moreHolders: index(),
    uncovered: Custody.properties.uncovered,
    moreUncovered: index(),
  },
  closed,
);

const RecordRef = Type.Object(
  { event: EventRefView, line: Type.Optional(Type.Integer({ minimum: 1, description: 'Of the track file that the event cites.' })) },
  closed,
);

const Against = Type.Object(
  {
    ...Conflicts,
    alarms: Type.Array(
      Type.Object(
        {
          kind: Type.Enum(['impossible-travel', 'two-at-once']),
          first: RecordRef,
          second: RecordRef,
          arithmetic: Type.String(),
          isOpen: Type.Boolean(),
          tlp: Graded.tlp,
        },
        closed,
      ),
      { description: 'Of records whose places cannot both be true, one of them named here. At most 100; in full in the journey.' },
    ),
    moreAlarms: index(),
    clones: Type.Array(Type.Object({ pairs: Type.Integer({ minimum: 2 }), isOpen: Type.Boolean(), tlp: Graded.tlp }, closed), {
      description: 'Two things may bear this identity, by pairs of records one of which is named here. At most 20; in full in the journey.',
    }),
    moreClones: index(),
    isPartial: Type.Boolean({ description: 'Of the search for alarms and clones: there may be more.' }),
  },
  { ...closed, description: 'What speaks against records that are named in this answer, settled or not: it decides nothing.' },
);

export const AtView = Type.Object(
  {
    time: AskedTimeView,
    where: Where,
    inWhat: InWhat,
    heldBy: HeldBy,
    against: Against,
    missingTracks: Type.Array(TrackFile, { description: 'Files of positions that are cited and were not read.' }),
  },
  { ...closed, description: 'Of answers to `at`, by what its reader may see and at the coordinates of the answer.' },
);
export type AtView = Static<typeof AtView>;
