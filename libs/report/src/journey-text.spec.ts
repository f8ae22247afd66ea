/** The journey in words: inferred is said, the chain is named, and nothing is said of what is not known but that it is not. */
import type { JourneyView } from '#lib/contracts';
import { journeyLines } from './journey-text.ts';

const of = (id: string): { agency: string; id: string } => ({ agency: 'local', id });
const BOX = { id: 'container:SYNU0000014', scheme: 'container', display: 'container SYNU 000001 4', loading: of('lux-0009') };
const SHIP = { id: 'imo:0000048', scheme: 'imo', display: 'IMO 0000048', loading: of('lux-0037') };
const CONTAINED: JourneyView['containments'][number] = { ...BOX, isOpen: true, ending: null, tlp: 'AMBER' };
const ABOARD: JourneyView['placings'][number] = {
  ...{ basis: 'inferred', event: of('lux-0040'), line: 32, occurred: '2018-10-01T08:30:00Z', place: '35.62, 129.95', leg: 0 },
  ...{ from: '2018-10-01T08:30:00.000000Z', to: '2018-10-01T08:30:00.000001Z', grade: 'C3', tlp: 'AMBER' },
};
const TRACK: JourneyView['tracks'][number] = {
  sha256: 'a'.repeat(64),
  event: of('lux-0040'),
  state: 'read',
  positions: 85,
  refused: 0,
  tlp: 'GREEN',
};
const JOURNEY: JourneyView = {
  item: { id: 'vin:X', scheme: 'vin', display: 'VIN X' },
  coordinates: { asOf: { basis: 'log', logSize: 85 }, policy: 0 },
  lastProved: { ...ABOARD, isDisputed: false },
  inWhat: [CONTAINED],
  containments: [CONTAINED],
  legs: [
    {
      carriers: [BOX, SHIP],
      from: '2018-10-01T00:31:00.000000Z',
      until: '2018-10-01T08:30:00.000001Z',
      ...{ isOpen: true, records: 0, positions: 31, grade: 'C3', tlp: 'AMBER' },
      gaps: [
        {
          since: { at: '2018-10-01T08:30:00.000000Z', lat: 35.62, lon: 129.95, line: 32 },
          until: { at: '2018-10-19T08:30:00.000000Z', lat: 35.66, lon: 129.97, line: 33 },
          tlp: 'AMBER',
        },
      ],
    },
  ],
  placings: [ABOARD],
  ...{
    rings: [],
    tooDeep: [],
    notFollowed: null,
    tracks: [TRACK],
    conflicts: [],
    moreConflicts: 0,
    travel: { alarms: [], moreAlarms: 0, clones: [], moreClones: 0, isPartial: false },
    lastConveyance: null,
    ...{ vessels: [], moreVessels: 0 },
    custody: { holdings: [], moreHoldings: 0, uncovered: [], moreUncovered: 0 },
  },
};
const NO_EVENTS = {
  ...{ gaps: [], moreGaps: 0, portVisits: [], morePortVisits: 0, encounters: [], moreEncounters: 0, loitering: [], moreLoitering: 0 },
  isPartial: false,
};
const told = (members: Partial<JourneyView> = {}): string => journeyLines({ ...JOURNEY, ...members }).join('\n');

test('the last place is said to be inferred, with the record, the chain and the weakest grade', () => {
  expect(told()).toContain(
    'Last proved 2018-10-01T08:30:00Z, 35.62, 129.95: INFERRED from lux-0040 line 32 of IMO 0000048, in which it was by lux-0009, lux-0037; C3, AMBER.',
  );
});

test('behind it the place is unknown, a silence is one, and neither is drawn over', () => {
  expect(told()).toContain('Where it was after that is UNKNOWN');
  expect(told()).toContain('apparently silent from 2018-10-01T08:30Z to 2018-10-19T08:30Z: where it was is UNKNOWN');
});

test('an open containment is the last recorded one, and says since when nothing confirms it', () => {
  const ending = { kind: 'dark', at: '2018-10-01T08:30:00.000000Z', tlp: 'AMBER' } as const;
  expect(told({ inWhat: [{ ...CONTAINED, ending }] })).toMatch(
    /In what\? .*last recorded, not confirmed since 2018-10-01T08:30Z \(its track stops there\), AMBER\.$/m,
  );
  expect(
    told({
      inWhat: [
        { ...CONTAINED, tlp: 'GREEN' },
        { ...CONTAINED, ending },
      ],
    }),
  ).toMatch(/last recorded, no end of it is, GREEN; that is in .*, AMBER\.$/m);
});

