import { JourneyTooLarge } from './fixes.ts';

/** Two seconds at worst: one journey holds up all others that long. What the records of an honest item take is far below. */
export const STEPS_MAX = 10_000_000;
/** A distance on the ellipsoid, against one look at a record or position (0.2 µs). */
export const GEODESIC_STEPS = 10;

/**
 * What one journey may take, counted in the loops themselves: bounds of records do not bound their products. A step is one look at a record, move,
 * port or position; STEPS_MAX of them are the most that a journey costs.
 */
export class Steps {
  /** So far. */
  taken = 0;
  private readonly most: number;

  constructor(most = STEPS_MAX) {
    this.most = most;
  }

  /** Before they are gone. Throws JourneyTooLarge. */
  take(steps = 1): void {
    this.taken += steps;
    if (this.taken > this.most)
      throw new JourneyTooLarge('To hold its records and those of what it was in against each other takes too long.');
  }
}
