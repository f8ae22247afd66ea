/** Lines lead along positions and through nothing else. */
import { cutAtAntimeridian, linesOf, silencesOf, type LonLat } from './lines.ts';
import { journey, LEG, placed, position } from './told.contract.ts';

const pointsOf = (...members: Parameters<typeof journey>): (readonly LonLat[])[] =>
  linesOf(journey(...members)).map(({ points }) => points);

test('positions of a track that follow each other are one line, with the strictest of their labels', () => {
  const placings = [position(1, '2018-10-01T00:31', 129.1), position(2, '2018-10-01T04:30', 129.5, 35, { tlp: 'RED' })];
  expect(linesOf(journey({ placings }))).toEqual([
    {
      leg: 0,
      points: [
        [129.1, 35],
        [129.5, 35],
      ],
      from: '2018-10-01T00:31:00.000000Z',
      to: '2018-10-01T04:30:00.000000Z',
      tlp: 'RED',
    },
  ]);
});

test('no line leads through a silence that the leg has, nor through any of twelve hours', () => {
  const around = [
    position(1, '2018-10-01T00:00', 1),
    position(2, '2018-10-01T01:00', 2),
    position(3, '2018-10-01T05:00', 3),
    position(4, '2018-10-01T06:00', 4),
  ];
  expect(pointsOf({ placings: around })).toHaveLength(1);
  const since = { at: '2018-10-01T01:00:00.000000Z', lat: 35, lon: 2, line: 2 };
  const until = { at: '2018-10-01T05:00:00.000000Z', lat: 35, lon: 3, line: 3 };
  const parts = [
    [
      [1, 35],
      [2, 35],
    ],
    [
      [3, 35],
      [4, 35],
    ],
  ];
  expect(pointsOf({ placings: around, legs: [{ ...LEG, gaps: [{ since, until, tlp: 'GREEN' }] }] })).toEqual(parts);
  // In port it is no gap of the leg, and no line either.
  const later = [around[0], around[1], position(3, '2018-10-01T13:00', 3), position(4, '2018-10-01T14:00', 4)].flatMap(
    (each) => each ?? [],
  );
  expect(pointsOf({ placings: later, legs: [{ ...LEG, gaps: [] }] })).toEqual(parts);
});

test('no line leads from a position to one that no ship reaches in that time: there may be two of one name', () => {
  // A degree of longitude at 35° north is 91 km: one an hour is 49 knots.
  const [first, second] = [position(1, '2018-10-01T01:00', 1), position(3, '2018-10-01T02:00', 2)];
  expect(pointsOf({ placings: [first, second] })).toHaveLength(1);
  const elsewhere = [position(2, '2018-10-01T01:30', 120), position(4, '2018-10-01T02:30', 120.5)];
  expect(pointsOf({ placings: [first, ...elsewhere.slice(0, 1), second, ...elsewhere.slice(1)] })).toEqual([]);
  // Over the antimeridian it is as near as anywhere.
  expect(pointsOf({ placings: [position(1, '2018-10-01T01:00', 179.6), position(2, '2018-10-01T02:00', -179.6)] })).toHaveLength(1);
});

test('no line leads from one track to another, from leg to leg, or between records', () => {
  const placings = [
    placed('a', { from: '2018-10-01T00:00:00.000000Z' }),
    position(1, '2018-10-01T01:00', 1),
    position(1, '2018-10-01T02:00', 2, 35, { event: { agency: 'local', id: 'other' } }),
    position(2, '2018-10-01T03:00', 3, 35, { leg: 1 }),
    placed('b', { from: '2018-10-01T04:00:00.000000Z' }),
  ];
  expect(pointsOf({ placings, legs: [LEG, LEG] })).toEqual([]);
});

test('of tracks of the item itself a silence is one where no file has a position, and of legs there is none', () => {
  const own = { leg: null, basis: 'observed' as const };
  const other = { ...own, event: { agency: 'local', id: 'other' } };
  const placings = [
    position(1, '2018-10-01T00:00', 1, 35, own),
    position(2, '2018-10-01T20:00', 2, 35, own),
    position(1, '2018-10-01T09:00', 1, 35, other),
    position(3, '2018-10-02T08:00', 3, 35, own),
    position(9, '2018-11-02T08:00', 3),
  ];
  expect(silencesOf({ placings })).toEqual([{ from: '2018-10-01T20:00:00.000000Z', to: '2018-10-02T08:00:00.000000Z' }]);
});

describe('at the antimeridian a line is cut', () => {
  test.each<[string, LonLat[], LonLat[][]]>([
    [
      'not where it does not come there',
      [
        [170, 0],
        [179, 1],
      ],
      [
        [
          [170, 0],
          [179, 1],
        ],
      ],
    ],
    [
      'eastwards, at the latitude at which it goes over it',
      [
        [179, 10],
        [-179, 12],
      ],
      [
        [
          [179, 10],
          [180, 11],
        ],
        [
          [-180, 11],
          [-179, 12],
        ],
      ],
    ],
    [
      'westwards',
      [
        [-178, 0],
        [179, 3],
      ],
      [
        [
          [-178, 0],
          [-180, 2],
        ],
        [
          [180, 2],
          [179, 3],
        ],
      ],
    ],
    [
      'without a part of one point where it begins on it',
      [
        [180, 5],
        [-179, 6],
      ],
      [
        [
          [-180, 5],
          [-179, 6],
        ],
      ],
    ],
    [
      'without a part of one point where it ends on it',
      [
        [179, 5],
        [-180, 6],
      ],
      [
        [
          [179, 5],
          [180, 6],
        ],
      ],
    ],
    [
      'each time',
      [
        [179, 0],
        [-179, 0],
        [179, 0],
      ],
      [
        [
          [179, 0],
          [180, 0],
        ],
        [
          [-180, 0],
          [-179, 0],
          [-180, 0],
        ],
        [
          [180, 0],
          [179, 0],
        ],
      ],
    ],
  ])('%s', (_, points, parts) => {
    expect(cutAtAntimeridian(points)).toEqual(parts);
  });
});
