/** Records whose places cannot both be true: what is impossible, what is not, and what follows from it. */
import { foldTimeline, parseOccurred, type FoldInput, type Precision, type Sighting } from '#lib/domain';
import type { TrackPosition } from './fixes.ts';
import { arithmeticOf, eventOf, journeyOf, travelOf, type Known, type TravelAlarm, type TravelCheck } from './index.ts';

const CAR = 'vin:WDDSYNTH9JA000001';
const SHIP = 'imo:0000048';
const BUSAN = { lat: 35.1, lon: 129.08 };
const PYONGYANG = { lat: 39.03, lon: 125.75 };
const ROTTERDAM = { lat: 51.95, lon: 4.05 };
const NONE = { contradicts: [], links: [], basis: [], resolves: [], upholds: [] };

type Said = Partial<Omit<Sighting, 'occurred'>> & { readonly throughout?: boolean; readonly to?: string };

/** A record of the car, to the minute unless its text says less. */
function seen(id: string, from: string, place: Sighting['place'], { throughout, to = from, ...more }: Said = {}): FoldInput {
  const precision: Precision = from.length === 10 ? 'day' : 'minute';
  const occurred = parseOccurred({ from, to, precision, ...(throughout === true ? { extent: 'throughout' } : {}) });
  if (!occurred.ok) throw new Error(occurred.detail);
  const sighting: Sighting = {
    ...{ agency: 'local', id, principal: 'someone', kind: 'observation', modality: 'actual', handling: { tlp: 'GREEN' }, parties: [] },
    ...{ source: { kind: 'synthetic' }, evidence: [], grade: 'B2', items: [{ id: CAR, role: 'subject' }], relations: NONE },
    occurred: occurred.value,
    ...(place === undefined ? {} : { place }),
    ...more,
  };
  return { sighting };
}

function check(inputs: readonly FoldInput[], item = CAR, track: readonly TrackPosition[] = []): TravelCheck {
  const ids = new Set([item, ...inputs.flatMap(({ sighting }) => sighting.items.map(({ id }) => id))]);
  const items = new Map<string, Known>([...ids].map((id) => [id, { timeline: foldTimeline(id, inputs), track: id === SHIP ? track : [] }]));
  return travelOf(journeyOf(item, items), items);
}
const text = ({ kind, first, second, odd, isOpen }: TravelAlarm): string =>
  `${kind} ${eventOf(first).id} ${eventOf(second).id} ${odd}${isOpen ? '' : ' settled'}`;
const told = (...given: Parameters<typeof check>): string[] => check(...given).alarms.map(text);

test('what nothing that flies could do is told with its arithmetic', () => {
  const { alarms } = check([seen('a', '2018-10-01T00:30Z', BUSAN), seen('b', '2018-10-01T00:40Z', PYONGYANG)]);
  expect(alarms.map(text)).toEqual(['impossible-travel a b either']);
  expect(arithmeticOf(alarms[0] as TravelAlarm)).toMatch(
    /^52\d\.\d km apart, of which 25\.0 km assumed \+ 25\.0 km assumed are uncertain: at least 47\d\.\d km in at most 12\.0 min is 2,\d{3} km\/h or more; nothing that is carried, by air too, goes faster than 1,350 km\/h$/,
  );
});

test.each<[string, FoldInput, FoldInput]>([
  ['a flight', seen('a', '2018-10-01T00:30Z', BUSAN), seen('b', '2018-10-01T01:00Z', PYONGYANG)],
  [
    'the same day, for it may be the end of the one and the begin of the other',
    seen('a', '2018-10-01', ROTTERDAM),
    seen('b', '2018-10-01', BUSAN),
  ],
  [
    'a place so coarse that the two may touch',
    seen('a', '2018-10-01T00:30Z', BUSAN),
    seen('b', '2018-10-01T00:31Z', { ...PYONGYANG, radiusMetres: 500_000 }),
  ],
  [
    'a step across the date line',
    seen('a', '2018-10-01T00:30Z', { lat: 0, lon: 179.9 }),
    seen('b', '2018-10-01T00:40Z', { lat: 0, lon: -179.9 }),
  ],
  [
    'a step across the pole',
    seen('a', '2018-10-01T00:30Z', { lat: 89.9, lon: 0 }),
    seen('b', '2018-10-01T00:40Z', { lat: 89.9, lon: 180 }),
  ],
  [
    'another country without coordinates',
    seen('a', '2018-10-01T00:30Z', { country: 'KR' }),
    seen('b', '2018-10-01T00:31Z', { country: 'NL' }),
  ],
  ['a time of which one end is not known', seen('a', '2018-10-01T00:30Z', BUSAN), untilOnly('b')],
])('%s is possible', (_, a, b) => {
  expect(told([a, b])).toEqual([]);
});

