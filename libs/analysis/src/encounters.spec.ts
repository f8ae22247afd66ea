/**
 * Encounters: by examples, and over ways that a generator draws from a seed (`DRIFT_SEED`, `DRIFT_COUNT`), whose key is the way itself. What is certain has
 * to be true at every minute; what is true, slow, and carried by both tracks, has to be told.
 */
import { encountersOf, type Encounter } from './encounters.ts';
import { apart, beside, drift, heard, MINUTE_MICROS, type Way } from './generated/drifting.contract.ts';
import { Draw } from './generated/draw.contract.ts';
import { Steps, type Neighbour, type Port, type TrackPosition } from './index.ts';
import { slowStretchesOf } from './slow-stretches.ts';
import { at as fixAt } from './said.contract.ts';

const SEED = Number(process.env['DRIFT_SEED'] ?? 20_181_019);
const COUNT = Number(process.env['DRIFT_COUNT'] ?? 150);

const OTHER = { id: 'mmsi:412990002', hulls: ['imo:0000024'] };
const trackOf = (id: string, tlp: 'GREEN' | 'AMBER' = 'GREEN') => ({
  sighting: { agency: 'alpha', id },
  sha256: id.repeat(64).slice(0, 64),
  handling: { tlp },
});
const neighbour = (rows: readonly TrackPosition[], track = trackOf('b')): Neighbour => ({ ...OTHER, track, rows });
const meetingsOf = (own: readonly TrackPosition[], others: readonly Neighbour[], ports: readonly Port[] = []): readonly Encounter[] =>
  encountersOf(slowStretchesOf(own, new Steps()), others, ports, new Steps());

/** Every so many minutes at one place, and at half a knot. */
const lying = (minutes: number, every: number, lat: number, lon: number, knots: number | undefined = 0.5): TrackPosition[] =>
  Array.from({ length: Math.floor(minutes / every) + 1 }, (_, n) => ({
    ...fixAt('2018-10-01T00:00Z', [lat, lon]),
    at: n * every * MINUTE_MICROS,
    line: n + 2,
    ...(knots === undefined ? {} : { knots }),
  }));
const lasts = ({ starts, ends }: Encounter): number => (ends - starts) / MINUTE_MICROS;
/** 100 m to the north. */
const NORTH = 100 / 111_000;

/** How far the shore was nobody says, and so none is certain; but for that this one is. */
const isNear = (doubts: readonly string[]): boolean => doubts.join() === 'shore';

