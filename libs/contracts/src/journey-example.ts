/** An example of a journey: a car of the demo case, aboard the ship that went dark with it. */
import type { Coordinates } from './coordinates-view.ts';
import type { JourneyView } from './journey-view.ts';

const TRACK_HASH = '6de9b1c9d82060a74ac56b722c7201775b15d8af475b802619070d2285b7adaa';

const box = { id: 'container:SYNU0000014', scheme: 'container', display: 'SYNU 000001 4', loading: { agency: 'local', id: 'lux-0009' } };
const aboardPlacing: JourneyView['placings'][number] = {
  basis: 'inferred',
  event: { agency: 'local', id: 'lux-0040' },
  line: 32,
  from: '2018-10-01T08:30:00.000000Z',
  to: '2018-10-01T08:30:00.000001Z',
  occurred: '2018-10-01T08:30:00Z',
  place: '35.62, 129.95',
  lat: 35.62,
  lon: 129.95,
  radiusMetres: 1_000,
  isRadiusStated: false,
  leg: 0,
  grade: 'C3',
  tlp: 'AMBER',
};

const tip: JourneyView['travel']['alarms'][number]['first'] = {
  event: { agency: 'local', id: 'lux-0051' },
  ...{ mark: 'statement', grade: 'E5', standing: 'withdrawn', places: false, leg: null },
  ...{ occurred: '2018-10-01T01:00:00Z', from: '2018-10-01T01:00:00.000000Z', to: '2018-10-01T01:01:00.000000Z' },
  ...{ place: 'Pyongyang', lat: 39.03, lon: 125.75, radiusMetres: 25_000, isRadiusStated: false },
};
const atBusan: JourneyView['travel']['alarms'][number]['second'] = {
  event: { agency: 'local', id: 'lux-0040' },
  ...{ line: 2, mark: 'observed', grade: 'C3', standing: 'stands', places: true, leg: 0 },
  ...{ occurred: '2018-10-01T01:00:00Z', from: '2018-10-01T01:00:00.000000Z', to: '2018-10-01T01:00:00.000001Z' },
  ...{ place: '35.1, 129.08', lat: 35.1, lon: 129.08, radiusMetres: 1_000, isRadiusStated: false },
};

const impossible: JourneyView['travel']['alarms'][number] = {
  ...{ kind: 'two-at-once', first: atBusan, second: tip, odd: 'second', isOpen: false, tlp: 'AMBER+STRICT' },
  ...{ km: 527, leastKm: 501, longestMinutes: 2, leastKmh: 15_030, boundKmh: 111.12, boundOf: 'ship' },
  arithmetic:
    '527.0 km apart, of which 1.0 km assumed + 25.0 km assumed are uncertain: at least 501.0 km in at most 2.0 min is 15,030 km/h or more; no ship, in which it was meanwhile, goes faster than 111.12 km/h',
};

const dark: JourneyView['vessels'][number]['gaps'][number] = {
  since: { at: '2018-10-01T08:30:00.000000Z', lat: 35.62, lon: 129.95, line: 32 },
  until: { at: '2018-10-19T08:30:00.000000Z', lat: 35.66, lon: 129.97, line: 33 },
  ...{ hours: 432, certainty: 'certain', unsure: [], legs: [], moreLegs: 0, tlp: 'AMBER' },
  coverage: { state: 'unknown', heardBefore: 31, othersADay: 0 },
};
const none: Omit<JourneyView['vessels'][number], 'id' | 'scheme' | 'display'> = {
  ...{ gaps: [], moreGaps: 0, portVisits: [], morePortVisits: 0, encounters: [], moreEncounters: 0, loitering: [], moreLoitering: 0 },
  isPartial: false,
};
const busan: JourneyView['vessels'][number]['portVisits'][number] = {
  port: { unlocode: 'KRPUS', name: 'Busan', lat: 35.1, lon: 129.08 },
  since: { at: '2018-10-19T16:30:00.000000Z', lat: 35.1, lon: 129.08, line: 65 },
  until: { at: '2018-10-22T00:00:00.000000Z', lat: 35.1, lon: 129.08, line: 66 },
  ...{ confidence: 4, certainty: 'may', unsure: ['silence'], legs: [], moreLegs: 0, tlp: 'AMBER' },
};

const since: Pick<JourneyView, 'lastConveyance' | 'vessels' | 'moreVessels' | 'custody'> = {
  vessels: [{ id: 'imo:0000048', scheme: 'imo', display: 'IMO 0000048', ...none, gaps: [{ ...dark, legs: [0] }] }],
  moreVessels: 0,
  lastConveyance: {
    ...{ id: 'imo:0000048', scheme: 'imo', display: 'IMO 0000048', since: '2018-10-01T08:30:00.000000Z', records: 13 },
    ...{ ...none, gaps: [dark], portVisits: [busan] },
    ...{ conflicts: [], moreConflicts: 0, tlp: 'AMBER' },
  },
  custody: {
    holdings: [
      {
        holder: { role: 'terminal', name: 'A terminal', country: 'JP' },
        ...{ since: '2018-08-31T00:00:00.000000Z', until: '2018-09-01T00:00:00.000000Z', isOver: false },
        by: [{ agency: 'local', id: 'lux-0031' }],
        moreRecords: 0,
        tlp: 'GREEN',
      },
    ],
    moreHoldings: 0,
    uncovered: [],
    moreUncovered: 0,
  },
};

/** @param item whose journey it is */
export const journeyExample = (item: JourneyView['item'], coordinates: Coordinates): JourneyView => ({
  item,
  coordinates,
  lastProved: { ...aboardPlacing, isDisputed: false },
  inWhat: [{ ...box, isOpen: true, ending: null, tlp: 'GREEN' }],
  containments: [{ ...box, isOpen: true, ending: null, tlp: 'GREEN' }],
  legs: [
    {
      carriers: [box, { id: 'imo:0000048', scheme: 'imo', display: 'IMO 0000048', loading: { agency: 'local', id: 'lux-0037' } }],
      from: '2018-10-01T00:31:00.000000Z',
      until: '2018-10-01T08:30:00.000001Z',
      isOpen: true,
      records: 0,
      positions: 31,
      gaps: [
        {
          since: { at: '2018-10-01T08:30:00.000000Z', lat: 35.62, lon: 129.95, line: 32 },
          until: { at: '2018-10-19T08:30:00.000000Z', lat: 35.66, lon: 129.97, line: 33 },
          tlp: 'GREEN',
        },
      ],
      grade: 'C3',
      tlp: 'AMBER',
    },
  ],
  placings: [aboardPlacing],
  rings: [],
  tooDeep: [],
  notFollowed: null,
  tracks: [{ sha256: TRACK_HASH, event: { agency: 'local', id: 'lux-0040' }, state: 'read', positions: 85, refused: 0, tlp: 'GREEN' }],
  conflicts: [
    {
      kind: 'contradicts',
      by: {
        event: { agency: 'local', id: 'lux-0057' },
        mark: 'statement',
        standing: 'stands',
        grade: 'C4',
        occurred: '2019-07-17',
        statement: 'Pullman Guards.',
      },
      against: {
        event: { agency: 'local', id: 'lux-0015' },
        mark: 'assessment',
        standing: 'stands',
        grade: 'B2',
        occurred: '2018-06-14',
        place: 'Rotterdam',
      },
      isOpen: true,
      tlp: 'GREEN',
    },
  ],
  moreConflicts: 0,
  travel: { alarms: [impossible], moreAlarms: 0, clones: [], moreClones: 0, isPartial: false },
  ...since,
});
