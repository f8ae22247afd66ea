/**
 * Intervals of uncertain times. Both ends as written are whole units of the precision and included; inside they are half-open,
 * `[from, to + 1 unit)`, so that neighbouring days meet without a gap and without sharing an instant.
 */
import { daysFromCivil, MICROS_PER_DAY, MICROS_PER_HOUR, MICROS_PER_MINUTE, MICROS_PER_SECOND } from './calendar.ts';
import { accept, refuse, type Result } from './result.ts';
import {
  formatInstant,
  inRange,
  instantOf,
  outOfRange,
  PRECISIONS,
  readTime,
  type Instant,
  type Precision,
  type ReadTime,
} from './time.ts';

/** `within` = some time inside (the default); `throughout` = all the time, said by the author. */
export const EXTENTS = ['within', 'throughout'] as const;
/** One of `EXTENTS`. */
export type Extent = (typeof EXTENTS)[number];

/** Half-open `[starts, ends)`; null = that bound is unknown. */
export interface Span {
  readonly starts: Instant | null;
  readonly ends: Instant | null;
}

/** When a sighting happened, as far as its author says. */
export interface Interval extends Span {
  readonly precision: Precision;
  readonly extent: Extent;
  /** As given, so that a time is shown in the words and the zone of its author. */
  readonly fromText?: string;
  readonly toText?: string;
}

/** The wire form; its shape is checked by libs/contracts. */
export interface OccurredText {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly precision: Precision;
  readonly extent?: Extent | undefined;
}

/**
 * Reads the wire form. Faults: as `readTime` (with `/from` or `/to` as pointer), time.coarser-than-precision, time.finer-than-precision
 * (a part finer than the precision is not at its start), time.out-of-range, time.reversed, time.unbounded (neither end given: leave
 * `occurred` out instead).
 */
export function parseOccurred(document: OccurredText): Result<Interval> {
  const { from, to, precision, extent = 'within' } = document;
  if (from === undefined && to === undefined)
    return refuse('time.unbounded', 'occurred needs from, to or both; an undated sighting has no occurred.');
  const first = from === undefined ? null : parseUnit(from, precision, '/from');
  if (first !== null && !first.ok) return first;
  const last = to === undefined ? null : to === from ? first : parseUnit(to, precision, '/to');
  if (last !== null && !last.ok) return last;
  if (first !== null && last !== null && first.value.starts > last.value.starts)
    return refuse('time.reversed', `from ${from} lies after to ${to}.`, '/to');
  return accept({
    starts: first === null ? null : first.value.starts,
    ends: last === null ? null : last.value.ends,
    precision,
    extent,
    ...(from === undefined ? {} : { fromText: from }),
    ...(to === undefined ? {} : { toText: to }),
  });
}

/** The unit of the precision that the text names, in the calendar of its own zone. */
function parseUnit(text: string, precision: Precision, pointer: string): Result<{ readonly starts: Instant; readonly ends: Instant }> {
  const read = readTime(text);
  if (!read.ok) return { ...read, pointer };
  const rank = PRECISIONS.indexOf(precision);
  if (PRECISIONS.indexOf(read.value.states) < rank) {
    return refuse('time.coarser-than-precision', `${text} does not go as far as its precision, ${precision}.`, pointer);
  }
  if (!startsItsUnit(read.value, rank))
    return refuse('time.finer-than-precision', `${text} says more than its precision, ${precision}.`, pointer);
  const starts = instantOf(read.value);
  const ends = endOfUnit(read.value, precision, starts);
  return inRange(starts) && inRange(ends) ? accept({ starts, ends }) : { ...outOfRange(text), pointer };
}

function startsItsUnit(time: ReadTime, rank: number): boolean {
  const finer = [0, time.month - 1, time.day - 1, time.hour, time.minute, time.second, Math.floor(time.micros / 1000), time.micros % 1000];
  return finer.every((part, at) => at <= rank || part === 0);
}

const UNIT_MICROS = {
  day: MICROS_PER_DAY,
  hour: MICROS_PER_HOUR,
  minute: MICROS_PER_MINUTE,
  second: MICROS_PER_SECOND,
  millisecond: 1000,
  microsecond: 1,
} as const;

