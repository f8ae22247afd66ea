/** The journey of one item: where records prove that it was, by itself and by what it was inside of, and since when nothing does. */
import Type, { type Static } from 'typebox';
import type { AtView } from './at-view.ts';
import { Coordinates } from './coordinates-view.ts';
import type { IdentityView } from './identity-view.ts';
import { Conflicts, Contained, Custody, Graded, isDisputed, Leg, Placing, Said, standing, TrackFile } from './journey-members.ts';
import { Vessel, VesselEvents } from './vessel-members.ts';
import { closed, EventRefView, index, orNull, ref, time } from './view-parts.ts';

const Apart = Type.Object(
  {
    ...Said.properties,
    line: Type.Optional(Type.Integer({ minimum: 1, description: 'Of the track file that the event cites.' })),
    standing,
    places: Type.Boolean({ description: 'False: it is only said, planned, or does not stand, and places nothing.' }),
    leg: orNull(Type.Integer({ minimum: 0, description: 'Of `legs`, by which the item inherits it; null: a record of the item itself.' })),
    from: time('Earliest.'),
    to: time('Latest, not included.'),
    lat: Type.Number(),
    lon: Type.Number(),
    radiusMetres: Type.Number({ minimum: 0, description: 'How far from there it may have been.' }),
    isRadiusStated: Type.Boolean({
      description: 'False: assumed, 25 km of a place, 79 km of one in whole degrees, and 1 km of a position.',
    }),
  },
  closed,
);

const TravelAlarm = Type.Object(
  {
    kind: Type.Enum(['impossible-travel', 'two-at-once'], {
      description: 'two-at-once: however their times are read, no journey lies between.',
    }),
    first: Apart,
    second: Apart,
    km: Type.Number({ description: 'Between the points as given, along the geodesic (WGS 84).' }),
    leastKm: Type.Number({ description: 'Less both radii.' }),
    longestMinutes: Type.Number({ description: 'The longest time that can lie between, and one minute for the clocks.' }),
    leastKmh: Type.Number({ description: 'The least speed that would make both true.' }),
    boundKmh: Type.Number({ description: 'Nothing of its kind goes faster.' }),
    boundOf: Type.Enum(['ship', 'aircraft', 'carried'], {
      description: 'By what it is, or by what it was in meanwhile. carried: whatever may have been put into an aircraft.',
    }),
    arithmetic: Type.String({ description: 'All of this in one line.' }),
    odd: Type.Enum(['first', 'second', 'either', 'neither'], {
      description:
        'On which of both all impossible pairs rest that are read with this one. either: there is no other, so that one record is wrong, or two things were each seen once. neither: more than one record is wrong, or there are two things.',
    }),
    without: Type.Optional(EventRefView),
    isOpen: Type.Boolean({ description: 'Both stand, and no resolution in force settles both together.' }),
    tlp: Graded.tlp,
  },
  { ...closed, description: 'Two records whose places cannot both be true. It places nothing and decides nothing.' },
);

const TrackRecord = Type.Object({ event: EventRefView, line: Type.Optional(Type.Integer({ minimum: 1 })) }, closed);

const Clone = Type.Object(
  {
    tracks: Type.Array(
      Type.Object({ records: Type.Array(TrackRecord, { minItems: 1, description: 'At most 20.' }), moreRecords: index() }, closed),
      { minItems: 2, maxItems: 2, description: 'Of each track the records that stand in impossible pairs with the other.' },
    ),
    pairs: Type.Integer({ minimum: 2, description: 'Impossible pairs between them.' }),
    isOpen: Type.Boolean(),
    tlp: Graded.tlp,
  },
  {
    ...closed,
    description:
      'Records that place the item fall into two tracks which are each possible, and together not, whichever single record is taken away: two things with one identity, or records of two that were given it by mistake.',
  },
);

const Travel = Type.Object(
  {
    alarms: Type.Array(TravelAlarm, { description: 'By time, at most 100.' }),
    moreAlarms: index(),
    clones: Type.Array(Clone, { description: 'At most 20.' }),
    moreClones: index(),
    isPartial: Type.Boolean({
      description:
        'There was more to compare than is followed: there may be more. False says that the bound was not reached, and not that every record was held against every other: of many of one time some are left out.',
    }),
  },
  closed,
);

const LastConveyance = Type.Object(
  {
    id: Type.String(),
    scheme: Type.String(),
    display: Type.String(),
    since: orNull(time('Up to then the item was provably in it; null: of no time is that proved.')),
    records: Type.Integer({
      minimum: 0,
      description:
        'About it, of what may be a later time, or later than the last loading where nothing is proved. They place the item nowhere.',
    }),
    ...VesselEvents,
    ...Conflicts,
    tlp: Graded.tlp,
  },
  { ...closed, description: 'What the item is last recorded in, from the last that is proved on: where to look next.' },
);

export const JourneyView = Type.Object(
  {
    item: Type.Object({ id: Type.String(), scheme: Type.String(), display: Type.String() }, closed),
    coordinates: Coordinates,
    lastProved: orNull(Type.Object({ ...Placing.properties, isDisputed }, closed)),
    inWhat: Type.Array(Contained, {
      description: 'In what it is by the last record, and what that is in; empty: in nothing that is recorded.',
    }),
    containments: Type.Array(Contained, { description: 'Of the item itself, in order.' }),
    legs: Type.Array(Leg),
    placings: Type.Array(Placing, { description: 'By time. Nothing is said of what lies between two of them.' }),
    rings: Type.Array(Type.Array(Type.String()), { description: 'Identifiers that records put into each other in a ring: not followed.' }),
    tooDeep: Type.Array(Type.Array(Type.String()), {
      description:
        'Chains of more than five carriers: not followed further. `notFollowed` is the strictest label of these and of the rings; null: there are none.',
    }),
    notFollowed: orNull(Graded.tlp),
    tracks: Type.Array(TrackFile),
    ...Conflicts,
    travel: Travel,
    lastConveyance: orNull(LastConveyance),
    vessels: Type.Array(Vessel, {
      description:
        'What the item did by its track, where it is a ship; and what the ships did that it was provably inside of, while it was. At most 20, of which positions are known. It places nothing.',
    }),
    moreVessels: index(),
    custody: Custody,
    at: Type.Optional(ref<AtView>('AtView')),
    identity: Type.Optional(ref<IdentityView>('IdentityView')),
  },
  closed,
);
export type JourneyView = Static<typeof JourneyView>;