test('a record of an uncertain time that may be later is counted', () => {
  expect(told({ placings: [{ ...ABOARD, to: null }] })).toContain('1 record of an uncertain time may be later.');
});

test('positions that are missing are said to be missing', () => {
  expect(told({ tracks: [{ ...TRACK, state: 'not-held' }] })).toContain(
    'The positions of lux-0040 are missing: the file is not here, or not open to you.',
  );
});

test('of an item that was put into nothing there is no more to say than its own records do', () => {
  expect(told({ containments: [] })).toBe('');
});

const STATED = {
  event: of('lux-0057'),
  mark: 'statement',
  standing: 'stands',
  grade: 'C4',
  occurred: '2019-07-17',
  statement: 'Pullman Guards.',
};
const AGAINST = { event: of('lux-0015'), mark: 'observed', standing: 'stands', occurred: '2018-06-14', place: 'Rotterdam' };
const CONFLICT: JourneyView['conflicts'][number] = { kind: 'contradicts', by: STATED, against: AGAINST, isOpen: true, tlp: 'GREEN' };

test('records that speak against each other are both there, with grade and mark, and whether it is settled', () => {
  const withdrawn = { ...CONFLICT, isOpen: false, by: { ...STATED, standing: 'withdrawn' } };
  expect(told({ conflicts: [CONFLICT, { ...CONFLICT, isOpen: false }, withdrawn], moreConflicts: 2 })).toContain(
    [
      'Records that speak against each other:',
      '  lux-0057 (statement, C4) contradicts lux-0015 (observed, not graded): open   GREEN',
      '  lux-0057 (statement, C4) contradicts lux-0015 (observed, not graded): settled   GREEN',
      '  lux-0057 (statement, C4) contradicts lux-0015 (observed, not graded): not open, one is withdrawn   GREEN',
      '  2 more.',
    ].join('\n'),
  );
});

test('a record that puts it elsewhere than inside of what another put it into is told as that', () => {
  const by = { ...AGAINST, event: of('seen'), grade: 'B2' };
  expect(told({ conflicts: [{ ...CONFLICT, kind: 'elsewhere', by, against: { ...AGAINST, event: of('loaded') } }] })).toContain(
    '  seen (observed, B2) puts it elsewhere, which it cannot have been while it was in what it was put into by loaded (observed, not graded): open   GREEN',
  );
});

test('what is proved is told from the first whole minute on and to the last, and what takes less than one as it is', () => {
  const [leg] = JOURNEY.legs;
  const from = (time: string, until: string | null): string =>
    told({ legs: leg === undefined ? [] : [{ ...leg, from: time, until, gaps: [] }] }).split('\n')[1] ?? '';
  expect(from('2018-10-01T00:30:59.000000Z', '2018-10-01T08:30:59.000000Z')).toContain(
    'from 2018-10-01T00:31Z, confirmed until 2018-10-01T08:30Z',
  );
  expect(from('2018-12-31T23:59:00.000001Z', null)).toContain('from 2019-01-01T00:00Z, no end is recorded');
  expect(from('2018-10-01T00:30:59.000000Z', '2018-10-01T00:30:59.000001Z')).toContain(
    'from 2018-10-01T00:30:59.000000Z, confirmed until 2018-10-01T00:30:59.000001Z',
  );
});

test('what became of the last conveyance is told apart, and not as what became of the item', () => {
  const lastConveyance = {
    ...SHIP,
    since: '2018-10-01T08:30:00.000000Z',
    records: 3,
    ...NO_EVENTS,
    conflicts: [CONFLICT],
    moreConflicts: 0,
    tlp: 'AMBER' as const,
  };
  const { loading: _, ...rest } = lastConveyance;
  expect(told({ lastConveyance: rest })).toContain(
    'IMO 0000048 since 2018-10-01T08:30Z, which places the item nowhere: 3 records, 1 conflict (lux-0057 against lux-0015); see custody trace imo:0000048   AMBER',
  );
  expect(told({ lastConveyance: { ...rest, since: null, conflicts: [], moreConflicts: 3 } })).toContain(
    'IMO 0000048, in which nothing proves that the item was at any time, and which places the item nowhere: 3 records, 3 conflicts (3 more); see',
  );
});