describe('two ships that lie 100 m from each other', () => {
  const own = lying(180, 3, 35.5, 129.9);
  const other = lying(180, 3, 35.5 + NORTH, 129.9);

  test('and are heard every three minutes have met, but for the shore that nobody knows', () => {
    const [meeting, ...more] = meetingsOf(own, [neighbour(other)]);
    expect(more).toEqual([]);
    expect(meeting).toMatchObject({ other: OTHER.id, hulls: OTHER.hulls, doubts: ['shore'], starts: 0, ends: 180 * MINUTE_MICROS });
    expect(meeting?.nearestMetres).toBeCloseTo(100, 0);
    expect([meeting?.positions.length, meeting?.otherPositions.length]).toEqual([61, 61]);
  });

  test('and are heard every half hour may have met: they may have gone apart and come back', () => {
    expect(meetingsOf(lying(180, 30, 35.5, 129.9), [neighbour(lying(180, 30, 35.5 + NORTH, 129.9))])).toMatchObject([
      { doubts: ['distance', 'shore'] },
    ]);
  });

  test('have not met where they were together for less than two hours', () => {
    expect(meetingsOf(own, [neighbour(other.filter(({ at }) => at < 119 * MINUTE_MICROS))])).toEqual([]);
    expect(meetingsOf(own, [neighbour(other.filter(({ at }) => at <= 120 * MINUTE_MICROS))])).toHaveLength(1);
  });

  test.each(['own', 'other'] as const)('have met in no silence of more than an hour of the %s track', (silent) => {
    const isHeard = ({ at }: TrackPosition): boolean => at <= 60 * MINUTE_MICROS || at > 121 * MINUTE_MICROS;
    const tracks = silent === 'own' ? [own.filter(isHeard), other] : [own, other.filter(isHeard)];
    expect(meetingsOf(tracks[0] as TrackPosition[], [neighbour(tracks[1] as TrackPosition[])])).toEqual([]);
  });

  test('may have met where one of them reports three knots now and then', () => {
    const hasty = other.map((row, n) => (n % 20 === 10 ? { ...row, knots: 3 } : row));
    expect(meetingsOf(own, [neighbour(hasty)])).toMatchObject([{ doubts: ['shore', 'speed'] }]);
  });

  test('pass each other where both make six knots', () => {
    const fast = (track: readonly TrackPosition[]) => track.map((row) => ({ ...row, knots: 6 }));
    expect(meetingsOf(fast(own), [neighbour(fast(other))])).toEqual([]);
  });

  test('meet at no port that records give, and may where records differ in where it is', () => {
    const port: Port = { unlocode: 'KRPUS', lat: 35.5, lon: 129.95 };
    expect(meetingsOf(own, [neighbour(other)], [port])).toEqual([]);
    expect(meetingsOf(own, [neighbour(other)], [port, { ...port, lat: 36.5 }])).toMatchObject([{ doubts: ['port', 'shore'] }]);
    expect(meetingsOf(own, [neighbour(other)], [{ ...port, lon: 130.1 }])).toMatchObject([{ doubts: ['shore'] }]);
  });

  test('are told once where two files have half of the rows each, which neither carries alone', () => {
    const halves = [0, 1].map((odd) =>
      neighbour(
        lying(180, 45, 35.5 + NORTH, 129.9).filter((_, n) => n % 2 === odd),
        trackOf(`f${odd}`),
      ),
    );
    expect(meetingsOf(own, [halves[0] as Neighbour])).toEqual([]);
    expect(meetingsOf(own, halves)).toMatchObject([{ doubts: ['distance', 'shore'] }]);
  });

  test('for those alone whom both tracks are for', () => {
    expect(meetingsOf(own, [neighbour(other, trackOf('b', 'AMBER'))])).toMatchObject([{ handling: 'AMBER' }]);
  });
});

test('of ships that are 900 m apart no reading puts them within 500 m', () => {
  expect(meetingsOf(lying(180, 3, 35.5, 129.9), [neighbour(lying(180, 3, 35.5 + 9 * NORTH, 129.9))])).toEqual([]);
});

test('within the errors of their positions they may be: 600 m apart', () => {
  expect(meetingsOf(lying(180, 3, 35.5, 129.9), [neighbour(lying(180, 3, 35.5 + 6 * NORTH, 129.9))])).toMatchObject([
    { doubts: ['distance', 'shore'] },
  ]);
});

test('heard every minute they have certainly met 100 m apart, and may have 350 m apart: each position may be that wrong', () => {
  const doubtsAt = (apart: number) =>
    meetingsOf(lying(180, 1, 35.5, 129.9), [neighbour(lying(180, 1, 35.5 + apart * NORTH, 129.9))])[0]?.doubts;
  expect([1, 3.5].map(doubtsAt)).toEqual([['shore'], ['distance', 'shore']]);
});

test('two positions of one instant are one place within their errors, and two ships of one number else', () => {
  const own = lying(180, 3, 35.5, 129.9);
  const twice = own.flatMap((row) => [row, { ...row, lat: row.lat + NORTH }]);
  expect(meetingsOf(twice, [neighbour(lying(180, 3, 35.5 + NORTH, 129.9))])).toMatchObject([{ doubts: ['shore'] }]);
  const elsewhere = own.flatMap((row) => [row, { ...row, lat: row.lat + 1 }]);
  expect(meetingsOf(elsewhere, [neighbour(lying(180, 3, 35.5 + NORTH, 129.9))])).toEqual([]);
});

interface Drifting {
  readonly ways: readonly [Way, Way];
  readonly rows: readonly [ReturnType<typeof heard>, ReturnType<typeof heard>];
}

