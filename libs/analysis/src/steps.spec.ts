/**
 * No records make a journey take more than its steps: each input here multiplies two bounds of records, and is refused before the product is made.
 * Each is tried on a small part of the steps that a journey has, for as small a part of the records; an honest one of the same kind is answered.
 */
import type { FoldInput } from '#lib/domain';
import { gapsOf, journeyAt, journeyOf, JourneyTooLarge, portsIn, STEPS_MAX, Steps, type KnownItems, type TrackPosition } from './index.ts';
import { at, BOX, CAR, into, OTHER, seen, SHIP, world } from './said.contract.ts';

const DAY = 86_400_000_000;
const FEW = 50_000;

/** Rows of a ship that lies at one point, so far apart. */
const lying = (count: number, apart: number, lat: number, lon: number): TrackPosition[] => {
  const first = at('2018-10-01T01:00Z', [lat, lon]);
  return Array.from({ length: count }, (_, n) => ({ ...first, at: first.at + n * apart, line: n + 2 }));
};

const pointed = (item: string, lat: number, lon: number, time = '2018-09-01T00:00Z'): FoldInput => {
  const { sighting } = seen(item, { at: time });
  return { sighting: { ...sighting, place: { unlocode: 'KRPUS', lat, lon } } };
};

function stepsOf(items: KnownItems, most: number): { taken: number; isAnswered: boolean } {
  const steps = new Steps(most);
  try {
    journeyOf(CAR, items, portsIn(items), undefined, steps);
    return { taken: steps.taken, isAnswered: true };
  } catch (error) {
    if (!(error instanceof JourneyTooLarge)) throw error;
    return { taken: steps.taken, isAnswered: false };
  }
}

/** (a) Points that records give for one port of discharge, each against each position: the ship passes at four kilometres. */
const anchors = (points: number, positions: number): KnownItems =>
  world(
    [
      ...Array.from({ length: points }, (_, n) => pointed(SHIP, 35.1 + n * 0.0007, 129.08)),
      into(CAR, SHIP, { at: '2018-10-01T00:30Z', discharge: 'busan' }),
    ],
    { [SHIP]: lying(positions, DAY / 24, 35.1, 129.125) },
  );

/** (b) Points of one port, all near, each against both ends of each silence. */
const stays = (points: number, positions: number): KnownItems =>
  world(
    [
      ...Array.from({ length: points }, (_, n) => pointed(SHIP, 35.1 + (n % 30) * 0.0007, 129.08 + Math.floor(n / 30) * 0.0007)),
      into(CAR, SHIP, { at: '2018-10-01T00:30Z' }),
    ],
    { [SHIP]: lying(positions, DAY / 2, 35.11, 129.085) },
  );

/** (c) Records of a country alone, each against all of the box, at each loading. */
const countries = (own: number, carrier: number, loadings: number): KnownItems =>
  world([
    ...Array.from({ length: own }, () => seen(CAR, { day: '2018-12-01', country: 'DE' })),
    ...Array.from({ length: carrier }, () => seen(BOX, { day: '2018-01-01', country: 'CN' })),
    seen(BOX, { day: '2019-01-01', country: 'CN' }),
    ...Array.from({ length: loadings }, () => into(CAR, BOX, { at: '2018-10-01T00:30Z' })),
  ]);

/** (d) Records of some time in a long interval, each against each position of it: never with time enough to be there. */
const months = (own: number): KnownItems =>
  world(
    [...Array.from({ length: own }, () => seen(CAR, { month: '2018-11', place: 'dalian' })), into(CAR, SHIP, { at: '2018-10-01T00:30Z' })],
    { [SHIP]: lying(1_500, DAY / 24, -50, -60) },
  );

/** (e) Loadings that each name many containers, each against all other loadings and their containers. */
const nests = (loadings: number, carriers: number): KnownItems => {
  const boxes = Array.from({ length: carriers }, (_, n) => ({ id: `serial:demo:n${n}`, role: 'container' as const }));
  return world(
    Array.from({ length: loadings }, (_, n) => {
      const { sighting } = into(CAR, BOX, { at: `2018-10-${String(1 + (n % 28)).padStart(2, '0')}T00:30Z` });
      return { sighting: { ...sighting, items: [{ id: CAR, role: 'subject' as const }, ...boxes] } };
    }),
  );
};

