/** Times that are asked about, and how sure it is that a record is of one: across the date line, across the change of clocks, and by counting. */
import fc from 'fast-check';
import {
  coverOf,
  displayAskedTime,
  displayOccurredUtc,
  formatInstant,
  parseAskedTime,
  parseOccurred,
  type Cover,
  type Interval,
  type OccurredText,
} from './index.ts';

function asked(text: string) {
  const read = parseAskedTime(text);
  if (!read.ok) throw new Error(read.code);
  return read.value;
}
const bounds = (text: string): string[] => {
  const { starts, ends, unit } = asked(text);
  return [unit, formatInstant(starts, 'second'), formatInstant(ends, 'second')];
};
function occurred(from: string, precision: OccurredText['precision'], to = from, extent?: OccurredText['extent']): Interval {
  const read = parseOccurred({ from, to, precision, extent });
  if (!read.ok) throw new Error(read.code);
  return read.value;
}
const cover = (record: Interval | undefined, text: string): Cover | 'no' => coverOf(record, asked(text)) ?? 'no';

test('a date is the day in UTC as a whole, a time the second, minute or hour that it names', () => {
  expect(bounds('2018-10-01')).toEqual(['day', '2018-10-01T00:00:00Z', '2018-10-02T00:00:00Z']);
  expect(bounds('2018-10-01T08:30:00Z')).toEqual(['second', '2018-10-01T08:30:00Z', '2018-10-01T08:30:01Z']);
  expect(bounds('2018-10-01T08:30Z')).toEqual(['minute', '2018-10-01T08:30:00Z', '2018-10-01T08:31:00Z']);
  expect(asked('2018-10-01T08:30:00.25Z')).toMatchObject({ unit: 'microsecond', ends: asked('2018-10-01T08:30:00.25Z').starts + 1 });
});

test.each([
  ['2018-10', 'time.invalid'],
  ['2018-10-01T08:30:00', 'time.no-offset'],
  ['2018-02-30', 'time.invalid'],
  ['yesterday', 'time.invalid'],
  ['2018-10-01 09:00', 'time.invalid'],
  ['2300-01-01', 'time.out-of-range'],
])('%s is no time to ask about: %s', (text, code) => {
  expect(parseAskedTime(text)).toMatchObject({ ok: false, code });
});

test('across the date line one instant has two days, and is told as given and in UTC', () => {
  expect(asked('2018-09-01T00:30:00+13:00').starts).toBe(asked('2018-08-31T00:30:00-11:00').starts);
  expect(displayAskedTime(asked('2018-09-01T00:30:00+13:00'))).toBe('2018-09-01T00:30:00+13:00, in UTC 2018-08-31T11:30:00Z');
  expect(displayAskedTime(asked('2018-09-01T08+05:30'))).toBe('all of 2018-09-01T08+05:30, in UTC 2018-09-01T02:30Z to 2018-09-01T03:29Z');
  expect(displayAskedTime(asked('2018-09-01T08Z'))).toBe('all of 2018-09-01T08Z');
  expect(displayAskedTime(asked('2018-09-01'))).toBe('all of 2018-09-01 (UTC)');
  expect(displayAskedTime(asked('2018-09-01+09:00'))).toBe('all of 2018-09-01+09:00, in UTC 2018-08-31T15:00Z to 2018-09-01T14:59Z');
  expect(displayAskedTime(asked('2018-09-01T08:30:00Z'))).toBe('2018-09-01T08:30:00Z');
  // A day of Auckland is no day of UTC: it is certainly of neither of the two that it lies in.
  const auckland = occurred('2018-09-01+12:00', 'day');
  expect(['2018-08-31', '2018-09-01', '2018-09-02', '2018-09-01+12:00'].map((text) => cover(auckland, text))).toEqual([
    'possibly',
    'possibly',
    'no',
    'certainly',
  ]);
});