function untilOnly(id: string): FoldInput {
  const occurred = parseOccurred({ to: '2018-10-01T00:31Z', precision: 'minute' });
  if (!occurred.ok) throw new Error(occurred.detail);
  const { sighting } = seen(id, '2018-10-01T00:31Z', ROTTERDAM);
  return { sighting: { ...sighting, occurred: occurred.value } };
}

test('in a store throughout September it was nowhere else on the twelfth; at some time of September it was anywhere', () => {
  const elsewhere = seen('b', '2018-09-12T10:00Z', ROTTERDAM);
  expect(told([seen('a', '2018-09-01', BUSAN, { to: '2018-09-30', throughout: true }), elsewhere])).toEqual(['two-at-once a b either']);
  expect(told([seen('a', '2018-09-01', BUSAN, { to: '2018-09-30' }), elsewhere])).toEqual([]);
});

const day = (number: number): string => `2018-10-${String(number).padStart(2, '0')}`;

test('one record among many that is out of reach of those around it is wrong, and no second thing', () => {
  const many = [1, 2, 3, 4, 5, 6].flatMap((at) => [seen(`r${at}`, `${day(at)}T10:00Z`, BUSAN), seen(`s${at}`, `${day(at)}T11:00Z`, BUSAN)]);
  const { alarms, clones } = check([...many, seen('x', `${day(3)}T10:30Z`, ROTTERDAM)]);
  expect(alarms.map(text)).toEqual(['impossible-travel r3 x second', 'impossible-travel x s3 first']);
  expect(clones).toEqual([]);
});

test('two tracks that are each possible, and together not whichever record is taken away, are two things', () => {
  const here = [1, 2, 3].map((at) => seen(`k${at}`, `${day(at)}T10:00Z`, BUSAN));
  const there = [1, 2, 3].map((at) => seen(`n${at}`, `${day(at)}T11:00Z`, ROTTERDAM, at === 2 ? { handling: { tlp: 'AMBER' } } : {}));
  const { alarms, clones } = check([...here, ...there]);
  expect(
    clones.map(({ tracks, pairs, isOpen, handling }) => [tracks.map((of) => of.map((each) => eventOf(each).id)), pairs, isOpen, handling]),
  ).toEqual([
    [
      [
        ['k1', 'k2', 'k3'],
        ['n1', 'n2', 'n3'],
      ],
      3,
      true,
      'AMBER',
    ],
  ]);
  expect(alarms.map(text)).toEqual([1, 2, 3].map((at) => `impossible-travel k${at} n${at} neither`));
  expect(alarms.map(({ handling }) => handling)).toEqual(['AMBER', 'AMBER', 'AMBER']);
});

test('statements and plans are marked, say nothing of a second thing, and are held against what places it first', () => {
  const here = [1, 2, 3].map((at) => seen(`k${at}`, `${day(at)}T10:00Z`, BUSAN));
  const words = [
    seen('tip', `${day(1)}T11:00Z`, ROTTERDAM, { kind: 'statement' }),
    seen('plan', `${day(2)}T11:00Z`, ROTTERDAM, { modality: 'planned' }),
    seen('thought', `${day(3)}T11:00Z`, ROTTERDAM, { kind: 'assessment' }),
  ];
  const { alarms, clones } = check([...here, ...words]);
  expect(alarms.map(text)).toEqual(['k1 tip', 'k2 plan', 'k3 thought'].map((pair) => `impossible-travel ${pair} either`));
  expect(alarms.map(({ second }) => ('entry' in second.fix ? second.fix.entry.mark : ''))).toEqual(['statement', 'planned', 'assessment']);
  expect(alarms.some(({ second }) => second.places)).toBe(false);
  expect(clones).toEqual([]);
});

