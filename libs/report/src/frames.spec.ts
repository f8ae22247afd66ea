/** Parts of the earth as flat drawings, wherever the antimeridian is. */
import { flat, frameAround, graticuleOf, isOn, projectionOf, within } from './frames.ts';
import type { LonLat } from './lines.ts';

const drawn = (points: readonly LonLat[]) => {
  const projection = projectionOf(points);
  const frame = frameAround(points.map((point) => flat(projection, point)));
  return { projection, frame, at: points.map((point) => within(frame, flat(projection, point))) };
};

test.each<[string, LonLat[]]>([
  ['one point', [[129, 35]]],
  [
    'Rotterdam to Vladivostok',
    [
      [4.1, 51.9],
      [131.9, 43.1],
      [103, 1],
    ],
  ],
  [
    'over the antimeridian',
    [
      [179, 52],
      [-179, 54],
      [170, 50],
    ],
  ],
  [
    'near a pole',
    [
      [10, 89],
      [170, 88],
    ],
  ],
])('%s: all of it is on the map, in order from west to east', (_, points) => {
  const { at } = drawn(points);
  expect(at.every(isOn)).toBe(true);
});

test('two points across the antimeridian lie beside each other', () => {
  const { at } = drawn([
    [179, 52],
    [-179, 52],
  ]);
  expect(at[0]?.x).toBeLessThan(at[1]?.x ?? 0);
  expect(
    drawn([
      [179, 52],
      [-179, 52],
    ]).frame.width,
  ).toBeLessThan(3);
});

test('north is up and east is right', () => {
  const { at } = drawn([
    [4.1, 51.9],
    [131.9, 43.1],
  ]);
  expect((at[0]?.y ?? 1) < (at[1]?.y ?? 0)).toBe(true);
  expect((at[0]?.x ?? 1) < (at[1]?.x ?? 0)).toBe(true);
});

test('a graticule names its degrees, over the antimeridian too', () => {
  const { projection, frame } = drawn([
    [178, -2],
    [-178, 2],
  ]);
  const { meridians, parallels } = graticuleOf(projection, frame);
  expect(meridians.map(({ text }) => text)).toEqual(expect.arrayContaining(['178° E', '180°', '178° W']));
  expect(parallels.map(({ text }) => text)).toEqual(expect.arrayContaining(['2° S', '0°', '2° N']));
});
