import { SOAK_BAND, timedOf, timingProblems, timingTable, type Timed } from './timing-verdict.ts';

const timed = (auc: number, more: Partial<Timed> = {}): Timed => ({
  ...{ route: 'event', hiding: 'agency', pairs: 1_000, auc, spread: 0.013, hiddenMicros: 900, missingMicros: 890, otherStatus: 0 },
  ...more,
});

test('what is told of two samples are their area and medians', () => {
  const of = { route: 'event', hiding: 'agency', otherStatus: 0 } as const;
  const told = timedOf(of, [10, 30, 20], [5, 15, 25]);
  expect(told).toEqual({ ...of, pairs: 3, auc: 6 / 9, spread: Math.sqrt(7 / 108), hiddenMicros: 20, missingMicros: 15 });
});

test('a leak to either side is a problem, by name; within the band there is none', () => {
  expect(timingProblems([timed(0.45), timed(0.55)], [timed(0.61)], SOAK_BAND)).toEqual([]);
  expect(timingProblems([timed(0.449), timed(0.56)], [timed(0.61)], SOAK_BAND)).toEqual([
    'event, hidden by agency: AUC 0.449 of 1000 pairs, not within 0.45 and 0.55',
    'event, hidden by agency: AUC 0.560 of 1000 pairs, not within 0.45 and 0.55',
  ]);
  expect(timingProblems([timed(NaN)], [timed(0.61)], SOAK_BAND)).toHaveLength(1);
});

test('a control that does not show, or was not run, is a problem, also where nothing is asked of the product', () => {
  expect(timingProblems([timed(0.9)], [timed(0.7), timed(0.6)], null)).toEqual([
    'the planted leak does not show: event, hidden by agency: AUC 0.600 of 1000 pairs',
  ]);
  expect(timingProblems([timed(0.5)], [], null)).toEqual(['there is no control']);
});

test('an answer of another status is a problem, whatever its time', () => {
  expect(timingProblems([timed(0.5, { otherStatus: 2 })], [timed(0.7)], null)).toEqual([
    'event, hidden by agency: AUC 0.500 of 1000 pairs, and 2 answers have another status',
  ]);
});

test('the table has a line for each', () => {
  expect(timingTable([timed(0.5), timed(0.6)]).split('\n')).toHaveLength(2);
});
