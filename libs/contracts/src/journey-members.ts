/** Members that answers about journeys share: legs, placings, containments, tracks, and who held an item. */
import Type from 'typebox';
import { TLP_LABELS } from '#lib/domain';
import { closed, EventRefView, hash, index, orNull, ThroughView, time } from './view-parts.ts';

export const Carrier = Type.Object(
  {
    id: Type.String(),
    scheme: Type.String(),
    display: Type.String(),
    loading: EventRefView,
  },
  { ...closed, description: 'What the item, or the carrier before it, was put into, and the record that says so.' },
);

export const TrackPoint = Type.Object(
  { at: time('When, UTC.'), lat: Type.Number(), lon: Type.Number(), line: Type.Integer({ minimum: 1, description: 'Of the track file.' }) },
  closed,
);

export const Graded = {
  grade: Type.Optional(
    Type.String({
      description:
        'The worst reliability and the worst credibility of all that it rests on: records, loadings, and the unloadings without which it would not be proved so far; absent: something of it is not graded.',
    }),
  ),
  tlp: Type.Enum([...TLP_LABELS], { description: 'The strictest of all that it rests on.' }),
};

export const Gap = Type.Object({ since: TrackPoint, until: orNull(TrackPoint), tlp: Graded.tlp }, closed);

export const Said = Type.Object(
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

export const standing = Type.String({ description: 'Whether it stands, or was withdrawn, corrected, superseded ...' });
const Speaking = Type.Object({ ...Said.properties, standing }, closed);

const Conflict = Type.Object(
  {
    kind: Type.Enum(['contradicts', 'disputes', 'elsewhere', 'moved-on'], {
      description:
        'contradicts, disputes: as an author says. elsewhere, moved-on: as nobody says, but while `against` is proved to have loaded the item, up to its recorded unloading, `by` certainly puts it elsewhere, or into something else.',
    }),
    by: Speaking,
    against: Speaking,
    isOpen: Type.Boolean({ description: 'Both stand, and no resolution in force settles it.' }),
    tlp: Graded.tlp,
  },
  { ...closed, description: 'Two records that speak against each other.' },
);

export const Conflicts = {
  conflicts: Type.Array(Conflict, { description: 'At most 200; none of them decides anything.' }),
  moreConflicts: index(),
};

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
    tlp: Graded.tlp,
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
    radiusMetres: Type.Optional(
      Type.Number({ minimum: 0, description: 'How far from lat and lon it may have been; there where they are.' }),
    ),
    isRadiusStated: Type.Optional(Type.Boolean({ description: 'False: assumed, 25 km of a place and 1 km of a position.' })),
    leg: orNull(Type.Integer({ minimum: 0, description: 'Of `legs`; null: observed.' })),
    through: Type.Optional(ThroughView),
    ...Graded,
  },
  closed,
);

export const isDisputed = Type.Boolean({
  description: 'An agency disputes a record that it rests on, and nothing settles that: it stands, and so does the doubt.',
});

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
    tlp: Graded.tlp,
  },
  closed,
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
    isOfOne: Type.Boolean({
      description:
        'The record that covers the time up to it leaves one holder, whom the one behind it names, and none between them another.',
    }),
    tlp: Graded.tlp,
  },
  closed,
);

export const Custody = Type.Object(
  {
    holdings: Type.Array(Holding, { description: 'By records that stand: who had it in hand, took it or gave it away. The last 200.' }),
    moreHoldings: index(),
    uncovered: Type.Array(Uncovered, {
      description:
        'Of these stretches no document says who had it: none that you may see, that stands, and that nobody disputes. The last 200.',
    }),
    moreUncovered: index(),
  },
  closed,
);
