import { aucOf, aucSpread, medianOf } from './auc.ts';
import { seededRandom } from './random.ts';

const SEED = Math.floor(Math.random() * 1_000_000);
/** With so few values many are equal. */
const sample = (random: ReturnType<typeof seededRandom>, most: number): number[] =>
  Array.from({ length: random.between(1, 60) }, () => random.below(most));

/** As it is defined, pair by pair. */
function byPairs(one: readonly number[], other: readonly number[]): number {
  let wins = 0;
  for (const a of one) for (const b of other) wins += a > b ? 1 : a === b ? 0.5 : 0;
  return wins / (one.length * other.length);
}

test('the area of samples that are known', () => {
  expect(aucOf([1, 2, 3], [1, 2, 3])).toBe(0.5);
  expect(aucOf([7, 7], [7])).toBe(0.5);
  expect(aucOf([4, 5, 6], [1, 2, 3])).toBe(1);
  expect(aucOf([1, 2, 3], [4, 5, 6])).toBe(0);
  expect(aucOf([1, 2, 2, 5], [2, 3])).toBe(0.375);
  // Aesop's race as the textbooks tell it, T H H H H H T T T T T H: 11 of 36 pairs have the hare behind.
  expect(aucOf([2, 3, 4, 5, 6, 12], [1, 7, 8, 9, 10, 11])).toBe(11 / 36);
  expect(aucOf([], [1])).toBeNaN();
});

test(`the area is that of all pairs, of both sides together one, and of ranks alone (seed ${SEED})`, () => {
  const random = seededRandom(SEED);
  for (let n = 0; n < 300; n++) {
    const most = random.pick([2, 10, 100_000]);
    const [one, other] = [sample(random, most), sample(random, most)];
    const area = aucOf(one, other);
    expect(area).toBeCloseTo(byPairs(one, other), 12);
    expect(area + aucOf(other, one)).toBeCloseTo(1, 12);
    const grown = (values: readonly number[]): number[] => values.map((value) => value ** 3 + 1);
    expect(aucOf(grown(one), grown(other))).toBeCloseTo(area, 12);
    expect(aucOf([...one].reverse(), other)).toBe(area);
  }
});

test(`the area of one distribution lies about a half, as far off as is said; a shift shows (seed ${SEED})`, () => {
  const random = seededRandom(SEED);
  const [n, runs] = [200, 200];
  const drawn = (): number[] => Array.from({ length: n }, () => random.below(1_000));
  const areas = Array.from({ length: runs }, () => aucOf(drawn(), drawn()));
  const spread = aucSpread(n, n);
  const mean = areas.reduce((sum, area) => sum + area, 0) / runs;
  const deviation = Math.sqrt(areas.reduce((sum, area) => sum + (area - 0.5) ** 2, 0) / runs);
  expect(Math.abs(mean - 0.5)).toBeLessThan((6 * spread) / Math.sqrt(runs));
  expect(deviation / spread).toBeGreaterThan(0.7);
  expect(deviation / spread).toBeLessThan(1.3);
  // By a quarter of the width: 1 - 0.75^2 / 2.
  const shifted = aucOf(
    drawn().map((value) => value + 250),
    drawn(),
  );
  expect(Math.abs(shifted - 0.71875)).toBeLessThan(6 * spread);
});

test('the median is the middle, or between the two', () => {
  expect([medianOf([5, 1, 3]), medianOf([4, 1, 3, 2])]).toEqual([3, 2.5]);
  expect(medianOf([])).toBeNaN();
});