test('that its record is disputed is told where it was last proved', () => {
  expect(told({ lastProved: { ...ABOARD, isDisputed: true } })).toMatch(/^Last proved .*\[DISPUTED\]\.$/m);
  expect(told()).not.toContain('DISPUTED');
});

test('of what is in nothing the files are told that are missing, too', () => {
  const alone = { containments: [], inWhat: [], legs: [], placings: [], lastProved: null };
  expect(told(alone)).toBe('');
  expect(told({ ...alone, tracks: [{ ...TRACK, state: 'not-held' }] })).toContain('The positions of lux-0040 are missing');
});

test('who held it is told with his records, and a stretch that no document covers as one', () => {
  const times = { since: '2018-07-20T00:00:00.000000Z', until: '2018-08-01T00:00:00.000000Z' };
  const holding = {
    holder: { role: 'depot', name: 'A', country: 'JP' },
    ...times,
    isOver: false,
    by: [of('s1')],
    moreRecords: 4,
    tlp: 'GREEN' as const,
  };
  const uncovered = [{ since: '2018-08-01T00:00:00.000000Z', until: '2018-08-19T00:00:00.000000Z', isOfOne: true, tlp: 'AMBER' as const }];
  expect(told({ custody: { holdings: [holding], moreHoldings: 2, uncovered, moreUncovered: 0 } })).toContain(
    [
      'Held by',
      '  2 before these.',
      '  A (depot, JP), from 2018-07-20T00:00Z to 2018-08-01T00:00Z, no later record says so   (s1 and 4 more)   GREEN',
      '  No document covers 2018-08-01T00:00Z to 2018-08-19T00:00Z, before and behind which the same holder is named: none that you may see and that nobody disputes.   AMBER',
    ].join('\n'),
  );
});

const TIP: JourneyView['travel']['alarms'][number]['first'] = {
  ...{ event: of('lux-0051'), mark: 'statement', grade: 'E5', standing: 'withdrawn', places: false, leg: null },
  ...{ occurred: '2018-10-01T01:00:00Z', place: 'Pyongyang', lat: 39.03, lon: 125.75, radiusMetres: 25_000, isRadiusStated: false },
  ...{ from: '2018-10-01T01:00:00.000000Z', to: '2018-10-01T01:01:00.000000Z' },
};
const AT_BUSAN = { ...TIP, event: of('lux-0040'), line: 2, mark: 'observed', grade: 'C3', standing: 'stands', places: true, leg: 0 };
const ALARM: JourneyView['travel']['alarms'][number] = {
  ...{ kind: 'two-at-once', first: TIP, second: AT_BUSAN, odd: 'first', isOpen: false, tlp: 'AMBER+STRICT', arithmetic: '526.6 km apart' },
  ...{ km: 526.6, leastKm: 500.6, longestMinutes: 2, leastKmh: 15_019, boundKmh: 111.12, boundOf: 'ship' },
};

test('records that cannot both be true are there with mark, grade and arithmetic, and without the place of hearsay', () => {
  const travel = {
    ...JOURNEY.travel,
    alarms: [ALARM, { ...ALARM, kind: 'impossible-travel' as const, odd: 'either' as const, isOpen: true }],
  };
  const text = told({ travel });
  expect(text).toContain(
    [
      'Records whose places cannot both be true:',
      '  lux-0051 (statement, withdrawn, E5) and lux-0040 line 2 (observed, by leg 1, C3), at once: not open, one is withdrawn   AMBER+STRICT',
      '      526.6 km apart; all that is impossible with this rests on lux-0051',
      '  lux-0051 (statement, withdrawn, E5) and lux-0040 line 2 (observed, by leg 1, C3), impossible travel: open   AMBER+STRICT',
      '      526.6 km apart; not both of one thing: one record is wrong, or two things bear this identity',
    ].join('\n'),
  );
  expect(text).not.toContain('Pyongyang');
});

test('two tracks of one identity are told with their records, and as what may be', () => {
  const track = (...ids: string[]) => ({ records: ids.map((id) => ({ event: of(id) })), moreRecords: 2 });
  const clones = [{ tracks: [track('a1', 'a2'), track('b1', 'b2')], pairs: 3, isOpen: true, tlp: 'GREEN' as const }];
  expect(told({ travel: { ...JOURNEY.travel, clones, isPartial: true } })).toMatch(
    /Two things may bear this identity: a1, a2, 2 more, and b1, b2, 2 more, cannot be of one \(3 impossible pairs\): open {3}GREEN\n.*there may be more of these\./,
  );
});
