/**
 * Stretches of time in which something holds at each instant that is looked at, and between them: those of which it is certain, and else those in which
 * it may hold. Certain is what every reading of the records carries.
 */
import type { Instant } from '#lib/domain';

/** One instant at which it may hold. */
export interface Sample<Doubt extends string> {
  readonly at: Instant;
  /** Why it is not certain then; empty: it is. */
  readonly doubts: readonly Doubt[];
  /** Why it is not certain that it went on from the instant before; null: it did not, or nothing says so. */
  readonly link: readonly Doubt[] | null;
}

export interface Run<Doubt extends string> {
  /** Indexes of samples. */
  readonly first: number;
  readonly last: number;
  /** In order; empty: it is certain. */
  readonly doubts: readonly Doubt[];
}

/**
 * Of each stretch that lasts that long the longest part of which it is certain, where that lasts as long; else the stretch as a whole, with all its
 * doubts. Cost: linear. @param samples by time
 */
export function runsOf<Doubt extends string>(samples: readonly Sample<Doubt>[], leastMicros: number): readonly Run<Doubt>[] {
  const runs: Run<Doubt>[] = [];
  for (let first = 0; first < samples.length;) {
    let last = first;
    while ((samples[last + 1]?.link ?? null) !== null) last++;
    if (between(samples, first, last) >= leastMicros)
      runs.push(certainOf(samples, first, last, leastMicros) ?? doubtedOf(samples, first, last));
    first = last + 1;
  }
  return runs;
}

function certainOf<Doubt extends string>(
  samples: readonly Sample<Doubt>[],
  from: number,
  to: number,
  leastMicros: number,
): Run<Doubt> | undefined {
  let best: Run<Doubt> | undefined;
  for (let first = from; first <= to;) {
    if (samples[first]?.doubts.length !== 0) {
      first++;
      continue;
    }
    let last = first;
    while (last < to && samples[last + 1]?.doubts.length === 0 && samples[last + 1]?.link?.length === 0) last++;
    const lasts = between(samples, first, last);
    if (lasts >= leastMicros && (best === undefined || lasts > between(samples, best.first, best.last))) best = { first, last, doubts: [] };
    first = last + 1;
  }
  return best;
}

function doubtedOf<Doubt extends string>(samples: readonly Sample<Doubt>[], first: number, last: number): Run<Doubt> {
  const doubts = new Set<Doubt>();
  for (let at = first; at <= last; at++) {
    const { doubts: own, link } = samples[at] as Sample<Doubt>;
    for (const doubt of own) doubts.add(doubt);
    for (const doubt of (at === first ? null : link) ?? []) doubts.add(doubt);
  }
  return { first, last, doubts: [...doubts].sort() };
}

const between = (samples: readonly Sample<string>[], first: number, last: number): number =>
  (samples[last]?.at ?? 0) - (samples[first]?.at ?? 0);
