/** One time in words: what is only possible, and what was last recorded, is never told as certain. */
import type { AtView, DiffView, JourneyView, PlacedBy, TimelineView } from '#lib/contracts';
import { atLines } from './at-text.ts';
import { diffText } from './diff.ts';
import { entry } from './shown-entry.contract.ts';
import { withUtc } from './trace-times.ts';
import { timelineText } from './trace.ts';

const of = (id: string): { agency: string; id: string } => ({ agency: 'local', id });
const BOX = { id: 'container:SYNU0000014', scheme: 'container', display: 'SYNU 000001 4', loading: of('lux-0009') };
const SHIP = { id: 'imo:0000048', scheme: 'imo', display: 'IMO 0000048', loading: of('lux-0037') };
const DARK = '2018-10-01T08:30:00.000001Z';
const PLACED: PlacedBy = {
  ...{ basis: 'inferred', event: of('lux-0040'), line: 32, occurred: '2018-10-01T08:30:00Z', place: '35.62, 129.95' },
  ...{ from: '2018-10-01T08:30:00.000000Z', to: DARK, carriers: [BOX, SHIP], grade: 'C3', tlp: 'AMBER' },
};
const BEFORE: PlacedBy = {
  ...{ basis: 'observed', event: of('lux-0036'), occurred: '2018-09-30', place: 'Busan, South Korea' },
  ...{ from: '2018-09-30T00:00:00.000000Z', to: '2018-10-01T00:00:00.000000Z', carriers: [], grade: 'B2', tlp: 'GREEN' },
};
const LEG: AtView['inWhat']['legs'][number] = {
  ...{ carriers: [BOX, SHIP], holds: 'partly', from: '2018-10-01T00:31:00.000000Z', until: DARK, isOpen: true, gaps: [] },
  ...{ isDisputed: false, grade: 'C3', tlp: 'AMBER' },
};
const CONTAINED: AtView['inWhat']['containments'][number] = {
  ...{ ...BOX, isOpen: true, ending: null, holds: 'partly', reasons: [], until: DARK, outer: [], isDisputed: false, tlp: 'AMBER' },
};
const HOLDER: AtView['heldBy']['holders'][number] = {
  ...{ holder: { role: 'terminal', name: 'A terminal' }, since: '2018-10-01T00:00:00.000000Z', until: null, isOver: false },
  ...{ by: [of('lux-0031')], moreRecords: 0, tlp: 'GREEN', basis: 'observed', cover: 'possibly' },
};
const AT: AtView = {
  time: {
    ...{ text: '2018-10-01', unit: 'day', from: '2018-10-01T00:00:00.000000Z', until: '2018-10-02T00:00:00.000000Z' },
    display: 'all of 2018-10-01 (UTC)',
  },
  where: {
    ...{ basis: 'inferred', placings: [{ ...PLACED, isDisputed: false, cover: 'certainly' }], morePlacings: 0, undated: 0 },
    ...{ before: { ...BEFORE, isDisputed: false }, after: null, mayBeLater: 0, mayBeEarlier: 0 },
  },
  inWhat: { basis: 'inferred', legs: [LEG], containments: [CONTAINED] },
  heldBy: { basis: 'unknown', holders: [HOLDER], moreHolders: 0, uncovered: [], moreUncovered: 0 },
  against: { conflicts: [], moreConflicts: 0, alarms: [], moreAlarms: 0, clones: [], moreClones: 0, isPartial: false },
  missingTracks: [],
};
const coordinates: TimelineView['coordinates'] = { asOf: { basis: 'log', logSize: 85 }, policy: 0 };
const JOURNEY: JourneyView = {
  item: { id: 'vin:X', scheme: 'vin', display: 'VIN X' },
  ...{
    coordinates,
    lastProved: null,
    inWhat: [],
    containments: [],
    legs: [],
    placings: [],
    rings: [],
    tooDeep: [],
    notFollowed: null,
    tracks: [],
  },
  ...{ conflicts: [], moreConflicts: 0, lastConveyance: null, vessels: [], moreVessels: 0, at: AT },
  travel: { alarms: [], moreAlarms: 0, clones: [], moreClones: 0, isPartial: false },
  custody: { holdings: [], moreHoldings: 0, uncovered: [], moreUncovered: 0 },
};
const TIMELINE: TimelineView = {
  item: { id: 'vin:X', scheme: 'vin', display: 'VIN X', check: { verdict: 'valid' }, facts: [] },
  ...{ coordinates, entries: [], waiting: [], openQuestions: [], notes: [], next: null },
};
const told = (at: Partial<AtView> = {}): string => atLines({ ...JOURNEY, at: { ...AT, ...at } }).join('\n');

