/** Gaps of a ship's track, with what is certain of each. That she was not heard is told, never why. */
import type { AisClass, TlpLabel } from '#lib/domain';
import { coverageOf, type Coverage } from './coverage.ts';
import type { Known } from './fixes.ts';
import { strictest } from './grades.ts';
import { gapHandling } from './labels.ts';
import type { Neighbour } from './neighbours.ts';
import { gapsIn, type Gap, type Port } from './silences.ts';
import type { Steps } from './steps.ts';
import { GAP_MICROS_OF } from './vessel-thresholds.ts';

/**
 * Why it is not certain. class: it is too short for a transponder of class B, and nobody says that hers is of class A. end: her track ends, and nothing
 * says for how long she was not heard. unread: a track of hers that a record cites could not be read, and may fill it.
 */
export type GapDoubt = 'class' | 'end' | 'unread';

export interface GapEvent {
  /** One of `gapsIn`. */
  readonly gap: Gap;
  /** null: it is open. */
  readonly micros: number | null;
  readonly doubts: readonly GapDoubt[];
  readonly coverage: Coverage;
  /** The strictest of both positions, and of the tracks that others are counted in. */
  readonly handling: TlpLabel;
}

/** By time, the open one last. Throws JourneyTooLarge. @param others not the vessel itself: see `othersThan` */
export const gapEventsOf = (known: Known, ports: readonly Port[], others: readonly Neighbour[], steps: Steps): readonly GapEvent[] =>
  gapsIn(known, ports, steps).map((gap): GapEvent => {
    const coverage = coverageOf(gap, known.track, others, steps);
    const micros = gap.until === null ? null : gap.until.at - gap.since.at;
    return {
      gap,
      micros,
      doubts: doubtsOf(gap, micros, known.isTrackMissing === true),
      coverage,
      handling: strictest([gapHandling(gap), ...coverage.labels]),
    };
  });

function doubtsOf({ since, until }: Gap, micros: number | null, isTrackMissing: boolean): readonly GapDoubt[] {
  const isShort = micros !== null && [since.aisClass, until?.aisClass].some((is) => micros < leastFor(is));
  return [
    ...(isShort ? ['class' as const] : []),
    ...(until === null ? ['end' as const] : []),
    ...(isTrackMissing ? ['unread' as const] : []),
  ];
}

/** Where nobody says the class it may be either. */
const leastFor = (is: AisClass | undefined): number => (is === undefined ? Math.max(...Object.values(GAP_MICROS_OF)) : GAP_MICROS_OF[is]);
