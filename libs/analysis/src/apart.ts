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

/** Of one item. Cost: some nanoseconds where the records lie near each other, a search among its legs and 2 µs where a geodesic is needed, which it counts. */
export class Distances {
  /** Geodesics that were worked out. */
  worked = 0;
  private readonly own: SpeedBound;
  private readonly slower: SlowLegs;
  private readonly rules: ApartRules;

  /** @param legs of the item's journey, by start */
  constructor(item: string, legs: readonly Leg[], rules: ApartRules = APART_RULES) {
    this.own = boundOf(item);
    this.slower = new SlowLegs(legs, this.own);
    this.rules = rules;
  }

  /** Some time in so long an interval gives time enough for any distance: such a record can be held against nothing. */
  isOpenToAll({ starts, ends, isThroughout }: Presence): boolean {
    if (!this.rules.timesAreUncertain || isThroughout) return false;
    return (ends - starts) * metresPerMicro(this.slower.over(starts, ends)?.bound ?? this.own) >= EARTH_METRES;
  }

  /** Undefined: both can be true. */
  between(a: Presence, b: Presence): Apart | undefined {
    const longestMicros = this.longestBetween(a, b) + CLOCK_MICROS;
    const radii = this.rules.placesAreUncertain ? a.radiusMetres + b.radiusMetres : 0;
    const rough = roughMetres(a, b);
    // Most lie so near that whatever it was in got there.
    if (rough <= metresPerMicro(this.slower.slowest ?? this.own) * longestMicros + radii) return undefined;
    // Where both lie in one leg the item was in its carriers from the one to the other, and went no faster than the slowest of them.
    const { bound, by } = this.slower.over(Math.min(a.starts, b.starts), Math.max(a.ends, b.ends)) ?? { bound: this.own };
    const reach = metresPerMicro(bound) * longestMicros + radii;
    if (reach >= EARTH_METRES || rough <= reach) return undefined;
    this.worked++;
    const metres = distanceMetres(a.point, b.point);
    if (metres <= reach) return undefined;
    const leastMetres = metres - radii;
    const leastKmh = leastMetres / 1_000 / (longestMicros / MICROS_PER_HOUR);
    const [first, second] = a.starts <= b.starts ? [a, b] : [b, a];
    const times = leastKmh / bound.kmh;
    return { first, second, metres, leastMetres, longestMicros, leastKmh, bound, ...(by === undefined ? {} : { boundBy: by }), times };
  }

  /** From when it can have left the one to when it can have come to the other, in the order that gives more; 0 where it can only be at once. */
  private longestBetween(a: Presence, b: Presence): number {
    if (!this.rules.timesAreUncertain) return Math.abs(middleOf(a) - middleOf(b));
    return Math.max(0, b.comes - a.leaves, a.comes - b.leaves);
  }
}

const middleOf = ({ starts, ends }: Presence): number => (starts + ends) / 2;

/** No degree of a meridian, nor of a great circle along the equator, is longer (WGS 84: 111,694 m at the poles). */
const DEGREE_METRES = 111_700;

/** Metres, no fewer than those of the geodesic: along the meridian of the one, then along the parallel of whichever lies nearer to a pole. */
export function roughMetres(a: Presence, b: Presence): number {
  const around = Math.abs(a.point.lon - b.point.lon);
  const east = (around > 180 ? 360 - around : around) * Math.min(a.cosine, b.cosine);
  return (Math.abs(a.point.lat - b.point.lat) + east) * DEGREE_METRES;
}

/** People write down a minute. */
const MINUTE_MICROS = 60_000_000;

/** However their times are read no more than the minute that both say lies between them, but for the clocks: no journey does. */
export const areAtOnce = ({ longestMicros }: Apart): boolean => longestMicros <= CLOCK_MICROS + MINUTE_MICROS;

/** Of one speed: when its legs begin, and of those up to each the one that ends last. */
interface LegsOfSpeed {
  readonly bound: SpeedBound;
  readonly starts: number[];
  readonly longest: Leg[];
}

/** In which of its legs an item went slower than it may by itself. Speeds are few: a question is a binary search for each. */
class SlowLegs {
  private readonly bySpeed: readonly LegsOfSpeed[];

  /** @param legs by start */
  constructor(legs: readonly Leg[], own: SpeedBound) {
    const bySpeed = new Map<number, LegsOfSpeed>();
    for (const leg of legs) {
      const bound = leg.chain.map(({ carrier }) => boundOf(carrier)).reduce((least, each) => (each.kmh < least.kmh ? each : least));
      if (bound.kmh >= own.kmh) continue;
      const of = bySpeed.get(bound.kmh) ?? { bound, starts: [], longest: [] };
      const before = of.longest.at(-1);
      of.starts.push(leg.span.starts);
      of.longest.push(before !== undefined && endOf(before) >= endOf(leg) ? before : leg);
      bySpeed.set(bound.kmh, of);
    }
    this.bySpeed = [...bySpeed.values()].sort((a, b) => a.bound.kmh - b.bound.kmh);
  }

  /** Undefined: it was in nothing that is slower. */
  get slowest(): SpeedBound | undefined {
    return this.bySpeed[0]?.bound;
  }

  /** The slowest that it went at from the one time to the other, by a leg that lies around both. */
  over(starts: number, ends: number): { readonly bound: SpeedBound; readonly by: Leg } | undefined {
    for (const { bound, starts: begins, longest } of this.bySpeed) {
      const by = longest[firstAfter(begins, starts) - 1];
      if (by !== undefined && endOf(by) >= ends) return { bound, by };
    }
    return undefined;
  }
}

const endOf = ({ span }: Leg): number => span.ends ?? Infinity;

/** A binary search: the place of the first that is later. */
function firstAfter(rising: readonly number[], time: number): number {
  let [low, high] = [0, rising.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((rising[middle] as number) <= time) low = middle + 1;
    else high = middle;
  }
  return low;
}