test('begins with the time as it was taken, and tells what is certain with its records', () => {
  const text = told();
  expect(text).toMatch(
    /^At all of 2018-10-01 \(UTC\)\n {2}Where: inferred\.\n {4}certainly 2018-10-01T08:30:00Z, 35\.62, 129\.95: INFERRED from lux-0040 line 32 of IMO 0000048/,
  );
  expect(text).toMatch(/before: 2018-09-30, Busan, South Korea: observed by lux-0036/);
  expect(text).toMatch(/after: nothing proves where it was/);
  expect(text).toMatch(
    /certainly, for a part of that time: in IMO 0000048 \(lux-0037\), by being in SYNU 000001 4 \(lux-0009\); proved from 2018-10-01T00:31Z/,
  );
});

test('tells what is only possible as such, and the place as unknown', () => {
  const text = told({
    where: { ...AT.where, basis: 'unknown', placings: [{ ...PLACED, isDisputed: false, cover: 'possibly' }], undated: 2 },
  });
  expect(text).toMatch(/Where: UNKNOWN; no record that says where certainly is of that time\.\n {4}POSSIBLY 2018-10-01T08:30:00Z/);
  expect(text).not.toContain('certainly 2018');
  expect(text).toContain('2 undated records may be of any time.');
  expect(told({ heldBy: { ...AT.heldBy, basis: 'unknown' } })).toMatch(/Held by: UNKNOWN\n {4}POSSIBLY, observed: A terminal/);
});

test('tells a containment that nothing confirms any more as last recorded, with what it is last recorded in', () => {
  const last = { ...CONTAINED, holds: 'last-recorded' as const, outer: LEG.carriers.slice(1) };
  const text = told({ inWhat: { basis: 'unknown', legs: [], containments: [last] } });
  expect(text).toMatch(
    /In what: UNKNOWN\n {4}last recorded in SYNU 000001 4 \(lux-0009\), that in IMO 0000048 \(lux-0037\); NOT confirmed since 2018-10-01T08:30Z \(no record of it follows\) {3}AMBER$/m,
  );
  expect(told({ inWhat: { basis: 'unknown', legs: [], containments: [] } })).toContain('In what: nothing that is recorded.');
});

test('tells why a containment is only possible, and nothing that nobody said', () => {
  const possibly = (...reasons: (typeof CONTAINED)['reasons']): string =>
    told({ inWhat: { basis: 'unknown', legs: [], containments: [{ ...CONTAINED, holds: 'possibly', reasons }] } });
  expect(possibly('loading')).toMatch(/POSSIBLY in SYNU 000001 4 \(lux-0009\): it may have been put in just then {3}AMBER$/m);
  expect(possibly('loading', 'unloading')).toContain('it may have been put in just then; it may have been taken out just then');
  expect(possibly('undated')).toContain('when it was put in no record says, or not from when to when');
  expect(possibly('left-undated')).toContain('when it was taken out no record says, or not from when to when');
});

test('tells what is disputed as that, how many others may lie between, and which records speak against those of the answer', () => {
  const [placing] = AT.where.placings;
  const where: AtView['where'] = {
    ...AT.where,
    placings: placing === undefined ? [] : [{ ...placing, isDisputed: true }],
    mayBeLater: 2,
    mayBeEarlier: 1,
  };
  expect(told({ where })).toMatch(/certainly 2018-10-01T08:30:00Z.*; C3, AMBER \[DISPUTED\]$/m);
  expect(told({ where })).toMatch(/before: .*\n {6}2 records of an uncertain time may be later/);
  expect(told({ where })).toMatch(/after: .*\n {6}1 record of an uncertain time may be earlier/);
  const sides = { first: { event: of('lux-0040'), line: 2 }, second: { event: of('lux-0051') } };
  const against: AtView['against'] = {
    ...AT.against,
    alarms: [{ kind: 'impossible-travel', ...sides, arithmetic: '526.6 km apart', isOpen: true, tlp: 'AMBER+STRICT' }],
    clones: [{ pairs: 3, isOpen: true, tlp: 'GREEN' }],
    isPartial: true,
  };
  expect(told({ against }).split('\n').slice(-6)).toEqual([
    '  Two things may bear this identity (3 impossible pairs): open   GREEN',
    '  Records whose places cannot both be true:',
    '    lux-0040 line 2 and lux-0051, impossible travel: open   AMBER+STRICT',
    '        526.6 km apart',
    '    There was more to compare than is followed: there may be more of these.',
    '',
  ]);
});