test('the hour that comes twice when clocks go back is two hours by their offsets', () => {
  const [summer, winter] = [occurred('2018-10-28T02:30+02:00', 'minute'), occurred('2018-10-28T02:30+01:00', 'minute')];
  expect([displayOccurredUtc(summer), displayOccurredUtc(winter)]).toEqual(['2018-10-28T00:30Z', '2018-10-28T01:30Z']);
  expect([summer, winter].map((record) => cover(record, '2018-10-28T02:30+02:00'))).toEqual(['certainly', 'no']);
  expect([summer, winter].map((record) => cover(record, '2018-10-28T01:30Z'))).toEqual(['no', 'certainly']);
  // The day on which they go has 25 hours where it is lived: written with two offsets it is that long.
  const day = occurred('2018-10-28T00+02:00', 'hour', '2018-10-28T23+01:00', 'throughout');
  expect((day.ends ?? 0) - (day.starts ?? 0)).toBe(25 * 3_600_000_000);
  expect(displayOccurredUtc(day)).toBe('2018-10-27T22:00Z to 2018-10-28T22:59Z');
});

test('what is written in UTC, or in no zone, is not told twice', () => {
  for (const [from, precision] of [
    ['2018', 'year'],
    ['2018-08-31', 'day'],
    ['2018-08-31T01:00:00Z', 'second'],
    ['2018-08-31T01:00:00+00:00', 'second'],
  ] as const)
    expect(displayOccurredUtc(occurred(from, precision))).toBeUndefined();
  expect(displayOccurredUtc(undefined)).toBeUndefined();
  expect(displayOccurredUtc(occurred('2018-08-31+09:00', 'day'))).toBe('2018-08-30T15:00Z to 2018-08-31T14:59Z');
  expect(displayOccurredUtc(occurred('2018-08-31T00:00:10+09:00', 'second'))).toBe('2018-08-30T15:00:10Z');
});

/** True times that a record can have, as sets of instants. */
function choices({ starts, ends, extent }: Interval): number[][] {
  // Where an end is not known it may be as far off as anybody asks.
  const all = Array.from({ length: (ends ?? 30) - (starts ?? -10) }, (_, n) => (starts ?? -10) + n);
  if (extent === 'within') return all.map((at) => [at]);
  // What went on throughout begins and ends where its author says; of an unknown bound it is not known how far.
  if (starts !== null && ends !== null) return [all];
  return all.flatMap((_, at) => (starts === null ? [all.slice(at)] : [all.slice(0, at + 1)]));
}

test('a record is certainly of a time where every choice of its true time is, and possibly where one is', () => {
  const bound = fc.option(fc.integer({ min: 0, max: 12 }), { nil: null, freq: 6 });
  const interval = fc.record({ starts: bound, length: fc.integer({ min: 1, max: 8 }), isOpen: fc.boolean(), isLong: fc.boolean() });
  fc.assert(
    fc.property(interval, fc.integer({ min: 0, max: 15 }), fc.integer({ min: 1, max: 6 }), (drawn, from, length) => {
      const { starts } = drawn;
      const ends = starts === null ? drawn.length + 4 : drawn.isOpen ? null : starts + drawn.length;
      const record: Interval = { starts, ends, precision: 'microsecond', extent: drawn.isLong ? 'throughout' : 'within' };
      const isOf = choices(record).map((instants) => instants.some((at) => at >= from && at < from + length));
      const right = isOf.every(Boolean) ? 'certainly' : isOf.some(Boolean) ? 'possibly' : undefined;
      const ours = coverOf(record, { starts: from, ends: from + length });
      // The first instant of a stretch without an end would be certain too: nobody asks for more than the bounds say.
      if (starts === null || ends === null) expect(ours).toBe(right === undefined ? undefined : 'possibly');
      else expect(ours).toBe(right);
    }),
    { numRuns: 2_000, seed: 20_181_001 },
  );
});
