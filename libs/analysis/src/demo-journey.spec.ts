/** The demo case: both cars to DN5505, last proved on 1 October 2018 at 08:30Z, and then unknown. */
import { formatInstant, type Instant } from '#lib/domain';
import { asReported, knownOf, lookIn, portsOf, type CaseWorld } from './cases.contract.ts';
import { readDemo } from './demo.contract.ts';
import { carriersOf, gapsOf, JOURNEY_RULES, type Journey, journeyOf, knownAround, type Placing, portsIn, portVisitsOf } from './index.ts';

const demo = readDemo();

const CARS = ['vin:WDDSYNTH9JA000001', 'vin:WDDSYNTH0JA000002'];
const BOXES = ['container:SYNU0000014', 'container:SYNU0000035'];
const DN5505 = 'imo:0000048';
const DARK = '2018-10-01T08:30Z';

const journey = async (item: string, world: CaseWorld = demo, rules = JOURNEY_RULES): Promise<Journey> => {
  const items = await knownAround(item, lookIn(world), carriersOf);
  return journeyOf(item, items, portsIn(items), rules);
};
const text = (at: Instant | null | undefined): string => (typeof at === 'number' ? formatInstant(at, 'minute') : 'unknown');
const idsOf = (placings: readonly Placing[]): string[] => placings.flatMap(({ fix }) => ('entry' in fix ? [fix.entry.sighting.id] : []));

describe.each(CARS)('%s', (car) => {
  test('is last proved aboard DN5505 before it went dark, and DN5505 stays the answer to "in what?"', async () => {
    const { last, inWhat } = await journey(car);
    expect(text(last?.fix.span.starts)).toBe(DARK);
    expect(last?.leg?.chain.map(({ carrier }) => carrier)).toEqual([BOXES[CARS.indexOf(car)], DN5505]);
    expect(inWhat.map(({ carrier, isOpen, ending }) => [carrier, isOpen, ending?.kind])).toEqual([
      [BOXES[CARS.indexOf(car)], true, undefined],
      [DN5505, true, 'dark'],
    ]);
    expect(text((inWhat[1]?.until ?? 0) - 1)).toBe(DARK);
  });

  test('would be put on 19 October, at Pohang and under seizure by a fold that inherits through open containments', async () => {
    const { placings } = await journey(car, demo, { openContainmentsEnd: false });
    const later = placings.filter(({ fix }) => text(fix.span.starts) > DARK);
    expect(idsOf(later)).toContain('lux-0046');
    expect(later.some(({ fix }) => text(fix.span.starts) === '2018-10-19T08:30Z')).toBe(true);
  });

  test('is proved nowhere behind that where the file of the track is missing, and nowhere aboard a ship whose track is', async () => {
    const { last, legs, inWhat } = await journey(car, { ...demo, files: new Map() });
    expect(text(last?.fix.span.starts) <= DARK).toBe(true);
    expect(legs.filter(({ chain }) => chain.at(-1)?.carrier === DN5505)).toEqual([]);
    expect(inWhat.map(({ carrier, ending }) => [carrier, ending?.kind])).toEqual([
      [BOXES[CARS.indexOf(car)], undefined],
      [DN5505, 'unread'],
    ]);
  });

  test('inherits nothing behind that: not on 19 October, not at Pohang, not seized', async () => {
    const { placings, legs } = await journey(car);
    for (const { fix } of placings) expect(text(fix.span.starts) <= DARK).toBe(true);
    for (const { span } of legs.filter(({ chain }) => chain.at(-1)?.carrier === DN5505))
      expect(text((span.ends ?? Infinity) - 1)).toBe(DARK);
  });

  test('went by four ships, each leg naming the loadings that it rests on', async () => {
    const { legs } = await journey(car);
    const ships = legs.filter(({ chain }) => chain.length === 2);
    expect(ships.map(({ chain }) => chain[1]?.carrier)).toEqual(['imo:0000012', 'imo:0000024', 'imo:0000036', DN5505]);
    for (const { chain } of ships) expect(chain.map(({ loading }) => loading.sighting.id)).toHaveLength(2);
    expect(ships.map(({ fixes }) => fixes.filter((fix) => 'position' in fix).length)).toEqual([
      expect.any(Number),
      expect.any(Number),
      expect.any(Number),
      31,
    ]);
  });

  test('no place rests on a statement, a plan, a negative finding or an assessment', async () => {
    const { placings } = await journey(car);
    for (const { fix } of placings) if ('entry' in fix) expect(fix.entry).toMatchObject({ places: true, mark: 'observed' });
    const of = knownOf(demo, car).timeline.entries.filter(({ mark }) => mark === 'statement' || mark === 'assessment');
    expect(of.length).toBeGreaterThan(5);
    expect(idsOf(placings)).not.toEqual(expect.arrayContaining([of[0]?.sighting.id]));
  });

  test('its part aboard DN5505 is no better, and no more open, than the loading it rests on', async () => {
    const { legs } = await journey(car);
    const last = legs.find(({ chain }) => chain[1]?.carrier === DN5505);
    // lux-0009 is C3, lux-0037 is B2 and AMBER; the track is GREEN.
    expect(last).toMatchObject({ grade: 'C3', handling: 'AMBER', isOpen: true });
  });
});

describe('DN5505', () => {
  const { track } = knownOf(demo, DN5505);
  test('was dark once at sea', () => {
    expect(
      gapsOf(track, portsOf(demo))
        .filter(({ until }) => until !== null)
        .map(({ since, until }) => [text(since.at), text(until?.at)]),
    ).toEqual([[DARK, '2018-10-19T08:30Z']]);
  });
  test('called at Busan from 19 October', () => {
    expect(portVisitsOf(track, portsOf(demo)).map(({ port, since }) => [port.unlocode, text(since.at)])).toEqual([
      ['KRPUS', '2018-10-19T16:30Z'],
    ]);
  });
});

describe('the arrival at Osaka', () => {
  const observed = ({ placings }: Journey): string[] =>
    placings.flatMap(({ fix, leg }) =>
      leg === undefined && 'entry' in fix && fix.entry.kind === 'observation' && fix.entry.sighting.place?.unlocode === 'JPOSA'
        ? [fix.entry.sighting.occurred?.fromText ?? '']
        : [],
    );
  const byTrack = ({ placings }: Journey): string[] =>
    placings.flatMap(({ fix, leg }) =>
      leg?.chain.at(-1)?.carrier === 'imo:0000024' && 'position' in fix && text(fix.span.starts) === '2018-08-31T01:00Z'
        ? ['2018-08-31T01:00Z']
        : [],
    );
  test.each([
    ['2019-05-09T12:59:59Z', '2018-09-03'],
    ['2019-05-09T13:00:00Z', '2018-08-31'],
  ])('as known at %s was observed on %s; the track of the ship says the same at both', async (at, day) => {
    for (const box of BOXES) {
      const known = await journey(box, asReported(demo, at));
      expect(observed(known)).toEqual([day]);
      expect(byTrack(known)).toEqual(['2018-08-31T01:00Z']);
    }
  });
});
