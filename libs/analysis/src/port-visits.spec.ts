/** Port visits: from 3 km on, to 4 km, with a stop or a silence; how sure, and with what confidence of Global Fishing Watch's. */
import { Draw } from './generated/draw.contract.ts';
import { JourneyTooLarge, portVisitsOf, Steps, type Port, type PortVisit, type TrackPosition } from './index.ts';
import { at as fixAt, PORTS, world, seen, SHIP } from './said.contract.ts';
import { portsIn } from './silences.ts';

const SEED = Number(process.env['VISITS_SEED'] ?? 20_181_022);
const MINUTE = 60_000_000;
const { busan } = PORTS;
/** So many kilometres to the south of Busan, at a speed, so many minutes later than the first. */
const off = (minutes: number, km: number, knots?: number, from = 0): TrackPosition => ({
  ...fixAt('2018-10-01T00:00Z', [busan.lat - km / 110.94, busan.lon]),
  at: (from + minutes) * MINUTE,
  line: minutes + 2,
  ...(knots === undefined ? {} : { knots }),
});
const COMES = [off(0, 20, 8), off(30, 10, 8)];
const STOPS = [off(60, 1, 0.1), off(90, 1, 0), off(120, 1, 0.1)];
const LEAVES = [off(150, 10, 8), off(180, 20, 8)];
const visitsOf = (track: readonly TrackPosition[], ports: readonly Port[] = [busan]): readonly PortVisit[] => portVisitsOf(track, ports);

test('a ship that is seen to come, to stop and to leave has certainly called, with confidence 4', () => {
  expect(visitsOf([...COMES, ...STOPS, ...LEAVES])).toMatchObject([
    { port: busan, since: { line: 62 }, until: { line: 122 }, confidence: 4, doubts: [], handling: 'GREEN' },
  ]);
});

test.each<[string, readonly TrackPosition[], number]>([
  ['was not seen to leave', [...COMES, ...STOPS], 3],
  ['was not seen to come', [...STOPS, ...LEAVES], 3],
  ['was dark for twelve hours before', [off(-700, 20, 8), ...STOPS, ...LEAVES], 3],
  ['was seen to do neither', STOPS, 2],
])('where it %s the confidence is less', (_, track, confidence) => {
  expect(visitsOf(track)).toMatchObject([{ confidence }]);
});

test('a ship that passes by without a stop calls nowhere', () => {
  expect(visitsOf([...COMES, off(60, 1, 8), off(70, 2, 8), ...LEAVES])).toEqual([]);
});

test('it is in port from 3 km on, and out of it from 4 km on', () => {
  const stop = (km: number) => [off(60, km, 0.1), off(90, km, 0.1)];
  expect(visitsOf([...COMES, ...stop(3.5), ...LEAVES])).toEqual([]);
  expect(visitsOf([...COMES, off(50, 2.8, 3), ...stop(3.5), ...LEAVES])).toMatchObject([{ since: { line: 52 }, until: { line: 92 } }]);
  expect(visitsOf([...COMES, off(50, 2.8, 0.1), ...stop(4.1), ...LEAVES])).toMatchObject([{ until: { line: 52 } }]);
});

test('what it may have done otherwise is a doubt', () => {
  const slow = [off(60, 1, 0.4), off(90, 1, 0.4)];
  const silent = [off(60, 1, 5), off(360, 1, 5)];
  const edge = [off(60, 2.95, 0.1), off(90, 2.95, 0.1)];
  const doubtsOf = (stay: readonly TrackPosition[]) =>
    visitsOf([...COMES, ...stay, ...LEAVES.map((row) => ({ ...row, at: row.at + 300 * MINUTE }))])[0]?.doubts;
  expect([slow, silent, edge].map(doubtsOf)).toEqual([['speed'], ['silence'], ['position']]);
});

test('a port has every point that records give, and a visit to one of them alone is in doubt', () => {
  const elsewhere = { ...busan, lat: busan.lat + 1 };
  expect(visitsOf([...COMES, ...STOPS, ...LEAVES], [busan, elsewhere])).toMatchObject([{ port: busan, doubts: ['port'] }]);
  const terminal = { ...busan, lat: busan.lat - 0.01 };
  expect(visitsOf([...COMES, ...STOPS, ...LEAVES], [busan, terminal])).toMatchObject([{ port: terminal, doubts: [] }]);
});

test('it is for those alone whom the record is for that says where the port is', () => {
  const { sighting } = seen(SHIP, { at: '2018-10-01T00:00Z', place: 'busan' });
  const ports = portsIn(world([{ sighting: { ...sighting, handling: { tlp: 'AMBER' } } }]));
  expect(visitsOf([...COMES, ...STOPS, ...LEAVES], ports)).toMatchObject([{ handling: 'AMBER' }]);
});

test('a thousand points of one port are one visit, and the steps are bounded', () => {
  const points = Array.from({ length: 1_000 }, (_, n) => ({ ...busan, lat: busan.lat + n * 1e-6 }));
  expect(visitsOf([...COMES, ...STOPS, ...LEAVES], points)).toMatchObject([{ doubts: [] }]);
  const lying = Array.from({ length: 1_000 }, (_, n) => off(n, 1, 0.1));
  const steps = new Steps(100_000);
  expect(() => portVisitsOf(lying, points, steps)).toThrow(JourneyTooLarge);
  expect(steps.taken).toBeLessThan(200_000);
});

test(`of tracks drawn from seed ${SEED} a visit never leaves the port, nor ends before it does`, () => {
  for (let n = 0; n < 200; n++) {
    const draw = new Draw(SEED + n);
    const km: number[] = [10];
    while (km.length < 80) km.push(Math.abs((km.at(-1) ?? 0) + (draw.next() - 0.5) * 3));
    const track = km.map((each, minute) => off(minute * 20, each, draw.one([0, 0.3, 6])));
    const near = (each: number): boolean => each <= 4;
    for (const { since, until } of visitsOf(track)) {
      const [first, last] = [(since.line - 2) / 20, (until.line - 2) / 20];
      const where = `seed ${SEED + n}`;
      expect([where, km.slice(first, last + 1).every(near), (km[first] ?? 9) <= 3]).toEqual([where, true, true]);
      expect([where, near(km[last + 1] ?? 9)]).toEqual([where, false]);
    }
  }
});
