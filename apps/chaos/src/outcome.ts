/** What a row of the table comes to. */
import type { Verdict } from './judge.ts';

export interface Outcome {
  /** Sentences that say what is wrong; none: green. */
  readonly problems: readonly string[];
  readonly acknowledged?: number;
  readonly lost?: number;
  readonly duplicated?: number;
  readonly ghosts?: number;
  readonly fenced?: number;
  readonly deadLetters?: number;
  /** One for each fault after which something had to come back. */
  readonly recoveryMs?: readonly number[];
  /** What else was counted or measured, for the table's last column. */
  readonly measured?: Readonly<Record<string, number | string>>;
}

export interface RowResult {
  /** As reliability rows are named: F1 to F11, S1 to S3 about the sealer, and two of the release's own. */
  readonly fault: string;
  readonly title: string;
  readonly product: Outcome;
  /** The same with one defence off: has to have problems. */
  readonly control: Outcome & { readonly title: string };
  readonly seconds: number;
  /** Of a soak: runs of this row on the same code before this one, none of which held. */
  readonly failedBefore?: number;
}

export const isGreen = ({ problems }: Outcome): boolean => problems.length === 0;

/** A row holds when the product is green and its control red: a harness that cannot show a fault shows nothing. */
export const holds = ({ product, control }: RowResult): boolean => isGreen(product) && !isGreen(control);

/** A verdict's figures, with what the row found besides. */
export function outcomeOf(verdict: Verdict, more: Partial<Outcome> = {}): Outcome {
  const { acknowledged, lost, duplicated, ghosts, deadLetters, problems } = verdict;
  return { acknowledged, lost, duplicated, ghosts, deadLetters, ...more, problems: [...problems, ...(more.problems ?? [])] };
}

/** Nearest rank; NaN of nothing. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? NaN;
}
