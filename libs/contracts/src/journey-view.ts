/** The journey of one item: where records prove that it was, by itself and by what it was inside of, and since when nothing does. */
import Type, { type Static } from 'typebox';
import { TLP_LABELS } from '#lib/domain';
import type { AtView } from './at-view.ts';
import { Coordinates } from './coordinates-view.ts';
import { closed, EventRefView, hash, index, orNull, ref, time } from './view-parts.ts';

export const Carrier = Type.Object(
  {
    id: Type.String(),
    scheme: Type.String(),
    display: Type.String(),
    loading: EventRefView,
  },
  { ...closed, description: 'What the item, or the carrier before it, was put into, and the record that says so.' },
);

const At = Type.Object(
  { at: time('When, UTC.'), lat: Type.Number(), lon: Type.Number(), line: Type.Integer({ minimum: 1, description: 'Of the track file.' }) },
  closed,
);

export const Graded = {
  grade: Type.Optional(
    Type.String({
      description: 'The worst reliability and the worst credibility of all that it rests on; absent: something of it is not graded.',
    }),
  ),
  tlp: Type.Enum([...TLP_LABELS], { description: 'The strictest of all that it rests on.' }),
};

export const Gap = Type.Object({ since: At, until: orNull(At), tlp: Graded.tlp }, closed);

const Ending = Type.Object(
  {
    kind: Type.Enum(['unloaded', 'dark', 'unheard', 'unread', 'called', 'elsewhere', 'may-be-elsewhere', 'moved-on'], {
      description:
        'unloaded: a record takes it out. dark: the track of the conveyance stops, for at least twelve hours or for good. called: the conveyance called at the port of discharge that the loading names. unheard: neither a record nor a position of the conveyance follows within twelve hours. unread: a track of it is cited that could not be read. elsewhere: the item was seen where the conveyance cannot have been. may-be-elsewhere: it was seen in another country than the records of the conveyance before and behind, or elsewhere or in something else at a time that may lie before the loading; the conveyance stays the answer. moved-on: the item was put into something else.',
    }),
    at: orNull(
      time('Up to then the containment is proved, and behind it nothing is inherited; null: the record that ends it has no time.'),
    ),
    by: Type.Optional(EventRefView),
    place: Type.Optional(Type.String()),
    tlp: Graded.tlp,
  },
  closed,
);

export const Contained = Type.Object(
  {
    ...Carrier.properties,
    isOpen: Type.Boolean({
      description: 'No record takes it out: it is the last recorded answer to "in what?", and confirmed up to `ending.at` alone.',
    }),
    ending: orNull(Ending),
  },
  closed,
);

export const Leg = Type.Object(
  {
    carriers: Type.Array(Carrier, { minItems: 1, description: 'From the innermost to the one whose records are inherited.' }),
    from: time('From the end of the last of the loadings on.'),
    until: orNull(time('Up to there, this instant not included, the item was provably inside; null: nothing known ends it.')),
    isOpen: Type.Boolean(),
    records: index(),
    positions: index(),
    gaps: Type.Array(Gap, {
      description:
        "Of the carrier's track: it was not heard for twelve hours or more, outside of a port. Apparent, and no path leads through it; `until` null: it was not heard again.",
    }),
    ...Graded,
  },
  closed,
);

export const Placing = Type.Object(
  {
    basis: Type.Enum(['observed', 'inferred'], {
      description: 'observed: a record of the item itself. inferred: a record of what it was provably inside of.',
    }),
    event: EventRefView,
    line: Type.Optional(Type.Integer({ minimum: 1, description: 'Of the track file that the event cites.' })),
    from: orNull(time('Earliest.')),
    to: orNull(time('Latest, not included.')),
    occurred: Type.String({ description: 'As its author wrote it.' }),
    place: Type.String(),
    lat: Type.Optional(Type.Number()),
    lon: Type.Optional(Type.Number()),
    leg: orNull(Type.Integer({ minimum: 0, description: 'Of `legs`; null: observed.' })),
    ...Graded,
  },
  closed,
);

export const TrackFile = Type.Object(
  {
    sha256: hash('Of the file.'),
    event: EventRefView,
    state: Type.Enum(['read', 'not-held', 'too-large', 'unreadable'], {
      description:
        'not-held: the bytes are not here, or not open to you; its positions are missing. unreadable: it is no track in the form that is read.',
    }),
    positions: index(),
    refused: Type.Integer({ minimum: 0, description: 'Rows that are no position.' }),
  },
  closed,
);