function drifting(number: number): Drifting {
  const draw = new Draw(SEED + number);
  const own = drift(draw, { east: 0, north: 0 }, 480, 1.4);
  const isClose = draw.chance(0.4);
  const offset = drift(draw, { east: draw.next() * (isClose ? 60 : 900), north: 0 }, 480, isClose ? 0.01 : 0.4);
  const centre = { lat: draw.between(-55, 55) + draw.next(), lon: draw.one([0, 180, 120]) + draw.next() - 0.5 };
  const hearing = (id: string) => ({
    ...{ centre, everyMost: draw.one([1, 2, 4, 15, 50, 75]), says: { knots: draw.chance(0.8) }, track: trackOf(id) },
  });
  const ways = [own, beside(own, offset)] as const;
  return { ways, rows: [heard(draw, ways[0], hearing('a')), heard(draw, ways[1], hearing('b'))] };
}

/** Minutes at which either is heard, while both are carried, and the ways are within so many metres: in stretches that neither breaks off. */
function carried({ ways, rows }: Drifting, metres: number): readonly (readonly number[])[] {
  // Of each minute whether the track goes on from it: two rows around it are no more than an hour apart.
  const goesOn = rows.map((track) => {
    const minutes = new Set<number>();
    for (const [n, { minute }] of track.entries()) {
      const next = track[n + 1]?.minute ?? Infinity;
      for (let at = minute; next - minute <= 60 && at < next; at++) minutes.add(at);
    }
    return minutes;
  });
  const minutes = [...new Set(rows.flatMap((track) => track.map(({ minute }) => minute)))].sort((a, b) => a - b);
  const stretches: number[][] = [];
  for (const [n, minute] of minutes.entries()) {
    const before = minutes[n - 1];
    const last = stretches.at(-1);
    if (apart(ways[0][minute], ways[1][minute]) > metres) stretches.push([]);
    else if (before !== undefined && last?.at(-1) === before && goesOn.every((track) => track.has(before))) last.push(minute);
    else stretches.push([minute]);
  }
  return stretches.filter(({ length }) => length > 1);
}

describe(`${COUNT} pairs of ships that drift, drawn from seed ${SEED}`, () => {
  const made = Array.from({ length: COUNT }, (_, n) => drifting(n)).map((each) => ({
    each,
    found: meetingsOf(each.rows[0], [neighbour(each.rows[1])]),
  }));

  test('have certainly met where they were within 500 m at every minute, and nowhere else', () => {
    const wrong = made.flatMap(({ each: { ways }, found }, n) =>
      found
        .filter(({ doubts }) => isNear(doubts))
        .filter(({ starts, ends }) => {
          const minutes = Array.from({ length: (ends - starts) / MINUTE_MICROS + 1 }, (_, m) => starts / MINUTE_MICROS + m);
          return minutes.length < 121 || minutes.some((minute) => apart(ways[0][minute], ways[1][minute]) > 505);
        })
        .map(() => n),
    );
    expect(wrong).toEqual([]);
  });

  test('are told where both tracks carry it for two hours', () => {
    const missed = made.flatMap(({ each, found }, n) =>
      carried(each, 495)
        .map((minutes) => [minutes[0] ?? 0, minutes.at(-1) ?? 0] as const)
        .filter(([first, last]) => last - first >= 120)
        .filter(
          ([first, last]) =>
            !found.some(({ starts, ends, doubts }) =>
              isNear(doubts)
                ? starts <= last * MINUTE_MICROS && ends >= first * MINUTE_MICROS
                : starts <= first * MINUTE_MICROS && ends >= last * MINUTE_MICROS,
            ),
        )
        .map(() => n),
    );
    expect(missed).toEqual([]);
  });

  test('are the same pairs whichever of the two is asked about', () => {
    const other = made.map(({ each }) => meetingsOf(each.rows[1], [neighbour(each.rows[0])]));
    const bounds = (found: readonly Encounter[]) => found.map(({ starts, ends, doubts }) => [starts, ends, doubts]);
    expect(other.map(bounds)).toEqual(made.map(({ found }) => bounds(found)));
  });

  test('are of both kinds, and some have not met', () => {
    const all = made.flatMap(({ found }) => found);
    expect(all.filter(({ doubts }) => isNear(doubts)).length).toBeGreaterThan(COUNT / 40);
    expect(all.filter(({ doubts }) => doubts.includes('distance')).length).toBeGreaterThan(COUNT / 10);
    expect(made.filter(({ found }) => found.length === 0).length).toBeGreaterThan(COUNT / 20);
    expect(all.every((each) => lasts(each) >= 120)).toBe(true);
  });
});
