/**
 * Instants and their text. An instant is a safe integer of microseconds since 1970-01-01T00:00:00Z; texts are RFC 3339, whole or cut
 * to a precision. Lower-case `t` and `z` are read (RFC 3339 section 5.6 allows them), a blank in place of `T` is not.
 */
import {
  civilFromDays,
  daysFromCivil,
  daysInMonth,
  MICROS_PER_DAY,
  MICROS_PER_HOUR,
  MICROS_PER_MINUTE,
  MICROS_PER_SECOND,
} from './calendar.ts';
import { accept, refuse, type Result } from './result.ts';

/** Microseconds since 1970-01-01T00:00:00Z, without leap seconds; a safe integer between `INSTANT_MIN` and `INSTANT_MAX`. */
export type Instant = number;

/** From coarse to fine. */
export const PRECISIONS = ['year', 'month', 'day', 'hour', 'minute', 'second', 'millisecond', 'microsecond'] as const;
/** One of `PRECISIONS`. */
export type Precision = (typeof PRECISIONS)[number];

/** First instant of 1700. Microseconds stay exact in a double to the year 2255; before 1700 few calendars agree on a day. */
export const INSTANT_MIN: Instant = daysFromCivil(1700, 1, 1) * MICROS_PER_DAY;
/** First instant after 2200; as the excluded end of an interval it is in range. */
export const INSTANT_MAX: Instant = daysFromCivil(2201, 1, 1) * MICROS_PER_DAY;

/** A text taken apart: the local calendar time and what must be taken away to get UTC. */
export interface ReadTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly micros: number;
  readonly offsetMicros: number;
  /** How far the text goes; a text with a fraction of any length says `microsecond`. */
  readonly states: Precision;
}

const PATTERN = /^(\d{4})(?:-(\d{2})(?:-(\d{2})(?:[Tt](\d{2})(?::(\d{2})(?::(\d{2})(?:\.(\d+))?)?)?)?([Zz]|[+-]\d{2}:\d{2})?)?)?$/;
/** `2018-06-11T13:20:00.123456+09:00` has 32 characters; longer texts are not worth a regular expression. */
const TEXT_LENGTH_MAX = 64;

/**
 * Reads RFC 3339 text, whole or cut after any of its parts. A time of day needs an offset, a day may have one (UTC if none).
 * Faults: time.invalid (no such form, day or time of day), time.no-offset, time.leap-second, time.too-fine (over six decimals).
 */
export function readTime(text: string): Result<ReadTime> {
  const match = text.length <= TEXT_LENGTH_MAX ? PATTERN.exec(text) : null;
  if (match === null) return refuse('time.invalid', `"${text.slice(0, TEXT_LENGTH_MAX)}" is not an RFC 3339 date or date-time.`);
  const [, yearText, monthText, dayText, hourText, minuteText, secondText, fraction, offset] = match;
  const year = Number(yearText);
  const month = Number(monthText ?? 1);
  const day = Number(dayText ?? 1);
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month))
    return refuse('time.invalid', `${text}: the calendar has no such day.`);
  const hour = Number(hourText ?? 0);
  const minute = Number(minuteText ?? 0);
  const second = Number(secondText ?? 0);
  if (second === 60) return refuse('time.leap-second', `${text}: leap seconds have no instant here; state the second before or after it.`);
  if (hour > 23 || minute > 59 || second > 59) return refuse('time.invalid', `${text}: the day has no such time.`);
  if (hourText !== undefined && offset === undefined)
    return refuse('time.no-offset', `${text}: a time of day needs Z or an offset such as +09:00.`);
  if (fraction !== undefined && fraction.length > 6) return refuse('time.too-fine', `${text}: at most six decimals of a second are kept.`);
  const offsetMicros = readOffset(offset);
  if (offsetMicros === null) return refuse('time.invalid', `${text}: no such offset.`);
  const states =
    fraction !== undefined
      ? 'microsecond'
      : PRECISIONS[[yearText, monthText, dayText, hourText, minuteText, secondText].filter((part) => part !== undefined).length - 1];
  const micros = fraction === undefined ? 0 : Number(fraction.padEnd(6, '0'));
  return accept({ year, month, day, hour, minute, second, micros, offsetMicros, states: states ?? 'year' });
}

