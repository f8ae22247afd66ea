/** An example of one time that is asked about: the car of the demo case on the day on which its ship went dark. */
import type { AtView, PlacedBy } from './at-view.ts';
import { journeyExample } from './journey-example.ts';

const { placings, legs, containments, custody } = journeyExample(
  { id: '', scheme: '', display: '' },
  { asOf: { basis: 'log', logSize: 0 }, policy: 0 },
);
const [placing] = placings;
const [leg] = legs;
if (placing === undefined || leg === undefined) throw new Error('the example of a journey has no placing, or no leg');
const { leg: _, ...placed } = placing;
const { records: __, positions: ___, ...legMembers } = leg;

export const placedExample: PlacedBy = { ...placed, carriers: leg.carriers };

export const atExample: AtView = {
  time: {
    text: '2018-10-01',
    unit: 'day',
    from: '2018-10-01T00:00:00.000000Z',
    until: '2018-10-02T00:00:00.000000Z',
    display: 'all of 2018-10-01 (UTC)',
  },
  where: {
    basis: 'inferred',
    placings: [{ ...placedExample, isDisputed: false, cover: 'certainly' }],
    morePlacings: 0,
    before: {
      basis: 'observed',
      event: { agency: 'local', id: 'lux-0036' },
      occurred: '2018-09-30',
      place: 'Busan, South Korea',
      from: '2018-09-30T00:00:00.000000Z',
      to: '2018-10-01T00:00:00.000000Z',
      carriers: [],
      isDisputed: false,
      grade: 'B2',
      tlp: 'GREEN',
    },
    after: null,
    mayBeLater: 0,
    mayBeEarlier: 0,
    undated: 0,
  },
  inWhat: {
    basis: 'inferred',
    legs: [{ ...legMembers, until: leg.until ?? '', holds: 'partly', isDisputed: false }],
    containments: containments.map((each) => ({
      ...each,
      holds: 'partly',
      reasons: [],
      until: leg.until,
      outer: [],
      isDisputed: false,
      tlp: 'AMBER',
    })),
  },
  heldBy: {
    basis: 'unknown',
    holders: custody.holdings.map((holding) => ({ ...holding, basis: 'observed', cover: 'possibly' })),
    moreHolders: 0,
    uncovered: [],
    moreUncovered: 0,
  },
  against: { conflicts: [], moreConflicts: 0, alarms: [], moreAlarms: 0, clones: [], moreClones: 0, isPartial: false },
  missingTracks: [],
};

/** What two journeys conclude otherwise. */
export const journeyChangeExample = {
  lastBefore: null,
  lastAfter: placedExample,
  isLastOther: true,
  legsAdded: [leg],
  legsRemoved: [],
  legsChanged: [],
};
