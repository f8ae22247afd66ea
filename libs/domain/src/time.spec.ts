import fc from 'fast-check';
import { endOfDay, formatInstant, INSTANT_MAX, INSTANT_MIN, parseInstant, PRECISIONS, type Instant } from './index.ts';

const instant = fc.integer({ min: INSTANT_MIN, max: INSTANT_MAX - 1 });
const code = (text: string) => {
  const result = parseInstant(text);
  return result.ok ? result.value : result.code;
};

test('an instant written and read is the same, to the microsecond, in any zone', () => {
  fc.assert(
    fc.property(instant, fc.integer({ min: -14 * 60, max: 14 * 60 }), (at: Instant, offset) => {
      expect(parseInstant(formatInstant(at))).toEqual({ ok: true, value: at });
      const local = at + offset * 60_000_000;
      fc.pre(local >= INSTANT_MIN && local < INSTANT_MAX);
      const zone = `${offset < 0 ? '-' : '+'}${String(Math.floor(Math.abs(offset) / 60)).padStart(2, '0')}:${String(Math.abs(offset) % 60).padStart(2, '0')}`;
      expect(parseInstant(formatInstant(local).replace('Z', zone))).toEqual({ ok: true, value: at });
    }),
    { numRuns: 2000 },
  );
});

test('milliseconds agree with Date, over all years and every day around the ends of months', () => {
  fc.assert(
    fc.property(fc.integer({ min: INSTANT_MIN / 1000, max: INSTANT_MAX / 1000 - 1 }), (millis) => {
      expect(formatInstant(millis * 1000, 'millisecond')).toBe(new Date(millis).toISOString());
    }),
    { numRuns: 2000 },
  );
  // One expectation for all days: 183,000 of them take seconds.
  const other: string[] = [];
  for (let day = INSTANT_MIN / 86_400_000_000; day < INSTANT_MAX / 86_400_000_000; day++) {
    const text = new Date(day * 86_400_000).toISOString().slice(0, 10);
    const read = endOfDay(text);
    if (!read.ok || read.value !== (day + 1) * 86_400_000_000 - 1) other.push(text);
  }
  expect(other).toEqual([]);
});

test('every day that the calendar lacks is refused, and no other', () => {
  const other: string[] = [];
  for (let year = 1890; year <= 1910; year++) {
    for (let month = 1; month <= 12; month++) {
      for (let day = 0; day <= 33; day++) {
        const text = `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
        const exists = new Date(Date.UTC(year, month - 1, day)).toISOString().startsWith(text);
        if (endOfDay(text).ok !== exists) other.push(text);
      }
    }
  }
  expect(other).toEqual([]);
});

test.each([
  ['2018-02-30T00:00:00Z', 'time.invalid'],
  ['2018-13-01T00:00:00Z', 'time.invalid'],
  ['2018-06-11T24:00:00Z', 'time.invalid'],
  ['2018-06-11T13:60:00Z', 'time.invalid'],
  ['2018-06-11T13:20:61Z', 'time.invalid'],
  ['2018-06-11 13:20:00Z', 'time.invalid'],
  ['2018-06-11T13:20:00+24:00', 'time.invalid'],
  ['2018-06-11T13:20:00+0900', 'time.invalid'],
  ['2018-06-11T13:20Z', 'time.invalid'],
  ['2018-06-11', 'time.invalid'],
  ['٢٠١٨-06-11T13:20:00Z', 'time.invalid'],
  ['', 'time.invalid'],
  ['2018-06-11T13:20:00Z\n', 'time.invalid'],
  ['2018-06-11T13:20:00', 'time.no-offset'],
  ['2016-12-31T23:59:60Z', 'time.leap-second'],
  ['2018-06-11T13:20:00.1234567Z', 'time.too-fine'],
  ['2018-06-11T13:20:00.1234560Z', 'time.too-fine'],
  ['1699-12-31T23:59:59Z', 'time.out-of-range'],
  ['1700-01-01T00:00:00+00:01', 'time.out-of-range'],
  ['2200-12-31T23:59:59-00:01', 'time.out-of-range'],
  ['1700-01-01T00:00:00Z', INSTANT_MIN],
  ['2200-12-31T23:59:59.999999Z', INSTANT_MAX - 1],
  ['1970-01-01T00:00:00.000001Z', 1],
  ['1970-01-01t09:00:00z', 32_400_000_000],
  ['1970-01-01T09:00:00+09:00', 0],
  ['1970-01-01T00:00:00-00:00', 0],
  ['1969-12-31T23:59:59.5Z', -500_000],
])('%j reads as %s', (text, expected) => {
  expect(code(text)).toBe(expected);
});

test('an instant is cut to a precision, never rounded', () => {
  const at = Date.UTC(2018, 11, 31, 23, 59, 59, 999) * 1000 + 999;
  const texts = [
    '2018',
    '2018-12',
    '2018-12-31',
    '2018-12-31T23Z',
    '2018-12-31T23:59Z',
    '2018-12-31T23:59:59Z',
    '2018-12-31T23:59:59.999Z',
    '2018-12-31T23:59:59.999999Z',
  ];
  expect(PRECISIONS.map((precision) => formatInstant(at, precision))).toEqual(texts);
});

test('the end of a day is asked of a bare date only', () => {
  expect(endOfDay('2018-08-31T00:00:00Z')).toMatchObject({ ok: false, code: 'time.invalid' });
  expect(endOfDay('2018-08')).toMatchObject({ ok: false, code: 'time.invalid' });
  expect(endOfDay('2018-08-31+09:00')).toMatchObject({ ok: false, code: 'time.invalid' });
});
