/**
 * The committed result of a run of the travel checks over ten thousand generated journeys (docs/bench/travel.json), and whether it still speaks about this
 * code: it is held as the soak's is.
 */
import type { KeptResult } from '../../chaos/src/soak.ts';

export const TRAVEL_FILE = 'docs/bench/travel.json';
/** As an issue asks for. */
export const TRAVEL_JOURNEYS = 10_000;
export const RECALL_LEAST = 0.99;
export const PRECISION_LEAST = 0.95;
/** The suite that plants, checks and counts. */
export const TRAVEL_SUITE = 'libs/analysis/src/travel-cases.spec.ts';

/** What the outcome depends on: the checks with their suite and its generator, and the domain's rules under them. */
export const TRAVEL_PATHS = ['libs/analysis', 'libs/domain', 'package-lock.json'] as const;

interface Count {
  readonly right: number;
  readonly wrong: number;
  readonly missed: number;
}

/** What the suite leaves. */
export interface TravelCounts {
  readonly seed: number;
  readonly journeys: number;
  readonly clones: Count;
  /** Impossible pairs, those of clones among them. */
  readonly alarms: Count;
  /** The first of what was told wrongly or missed. */
  readonly wrong: readonly string[];
}

/** What is committed. */
export interface TravelResult extends TravelCounts, KeptResult {}

/** Why counts are not what a release is held to, a line for each; none: they are. */
export function shortcomings({ journeys, clones, alarms }: Omit<TravelCounts, 'seed' | 'wrong'>): readonly string[] {
  const few = journeys < TRAVEL_JOURNEYS ? [`${journeys} of ${TRAVEL_JOURNEYS} journeys`] : [];
  // One in a hundred is a clone, and each of those has impossible pairs.
  const planted = clones.right + clones.missed;
  const none = planted < journeys / 100 ? [`${planted} clones planted among ${journeys} journeys`] : [];
  return [...few, ...none, ...shortOf('clones', clones), ...shortOf('alarms', alarms)];
}

function shortOf(name: string, { right, wrong, missed }: Count): string[] {
  const [recall, precision] = [right / (right + missed), right / (right + wrong)];
  // Of nothing both are no number, which is no less than anything.
  return [
    ...(recall >= RECALL_LEAST ? [] : [`${name}: recall ${recall}`]),
    ...(precision >= PRECISION_LEAST ? [] : [`${name}: precision ${precision}`]),
  ];
}
