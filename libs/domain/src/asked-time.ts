/** A time that somebody asks about: the whole of what he names, read as the times of authors are. */
import { MICROS_PER_MINUTE } from './calendar.ts';
import { parseOccurred, type Span } from './interval.ts';
import { accept, refuse, type Result } from './result.ts';
import { formatInstant, PRECISIONS, readTime, type Instant, type Precision } from './time.ts';

/** A time that somebody asks about: an interval (microseconds since 1970, UTC), as wide as the text that he gave. */
export interface AskedTime extends Span {
  /** Half-open, both known. */
  readonly starts: Instant;
  readonly ends: Instant;
  /** How far the text goes: all of that day, minute, second is asked about. */
  readonly unit: Precision;
  /** As given. */
  readonly text: string;
}

/**
 * `2018-10-01` is that day in UTC, `2018-10-01+09:00` that of the offset, `2018-10-01T17:30:00+09:00` that second, and a minute or an hour the whole
 * of it. Faults: as `readTime`, time.invalid for less than a day.
 */
export function parseAskedTime(text: string): Result<AskedTime> {
  const read = readTime(text);
  if (!read.ok) return read;
  const unit = read.value.states;
  if (PRECISIONS.indexOf(unit) < PRECISIONS.indexOf('day')) return refuse('time.invalid', `${text}: name at least the day.`);
  const asked = parseOccurred({ from: text, to: text, precision: unit });
  if (!asked.ok) return { ok: asked.ok, code: asked.code, detail: asked.detail };
  const { starts, ends } = asked.value;
  if (starts === null || ends === null) throw new Error(`${text} was read without its bounds`);
  return accept({ starts, ends, unit, text });
}

/**
 * What is asked about, in words: as given, then in UTC where that is not the same. `all of 2018-10-01 (UTC)`, `2018-10-01T17:30:00+09:00, in UTC
 * 2018-10-01T08:30:00Z`; of what is wider than a minute its first and its last.
 */
export function displayAskedTime({ starts, ends, unit, text }: AskedTime): string {
  const all = unit === 'day' || unit === 'hour' ? `all of ${text}` : text;
  if (unit === 'day' && !/[+-]\d{2}:\d{2}$/.test(text)) return `${all} (UTC)`;
  if (/[Zz]$/.test(text)) return all;
  if (all === text) return `${text}, in UTC ${formatInstant(starts, unit)}`;
  return `${all}, in UTC ${formatInstant(starts, 'minute')} to ${formatInstant(ends - MICROS_PER_MINUTE, 'minute')}`;
}
