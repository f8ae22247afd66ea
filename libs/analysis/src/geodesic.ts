/** Distances on the ellipsoid WGS 84 (Karney 2013, "Algorithms for geodesics", J. Geodesy 87), to nanometres; 2 µs each. */
import geodesic from 'geographiclib-geodesic';

/** WGS 84 degrees, north and east positive. */
export interface Point {
  readonly lat: number;
  readonly lon: number;
}

const { WGS84, DISTANCE } = geodesic.Geodesic;

export function distanceMetres(a: Point, b: Point): number {
  if (a.lat === b.lat && a.lon === b.lon) return 0;
  return WGS84.Inverse(a.lat, a.lon, b.lat, b.lon, DISTANCE).s12 ?? 0;
}

/** No degree of a meridian is shorter (WGS 84: 110,574 m at the equator). */
export const MERIDIAN_METRES = 110_500;
/** Nor is a geodesic, for each degree of longitude, shorter than so much of the circle that lies nearer to a pole: 2/π of it, half around the world. */
const CIRCLE_METRES = 70_000;

/** Without a geodesic: true only where they are farther apart than that; false where they may not be. */
export function isFartherThan(a: Point, b: Point, metres: number): boolean {
  if (Math.abs(a.lat - b.lat) * MERIDIAN_METRES > metres) return true;
  const turn = Math.abs(a.lon - b.lon);
  const width = Math.cos((Math.min(90, Math.max(Math.abs(a.lat), Math.abs(b.lat))) * Math.PI) / 180);
  return Math.min(turn, 360 - turn) * width * CIRCLE_METRES > metres;
}
