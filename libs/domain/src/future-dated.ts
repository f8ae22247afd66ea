/** What is said to have happened although it had not yet begun when it was written down. */
import { MICROS_PER_DAY, MICROS_PER_HOUR } from './calendar.ts';
import type { Resolved } from './resolved.ts';
import { PLACING_KINDS, type Kind } from './sighting.ts';
import { PRECISIONS, type Precision } from './time.ts';

const placing: ReadonlySet<Kind> = new Set(PLACING_KINDS);

/** Clocks of authors and servers differ, by the whole hour where one of them is off by a time zone or summer time. */
const CLOCK_TOLERANCE_MICROS = MICROS_PER_HOUR;
/** A day that names no zone is read as UTC, and begins up to 14 hours earlier where its author is. */
const DAY_TOLERANCE_MICROS = MICROS_PER_DAY;

/**
 * It reports something as seen, or as looked for in vain, that begins after its author says it was written down, or after it was taken in.
 * Either time is a claim: the earlier decides, since what is right was after both. Plans, statements and assessments may well speak of what
 * comes. Time alone mends nothing: a sighting written in advance is no observation when its day has come. Its agency corrects it, with
 * what was seen then, or withdraws it.
 */
export function isFutureDated({ sighting, kind, captured }: Resolved): boolean {
  const { occurred, reported, modality } = sighting;
  const starts = occurred?.starts ?? null;
  if (occurred === undefined || starts === null || modality === 'planned' || kind === undefined || !placing.has(kind)) return false;
  return starts > Math.min(reported?.at ?? Infinity, captured ?? Infinity) + toleranceOf(occurred.precision);
}

const toleranceOf = (precision: Precision): number =>
  PRECISIONS.indexOf(precision) <= PRECISIONS.indexOf('day') ? DAY_TOLERANCE_MICROS : CLOCK_TOLERANCE_MICROS;
