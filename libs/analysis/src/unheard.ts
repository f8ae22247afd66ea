import type { Instant, TimelineEntry } from '#lib/domain';
import { entryFixesOf, type Known } from './fixes.ts';
import { firstAt, GAP_MICROS } from './silences.ts';
import type { Steps } from './steps.ts';

const DAY = 24 * 3_600_000_000;

export interface Heard {
  /** End of the last that it was heard by. */
  readonly until: Instant;
  readonly by?: TimelineEntry;
  /** Records that it was heard by since, that one too: each leads to the next. */
  readonly through: readonly TimelineEntry[];
}

/**
 * Until when records of a vessel or aircraft follow from `from` on, each less than a silence behind the one before; undefined: so they go on until
 * a position of its track does, and from there on its gaps tell. A record says that it was heard at some time of it: one that begins before `from`,
 * or is wider than a day, may be of another voyage, and one counts from its earliest time. One that says "throughout" is heard all the time.
 */
export function heardFrom(known: Known | undefined, from: Instant, steps: Steps): Heard | undefined {
  let heard = from;
  let last: Omit<Heard, 'through'> = { until: from };
  const through: TimelineEntry[] = [];
  for (const { span, entry } of known === undefined ? [] : entryFixesOf(known)) {
    steps.take();
    const isThroughout = entry.sighting.occurred?.extent === 'throughout';
    const starts = span.starts ?? -Infinity;
    if (starts - heard >= GAP_MICROS) break;
    if (span.ends === null || span.ends <= heard) continue;
    if (!isThroughout && (starts < from || span.ends - starts > DAY)) continue;
    through.push(entry);
    heard = Math.max(heard, isThroughout ? span.ends : starts);
    if (span.ends > last.until) last = { until: span.ends, by: entry };
  }
  const next = known === undefined ? undefined : known.track[firstAt(known.track, from)];
  return next !== undefined && next.at - heard < GAP_MICROS ? undefined : { ...last, through };
}
