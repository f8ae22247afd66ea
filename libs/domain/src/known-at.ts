/** What had been written down by a time, by the authors' own word: stated, never proved. */
import type { FoldInput } from './resolved.ts';
import type { Instant } from './time.ts';

/** What was known, and how many say nothing of it. */
export interface KnownAt<T extends FoldInput> {
  readonly inputs: readonly T[];
  /** Left out, since their authors state no time. */
  readonly withoutReported: number;
}

/** Keeps what was reported at or before `instant`; for a bare date give `endOfDay`. Fold the result to see the item as known then. */
export function knownAtReported<T extends FoldInput>(inputs: readonly T[], instant: Instant): KnownAt<T> {
  const known = inputs.filter(({ sighting }) => sighting.reported !== undefined && sighting.reported.at <= instant);
  return { inputs: known, withoutReported: inputs.filter(({ sighting }) => sighting.reported === undefined).length };
}
