/** How well two samples can be told apart by the size of one value alone: the area under the ROC curve, which is Mann-Whitney's U. Pure. */

/**
 * Probability that a value of `one`, taken at random, is above a value of `other`; equal ones count half. 0.5: their ranks tell nothing; 1: every
 * value of `one` is above all of `other`. NaN where a sample is empty. Cost: a sort of both.
 */
export function aucOf(one: readonly number[], other: readonly number[]): number {
  const all = [...one.map((value) => ({ value, isOne: true })), ...other.map((value) => ({ value, isOne: false }))];
  all.sort((a, b) => a.value - b.value);
  let [wins, others] = [0, 0];
  for (let at = 0; at < all.length;) {
    // Of each group of equal values.
    let [ones, equalOthers] = [0, 0];
    const { value } = all[at] as { value: number };
    for (; all[at]?.value === value; at++) {
      if (all[at]?.isOne === true) ones++;
      else equalOthers++;
    }
    wins += ones * (others + equalOthers / 2);
    others += equalOthers;
  }
  return wins / (one.length * other.length);
}

/** Standard deviation of that area where both samples are of one distribution: how far from 0.5 it lies by chance. */
export const aucSpread = (n: number, m: number): number => Math.sqrt((n + m + 1) / (12 * n * m));

/** NaN of nothing. */
export function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2;
}