function endOfUnit(time: ReadTime, precision: Precision, starts: Instant): Instant {
  if (precision === 'year') return daysFromCivil(time.year + 1, 1, 1) * MICROS_PER_DAY - time.offsetMicros;
  if (precision !== 'month') return starts + UNIT_MICROS[precision];
  const next = time.month === 12 ? daysFromCivil(time.year + 1, 1, 1) : daysFromCivil(time.year, time.month + 1, 1);
  return next * MICROS_PER_DAY - time.offsetMicros;
}

/** Whatever the true times are, a is over when b begins. False where a bound that decides is unknown. */
export const certainlyBefore = (a: Span, b: Span): boolean => a.ends !== null && b.starts !== null && a.ends <= b.starts;

/** Some choice of true times puts a and b at one instant; an unknown bound excludes nothing. */
export const possiblyOverlaps = (a: Span, b: Span): boolean => !certainlyBefore(a, b) && !certainlyBefore(b, a);

/** How sure it is that some time of a record lies in a time that is asked about, whatever the true times are. */
export type Cover = 'certainly' | 'possibly';

/**
 * Whether the record is of some time in `asked`. What happened `within` its interval certainly is where all of the interval lies in it;
 * what went on `throughout` its own where that meets it. An unknown bound, and a record without a time, are never certain and exclude
 * nothing. undefined: it is of another time.
 */
export function coverOf(occurred: Interval | undefined, asked: Span): Cover | undefined {
  if (occurred === undefined) return 'possibly';
  if (!possiblyOverlaps(occurred, asked)) return undefined;
  const { starts, ends, extent } = occurred;
  const isCertain = starts !== null && ends !== null && (extent === 'throughout' || contains(asked, occurred));
  return isCertain ? 'certainly' : 'possibly';
}

/** Every instant of `inner` (a span, or one instant) lies in `outer`; an unknown bound reaches to the end of time. */
export function contains(outer: Span, inner: Span | Instant): boolean {
  const [starts, ends] = typeof inner === 'number' ? [inner, inner + 1] : [inner.starts, inner.ends];
  const startsInside = outer.starts === null || (starts !== null && starts >= outer.starts);
  const endsInside = outer.ends === null || (ends !== null && ends <= outer.ends);
  return startsInside && endsInside;
}

/**
 * Where a sighting stands in a timeline: first by start, then by end. An unknown start comes first of all, an unknown end last of its
 * start, undated after everything (the infinities).
 */
export function orderBounds(occurred: Span | undefined): readonly [starts: number, ends: number] {
  if (occurred === undefined) return [Infinity, Infinity];
  return [occurred.starts ?? -Infinity, occurred.ends ?? Infinity];
}

/** As its author wrote it: `2018-08-26`, `2018-06-14 to 2018-07-25`, `since 2018`, `until 2018-06`, `undated`. */
export function displayOccurred(occurred: Interval | undefined): string {
  if (occurred === undefined) return 'undated';
  const { fromText, toText } = occurred;
  if (fromText === undefined) return `until ${toText}`;
  if (toText === undefined) return `since ${fromText}`;
  return fromText === toText ? fromText : `${fromText} to ${toText}`;
}

/** Of a text that names its day, minute or second in UTC. */
const isUtc = (text: string): boolean => !/[+-]\d{2}:\d{2}$/.test(text) || /[+-]00:00$/.test(text);

/**
 * The same in UTC, where its author wrote another offset: `2018-09-30T15:00:10Z` of `2018-10-01T00:00:10+09:00`, and of a day with an offset its first
 * and last minute. undefined: it is written in UTC, or it is undated.
 */
export function displayOccurredUtc(occurred: Interval | undefined): string | undefined {
  if (occurred === undefined) return undefined;
  const { starts, ends, precision, fromText, toText } = occurred;
  if ([fromText, toText].every((text) => text === undefined || isUtc(text))) return undefined;
  const isShort = PRECISIONS.indexOf(precision) < PRECISIONS.indexOf('minute');
  const shown = isShort ? 'minute' : precision;
  const unit = UNIT_MICROS[shown === 'year' || shown === 'month' ? 'minute' : shown];
  const first = starts === null ? undefined : formatInstant(starts, shown);
  // The last unit that is included.
  const last = ends === null ? undefined : formatInstant(ends - unit, shown);
  if (first === undefined) return `until ${last}`;
  if (last === undefined) return `since ${first}`;
  return first === last ? first : `${first} to ${last}`;
}
