import fc from 'fast-check';
import { significant } from './figures.ts';
import { interleave, medianOf, percentile, ratioOf, Skipped, type Measure, type Outcome } from './rounds.ts';

const quiet = (): void => undefined;

test('measures take turns, so that a slow minute hits all of them', async () => {
  const order: string[] = [];
  const measure = (id: string): Measure => ({
    id,
    title: id,
    run(round) {
      order.push(`${id}${round}`);
      return Promise.resolve({ perSecond: round });
    },
  });
  const outcomes = await interleave([measure('a'), { ...measure('once'), once: true }, measure('b')], 3, quiet);
  expect(order).toEqual(['a1', 'once1', 'b1', 'a2', 'b2', 'a3', 'b3']);
  expect(outcomes['a']).toMatchObject({ rounds: [{ perSecond: 1 }, { perSecond: 2 }, { perSecond: 3 }], median: { perSecond: 2 } });
});

test('a measure that cannot run here gives its reason instead of figures and is not tried again', async () => {
  let tries = 0;
  const measure: Measure = {
    id: 'd',
    title: 'd',
    run() {
      tries++;
      return Promise.reject(new Skipped('java is missing'));
    },
  };
  expect(await interleave([measure], 3, quiet)).toEqual({ d: { title: 'd', rounds: [], median: {}, skipped: 'java is missing' } });
  expect(tries).toBe(1);
});

test('any other failure ends the run: half a round is no figure', async () => {
  const measure: Measure = { id: 'x', title: 'x', run: () => Promise.reject(new Error('the ledger is not whole')) };
  await expect(interleave([measure], 1, quiet)).rejects.toMatchObject({
    message: 'x failed in round 1',
    cause: { message: 'the ledger is not whole' },
  });
});

test('the median leaves as many values above as below', () => {
  const values = fc.array(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e9, max: 1e9 }), { minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(values, (list) => {
      const median = medianOf(list);
      const below = list.filter((value) => value < median).length;
      const above = list.filter((value) => value > median).length;
      return below <= list.length / 2 && above <= list.length / 2;
    }),
  );
  expect(medianOf([3, 1, 2])).toBe(2);
  expect(medianOf([4, 1, 2, 3])).toBe(2.5);
  expect(() => medianOf([])).toThrow(RangeError);
});

test('a percentile is one of the values, by nearest rank', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
  expect([0.5, 0.99, 1].map((p) => percentile(hundred, p))).toEqual([50, 99, 100]);
  expect(percentile([7], 0.99)).toBe(7);
});

test('a ratio is taken within each round before the median, so a round that was slow for both counts like any other', () => {
  const outcome = (...perSecond: number[]): Outcome => ({
    title: '',
    rounds: perSecond.map((value) => ({ perSecond: value })),
    median: {},
  });
  const [ours, theirs] = [outcome(100, 10, 90), outcome(50, 5, 30)];
  expect(ratioOf(ours, theirs, 'perSecond')).toBe(2);
  expect(medianOf([100, 10, 90]) / medianOf([50, 5, 30])).toBe(3); // what the medians alone would claim
  expect(ratioOf(ours, undefined, 'perSecond')).toBeUndefined();
});

test('numbers are shown with three digits and grouped thousands', () => {
  expect([26123.4, 1_234_567, 0.50449, 99.96, 12].map(significant)).toEqual(['26,123', '1,234,567', '0.504', '100', '12']);
});
