/** What ships did, in words: apparent, with what is not certain of it, and never why one was not heard. */
import type { JourneyView } from '#lib/contracts';
import { eventCounts, eventLines, vesselLines } from './vessel-text.ts';

type Vessel = JourneyView['vessels'][number];
const point = (time: string): Vessel['gaps'][number]['since'] => ({ at: `${time}:00.000000Z`, lat: 35.62, lon: 129.95, line: 32 });
const CERTAIN = { certainty: 'certain', unsure: [], legs: [], moreLegs: 0, tlp: 'GREEN' } as const;
const GAP: Vessel['gaps'][number] = {
  ...{ since: point('2018-10-01T08:30'), until: point('2018-10-19T08:30'), hours: 432, ...CERTAIN, unsure: [], legs: [] },
  coverage: { state: 'unknown', heardBefore: 31, othersADay: 0 },
};
const VISIT: Vessel['portVisits'][number] = {
  port: { unlocode: 'KRPUS', name: 'Busan', lat: 35.1, lon: 129.08 },
  ...{ since: point('2018-10-19T16:30'), until: point('2018-10-22T00:00'), confidence: 4, ...CERTAIN, legs: [] },
  ...{ certainty: 'may', unsure: ['silence'] },
};
const ENCOUNTER: Vessel['encounters'][number] = {
  other: { id: 'mmsi:412990002', display: 'MMSI 412990002', hulls: ['imo:0000024'] },
  ...{ since: '2018-10-01T01:00:00.000000Z', until: '2018-10-01T04:00:00.000000Z', hours: 3 },
  ...{ first: point('2018-10-01T01:00'), otherFirst: point('2018-10-01T01:00'), positions: 61, otherPositions: 61, nearestMetres: 99 },
  ...{ ...CERTAIN, unsure: [], legs: [] },
};
const LOITERING: Vessel['loitering'][number] = {
  ...{ since: point('2018-10-01T01:00'), until: point('2018-10-01T06:30'), hours: 5.5, ...CERTAIN, legs: [] },
  ...{ certainty: 'may', unsure: ['shore', 'speed'] },
};
const NONE: Omit<Vessel, 'id' | 'scheme' | 'display'> = {
  ...{ gaps: [], moreGaps: 0, portVisits: [], morePortVisits: 0, encounters: [], moreEncounters: 0, loitering: [], moreLoitering: 0 },
  isPartial: false,
};
const SHIP: Vessel = { id: 'imo:0000048', scheme: 'imo', display: 'IMO 0000048', ...NONE };
const item = (id: string): JourneyView['item'] => ({ id, scheme: 'x', display: id });
const told = (ship: Partial<Vessel>, of = SHIP.id): string =>
  vesselLines({ item: item(of), vessels: [{ ...SHIP, ...ship }], moreVessels: 0 }).join('\n');

test('each event of a ship is told with its times, its label, and what is not certain of it', () => {
  expect(told({ gaps: [GAP], portVisits: [VISIT], encounters: [ENCOUNTER], loitering: [LOITERING] }).split('\n')).toEqual([
    'IMO 0000048 by its track, as far as it was heard:',
    '  gap: dark for 18 days, 2018-10-01T08:30Z to 2018-10-19T08:30Z; coverage unknown   GREEN',
    '  port visit: perhaps Busan (KRPUS), 2018-10-19T16:30Z to 2018-10-22T00:00Z, confidence 4 of 4; not certain: it was not heard there for hours   GREEN',
    '  encounter: MMSI 412990002 (imo:0000024) for 3 h, 2018-10-01T01:00Z to 2018-10-01T04:00Z, as near as 99 m   GREEN',
    '  loitering: perhaps 5.5 h, 2018-10-01T01:00Z to 2018-10-01T06:30Z; not certain: how far the shore was nobody says, it may have been faster   GREEN',
  ]);
});

test('an item that was aboard was aboard a ship that was dark, and by which leg', () => {
  expect(told({ gaps: [{ ...GAP, legs: [3, 4], tlp: 'AMBER' }] }, 'vin:X')).toContain(
    '  gap: the item was aboard a ship that was dark for 18 days, 2018-10-01T08:30Z to 2018-10-19T08:30Z; coverage unknown   (leg 4, 5)   AMBER',
  );
});

test('a silence that may be ordinary, and one that nothing ends, are told as what may be', () => {
  expect(told({ gaps: [{ ...GAP, hours: 13.5, certainty: 'may', unsure: ['class'] }] })).toContain(
    'gap: perhaps dark for 13.5 h, 2018-10-01T08:30Z to 2018-10-19T08:30Z; coverage unknown; not certain: a transponder of class B may not be heard so long',
  );
  expect(told({ gaps: [{ ...GAP, until: null, hours: null, certainty: 'may', unsure: ['end'] }] })).toContain(
    'gap: perhaps dark from 2018-10-01T08:30Z on; coverage unknown; not certain: its track ends there',
  );
});

test('what is known of coverage is told, and no intention', () => {
  const text = told({ gaps: [{ ...GAP, coverage: { state: 'known', heardBefore: 14, othersADay: 10 } }] });
  expect(text).toContain('coverage known');
  expect(text).not.toMatch(/intention|deliberate|disabled/i);
});

test('what is left out is counted, and a ship without events is not named', () => {
  expect(eventLines({ ...NONE, moreGaps: 1, morePortVisits: 2, moreEncounters: 3, moreLoitering: 4, isPartial: true })).toEqual([
    '  1 more silences.',
    '  2 more port visits.',
    '  3 more encounters.',
    '  4 more times of loitering.',
    '  There was more to look through than is looked through: there may be more of these.',
  ]);
  expect(vesselLines({ item: item('vin:X'), vessels: [SHIP], moreVessels: 2 })).toEqual(['  2 more ships.']);
});

test('what became of a conveyance is counted alone', () => {
  expect(eventCounts(NONE)).toEqual([]);
  expect(eventCounts({ ...NONE, gaps: [GAP], moreGaps: 1, portVisits: [VISIT], moreLoitering: 2 })).toEqual([
    '1 gap and perhaps 1 more',
    'perhaps 1 port visit',
    'perhaps 2 times of loitering',
  ]);
  expect(eventCounts({ ...NONE, gaps: [{ ...GAP, certainty: 'may' }, GAP], isPartial: true })).toEqual([
    '1 gap and perhaps 1 more',
    'perhaps more of these, as not all was looked through',
  ]);
});
