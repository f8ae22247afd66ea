/** What had been written down by a time, by the authors' own word: stated, never proved. */
import type { FoldInput } from './resolved.ts';
import type { Instant } from './time.ts';

/** What was known, and how many were left out for which reason. */
export interface KnownAt<T extends FoldInput> {
  readonly inputs: readonly T[];
  /** Reported after the instant. */
  readonly later: number;
  /** Left out, since their authors state no time. */
  readonly withoutReported: number;
}

/** Keeps what was reported at or before `instant`; for a bare date give `endOfDay`. Fold the result to see the item as known then. */
export function knownAtReported<T extends FoldInput>(inputs: readonly T[], instant: Instant): KnownAt<T> {
  const stated = inputs.filter(({ sighting }) => sighting.reported !== undefined);
  const known = stated.filter(({ sighting }) => sighting.reported !== undefined && sighting.reported.at <= instant);
  return { inputs: known, later: stated.length - known.length, withoutReported: inputs.length - stated.length };
}
