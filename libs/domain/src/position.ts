/** Rows of tracks. */
import type { Instant } from './time.ts';

/** Where a vessel said that it was, at one instant. */
export interface Position {
  readonly at: Instant;
  /** WGS 84 degrees, north and east positive. */
  readonly lat: number;
  readonly lon: number;
  /** Over ground; absent: not available. */
  readonly knots?: number;
  /** Over ground, degrees from north; absent: not available. */
  readonly course?: number;
}