test('two tips that cannot both be true are told where nothing that places it speaks against either', () => {
  const tips = [
    seen('t1', `${day(1)}T10:00Z`, BUSAN, { kind: 'statement' }),
    seen('t2', `${day(1)}T11:00Z`, ROTTERDAM, { kind: 'statement' }),
  ];
  expect(told(tips)).toEqual(['impossible-travel t1 t2 either']);
});

test('a look that found nothing says where it was not, and takes no part', () => {
  expect(told([seen('a', `${day(1)}T10:00Z`, BUSAN), seen('b', `${day(1)}T10:00Z`, ROTTERDAM, { modality: 'negative' })])).toEqual([]);
});

test('what was withdrawn stays in view and is settled; a record is not held against what it was corrected into', () => {
  const a = seen('a', `${day(1)}T10:00Z`, BUSAN);
  const b = seen('b', `${day(1)}T11:00Z`, ROTTERDAM);
  const relations = { ...NONE, target: { agency: 'local', id: 'b' } };
  expect(told([a, b, seen('r', `${day(1)}T11:00Z`, ROTTERDAM, { kind: 'retraction', relations })])).toEqual([
    'impossible-travel a b either settled',
  ]);
  const corrected = seen('c', `${day(1)}T11:00Z`, BUSAN, { kind: 'correction', as: 'observation', relations });
  expect(told([b, corrected])).toEqual([]);
  expect(told([a, b, corrected])).toEqual(['impossible-travel a b either settled']);
});

test('a resolution of both records settles an alarm, and opens it again when it is withdrawn', () => {
  const pair = [seen('a', `${day(1)}T10:00Z`, BUSAN), seen('b', `${day(1)}T11:00Z`, ROTTERDAM)];
  const resolves = ['a', 'b'].map((id) => ({ agency: 'local', id }));
  const resolution = seen('settles', day(2), undefined, {
    kind: 'resolution',
    relations: { ...NONE, resolves, upholds: resolves.slice(0, 1) },
  });
  const target = { agency: 'local', id: 'settles' };
  const undone = seen('undone', day(2), undefined, { kind: 'retraction', relations: { ...NONE, target } });
  expect(told([...pair, resolution])).toEqual(['impossible-travel a b either settled']);
  expect(told([...pair, resolution, undone])).toEqual(['impossible-travel a b either']);
});

const FILE = { sighting: { agency: 'local', id: 'file' }, sha256: 'f'.repeat(64), handling: { tlp: 'GREEN' as const } };
/** One position an hour. */
const rows = (count: number, at: { lat: number; lon: number }, from = 2): TrackPosition[] =>
  Array.from({ length: count }, (_, hour) => ({ at: Date.UTC(2018, 9, 1, hour) * 1_000, ...at, line: from + hour, track: FILE }));

test('bad rows of one file are no second ship; ten of them are', () => {
  const track = (bad: number): TrackPosition[] =>
    [...rows(24, BUSAN), ...rows(bad, ROTTERDAM, 100).map((row) => ({ ...row, at: row.at + 60_000_000 }))].sort((a, b) => a.at - b.at);
  const ship = seen('s', '2018-10-01', BUSAN, { items: [{ id: SHIP, role: 'subject' }] });
  expect(check([ship], SHIP, track(9)).clones).toEqual([]);
  expect(check([ship], SHIP, track(9)).alarms.length).toBeGreaterThan(0);
  expect(check([ship], SHIP, track(10)).clones).toHaveLength(1);
});

test('while it was aboard a ship it went no faster than ships do, for whoever may see that it was aboard', () => {
  const items: Sighting['items'] = [
    { id: CAR, role: 'subject' },
    { id: SHIP, role: 'conveyance' },
  ];
  const loading = seen('in', '2018-10-01T00:10Z', BUSAN, { kind: 'aggregation', action: 'ADD', items, handling: { tlp: 'AMBER' } });
  // Half an hour away by air, and half a day by ship.
  const tip = seen('tip', '2018-10-01T16:30Z', PYONGYANG, { kind: 'statement' });
  const { alarms } = check([loading, tip], CAR, rows(18, BUSAN));
  expect(alarms).toMatchObject([{ bound: { means: 'ship' }, handling: 'AMBER', kind: 'impossible-travel' }]);
  expect(told([tip], CAR, rows(18, BUSAN))).toEqual([]);
});