const Said = Type.Object(
  {
    event: EventRefView,
    mark: Type.String({ description: 'What to call it: only what is `observed` can be a position.' }),
    grade: Type.Optional(Type.String({ description: 'Admiralty code; absent: not graded.' })),
    occurred: Type.String({ description: 'As its author wrote it.' }),
    place: Type.Optional(Type.String()),
    statement: Type.Optional(Type.String()),
  },
  closed,
);

const standing = Type.String({ description: 'Whether it stands, or was withdrawn, corrected, superseded ...' });
const Speaking = Type.Object({ ...Said.properties, standing }, closed);

const Conflict = Type.Object(
  {
    kind: Type.Enum(['contradicts', 'disputes']),
    by: Speaking,
    against: Speaking,
    isOpen: Type.Boolean({ description: 'Both stand, and no resolution in force settles it.' }),
    tlp: Graded.tlp,
  },
  { ...closed, description: 'Two records that speak against each other, as an author says.' },
);

const Conflicts = {
  conflicts: Type.Array(Conflict, { description: 'At most 200; none of them decides anything.' }),
  moreConflicts: index(),
};

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
    isRadiusStated: Type.Boolean({ description: 'False: assumed, 25 km of a place and 1 km of a position.' }),
  },
  closed,
);

const TravelAlarm = Type.Object(
  {
    kind: Type.Enum(['impossible-travel', 'two-at-once'], { description: 'two-at-once: the times of both share an instant.' }),
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
      description: 'Without which record the rest is possible. neither: more than one is wrong, or there are two things.',
    }),
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
    isPartial: Type.Boolean({ description: 'There was more to compare than is followed: there may be more.' }),
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
    gaps: Type.Array(Gap, { description: 'At most 200.' }),
    moreGaps: index(),
    ...Conflicts,
    tlp: Graded.tlp,
  },
  { ...closed, description: 'What the item is last recorded in, from the last that is proved on: where to look next.' },
);

export const Holding = Type.Object(
  {
    holder: Type.Object(
      { role: Type.String(), name: Type.Optional(Type.String()), lei: Type.Optional(Type.String()), country: Type.Optional(Type.String()) },
      closed,
    ),
    since: orNull(time('Earliest, by the first of the records; null: it has no time.')),
    until: orNull(time('Latest, not included, by the last of them: that he held it any longer nobody says.')),
    isOver: Type.Boolean({ description: 'The last of them says that he gave it away.' }),
    by: Type.Array(EventRefView, { minItems: 1, description: 'At most 20, the first of them.' }),
    moreRecords: index(),
    tlp: Graded.tlp,
  },
  closed,
);

const Uncovered = Type.Object(
  {
    since: time('From.'),
    until: time('To, not included.'),
    isOfOne: Type.Boolean({ description: 'The records before and behind name one holder, and none between them another.' }),
    tlp: Graded.tlp,
  },
  closed,
);

export const Custody = Type.Object(
  {
    holdings: Type.Array(Holding, { description: 'By records that stand: who had it in hand, took it or gave it away. The last 200.' }),
    moreHoldings: index(),
    uncovered: Type.Array(Uncovered, { description: 'Of these stretches no document says who had it. The last 200.' }),
    moreUncovered: index(),
  },
  closed,
);

export const JourneyView = Type.Object(
  {
    item: Type.Object({ id: Type.String(), scheme: Type.String(), display: Type.String() }, closed),
    coordinates: Coordinates,
    lastProved: orNull(Placing),
    inWhat: Type.Array(Contained, {
      description: 'In what it is by the last record, and what that is in; empty: in nothing that is recorded.',
    }),
    containments: Type.Array(Contained, { description: 'Of the item itself, in order.' }),
    legs: Type.Array(Leg),
    placings: Type.Array(Placing, { description: 'By time. Nothing is said of what lies between two of them.' }),
    rings: Type.Array(Type.Array(Type.String()), { description: 'Identifiers that records put into each other in a ring: not followed.' }),
    tooDeep: Type.Array(Type.Array(Type.String()), { description: 'Chains of more than five carriers: not followed further.' }),
    tracks: Type.Array(TrackFile),
    ...Conflicts,
    travel: Travel,
    lastConveyance: orNull(LastConveyance),
    custody: Custody,
    at: Type.Optional(ref<AtView>('AtView')),
  },
  closed,
);
export type JourneyView = Static<typeof JourneyView>;
