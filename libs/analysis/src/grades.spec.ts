/** How far a conclusion can be trusted, and for whom it is. */
import type { TlpLabel } from '#lib/domain';
import { strictest, weakestGrade } from './grades.ts';

test('the strictest is found among as many labels as a leg may have positions, and more', () => {
  const labels = Array<TlpLabel>(300_000).fill('GREEN');
  expect(strictest(labels)).toBe('GREEN');
  labels[150_000] = 'AMBER+STRICT';
  expect(strictest(labels)).toBe('AMBER+STRICT');
});

test('the weakest grade is the worse of each part by itself, and none where one is not graded', () => {
  expect(weakestGrade(['B2', 'C1'])).toBe('C2');
  expect(weakestGrade(['B2', undefined])).toBeUndefined();
});
