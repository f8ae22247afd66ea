/** What ships did by their tracks, in the words of Global Fishing Watch: gaps, port visits, encounters, loitering. */
import Type from 'typebox';
import { Graded, TrackPoint } from './journey-members.ts';
import { closed, index, orNull, time } from './view-parts.ts';

const certainty = Type.Enum(['certain', 'may'], {
  description: 'certain: every reading of what is known carries it. may: some do, and `unsure` says why not all.',
});
const unsure = <Doubt extends string>(doubts: readonly Doubt[], description: string) =>
  Type.Array(Type.Enum([...doubts]), { description: `Empty: it is certain. ${description}` });
const hours = (description: string) => Type.Number({ minimum: 0, description: `${description} Cut to tenths.` });

const Legs = {
  legs: Type.Array(index(), {
    description:
      'Of `legs` of the answer, at most 20: the item was provably aboard at some time of it. Empty: it is of the item itself, or behind what is proved.',
  }),
  moreLegs: index(),
  tlp: Graded.tlp,
};

const Coverage = Type.Object(
  {
    state: Type.Enum(['known', 'unknown'], {
      description:
        'known: receivers heard it 14 times in the twelve hours before, and where it fell silent others of its class, or of the weaker, ten times on each day of the silence. unknown: nothing says that it could have been heard. Neither says why it was silent.',
    }),
    heardBefore: Type.Integer({ minimum: 1, description: 'Its positions in the twelve hours before, the last among them.' }),
    othersADay: Type.Integer({
      minimum: 0,
      description: 'Positions of others in the files of this answer, within half a degree, on the day of the silence that has the fewest.',
    }),
  },
  closed,
);

const GapEvent = Type.Object(
  {
    since: TrackPoint,
    until: orNull(TrackPoint),
    hours: orNull(hours('That it was not heard; null: it was not heard again.')),
    certainty,
    unsure: unsure(
      ['class', 'end', 'unread'],
      'class: it is shorter than a day, and nobody says that the transponder is of class A. end: the track ends, and nothing says for how long it was silent. unread: a track that a record cites could not be read, and may fill it.',
    ),
    coverage: Coverage,
    ...Legs,
  },
  {
    ...closed,
    description: 'It was not heard for twelve hours or more, outside of a port. Apparent: what no receiver heard may have been sent.',
  },
);

const PortVisit = Type.Object(
  {
    port: Type.Object({ unlocode: Type.String(), name: Type.Optional(Type.String()), lat: Type.Number(), lon: Type.Number() }, closed),
    since: TrackPoint,
    until: TrackPoint,
    confidence: Type.Integer({
      minimum: 2,
      maximum: 4,
      description:
        'Of Global Fishing Watch. 2: a stop, or a silence of four hours, within reach of the port. 3: and how it came, or how it left. 4: both.',
    }),
    certainty,
    unsure: unsure(
      ['port', 'position', 'silence', 'speed'],
      'port: records give several points for the port, and it was never in reach of all at once. position: by the error of its positions it may have stayed outside. silence: it was not heard for hours, and may have left and come back. speed: it slowed down to less than half a knot, and a stop begins below a fifth.',
    ),
    ...Legs,
  },
  { ...closed, description: 'From the first position within 3 km of a point that a record gives for the port to the last within 4 km.' },
);

const Encounter = Type.Object(
  {
    other: Type.Object(
      {
        id: Type.String({ description: 'Its transponder, by MMSI.' }),
        display: Type.String(),
        hulls: Type.Array(Type.String(), { description: 'That the rows name for it: `imo:` and the number.' }),
      },
      closed,
    ),
    since: time('The first instant at which it holds.'),
    until: time('The last.'),
    hours: hours('Between them.'),
    first: TrackPoint,
    otherFirst: TrackPoint,
    positions: Type.Integer({ minimum: 1, description: 'Of its own track.' }),
    otherPositions: Type.Integer({ minimum: 1 }),
    nearestMetres: Type.Integer({ minimum: 0, description: 'Between positions that are nearest in time.' }),
    certainty,
    unsure: unsure(
      ['distance', 'port', 'shore', 'speed'],
      'distance: the errors of the positions, or the time between them, leave it open that they were farther apart. port: some of the points that records give for a port are near. shore: that no anchorage or quay was near nobody says. speed: one of them may have gone faster.',
    ),
    ...Legs,
  },
  {
    ...closed,
    description:
      'Within 500 m of another for two hours or more, both at less than two knots, and 10 km or more from each port that records give: of anchorages that no record names nothing is known. Only ships in the track files of this answer are looked at. Nothing says what was done there.',
  },
);

const Loitering = Type.Object(
  {
    since: TrackPoint,
    until: TrackPoint,
    hours: hours('Between them.'),
    certainty,
    unsure: unsure(
      ['port', 'shore', 'speed'],
      'shore: that it was twenty nautical miles from shore nobody says; it was so far from each port that records give. port: some of the points that records give for a port are nearer. speed: it may have gone faster.',
    ),
    ...Legs,
  },
  { ...closed, description: 'At less than two knots for four hours or more, twenty nautical miles or more from shore.' },
);

/** Of one ship. */
export const VesselEvents = {
  gaps: Type.Array(GapEvent, { description: 'By time, at most 200.' }),
  moreGaps: index(),
  portVisits: Type.Array(PortVisit, { description: 'By time, at most 200.' }),
  morePortVisits: index(),
  encounters: Type.Array(Encounter, { description: 'By time, at most 200.' }),
  moreEncounters: index(),
  loitering: Type.Array(Loitering, { description: 'By time, at most 200.' }),
  moreLoitering: index(),
  isPartial: Type.Boolean({ description: 'There was more to look through than is looked through: there may be more of these.' }),
};

export const Vessel = Type.Object(
  { id: Type.String(), scheme: Type.String(), display: Type.String(), ...VesselEvents },
  { ...closed, description: 'A ship, and what it did by its track. Apparent, all of it.' },
);
