/** Whoever passes a page on goes by its label: nothing on it may be stricter. */
import type { JourneyView } from '#lib/contracts';
import { strictestOf } from './handlings.ts';
import { journey, LEG, placed, timeline } from './told.contract.ts';

const CALM = { hours: 1, certainty: 'certain' as const, unsure: [], legs: [0], moreLegs: 0 };
const GREEN: Partial<JourneyView> = {
  placings: [placed('seen')],
  legs: [{ ...LEG, tlp: 'GREEN', gaps: [] }],
  containments: [],
  inWhat: [],
};
const [CONTAINED] = journey().containments;
if (CONTAINED === undefined) throw new Error('the example has no containment');
const EVENTS = {
  gaps: [],
  moreGaps: 0,
  portVisits: [],
  morePortVisits: 0,
  encounters: [],
  moreEncounters: 0,
  loitering: [],
  moreLoitering: 0,
};
const END = { at: '2018-10-01T08:30:00.000000Z', lat: 35.62, lon: 129.95, line: 32 };

test.each<[string, Partial<JourneyView>]>([
  ['a containment that nothing ended', { containments: [{ ...CONTAINED, ending: null, tlp: 'RED' }] }],
  ['what it is last recorded in', { inWhat: [{ ...CONTAINED, ending: null, tlp: 'RED' }] }],
  ['how a containment ended', { inWhat: [{ ...CONTAINED, tlp: 'GREEN', ending: { kind: 'dark', at: null, tlp: 'RED' } }] }],
  ['a ring', { rings: [['a', 'b', 'a']], notFollowed: 'RED' }],
  [
    'a file that is missing',
    { tracks: [{ sha256: 'a'.repeat(64), event: { agency: 'local', id: 'x' }, state: 'not-held', positions: 0, refused: 0, tlp: 'RED' }] },
  ],
  [
    'what a ship did',
    {
      vessels: [
        {
          id: 'imo:1',
          scheme: 'imo',
          display: 'IMO 1',
          ...EVENTS,
          loitering: [{ ...CALM, since: END, until: END, tlp: 'RED' }],
          isPartial: false,
        },
      ],
    },
  ],
])('%s counts', (_, members) => {
  expect(strictestOf(timeline([]), journey(GREEN))).toBe('GREEN');
  expect(strictestOf(timeline([]), journey({ ...GREEN, ...members }))).toBe('RED');
});
