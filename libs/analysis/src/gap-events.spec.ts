/** Gaps: what is certain of them by class, and whether a ship could have been heard. Never why she was not. */
import { foldTimeline } from '#lib/domain';
import { gapEventsOf, type GapEvent } from './gap-events.ts';
import { Draw } from './generated/draw.contract.ts';
import { gapsOf, Steps, type Known, type Neighbour, type TrackPosition } from './index.ts';
import { at as fixAt, PORTS, SEA, SHIP } from './said.contract.ts';

const SEED = Number(process.env['GAPS_SEED'] ?? 20_181_001);
const COUNT = Number(process.env['GAPS_COUNT'] ?? 300);
const HOUR = 3_600_000_000;
const TRACK = { sighting: { agency: 'alpha', id: 'others' }, sha256: 'b'.repeat(64), handling: { tlp: 'AMBER' } } as const;
type AisClass = TrackPosition['aisClass'];

/** Hours from the first on. */
const heardAt = (hours: readonly number[], aisClass?: AisClass): TrackPosition[] =>
  hours.map((hour, n) => ({
    ...fixAt('2018-10-01T00:00Z', SEA),
    at: fixAt('2018-10-01T00:00Z', SEA).at + hour * HOUR,
    line: n + 2,
    ...(aisClass === undefined ? {} : { aisClass }),
  }));
const knownOf = (track: readonly TrackPosition[], isTrackMissing = false): Known => ({
  timeline: foldTimeline(SHIP, []),
  track,
  isTrackMissing,
});
const eventsOf = (track: readonly TrackPosition[], others: readonly Neighbour[] = [], isTrackMissing = false): readonly GapEvent[] =>
  gapEventsOf(knownOf(track, isTrackMissing), [], others, new Steps());
/** Of the one that is closed. */
const gapOf = (...of: Parameters<typeof eventsOf>): GapEvent => eventsOf(...of).find(({ micros }) => micros !== null) as GapEvent;

describe('a silence', () => {
  test.each<[AisClass, number, readonly string[]]>([
    ['A', 12, []],
    ['B', 12, ['class']],
    ['B', 24, []],
    [undefined, 12, ['class']],
    [undefined, 23, ['class']],
    [undefined, 24, []],
  ])('of a transponder of class %s for %d hours is in doubt for %j', (aisClass, hours, doubts) => {
    expect(gapOf(heardAt([0, hours], aisClass))).toMatchObject({ micros: hours * HOUR, doubts });
  });

  test('of less than twelve hours is none, whatever the class', () => {
    for (const aisClass of ['A', 'B', undefined] as const)
      expect(eventsOf(heardAt([0, 11.99], aisClass)).filter(({ micros }) => micros !== null)).toEqual([]);
  });

  test('between positions that are said to be of both classes is judged by the one that is heard less', () => {
    const [before, behind] = heardAt([0, 13], 'A');
    expect(gapOf([before as TrackPosition, { ...(behind as TrackPosition), aisClass: 'B' }])).toMatchObject({ doubts: ['class'] });
  });

  test('behind the last position is one that may be, for nothing says how long it lasts', () => {
    expect(eventsOf(heardAt([0, 1], 'A'))).toMatchObject([{ micros: null, doubts: ['end'], coverage: { state: 'unknown' } }]);
  });

  test('may be filled by a track that could not be read', () => {
    expect(gapOf(heardAt([0, 48]), [], true)).toMatchObject({ doubts: ['unread'] });
  });

  test('in a port is a stay, where all that say where it is agree', () => {
    const still = heardAt([0, 48]).map((row) => ({ ...row, ...PORTS.busan }));
    expect(gapEventsOf(knownOf(still), [PORTS.busan], [], new Steps()).map(({ micros }) => micros)).toEqual([null]);
  });
});

