/** Labels that are laid out once are apart at every width that the drawing can have. */
import fc from 'fast-check';
import { everMeet, HEIGHT_RATIO, isInside, labelAt, WIDTH_MAX, WIDTH_MIN, widthOf, type Anchored, type Label } from './labels-apart.ts';

const SEED = 20181001;
const RUNS = 1_000;
const WIDTHS = Array.from({ length: 61 }, (_, n) => WIDTH_MIN + (n * (WIDTH_MAX - WIDTH_MIN)) / 60);

const sides = (box: Anchored, width: number) => {
  const [x, y] = [box.x * width, box.y * width * HEIGHT_RATIO];
  return { left: x + box.left, right: x + box.right, top: y + box.top, bottom: y + box.bottom };
};
/** By more than a hair, at one of these widths. */
const meetAtSome = (a: Anchored, b: Anchored): boolean =>
  WIDTHS.some((width) => {
    const [one, other] = [sides(a, width), sides(b, width)];
    const across = Math.min(one.right, other.right) - Math.max(one.left, other.left);
    return across > 1e-6 && Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top) > 1e-6;
  });

const fraction = fc.double({ min: 0, max: 1, noNaN: true });
const box = fc
  .record({
    x: fraction,
    y: fraction,
    left: fc.integer({ min: -80, max: 60 }),
    top: fc.integer({ min: -30, max: 20 }),
    wide: fc.integer({ min: 1, max: 90 }),
    high: fc.integer({ min: 1, max: 30 }),
  })
  .map(({ x, y, left, top, wide, high }): Anchored => ({ x, y, left, top, right: left + wide, bottom: top + high }));

test('boxes that meet at some width are found to, whatever the others', () => {
  let met = 0;
  fc.assert(
    fc.property(box, box, (a, b) => {
      expect(everMeet(a, b)).toBe(everMeet(b, a));
      if (!meetAtSome(a, b)) return;
      met++;
      expect(everMeet(a, b)).toBe(true);
    }),
    { seed: SEED, numRuns: RUNS },
  );
  expect(met).toBeGreaterThan(RUNS / 20);
});

test('boxes that cross between the narrowest and the widest drawing meet, though they are apart at both', () => {
  const a: Anchored = { x: 0.5, y: 0.5, left: 40, top: -5, right: 60, bottom: 5 };
  const b: Anchored = { x: 0.55, y: 0.5, left: 0, top: -5, right: 20, bottom: 5 };
  const meetAt = (width: number): boolean => sides(a, width).left < sides(b, width).right && sides(b, width).left < sides(a, width).right;
  expect([meetAt(WIDTH_MIN), meetAt(800), meetAt(WIDTH_MAX)]).toEqual([false, true, false]);
  expect(everMeet(a, b)).toBe(true);
});

test('boxes that touch are apart', () => {
  const a: Anchored = { x: 0.5, y: 0.5, left: 0, top: 0, right: 10, bottom: 10 };
  expect(everMeet(a, { ...a, left: 10, right: 20 })).toBe(false);
  expect(everMeet(a, { ...a, left: 9.9, right: 20 })).toBe(true);
});

test('no labels of a crowded map meet each other or a mark at any width, nor leave the map', () => {
  let put = 0;
  fc.assert(
    fc.property(fc.array(fc.tuple(fraction, fraction), { minLength: 2, maxLength: 14 }), (points) => {
      const marks = points.map(([x, y]): Anchored => ({ x, y, left: -7, top: -7, right: 7, bottom: 7 }));
      const taken: Anchored[] = [...marks];
      const labels: Label[] = [];
      for (const [n, mark] of marks.entries()) {
        const label = labelAt(mark, [`${n} Vladivostok`, String(n)], taken);
        if (label === undefined) continue;
        taken.push(label);
        labels.push(label);
      }
      put += labels.length;
      const met = labels.flatMap((label, n) => [...marks, ...labels.slice(n + 1)].filter((other) => meetAtSome(label, other)));
      expect([met, labels.filter((label) => !isInside(label))]).toEqual([[], []]);
    }),
    { seed: SEED, numRuns: 200 },
  );
  expect(put).toBeGreaterThan(200);
});

test('a label that would meet something everywhere is cut to its number, and then left out', () => {
  const mark: Anchored = { x: 0.5, y: 0.5, left: -7, top: -7, right: 7, bottom: 7 };
  const wall = (left: number, right: number): Anchored => ({ x: 0.5, y: 0.5, left, top: -100, right, bottom: 100 });
  expect(labelAt(mark, ['1 Rotterdam', '1'], [mark])?.text).toBe('1 Rotterdam');
  expect(labelAt(mark, ['1 Rotterdam', '1'], [mark, wall(-300, -20), wall(20, 300)])?.text).toBe('1');
  expect(labelAt(mark, ['1 Rotterdam', '1'], [mark, wall(-300, 300)])).toBeUndefined();
});

test('a text is taken for no shorter than it can be', () => {
  expect([widthOf('il'), widthOf('WW') > widthOf('il'), widthOf('釜山') > widthOf('il')]).toEqual([16, true, true]);
});