/** Microseconds east of UTC; `-00:00` is UTC (RFC 3339 section 4.3); null if there is no such offset. */
function readOffset(offset: string | undefined): number | null {
  if (offset === undefined || offset === 'Z' || offset === 'z') return 0;
  const hours = Number(offset.slice(1, 3));
  const minutes = Number(offset.slice(4, 6));
  if (hours > 23 || minutes > 59) return null;
  const micros = hours * MICROS_PER_HOUR + minutes * MICROS_PER_MINUTE;
  return offset.startsWith('-') && micros !== 0 ? -micros : micros;
}

/** The instant of a time that was read; may lie outside of the range. */
export function instantOf(time: ReadTime): Instant {
  const ofDay = time.hour * MICROS_PER_HOUR + time.minute * MICROS_PER_MINUTE + time.second * MICROS_PER_SECOND + time.micros;
  return daysFromCivil(time.year, time.month, time.day) * MICROS_PER_DAY + ofDay - time.offsetMicros;
}

/** Whether an instant, or the excluded end of an interval, is kept. */
export const inRange = (instant: Instant): boolean => instant >= INSTANT_MIN && instant <= INSTANT_MAX;

/** The fault of a text whose instant is not kept. */
export const outOfRange = (text: string) => refuse('time.out-of-range', `${text}: only the years 1700 to 2200 (UTC) are kept.`);

/** An RFC 3339 date-time (at least to the second, with offset) as an instant. Faults: as `readTime`, time.out-of-range. */
export function parseInstant(text: string): Result<Instant> {
  const read = readTime(text);
  if (!read.ok) return read;
  if (PRECISIONS.indexOf(read.value.states) < PRECISIONS.indexOf('second')) {
    return refuse('time.invalid', `${text}: a date-time such as 2018-06-11T13:20:00Z is needed.`);
  }
  const instant = instantOf(read.value);
  return inRange(instant) && instant !== INSTANT_MAX ? accept(instant) : outOfRange(text);
}

/** The last microsecond of a UTC day written `2018-08-31`: "as known at" a bare date includes that whole day. */
export function endOfDay(dateText: string): Result<Instant> {
  const read = readTime(dateText);
  if (!read.ok) return read;
  if (!/^\d{4}-\d{2}-\d{2}$/.test(dateText)) return refuse('time.invalid', `${dateText}: a date such as 2018-08-31 is needed.`);
  const last = instantOf(read.value) + MICROS_PER_DAY - 1;
  return inRange(last) ? accept(last) : outOfRange(dateText);
}

/** UTC text, cut (never rounded) after the precision: `2018-06-11T13:20Z` for minute, six decimals for microsecond, the default. */
export function formatInstant(instant: Instant, precision: Precision = 'microsecond'): string {
  const days = Math.floor(instant / MICROS_PER_DAY);
  const { year, month, day } = civilFromDays(days);
  const ofDay = instant - days * MICROS_PER_DAY;
  const hour = Math.floor(ofDay / MICROS_PER_HOUR);
  const minute = Math.floor((ofDay % MICROS_PER_HOUR) / MICROS_PER_MINUTE);
  const second = Math.floor((ofDay % MICROS_PER_MINUTE) / MICROS_PER_SECOND);
  const micros = digits(ofDay % MICROS_PER_SECOND, 6);
  const parts = [
    digits(year, 4),
    `-${digits(month, 2)}`,
    `-${digits(day, 2)}`,
    `T${digits(hour, 2)}`,
    `:${digits(minute, 2)}`,
    `:${digits(second, 2)}`,
    `.${micros.slice(0, 3)}`,
    micros.slice(3),
  ];
  const length = PRECISIONS.indexOf(precision) + 1;
  return parts.slice(0, length).join('') + (length > 3 ? 'Z' : '');
}

const digits = (value: number, width: number): string => String(value).padStart(width, '0');