test('tells a stretch that no document covers with its label, and of which documents that is said', () => {
  const uncovered = [{ since: '2018-09-01T00:00:00.000000Z', until: '2018-10-03T00:00:00.000000Z', isOfOne: false, tlp: 'AMBER' as const }];
  expect(told({ heldBy: { ...AT.heldBy, uncovered } })).toContain(
    '    No document covers 2018-09-01T00:00Z to 2018-10-03T00:00Z: none that you may see and that nobody disputes.   AMBER',
  );
});

test('a trace of one time marks each entry, and does not say where the item was last', () => {
  const view = {
    ...TIMELINE,
    at: AT.time,
    entries: [entry('sure', { cover: 'certainly' }), entry('unsure', { cover: 'possibly' })],
  };
  const text = timelineText(view, JOURNEY);
  expect(text).toMatch(/Its own records that are, or may be, of all of 2018-10-01 \(UTC\):/);
  expect(text).toMatch(/ 1 .*\(certainly of that time\)/);
  expect(text).toMatch(/ 2 .*\(POSSIBLY of that time\)/);
  expect(text).not.toContain('Last placed');
  expect(text).not.toContain('Where it was after that');
  expect(timelineText({ ...view, entries: [] }, null)).toContain('No record of its own is of all of 2018-10-01 (UTC)');
});

test('a time in another offset is told as it was written and in UTC, across the date line and when clocks go back', () => {
  const display = { ...entry('x').display, occurred: '2018-09-01T00:30:00+13:00', occurredUtc: '2018-08-31T11:30:00Z' };
  expect(timelineText({ ...TIMELINE, entries: [entry('x', { display })] })).toContain(
    '2018-09-01T00:30:00+13:00 (UTC: 2018-08-31T11:30:00Z)',
  );
  expect(withUtc('2018-10-28T02:30:00+02:00')).toBe('2018-10-28T02:30:00+02:00 (UTC: 2018-10-28T00:30:00Z)');
  expect(withUtc('2018-10-28T02:30:00+01:00')).toBe('2018-10-28T02:30:00+01:00 (UTC: 2018-10-28T01:30:00Z)');
  expect(withUtc('2018-10-28T02:30:00Z')).toBe('2018-10-28T02:30:00Z');
});

test('a comparison tells what the journey concludes otherwise, and between which words of authors', () => {
  const view: DiffView = {
    item: { id: 'vin:X', display: 'VIN X' },
    changes: [
      {
        ...{ change: 'learnt', event: of('lux-0009'), kind: 'aggregation', summary: 'into a container', by: [], before: null },
        after: { standing: 'stands', places: true, flags: [] },
      },
    ],
    journey: {
      ...{ lastBefore: null, lastAfter: PLACED, isLastOther: true, legsRemoved: [], legsChanged: [] },
      legsAdded: [
        {
          ...{ carriers: [BOX, SHIP], from: '2018-10-01T00:31:00.000000Z', until: DARK, isOpen: true, records: 0, positions: 31, gaps: [] },
          tlp: 'AMBER',
        },
      ],
    },
    from: { asOf: { basis: 'reported', logSize: 85, reported: '2019-05-01' }, policy: 0 },
    to: { asOf: { basis: 'reported', logSize: 85, reported: '2019-05-10' }, policy: 0 },
    withoutReported: 3,
  };
  const text = diffText(view);
  expect(text).toContain(
    'Last proved: nowhere -> 2018-10-01T08:30:00Z, 35.62, 129.95: INFERRED from lux-0040 line 32 of IMO 0000048, in which it was by lux-0009, lux-0037; C3, AMBER\n',
  );
  expect(text).toMatch(
    /Leg added: in IMO 0000048 \(lux-0037\), by being in SYNU 000001 4 \(lux-0009\), from 2018-10-01T00:31Z, confirmed until 2018-10-01T08:30Z; not graded, AMBER$/m,
  );
  expect(text).toMatch(/1 learnt, from what was reported by 2019-05-01 \(stated, log size 85\) to what was reported by 2019-05-10/);
  expect(text).toContain('3 left out, since their authors state no time.');
});
