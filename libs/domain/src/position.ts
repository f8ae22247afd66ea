/** Rows of tracks. */
import type { Instant } from './time.ts';

/** Of the transponder (ITU-R M.1371): A is what ships have to carry, B what others may, weaker and heard less. */
export type AisClass = 'A' | 'B';

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
  /** Absent: nobody says. */
  readonly aisClass?: AisClass;
}
