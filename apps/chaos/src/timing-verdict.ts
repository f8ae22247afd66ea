/** What the times of two samples come to. Pure. */
import { aucOf, aucSpread, medianOf } from './auc.ts';
import type { Hiding } from './timing-scene.ts';

/** One route and way of hiding. */
export interface Timed {
  readonly route: string;
  readonly hiding: Hiding;
  readonly pairs: number;
  /** 0.5: by its time nobody tells what is hidden from what never was. */
  readonly auc: number;
  /** Standard deviation of that by chance alone. */
  readonly spread: number;
  /** Medians, in microseconds as the client sees them. */
  readonly hiddenMicros: number;
  readonly missingMicros: number;
  /** Answers of another status than is due to both. */
  readonly otherStatus: number;
}

/** Between which the area has to lie, of the product; null: nothing is said of it, by so few. */
export type Band = readonly [least: number, most: number] | null;

/** What is promised of a thousand pairs. */
export const SOAK_BAND: Band = [0.45, 0.55];
/** Above which a planted leak has to show. */
export const CONTROL_ABOVE = 0.6;

/** @param hidden, missing microseconds */
export function timedOf(of: Pick<Timed, 'route' | 'hiding' | 'otherStatus'>, hidden: readonly number[], missing: readonly number[]): Timed {
  return {
    ...of,
    pairs: hidden.length,
    auc: aucOf(hidden, missing),
    spread: aucSpread(hidden.length, missing.length),
    hiddenMicros: medianOf(hidden),
    missingMicros: medianOf(missing),
  };
}

/** Sentences that say why the measure does not hold. */
export function timingProblems(product: readonly Timed[], control: readonly Timed[], band: Band): string[] {
  const named = ({ route, hiding, auc, pairs }: Timed): string => `${route}, hidden by ${hiding}: AUC ${auc.toFixed(3)} of ${pairs} pairs`;
  return [
    ...[...product, ...control].flatMap((timed) =>
      timed.otherStatus === 0 ? [] : [`${named(timed)}, and ${timed.otherStatus} answers have another status`],
    ),
    ...product.flatMap((timed) =>
      band === null || (timed.auc >= band[0] && timed.auc <= band[1]) ? [] : [`${named(timed)}, not within ${band.join(' and ')}`],
    ),
    ...(control.length === 0 ? ['there is no control'] : []),
    ...control.flatMap((timed) => (timed.auc > CONTROL_ABOVE ? [] : [`the planted leak does not show: ${named(timed)}`])),
  ];
}

/** One line for each. */
export const timingTable = (rows: readonly Timed[]): string =>
  rows
    .map(
      ({ route, hiding, auc, spread, pairs, hiddenMicros, missingMicros }) =>
        `${route.padEnd(20)} ${hiding.padEnd(10)} AUC ${auc.toFixed(3)} (by chance +-${spread.toFixed(3)}) of ${pairs} pairs; medians ${Math.round(hiddenMicros)} and ${Math.round(missingMicros)} us`,
    )
    .join('\n');