describe('coverage', () => {
  const often = Array.from({ length: 14 }, (_, n) => (n - 13) / 2);
  const dark = (aisClass: AisClass = 'B', before: readonly number[] = often): TrackPosition[] => heardAt([...before, 48], aisClass);
  /** So many on each of two days, at a place. */
  const others = (aDay: readonly [number, number], aisClass: AisClass = 'B', place: readonly [number, number] = SEA): Neighbour => ({
    ...{ id: 'mmsi:412990002', hulls: [], track: TRACK },
    rows: heardAt(
      aDay.flatMap((count, day) => Array.from({ length: count }, (_, n) => day * 24 + 1 + n)),
      aisClass,
    ).map((row) => ({ ...row, lat: place[0], lon: place[1] })),
  });
  const stateOf = (track: readonly TrackPosition[], ...heard: readonly Neighbour[]): string => gapOf(track, heard).coverage.state;

  test('is known where she was heard well before, and others of her class on each day of the silence', () => {
    const event = gapOf(dark(), [others([10, 10])]);
    expect(event.coverage).toMatchObject({ state: 'known', heardBefore: 14, othersADay: 10 });
    // What others were heard follows from their tracks.
    expect(event.handling).toBe('AMBER');
    expect(gapOf(dark()).handling).toBe('GREEN');
  });

  test.each<[string, readonly TrackPosition[], readonly Neighbour[]]>([
    ['nobody else was heard', dark(), []],
    ['she was heard 13 times before', dark('B', often.slice(1)), [others([10, 10])]],
    ['others were heard nine times on one of the days', dark(), [others([20, 9])]],
    ['others were heard a degree away', dark(), [others([10, 10], 'B', [SEA[0] + 1, SEA[1]])]],
    ['others are of class A, and she of B', dark('B'), [others([10, 10], 'A')]],
    ['others are of class A, and nobody says what she is of', dark().map(({ aisClass: _, ...row }) => row), [others([10, 10], 'A')]],
    [
      'nobody says what others are of, and she is of B',
      dark('B'),
      [{ ...others([10, 10]), rows: others([10, 10]).rows.map(({ aisClass: _, ...row }) => row) }],
    ],
  ])('is unknown where %s', (_, track, heard) => {
    expect(stateOf(track, ...heard)).toBe('unknown');
  });

  test('of class A is known by others of either class', () => {
    expect(stateOf(dark('A'), others([10, 10], 'A'))).toBe('known');
    expect(stateOf(dark('A'), others([5, 5], 'A'), others([5, 5], 'B'))).toBe('known');
  });

  test('says nothing of why: no answer has such a word', () => {
    expect(JSON.stringify(eventsOf(dark(), [others([10, 10])]))).not.toMatch(/intention|disabl|deliberate/i);
  });
});

/** By nothing but which instants are there: two of them are a gap where they lie that far apart, and none lies between. */
function pairsApart(instants: readonly number[], micros: number): readonly (readonly [number, number])[] {
  const apart: [number, number][] = [];
  for (const a of instants)
    for (const b of instants) if (b - a >= micros && !instants.some((between) => a < between && between < b)) apart.push([a, b]);
  return apart.sort(([a], [b]) => a - b);
}

test(`${COUNT} tracks drawn from seed ${SEED} have the gaps that no position lies in, and those are certain that no class leaves open`, () => {
  for (let n = 0; n < COUNT; n++) {
    const draw = new Draw(SEED + n);
    const hours: number[] = [0];
    while (hours.length < 40) hours.push((hours.at(-1) ?? 0) + draw.one([0.05, 3, 11.9, 12, 12.1, 23.9, 24, 24.1, 400]));
    const track = hours.flatMap((hour) => {
      const aisClass = draw.one<AisClass>(['A', 'B', undefined]);
      return heardAt([hour], aisClass);
    });
    const micros = (hour: number): number => Math.round(hour * HOUR);
    const whole = track.map((row, at) => ({ ...row, at: micros(hours[at] ?? 0) }));
    const gaps = eventsOf(whole).filter(({ gap }) => gap.until !== null);
    const where = `seed ${SEED + n}`;
    expect([where, gaps.map(({ gap }) => [gap.since.at, gap.until?.at])]).toEqual([where, pairsApart(hours.map(micros), 12 * HOUR)]);
    for (const { gap, micros: long, doubts } of gaps) {
      const classes = [gap.since, gap.until].flatMap((at) => (at?.aisClass === undefined ? (['A', 'B'] as const) : [at.aisClass]));
      expect([where, doubts.includes('class')]).toEqual([where, classes.includes('B') && (long ?? 0) < 24 * HOUR]);
    }
    // Whatever the class is, what is proved of a cargo ends at twelve hours.
    expect(gapsOf(whole, [])).toHaveLength(gaps.length + 1);
  }
});