/** The car in the ship, by a list of what was stuffed. */
const aboard = (id: string, from: string, more: Said = {}): FoldInput =>
  seen(id, from, undefined, {
    ...{ kind: 'aggregation', action: 'ADD' },
    items: [
      { id: CAR, role: 'subject' },
      { id: SHIP, role: 'conveyance' },
    ],
    ...more,
  });
/** A position each quarter of an hour. */
const quarters = (count: number, at: { lat: number; lon: number }): TrackPosition[] =>
  Array.from({ length: count }, (_, n) => ({ at: Date.UTC(2018, 9, 1, 0, 15 + 15 * n) * 1_000, ...at, line: 2 + n, track: FILE }));

test('all that one wrong loading gives is one voice, and what is impossible by it names the loading', () => {
  const car = [seen('r0', '2018-09-30T23:50Z', ROTTERDAM), seen('r1', '2018-10-01T04:00Z', ROTTERDAM)];
  const { alarms, clones } = check([...car, aboard('in', '2018-10-01T00:10Z')], CAR, quarters(12, BUSAN));
  expect(clones).toEqual([]);
  expect(alarms.length).toBeGreaterThan(0);
  for (const { odd, without, first } of alarms) expect([odd, without?.id]).toEqual([first.leg === undefined ? 'second' : 'first', 'in']);
  // Two lists that say so are two voices: then two things may bear this identity.
  const twice = check([...car, aboard('in', '2018-10-01T00:10Z'), aboard('in2', '2018-10-01T00:11Z')], CAR, quarters(12, BUSAN));
  expect(twice.clones.length + twice.alarms.length).toBeGreaterThan(0);
});

test('one document that two agencies submit is one voice, and no second thing', () => {
  const here = [seen('a', '2018-10-01T10:00Z', BUSAN), seen('b', '2018-10-01T12:00Z', BUSAN)];
  const cited = (sha256: string): Said => ({ evidence: [{ sha256: sha256.repeat(64) }] });
  const there = (one: string, other: string): FoldInput[] => [
    seen('x', '2018-10-01T10:30Z', ROTTERDAM, cited(one)),
    seen('y', '2018-10-01T11:30Z', ROTTERDAM, { ...cited(other), agency: 'other' }),
  ];
  expect(check([...here, ...there('a', 'a')]).clones).toEqual([]);
  expect(check([...here, ...there('a', 'a')]).alarms.map(({ odd }) => odd)).toContain('neither');
  expect(check([...here, ...there('a', 'b')]).clones).toHaveLength(1);
});

test('an alarm has the label of all that it is read with: that there is more than this pair follows from the rest', () => {
  const here = [1, 2].map((at) => seen(`k${at}`, `${day(at)}T10:00Z`, BUSAN));
  const there = [1, 2].map((at) => seen(`n${at}`, `${day(at)}T11:00Z`, ROTTERDAM, at === 2 ? { handling: { tlp: 'AMBER' } } : {}));
  expect(check([...here, ...there]).alarms.map(({ odd, handling }) => [odd, handling])).toEqual([
    ['neither', 'AMBER'],
    ['neither', 'AMBER'],
  ]);
  // Who may not see the rest is told of one pair, and nothing of more.
  expect(check([...here, ...there.slice(0, 1)]).alarms.map(({ odd, handling }) => [odd, handling])).toEqual([['either', 'GREEN']]);
  const tip = seen('tip', `${day(1)}T10:30Z`, ROTTERDAM, { kind: 'statement' });
  const around = [seen('a', `${day(1)}T10:00Z`, BUSAN), seen('b', `${day(1)}T11:00Z`, BUSAN, { handling: { tlp: 'AMBER' } })];
  expect(check([...around, tip]).alarms.map(({ odd, handling }) => [odd, handling])).toEqual([['second', 'AMBER']]);
});

