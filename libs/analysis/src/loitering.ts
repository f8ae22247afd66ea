/** One ship that goes slowly, far from shore, for hours: as it may be where she meets another that is not heard. */
import type { TlpLabel } from '#lib/domain';
import type { TrackPosition } from './fixes.ts';
import type { Point } from './geodesic.ts';
import { strictest } from './grades.ts';
import { NearPorts } from './near-ports.ts';
import { runsOf, type Sample } from './runs.ts';
import type { Port } from './silences.ts';
import type { Stretch } from './slow-stretches.ts';
import type { Steps } from './steps.ts';
import { LOITERING_MICROS, LOITERING_SHORE_METRES, POSITION_ERROR_METRES } from './vessel-thresholds.ts';

/**
 * Why it is not certain. shore: how far the shore is nobody says, or its error leaves that open. port: some records of a port put it near, and not
 * all. speed: she may have gone faster meanwhile.
 */
export type LoiteringDoubt = 'port' | 'shore' | 'speed';

export interface Loitering {
  readonly since: TrackPosition;
  readonly until: TrackPosition;
  /** Empty: every reading of the positions carries it. */
  readonly doubts: readonly LoiteringDoubt[];
  /** The strictest of its positions. */
  readonly handling: TlpLabel;
}

/** Metres from a point to the nearest shore; undefined: not known. */
export type ShoreDistance = (at: Point) => number | undefined;

/** By time. Throws JourneyTooLarge. @param stretches of her track */
export function loiteringOf(
  stretches: readonly Stretch[],
  ports: readonly Port[],
  steps: Steps,
  shoreMetres: ShoreDistance = () => undefined,
): readonly Loitering[] {
  const near = new NearPorts(ports, steps);
  return stretches.flatMap(({ positions, paces }) => {
    if ((positions.at(-1)?.at ?? 0) - (positions[0]?.at ?? 0) < LOITERING_MICROS) return [];
    const samples: Sample<LoiteringDoubt>[] = [];
    const at: TrackPosition[] = [];
    let isLinked = false;
    for (const [n, position] of positions.entries()) {
      const doubts = doubtsAt(position, near, shoreMetres(position));
      if (doubts === null) isLinked = false;
      else {
        at.push(position);
        samples.push({ at: position.at, doubts, link: isLinked ? (paces[n - 1] === 'slow' ? [] : ['speed']) : null });
        isLinked = true;
      }
    }
    return runsOf(samples, LOITERING_MICROS).map(({ first, last, doubts }): Loitering => {
      const within = at.slice(first, last + 1);
      const [since, until] = [at[first] as TrackPosition, at[last] as TrackPosition];
      return { since, until, doubts, handling: strictest(within.map(({ track }) => track.handling.tlp)) };
    });
  });
}

/** null: it is near the shore in every reading, so that she does not loiter. */
function doubtsAt(position: TrackPosition, near: NearPorts, shore: number | undefined): readonly LoiteringDoubt[] | null {
  const [least, most] = [LOITERING_SHORE_METRES - POSITION_ERROR_METRES, LOITERING_SHORE_METRES + POSITION_ERROR_METRES];
  if (shore !== undefined && shore < least) return null;
  const nearness = near.nearness(position, most);
  if (nearness === 'all' && near.nearness(position, least) === 'all') return null;
  return [...(nearness === 'none' ? [] : ['port' as const]), ...(shore === undefined || shore < most ? ['shore' as const] : [])];
}
