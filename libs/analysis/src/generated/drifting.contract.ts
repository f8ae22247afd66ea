/**
 * Ships that drift about, and what receivers hear of them: the way itself is known here, minute by minute, and what the product may and may not say of it
 * follows from that, and from nothing that the product works out. Metres are on a plane around a point, good to one in a hundred within ten miles.
 */
import type { AisClass } from '#lib/domain';
import type { TrackPosition } from '../index.ts';
import type { Draw } from './draw.contract.ts';

export interface Metres {
  readonly east: number;
  readonly north: number;
}

/** Where a ship is, each minute from 0 on; between them she goes straight. */
export type Way = readonly Metres[];

export const MINUTE_MICROS = 60_000_000;
const KNOT_METRES_A_MINUTE = 1_852 / 60;
const DEGREE_METRES = 111_195;
/** Less than what the product takes an error to be. */
const ERROR_METRES = 90;

/** A way of legs of ten minutes to an hour, each at a speed and on a course of its own. */
export function drift(draw: Draw, from: Metres, minutes: number, knotsMost: number): Way {
  const way: Metres[] = [from];
  while (way.length <= minutes) {
    const metres = draw.next() * knotsMost * KNOT_METRES_A_MINUTE;
    const course = draw.next() * 2 * Math.PI;
    for (let left = draw.between(10, 60); left > 0 && way.length <= minutes; left--) {
      const { east, north } = way.at(-1) as Metres;
      way.push({ east: east + metres * Math.sin(course), north: north + metres * Math.cos(course) });
    }
  }
  return way;
}

export const apart = (a: Metres | undefined, b: Metres | undefined): number =>
  a === undefined || b === undefined ? Infinity : Math.hypot(a.east - b.east, a.north - b.north);

/** Of the minute that begins then. */
export const knotsAt = (way: Way, minute: number): number => apart(way[minute], way[minute + 1] ?? way[minute - 1]) / KNOT_METRES_A_MINUTE;

export interface Hearing {
  readonly centre: { readonly lat: number; readonly lon: number };
  /** Between two that are heard: one minute to so many. */
  readonly everyMost: number;
  readonly says: { readonly knots: boolean; readonly aisClass?: AisClass };
  readonly track: TrackPosition['track'];
}

/** The same way, beside it: she keeps to another ship. */
export const beside = (way: Way, offset: Way): Way =>
  way.map(({ east, north }, minute) => ({ east: east + (offset[minute]?.east ?? 0), north: north + (offset[minute]?.north ?? 0) }));

/** Some of the minutes, each a little beside where she was. @param line of the first */
export function heard(
  draw: Draw,
  way: Way,
  { centre, everyMost, says, track }: Hearing,
  line = 2,
): readonly (TrackPosition & { readonly minute: number })[] {
  const rows: (TrackPosition & { readonly minute: number })[] = [];
  for (let minute = draw.between(0, everyMost); minute < way.length; minute += draw.between(1, everyMost)) {
    const { east, north } = way[minute] as Metres;
    const [off, towards] = [draw.next() * ERROR_METRES, draw.next() * 2 * Math.PI];
    const lat = centre.lat + (north + off * Math.cos(towards)) / DEGREE_METRES;
    const lon = centre.lon + (east + off * Math.sin(towards)) / (DEGREE_METRES * Math.cos((centre.lat * Math.PI) / 180));
    rows.push({
      ...{
        minute,
        at: minute * MINUTE_MICROS,
        lat,
        lon: lon > 180 ? lon - 360 : lon < -180 ? lon + 360 : lon,
        line: line + rows.length,
        track,
      },
      ...(says.knots ? { knots: knotsAt(way, minute) } : {}),
      ...(says.aisClass === undefined ? {} : { aisClass: says.aisClass }),
    });
  }
  return rows;
}
