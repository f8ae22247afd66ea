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
 * Of each stretch in which it goes on the parts of which it is certain, where they last that long, and what lies between these, with all its doubts,
 * where that does; a part ends at the instant at which the next begins. Cost: linear. @param samples by time
 */
export function runsOf<Doubt extends string>(samples: readonly Sample<Doubt>[], leastMicros: number): readonly Run<Doubt>[] {
  const runs: Run<Doubt>[] = [];
  for (let first = 0; first < samples.length;) {
    let last = first;
    while ((samples[last + 1]?.link ?? null) !== null) last++;
    let from = first;
    const add = (run: Run<Doubt>): void => {
      if (between(samples, run.first, run.last) >= leastMicros) runs.push(run);
    };
    for (const certain of certainIn(samples, first, last, leastMicros)) {
      add(doubtedOf(samples, from, certain.first));
      add(certain);
      from = certain.last;
    }
    add(doubtedOf(samples, from, last));
    first = last + 1;
  }
  return runs;
}

/** In order. */
function certainIn<Doubt extends string>(
  samples: readonly Sample<Doubt>[],
  from: number,
  to: number,
  leastMicros: number,
): readonly Run<Doubt>[] {
  const certain: Run<Doubt>[] = [];
  for (let first = from; first <= to;) {
    let last = first;
    const goesOn = (next: number): boolean => next <= to && samples[next]?.doubts.length === 0 && samples[next].link?.length === 0;
    while (samples[first]?.doubts.length === 0 && goesOn(last + 1)) last++;
    if (between(samples, first, last) >= leastMicros) certain.push({ first, last, doubts: [] });
    first = last + 1;
  }
  return certain;
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
