/**
 * Whether a ship that was not heard could have been heard. It is known only where receivers prove it: they had heard her well just before, and heard
 * others no stronger than she is where she fell silent, on every day of the silence (Welch et al. 2022 ask the same of a map of reception by place
 * and class). Else it is unknown. Neither says why she was silent: nothing here does.
 */
import type { AisClass, TlpLabel } from '#lib/domain';
import type { TrackPosition } from './fixes.ts';
import type { Point } from './geodesic.ts';
import type { Neighbour } from './neighbours.ts';
import { firstAt, firstWhere, type Gap } from './silences.ts';
import type { Steps } from './steps.ts';
import { CELL_DEGREES, GAP_MICROS, HEARD_A_DAY_MIN, HEARD_BEFORE_MIN } from './vessel-thresholds.ts';

export interface Coverage {
  readonly state: 'known' | 'unknown';
  /** Her positions in the twelve hours before, the last among them. */
  readonly heardBefore: number;
  /** Positions of others of her class, or of the weaker one, where she fell silent, on the day of the silence that has the fewest. */
  readonly othersADay: number;
  /** Of the tracks that these others are from, each label once. */
  readonly labels: readonly TlpLabel[];
}

const DAY = 24 * 3_600_000_000;

/** Cost: a step for each row of others in the silence. Throws JourneyTooLarge. @param others not the vessel itself: see `othersThan` */
export function coverageOf(gap: Gap, track: readonly TrackPosition[], others: readonly Neighbour[], steps: Steps): Coverage {
  const { since, until } = gap;
  const heardBefore = firstAt(track, since.at + 1) - firstAt(track, since.at - GAP_MICROS);
  // Up to when the silence lasts nobody says where nothing ends it.
  if (until === null) return { state: 'unknown', heardBefore, othersADay: 0, labels: [] };
  const parts = Math.ceil((until.at - since.at) / DAY);
  const partMicros = (until.at - since.at) / parts;
  const counts = Array.from({ length: parts }, () => 0);
  const labels = new Set<TlpLabel>();
  for (const { rows, track: of } of others) {
    for (let n = firstWhere(rows, ({ at }) => at > since.at); n < rows.length; n++) {
      const row = rows[n] as Neighbour['rows'][number];
      steps.take();
      if (row.at >= until.at) break;
      if (!isNoStronger(row.aisClass, since.aisClass) || !isInCell(row, since)) continue;
      const part = Math.min(parts - 1, Math.floor((row.at - since.at) / partMicros));
      counts[part] = (counts[part] ?? 0) + 1;
      labels.add(of.handling.tlp);
    }
  }
  const fewest = counts.reduce((least, count) => Math.min(least, count), Infinity);
  const isKnown = heardBefore >= HEARD_BEFORE_MIN && fewest >= HEARD_A_DAY_MIN * (partMicros / DAY);
  return { state: isKnown ? 'known' : 'unknown', heardBefore, othersADay: fewest, labels: [...labels].sort() };
}

/** Who hears B hears A; who hears A, or what nobody says the class of, may not hear B. */
const isNoStronger = (other: AisClass | undefined, own: AisClass | undefined): boolean => other === 'B' || own === 'A';

function isInCell(at: Point, centre: Point): boolean {
  const turn = Math.abs(at.lon - centre.lon);
  return Math.abs(at.lat - centre.lat) <= CELL_DEGREES / 2 && Math.min(turn, 360 - turn) <= CELL_DEGREES / 2;
}