test.each<[string, KnownItems, KnownItems]>([
  ['points of a port against positions', anchors(100, 400), anchors(20, 40)],
  ['points of a port against silences', stays(100, 300), stays(20, 30)],
  ['records of a country alone against those of the box, at each loading', countries(40, 60, 40), countries(5, 60, 4)],
  ['records of some time in a long interval against all positions of it', months(20), months(2)],
  ['loadings that name many containers each against each other', nests(60, 30), nests(6, 4)],
])('%s are refused in as many steps as a journey has, and few of them are answered', (_, many, few) => {
  const refused = stepsOf(many, FEW);
  expect(refused.isAnswered).toBe(false);
  // No loop takes more than its own length at once.
  expect(refused.taken).toBeLessThan(2 * FEW);
  expect(stepsOf(few, FEW)).toMatchObject({ isAnswered: true });
});

test('a silence is held against no port of another latitude, and a voyage against no point that lies far off', () => {
  const steps = new Steps();
  const ports = Array.from({ length: 1_000 }, (_, n) => ({ unlocode: `P${n}`, lat: -50 + n * 0.05, lon: 20 }));
  gapsOf(lying(1_000, DAY, 35.1, 129.1), ports, steps);
  expect(steps.taken).toBeLessThan(1_000 * 20);
  expect(stepsOf(anchors(1, 20_000), STEPS_MAX)).toMatchObject({ isAnswered: true });
});

test('a car aboard a ship of twenty thousand positions, with a record of some time in a year, takes a small part of the steps', () => {
  const items = world(
    [
      into(CAR, SHIP, { at: '2018-10-01T00:30Z', discharge: 'osaka' }),
      seen(CAR, { year: '2018', place: 'dalian' }),
      ...Array.from({ length: 200 }, (_, n) => pointed(SHIP, 35.1 + n * 0.001, 129.08)),
    ],
    { [SHIP]: lying(20_000, DAY / 48, 35.1, 129.125) },
  );
  const { taken, isAnswered } = stepsOf(items, STEPS_MAX);
  expect({ isAnswered, isSmall: taken < STEPS_MAX / 5 }).toEqual({ isAnswered: true, isSmall: true });
});

describe('of one time that is asked about', () => {
  /** Of the journey, and of the answer behind it. */
  function stepsAt(items: KnownItems, most: number): { journey: number; at: number; isAnswered: boolean } {
    const ports = portsIn(items);
    const steps = new Steps();
    const made = journeyOf(CAR, items, ports, undefined, steps);
    const journey = steps.taken;
    const left = new Steps(most);
    const time = at('2018-10-02T00:00Z', 'busan').at;
    try {
      journeyAt(made, items, ports, { starts: time, ends: time + 1 }, left);
      return { journey, at: left.taken, isAnswered: true };
    } catch (error) {
      if (!(error instanceof JourneyTooLarge)) throw error;
      return { journey, at: left.taken, isAnswered: false };
    }
  }

  /** (f) Records of some time in a long interval, which say of no time that they lie in the stretch that is proved: the car was elsewhere behind it. */
  const wide = (records: number): KnownItems =>
    world([
      into(CAR, BOX, { at: '2018-10-01T00:30Z' }),
      into(CAR, OTHER, { at: '2018-10-09T00:30Z' }),
      ...Array.from({ length: records }, () => seen(BOX, { at: '2018-10-05T00:00Z', to: '2018-11-30T00:00Z', place: 'busan' })),
    ]);

  test('each record that may confirm it is a step of the same request', () => {
    expect(stepsAt(wide(2_000), 1_000)).toMatchObject({ isAnswered: false });
    expect(stepsAt(wide(2_000), STEPS_MAX).at).toBeLessThan(3_000);
    expect(stepsAt(wide(20), 1_000)).toMatchObject({ isAnswered: true });
  });

  /** (g) Ships that the box was in before the car came, each silent by then, with loadings of their own that take long to follow. */
  const earlier = (ships: number): KnownItems =>
    world(
      [
        into(CAR, BOX, { at: '2018-10-01T00:30Z' }),
        ...Array.from({ length: ships }, (_, n) => into(BOX, `imo:${n}`, { at: '2018-02-01T00:30Z' })),
        ...Array.from({ length: ships }, (_, n) => seen(`imo:${n}`, { month: '2018-11', place: 'dalian' })),
        ...Array.from({ length: ships }, (_, n) =>
          Array.from({ length: 5 }, () => into(`imo:${n}`, SHIP, { at: '2018-10-01T00:30Z' })),
        ).flat(),
      ],
      { [SHIP]: lying(1_500, DAY / 24, -50, -60) },
    );

  test('what the carrier was in before is not followed where nothing of it can be inherited', () => {
    const { at: taken } = stepsAt(earlier(10), STEPS_MAX);
    expect(taken).toBeLessThan(1_000);
  });
});
