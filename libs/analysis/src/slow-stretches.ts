/** Where a ship's positions follow each other closely and she may have gone slowly: what encounters and loitering are looked for in. */
import type { TrackPosition } from './fixes.ts';
import { distanceMetres, isFartherThan } from './geodesic.ts';
import { GEODESIC_STEPS, type Steps } from './steps.ts';
import { KNOT_METRES_PER_MICRO, POSITION_ERROR_METRES, SLOW_KNOTS, TOGETHER_MICROS } from './vessel-thresholds.ts';

/** From one position to the next. slow: in every reading; maybe: in some; no: in none, or they are too far apart in time to say. */
export type Pace = 'slow' | 'maybe' | 'no';

/** At least two positions, none of whose paces is `no`. */
export interface Stretch {
  readonly positions: readonly TrackPosition[];
  /** Of what lies between each and the next: one fewer. */
  readonly paces: readonly Pace[];
}

/** By time. Cost: a step a position, and a geodesic where she may be slow. Throws JourneyTooLarge. @param all by time */
export function slowStretchesOf(all: readonly TrackPosition[], steps: Steps): readonly Stretch[] {
  const track = onceAnInstant(all, steps);
  const stretches: Stretch[] = [];
  let [first, paces]: [number, Pace[]] = [0, []];
  for (const [at, position] of track.entries()) {
    const next = track[at + 1];
    const pace = next === undefined ? 'no' : paceBetween(position, next, steps);
    if (pace !== 'no') paces.push(pace);
    else {
      if (paces.length > 0) stretches.push({ positions: track.slice(first, at + 1), paces });
      [first, paces] = [at + 1, []];
    }
  }
  return stretches;
}

/** Of positions of one instant that are one place within their errors the first: two receivers round otherwise. @param track by time */
export const onceAnInstant = (track: readonly TrackPosition[], steps: Steps): readonly TrackPosition[] =>
  track.filter((position, n) => {
    const before = track[n - 1];
    if (before?.at !== position.at) return true;
    steps.take(GEODESIC_STEPS);
    return distanceMetres(before, position) > 2 * POSITION_ERROR_METRES;
  });

/**
 * By what both report, where they do, and by the way between them, in so far as it is longer than the errors of both. What is reported is no bound of
 * what lies between: a ship that reports half a knot twice and is ten miles farther on went fast.
 */
export function paceBetween(a: TrackPosition, b: TrackPosition, steps: Steps): Pace {
  steps.take();
  const micros = Math.max(1, b.at - a.at);
  const reported = a.knots === undefined || b.knots === undefined ? undefined : [Math.min(a.knots, b.knots), Math.max(a.knots, b.knots)];
  if (micros > TOGETHER_MICROS || (reported?.[0] ?? 0) >= SLOW_KNOTS) return 'no';
  if (isFartherThan(a, b, 2 * POSITION_ERROR_METRES + SLOW_KNOTS * KNOT_METRES_PER_MICRO * micros)) return 'no';
  steps.take(GEODESIC_STEPS);
  const metres = distanceMetres(a, b);
  const least = Math.max(0, metres - 2 * POSITION_ERROR_METRES) / micros / KNOT_METRES_PER_MICRO;
  const most = (metres + 2 * POSITION_ERROR_METRES) / micros / KNOT_METRES_PER_MICRO;
  if (Math.max(least, reported?.[0] ?? 0) >= SLOW_KNOTS) return 'no';
  return Math.max(least, reported?.[1] ?? most) < SLOW_KNOTS ? 'slow' : 'maybe';
}
