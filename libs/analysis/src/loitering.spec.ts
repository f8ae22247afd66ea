/** Loitering: by examples, and over ways that a generator draws from a seed (`DRIFT_SEED`, `DRIFT_COUNT`), whose key is the way itself. */
import { apart, drift, heard, MINUTE_MICROS } from './generated/drifting.contract.ts';
import { Draw } from './generated/draw.contract.ts';
import { Steps, type Loitering, type Port, type TrackPosition } from './index.ts';
import { loiteringOf, type ShoreDistance } from './loitering.ts';
import { at as fixAt, SEA } from './said.contract.ts';
import { slowStretchesOf } from './slow-stretches.ts';

const SEED = Number(process.env['DRIFT_SEED'] ?? 20_181_019);
const COUNT = Number(process.env['DRIFT_COUNT'] ?? 150);
const TRACK = { sighting: { agency: 'alpha', id: 'track' }, sha256: 'a'.repeat(64), handling: { tlp: 'GREEN' } } as const;
const FAR: ShoreDistance = () => 60_000;

const loiters = (track: readonly TrackPosition[], shore?: ShoreDistance, ports: readonly Port[] = []): readonly Loitering[] =>
  loiteringOf(slowStretchesOf(track, new Steps()), ports, new Steps(), shore);
const lying = (minutes: number, every = 30, knots = 0.5): TrackPosition[] =>
  Array.from({ length: Math.floor(minutes / every) + 1 }, (_, n) => ({
    ...fixAt('2018-10-01T00:00Z', SEA),
    at: n * every * MINUTE_MICROS,
    line: n + 2,
    knots,
  }));

test('a ship that goes slowly for four hours, thirty miles from shore, loiters', () => {
  expect(loiters(lying(240), FAR)).toMatchObject([{ since: { line: 2 }, until: { line: 10 }, doubts: [], handling: 'GREEN' }]);
  expect(loiters(lying(210), FAR)).toEqual([]);
});

test('she may where nobody says how far the shore is, and does not where it is near', () => {
  expect(loiters(lying(240))).toMatchObject([{ doubts: ['shore'] }]);
  expect(loiters(lying(240), () => 37_040)).toMatchObject([{ doubts: ['shore'] }]);
  expect(loiters(lying(240), () => 30_000)).toEqual([]);
});

test('she does not within twenty miles of a port, and may where records differ in where it is', () => {
  const port: Port = { unlocode: 'KRPUS', lat: SEA[0] + 0.3, lon: SEA[1] };
  expect(loiters(lying(240), undefined, [port])).toEqual([]);
  expect(loiters(lying(240), FAR, [port, { ...port, lat: 40 }])).toMatchObject([{ doubts: ['port'] }]);
  expect(loiters(lying(240), FAR, [{ ...port, lat: SEA[0] + 0.35 }])).toMatchObject([{ doubts: [] }]);
});

test('no silence of more than an hour is taken as slow', () => {
  expect(loiters(lying(480, 61), FAR)).toEqual([]);
  expect(loiters(lying(480, 60), FAR)).toHaveLength(1);
});

test('she may have where a speed is over two knots at one end of a step alone', () => {
  const once = lying(360).map((row, n) => (n === 6 ? { ...row, knots: 2.5 } : row));
  expect(loiters(once, FAR)).toMatchObject([{ doubts: ['speed'] }]);
  // The part of which it is certain is told where it lasts long enough.
  expect(
    loiters(
      lying(720).map((row, n) => (n === 6 ? { ...row, knots: 2.5 } : row)),
      FAR,
    ),
  ).toMatchObject([{ since: { line: 9 }, doubts: [] }]);
});

test('a ship that reports half a knot and is ten miles farther on went fast', () => {
  const jumps = lying(240).map((row, n) => ({ ...row, lat: row.lat + n * 0.15 }));
  expect(loiters(jumps, FAR)).toEqual([]);
});

describe(`${COUNT} ships that drift, drawn from seed ${SEED}`, () => {
  const made = Array.from({ length: COUNT }, (_, n) => {
    const draw = new Draw(SEED + n);
    const way = drift(draw, { east: 0, north: 0 }, 720, draw.one([1.5, 2.5, 4]));
    const centre = { lat: draw.between(-55, 55), lon: draw.one([0, 179.9, 120]) };
    const rows = heard(draw, way, { centre, everyMost: draw.one([10, 30, 55, 75]), says: { knots: false }, track: TRACK });
    return { way, rows, found: loiters(rows, FAR) };
  });
  type Made = (typeof made)[number];
  const knots = ({ way }: Made, from: number, to: number): number => apart(way[from], way[to]) / (to - from) / (1_852 / 60);
  /** Minutes of rows that follow each other within the hour, at less than so many knots between. */
  const slow = (each: Made, most: number): readonly (readonly number[])[] => {
    const stretches: number[][] = [];
    for (const [n, { minute }] of each.rows.entries()) {
      const before = each.rows[n - 1]?.minute;
      if (before !== undefined && minute - before <= 60 && knots(each, before, minute) < most) stretches.at(-1)?.push(minute);
      else stretches.push([minute]);
    }
    return stretches.filter((minutes) => (minutes.at(-1) ?? 0) - (minutes[0] ?? 0) >= 240);
  };

  test('loiter certainly where every step was slow', () => {
    const wrong = made.flatMap((each, n) =>
      each.found
        .filter(({ doubts }) => doubts.length === 0)
        .filter(
          ({ since, until }) =>
            !slow(each, 2.02).some((minutes) => minutes.includes(since.at / MINUTE_MICROS) && minutes.includes(until.at / MINUTE_MICROS)),
        )
        .map(() => n),
    );
    expect(wrong).toEqual([]);
  });

  test('are told where every step was slow', () => {
    const missed = made.flatMap((each, n) =>
      slow(each, 1.98)
        .filter((minutes) => {
          const [first, last] = [(minutes[0] ?? 0) * MINUTE_MICROS, (minutes.at(-1) ?? 0) * MINUTE_MICROS];
          return !each.found.some(({ since, until, doubts }) =>
            doubts.length === 0 ? since.at <= last && until.at >= first : since.at <= first && until.at >= last,
          );
        })
        .map(() => n),
    );
    expect(missed).toEqual([]);
  });

  test('are of both kinds, and some do not', () => {
    const all = made.flatMap(({ found }) => found);
    expect(all.filter(({ doubts }) => doubts.length === 0).length).toBeGreaterThan(COUNT / 20);
    expect(all.filter(({ doubts }) => doubts.includes('speed')).length).toBeGreaterThan(COUNT / 20);
    expect(made.filter(({ found }) => found.length === 0).length).toBeGreaterThan(COUNT / 20);
  });
});