test('stays whose days meet leave time for the way between', () => {
  const SEOUL = { lat: 37.57, lon: 126.98 };
  const depot = (id: string, from: string, to: string, at: typeof BUSAN): FoldInput => seen(id, from, at, { to, throughout: true });
  expect(told([depot('a', day(1), day(18), SEOUL), depot('b', day(18), day(30), BUSAN)])).toEqual([]);
  expect(told([depot('a', day(1), day(18), SEOUL), depot('b', day(12), day(30), BUSAN)])).toEqual(['two-at-once a b either']);
  // A date has no zone: it may have left on its own first of October, which is over half a day later elsewhere.
  expect(told([depot('a', day(1), day(3), ROTTERDAM), seen('b', `${day(3)}T23:00Z`, BUSAN)])).toEqual([]);
});

test('at some time of one day and at some time of the next is not at once, however the days overlap', () => {
  const ship = (id: string, from: string, to: string, at: typeof BUSAN): FoldInput =>
    seen(id, from, at, { to, items: [{ id: SHIP, role: 'subject' }] });
  const inputs = [ship('a', `${day(1)}T10:00Z`, `${day(1)}T22:00Z`, BUSAN), ship('b', `${day(1)}T12:00Z`, `${day(1)}T23:59Z`, ROTTERDAM)];
  expect(told(inputs, SHIP)).toEqual(['impossible-travel a b either']);
});

test('coordinates in whole degrees are those of no town', () => {
  const [rounded, near] = [
    { lat: 35, lon: 129 },
    { lat: 35.6, lon: 128.1 },
  ];
  expect(told([seen('a', '2018-10-01T00:30Z', rounded), seen('b', '2018-10-01T00:30Z', near)])).toEqual([]);
  expect(told([seen('a', '2018-10-01T00:30Z', { lat: 35.01, lon: 129 }), seen('b', '2018-10-01T00:30Z', near)])).toHaveLength(1);
});

test('the speed is what the distance and the time that are told give', () => {
  const { alarms } = check([seen('a', '2018-10-01T00:30Z', BUSAN), seen('b', '2018-10-01T04:30Z', ROTTERDAM)]);
  const said = arithmeticOf(alarms[0] as TravelAlarm);
  const [, km, hours, kmh] = /at least ([\d,.]+) km in at most ([\d.]+) h is ([\d,]+) km\/h/.exec(said) as RegExpExecArray;
  const number = (text: string | undefined): number => Number(text?.replaceAll(',', ''));
  expect(Math.floor(number(km) / number(hours))).toBe(number(kmh));
});

test('a handheld radio goes by air, and a ship does not', () => {
  const of = (item: string): string[] =>
    told(
      ['a', 'b'].map((id, n) =>
        seen(id, `2018-10-01T0${n * 2}:30Z`, n === 0 ? BUSAN : PYONGYANG, { items: [{ id: item, role: 'subject' }] }),
      ),
      item,
    );
  expect([of('mmsi:812345678'), of('mmsi:440000001')]).toEqual([[], ['impossible-travel a b either']]);
});

test('hundreds of ways in which it was inside cost no more than one', () => {
  const pairs = (from: string, to: string, at: number): FoldInput[] =>
    Array.from({ length: 40 }, (_, n) =>
      seen(`${from}-${n}`, `2018-10-01T00:${String(at).padStart(2, '0')}Z`, undefined, {
        ...{ kind: 'aggregation', action: 'ADD' },
        items: [
          { id: from, role: 'subject' },
          { id: to, role: 'container' },
        ],
      }),
    );
  const many = Array.from({ length: 300 }, (_, n) => seen(`r${n}`, `${day(2 + (n % 20))}T${String(n % 24).padStart(2, '0')}:00Z`, BUSAN));
  const inputs = [...pairs(CAR, 'container:SYNU0000014', 10), ...pairs('container:SYNU0000014', 'container:SYNU0000035', 11), ...many];
  const began = performance.now();
  expect(check(inputs).alarms).toEqual([]);
  console.log(`40 x 40 ways inside, 300 records: ${(performance.now() - began).toFixed(0)} ms`);
});
