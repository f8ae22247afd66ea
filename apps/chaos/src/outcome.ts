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
  /** What should not take longer than it does; told, and never a problem: a busy machine is slow and loses nothing. */
  readonly bounds?: readonly Bound[];
  /** What else was counted or measured, for the table's last column. */
  readonly measured?: Readonly<Record<string, number | string>>;
}

/** A time that reliability names for a fault. */
export interface Bound {
  readonly what: string;
  readonly ms: number;
  readonly msMax: number;
}

/** The same as the product's run with one defence off. */
export interface Control extends Outcome {
  /** Which defence. */
  readonly title: string;
  /** Words that stand in one of its problems: it has to fail by what the defence is for. Absent in results that were made before it was asked. */
  readonly shows?: string;
}

/** What a row is run to. */
export interface RowOutcome {
  readonly product: Outcome;
  readonly control: Control & { readonly shows: string };
}

export interface RowResult {
  /** As reliability rows are named: F1 to F11, S1 to S3 about the sealer, and two of the release's own. */
  readonly fault: string;
  readonly title: string;
  readonly product: Outcome;
  readonly control: Control;
  readonly seconds: number;
  /** Of a soak: runs of this row on the same code before this one, none of which held. */
  readonly failedBefore?: number;
}

export const isGreen = ({ problems }: Outcome): boolean => problems.length === 0;

/** Whether a control shows the fault that its defence is there for. */
export const isRed = ({ problems, shows = '' }: Control): boolean => problems.some((problem) => problem.includes(shows));

/** A row holds when the product is green and its control red: a harness that cannot show a fault shows nothing. */
export const holds = ({ product, control }: RowResult): boolean => isGreen(product) && isRed(control);

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
