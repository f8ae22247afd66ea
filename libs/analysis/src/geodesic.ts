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
