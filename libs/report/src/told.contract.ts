/** Answers of the API as suites of this lib make them: a car in a box, the box on a ship that went dark, and what others say of it. */
import type { EventView, JourneyView, TimelineView } from '#lib/contracts';

type Placing = JourneyView['placings'][number];

export const of = (id: string): { agency: string; id: string } => ({ agency: 'local', id });
const BOX = { id: 'container:SYNU0000014', scheme: 'container', display: 'container SYNU 000001 4', loading: of('loaded') };
const SHIP = { id: 'imo:0000048', scheme: 'imo', display: 'IMO 0000048', loading: of('aboard') };

export const NO_RELATIONS: EventView['relations'] = {
  targets: [],
  correctedBy: [],
  withdrawnBy: [],
  supersededBy: [],
  disputedBy: [],
  resolvedBy: [],
  markedBy: [],
  contradicts: [],
  contradictedBy: [],
};

/** A record that names the item, places it and stands, at Busan on a day. */
export function entry(id: string, members: Partial<EventView> = {}, day = '2018-09-30'): EventView {
  return {
    agency: 'local',
    id,
    logIndex: 0,
    submittedBy: { agency: 'local', principal: 'operator', proved: true },
    reportedBy: null,
    captured: '2026-11-24T02:10:00.000000Z',
    recorded: null,
    contentHash: 'a'.repeat(64),
    commitment: 'b'.repeat(64),
    document: {
      id,
      kind: 'observation',
      handling: { tlp: 'GREEN' },
      occurred: { from: day, to: day, precision: 'day' },
      place: { name: 'Busan', country: 'KR', lat: 35.1, lon: 129.08 },
      source: { kind: 'photo' },
    },
    display: {
      summary: `what ${id} says`,
      occurred: day,
      place: 'Busan, South Korea',
      grade: 'not graded',
      items: ['VIN X'],
      source: 'photo',
    },
    signatures: [],
    evidence: [],
    parties: [],
    kind: 'observation',
    roles: ['subject'],
    standing: 'stands',
    places: true,
    mark: 'observed',
    flags: [],
    relations: NO_RELATIONS,
    handling: { tlp: 'GREEN' },
    ...members,
  };
}

/** One that places nothing, and speaks of Nakhodka. */
export function saying(id: string, mark: EventView['mark'], members: Partial<EventView> = {}, day = '2018-10-05'): EventView {
  const made = entry(id, {}, day);
  return {
    ...made,
    places: false,
    mark,
    why: 'kind',
    document: { ...made.document, place: { name: 'Nakhodka', country: 'RU', lat: 42.8, lon: 132.87 } },
    display: { ...made.display, place: 'Nakhodka, Russian Federation' },
    ...members,
  };
}

export function timeline(entries: EventView[], members: Partial<TimelineView> = {}): TimelineView {
  return {
    item: { id: 'vin:X', scheme: 'vin', display: 'VIN X', check: { verdict: 'valid' }, facts: [] },
    coordinates: { asOf: { basis: 'log', logSize: 85 }, policy: 0 },
    entries,
    waiting: [],
    openQuestions: [],
    notes: [],
    next: null,
    ...members,
  };
}

export const placed = (id: string, members: Partial<Placing> = {}): Placing => ({
  basis: 'observed',
  event: of(id),
  from: '2018-09-30T00:00:00.000000Z',
  to: '2018-10-01T00:00:00.000000Z',
  occurred: '2018-09-30',
  place: 'Busan, South Korea',
  lat: 35.1,
  lon: 129.08,
  radiusMetres: 25_000,
  isRadiusStated: false,
  leg: null,
  tlp: 'GREEN',
  ...members,
});

/** A position of the ship, inherited by the leg. @param at `2018-10-01T08:30` */
export const position = (line: number, at: string, lon: number, lat = 35, members: Partial<Placing> = {}): Placing =>
  placed('track', {
    basis: 'inferred',
    line,
    from: `${at}:00.000000Z`,
    to: `${at}:00.000001Z`,
    occurred: `${at}:00Z`,
    place: `${lat}, ${lon}`,
    lat,
    lon,
    radiusMetres: 1_000,
    leg: 0,
    grade: 'C3',
    tlp: 'AMBER',
    ...members,
  });

export const LEG: JourneyView['legs'][number] = {
  carriers: [BOX, SHIP],
  from: '2018-10-01T00:31:00.000000Z',
  until: '2018-10-01T08:30:00.000001Z',
  isOpen: true,
  records: 0,
  positions: 3,
  gaps: [
    {
      since: { at: '2018-10-01T08:30:00.000000Z', lat: 35.62, lon: 129.95, line: 32 },
      until: { at: '2018-10-19T08:30:00.000000Z', lat: 35.66, lon: 129.97, line: 33 },
      tlp: 'AMBER',
    },
  ],
  grade: 'C3',
  tlp: 'AMBER',
};

const TRACK = [
  position(1, '2018-10-01T00:31', 129.1),
  position(2, '2018-10-01T04:30', 129.5),
  position(32, '2018-10-01T08:30', 129.95, 35.62),
];

/** @param placing undefined: nothing proves where it was */
export const lastProved = (placing: Placing | undefined, isDisputed = false): JourneyView['lastProved'] =>
  placing === undefined ? null : { ...placing, isDisputed };

export function journey(members: Partial<JourneyView> = {}): JourneyView {
  const contained = { ...BOX, isOpen: true, ending: null, tlp: 'AMBER' as const };
  return {
    item: { id: 'vin:X', scheme: 'vin', display: 'VIN X' },
    coordinates: { asOf: { basis: 'log', logSize: 85 }, policy: 0 },
    lastProved: lastProved(TRACK.at(-1)),
    inWhat: [contained],
    containments: [contained],
    legs: [LEG],
    placings: [placed('seen'), ...TRACK],
    rings: [],
    tooDeep: [],
    notFollowed: null,
    tracks: [],
    vessels: [],
    moreVessels: 0,
    conflicts: [],
    moreConflicts: 0,
    travel: { alarms: [], moreAlarms: 0, clones: [], moreClones: 0, isPartial: false },
    lastConveyance: null,
    custody: { holdings: [], moreHoldings: 0, uncovered: [], moreUncovered: 0 },
    ...members,
  };
}

const side = (id: string, mark: string, grade: string) => ({ event: of(id), mark, standing: 'stands', grade, occurred: '2018-10-05' });

/** Of these two, not settled. */
export const conflict = (by: string, against: string): JourneyView['conflicts'][number] => ({
  kind: 'contradicts',
  by: side(by, 'statement', 'D4'),
  against: side(against, 'statement', 'C3'),
  isOpen: true,
  tlp: 'GREEN',
});
