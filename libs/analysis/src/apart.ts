/**
 * Whether two records of one item can both be true, by distance and time alone. Everything that is uncertain is taken at its kindest: the places as
 * near to each other as their radii let them be, the times as far apart as their intervals do, the clocks wrong by a minute, and the speed one that
 * nothing of the kind ever went at. What is impossible then is impossible.
 */
import { distanceMetres } from './geodesic.ts';
import type { Leg } from './journey.ts';
import { boundOf, metresPerMicro, type SpeedBound } from './speeds.ts';
import type { Presence } from './presences.ts';

/** Switched off one by one by specs alone, to see that precision rests on each. */
export interface ApartRules {
  readonly placesAreUncertain: boolean;
  readonly timesAreUncertain: boolean;
}
export const APART_RULES: ApartRules = { placesAreUncertain: true, timesAreUncertain: true };

/** Two records that cannot both be true. */
export interface Apart {
  /** The one that begins earlier. */
  readonly first: Presence;
  readonly second: Presence;
  /** Between the points as they are given, on the ellipsoid. */
  readonly metres: number;
  /** Less both radii. */
  readonly leastMetres: number;
  /** The longest time that can lie between them, and a minute for the clocks; over 0. */
  readonly longestMicros: number;
  /** `leastMetres` in `longestMicros`. */
  readonly leastKmh: number;
  readonly bound: SpeedBound;
  /** The leg that lies around both records, where the bound is that of one of its carriers. */
  readonly boundBy?: Leg;
  /** How often the bound is exceeded; over 1. */
  readonly times: number;
}

/** Half of a meridian: no two places are farther from each other. */
const EARTH_METRES = 20_004_000;
/** Clocks of receivers, and of people who write down a minute. */
const CLOCK_MICROS = 60_000_000;
const MICROS_PER_HOUR = 3_600_000_000;

/** Of one item. Cost: some nanoseconds where the records lie near each other, 2 µs where a geodesic is needed, which it counts. */
export class Distances {
  /** Geodesics that were worked out. */
  worked = 0;
  private readonly own: SpeedBound;
  private readonly rules: ApartRules;
  private readonly ofLegs = new Map<Leg, SpeedBound>();

  constructor(item: string, rules: ApartRules = APART_RULES) {
    this.own = boundOf(item);
    this.rules = rules;
  }

  /** Some time in so long an interval gives time enough for any distance: such a record can be held against nothing. */
  isOpenToAll({ starts, ends, isThroughout, within }: Presence): boolean {
    if (!this.rules.timesAreUncertain || isThroughout) return false;
    const slowest = Math.min(this.own.kmh, ...within.map((leg) => this.boundOfLeg(leg).kmh));
    return (ends - starts) * metresPerMicro({ ...this.own, kmh: slowest }) >= EARTH_METRES;
  }

  /** Undefined: both can be true. */
  between(a: Presence, b: Presence): Apart | undefined {
    const { bound, by } = this.boundFor(a, b);
    const longestMicros = this.longestBetween(a, b) + CLOCK_MICROS;
    const radii = this.rules.placesAreUncertain ? a.radiusMetres + b.radiusMetres : 0;
    const reach = metresPerMicro(bound) * longestMicros + radii;
    if (reach >= EARTH_METRES || roughMetres(a, b) <= reach) return undefined;
    this.worked++;
    const metres = distanceMetres(a.point, b.point);
    if (metres <= reach) return undefined;
    const leastMetres = metres - radii;
    const leastKmh = leastMetres / 1_000 / (longestMicros / MICROS_PER_HOUR);
    const [first, second] = a.starts <= b.starts ? [a, b] : [b, a];
    const times = leastKmh / bound.kmh;
    return { first, second, metres, leastMetres, longestMicros, leastKmh, bound, ...(by === undefined ? {} : { boundBy: by }), times };
  }

  /** Where both records lie in one leg as a whole the item was in its carriers from the one to the other, and went no faster than the slowest. */
  private boundFor(a: Presence, b: Presence): { readonly bound: SpeedBound; readonly by?: Leg } {
    let [bound, by]: [SpeedBound, Leg | undefined] = [this.own, undefined];
    for (const leg of a.within) {
      if (!b.within.includes(leg)) continue;
      const slowest = this.boundOfLeg(leg);
      if (slowest.kmh < bound.kmh) [bound, by] = [slowest, leg];
    }
    return by === undefined ? { bound } : { bound, by };
  }

  private boundOfLeg(leg: Leg): SpeedBound {
    const before = this.ofLegs.get(leg);
    if (before !== undefined) return before;
    const bounds = leg.chain.map(({ carrier }) => boundOf(carrier));
    const slowest = bounds.reduce((least, each) => (each.kmh < least.kmh ? each : least));
    this.ofLegs.set(leg, slowest);
    return slowest;
  }

  /** From when it can have left the one to when it can have come to the other, in the order that gives more; 0 where it can only be at once. */
  private longestBetween(a: Presence, b: Presence): number {
    if (!this.rules.timesAreUncertain) return Math.abs(middleOf(a) - middleOf(b));
    return Math.max(0, comesTo(b) - leaves(a), comesTo(a) - leaves(b));
  }
}

const leaves = ({ starts, ends, isThroughout }: Presence): number => (isThroughout ? ends : starts);
const comesTo = ({ starts, ends, isThroughout }: Presence): number => (isThroughout ? starts : ends);
const middleOf = ({ starts, ends }: Presence): number => (starts + ends) / 2;

/** No degree of a meridian, nor of a great circle along the equator, is longer (WGS 84: 111,694 m at the poles). */
const DEGREE_METRES = 111_700;

/** Metres, no fewer than those of the geodesic: along the meridian of the one, then along the parallel of whichever lies nearer to a pole. */
export function roughMetres(a: Presence, b: Presence): number {
  const around = Math.abs(a.point.lon - b.point.lon);
  const east = (around > 180 ? 360 - around : around) * Math.min(a.cosine, b.cosine);
  return (Math.abs(a.point.lat - b.point.lat) + east) * DEGREE_METRES;
}

/** Their intervals share an instant: no journey lies between them. */
export const areAtOnce = ({ first, second }: Apart): boolean => first.ends > second.starts;
