/**
 * Interleaved rounds: in each round every measure runs once, next to the ones it is compared with, so that a machine that slows down
 * slows all of them down. What is kept of several rounds is the median; ratios are taken within a round first.
 */
import { type Figures, showFigures } from './figures.ts';

/** A measure that cannot run here: the reason stands in the result instead of figures. */
export class Skipped extends Error {}

export interface Measure {
  /** Stable key in the result, e.g. `projector.1item.1process`. */
  readonly id: string;
  readonly title: string;
  /** In the first round only: what takes minutes, or gives a series. */
  readonly once?: boolean;
  run(round: number): Promise<Figures>;
}

export interface Outcome {
  readonly title: string;
  /** One per round; empty when skipped. */
  readonly rounds: readonly Figures[];
  readonly median: Figures;
  readonly skipped?: string;
}

/** Runs all measures `rounds` times, in their order. A skipped measure is not tried again; any other error ends the run. */
export async function interleave(
  measures: readonly Measure[],
  rounds: number,
  note: (line: string) => void,
): Promise<Record<string, Outcome>> {
  const collected = new Map<string, Figures[]>();
  const skipped = new Map<string, string>();
  for (let round = 1; round <= rounds; round++) {
    for (const measure of measures) {
      if (skipped.has(measure.id) || (measure.once === true && round > 1)) continue;
      try {
        const figures = await measure.run(round);
        collected.set(measure.id, [...(collected.get(measure.id) ?? []), figures]);
        note(`round ${round}/${rounds}  ${measure.id.padEnd(32)} ${showFigures(figures)}`);
      } catch (error) {
        if (!(error instanceof Skipped)) throw new Error(`${measure.id} failed in round ${round}`, { cause: error });
        skipped.set(measure.id, error.message);
        note(`skipped: ${measure.id}: ${error.message}`);
      }
    }
  }
  return Object.fromEntries(
    measures.map((measure) => [measure.id, outcomeOf(measure, collected.get(measure.id) ?? [], skipped.get(measure.id))]),
  );
}

function outcomeOf(measure: Measure, rounds: readonly Figures[], skipped: string | undefined): Outcome {
  const names = [...new Set(rounds.flatMap((figures) => Object.keys(figures)))];
  const median = Object.fromEntries(names.map((name) => [name, medianOf(rounds.flatMap((figures) => figures[name] ?? []))]));
  return { title: measure.title, rounds, median, ...(skipped === undefined ? {} : { skipped }) };
}

/** The middle value, or the mean of the two middle ones. Throws RangeError for no values. */
export function medianOf(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError('the median of nothing');
  const sorted = [...values].sort((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)] as number;
  const lower = sorted[Math.ceil(sorted.length / 2) - 1] as number;
  return (upper + lower) / 2;
}

/** The value below which the share `p` (0..1) of the values lies, nearest rank. Throws RangeError for no values. */
export function percentile(values: readonly number[], p: number): number {
  if (values.length === 0) throw new RangeError('a percentile of nothing');
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(p * sorted.length) - 1))] as number;
}

/** The median over the rounds of (figure of one / figure of other); undefined when either was skipped. */
export function ratioOf(one: Outcome | undefined, other: Outcome | undefined, name: string, otherName = name): number | undefined {
  const ratios = (one?.rounds ?? []).flatMap((figures, round) => {
    const above = figures[name];
    const below = other?.rounds[round]?.[otherName];
    return above === undefined || below === undefined || below === 0 ? [] : [above / below];
  });
  return ratios.length === 0 ? undefined : medianOf(ratios);
}
