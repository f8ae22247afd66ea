import fc from 'fast-check';
import {
  certainlyBefore,
  contains,
  displayOccurred,
  formatInstant,
  orderBounds,
  parseOccurred,
  possiblyOverlaps,
  PRECISIONS,
  type OccurredText,
  type Span,
} from './index.ts';

const bounds = (document: OccurredText): readonly (string | null)[] | string => {
  const read = parseOccurred(document);
  return read.ok
    ? [read.value.starts, read.value.ends].map((at) => (at === null ? null : formatInstant(at, 'second')))
    : `${read.code} ${read.pointer ?? ''}`.trim();
};
const at = (from: string | undefined, to: string | undefined, precision: OccurredText['precision']) => bounds({ from, to, precision });

test('both ends are whole units and included; inside, the interval is half-open', () => {
  expect(at('2018', '2018', 'year')).toEqual(['2018-01-01T00:00:00Z', '2019-01-01T00:00:00Z']);
  expect(at('2018-01', '2018-02', 'month')).toEqual(['2018-01-01T00:00:00Z', '2018-03-01T00:00:00Z']);
  expect(at('2018-12', '2018-12', 'month')).toEqual(['2018-12-01T00:00:00Z', '2019-01-01T00:00:00Z']);
  expect(at('2020-02-28', '2020-02-28', 'day')).toEqual(['2020-02-28T00:00:00Z', '2020-02-29T00:00:00Z']);
  expect(at('2018-06-11T13Z', '2018-06-11T13Z', 'hour')).toEqual(['2018-06-11T13:00:00Z', '2018-06-11T14:00:00Z']);
  expect(at('2018-06-11T13:20:00Z', '2018-06-11T13:20Z', 'minute')).toEqual(['2018-06-11T13:20:00Z', '2018-06-11T13:21:00Z']);
  expect(parseOccurred({ from: '1970-01-01T00:00:00.001Z', to: '1970-01-01T00:00:00.001000Z', precision: 'millisecond' })).toMatchObject({
    value: { starts: 1000, ends: 2000 },
  });
});

test('a day is the day at its zone, UTC if none is stated; the date line is 26 hours wide', () => {
  expect(at('2018-08-31+09:00', '2018-08-31+09:00', 'day')).toEqual(['2018-08-30T15:00:00Z', '2018-08-31T15:00:00Z']);
  expect(at('2018-08-31T00:00:00+09:00', '2018-08-31+09:00', 'day')).toEqual(['2018-08-30T15:00:00Z', '2018-08-31T15:00:00Z']);
  expect(at('2018-08-31+14:00', '2018-08-31-12:00', 'day')).toEqual(['2018-08-30T10:00:00Z', '2018-09-01T12:00:00Z']);
  expect(at('2018-08-31-12:00', '2018-08-31+14:00', 'day')).toBe('time.reversed /to');
});

test('one end may be unknown, not both', () => {
  expect(at(undefined, '2018', 'year')).toEqual([null, '2019-01-01T00:00:00Z']);
  expect(at('2018', undefined, 'year')).toEqual(['2018-01-01T00:00:00Z', null]);
  expect(at(undefined, undefined, 'year')).toBe('time.unbounded');
});

test.each([
  ['2018-02-30', '2018-02-30', 'day', 'time.invalid /from'],
  ['2018-02-28', '2018-02-30', 'day', 'time.invalid /to'],
  ['2018-06', '2018-06', 'day', 'time.coarser-than-precision /from'],
  ['2018-06-14', '2018-06-14', 'hour', 'time.coarser-than-precision /from'],
  ['2018-06-11T13:20:01Z', '2018-06-11T13:20:01Z', 'minute', 'time.finer-than-precision /from'],
  ['2018-06-11T13:20:00.000001Z', undefined, 'millisecond', 'time.finer-than-precision /from'],
  ['2018-06-14', '2018-06-14', 'month', 'time.finer-than-precision /from'],
  ['2018-06-14', '2018-06-13', 'day', 'time.reversed /to'],
  ['2018-06-11T13:20:60Z', undefined, 'second', 'time.leap-second /from'],
  ['1699', undefined, 'year', 'time.out-of-range /from'],
  [undefined, '2201', 'year', 'time.out-of-range /to'],
] as const)('from %s to %s by the %s is refused: %s', (from, to, precision, expected) => {
  expect(at(from, to, precision)).toBe(expected);
});

test('any instant cut to any precision lies in the unit that its text names, and the next unit begins where it ends', () => {
  const instant = fc.integer({ min: -8_000_000_000_000_000, max: 7_000_000_000_000_000 });
  fc.assert(
    fc.property(instant, fc.constantFrom(...PRECISIONS), (now, precision) => {
      const text = formatInstant(now, precision);
      const read = parseOccurred({ from: text, to: text, precision });
      if (!read.ok || read.value.ends === null) throw new Error(`${text} ${JSON.stringify(read)}`);
      expect(contains(read.value, now)).toBe(true);
      const next = formatInstant(read.value.ends, precision);
      expect(parseOccurred({ from: next, precision })).toMatchObject({ value: { starts: read.value.ends } });
      expect(next).not.toBe(text);
    }),
    { numRuns: 2000 },
  );
});

describe('spans against the instants that they hold', () => {
  const bound = fc.option(fc.integer({ min: 0, max: 7 }), { nil: null });
  const span = fc
    .tuple(bound, bound)
    .filter(([starts, ends]) => starts === null || ends === null || starts < ends)
    .map(([starts, ends]): Span => ({ starts, ends }));
  /** Beyond all bounds on both sides, so that an unknown bound is tried out too. */
  const instants = Array.from({ length: 12 }, (_, n) => n - 2);
  const held = ({ starts, ends }: Span) => instants.filter((n) => (starts === null || n >= starts) && (ends === null || n < ends));

  test('overlap, order and containment say what the instants say', () => {
    fc.assert(
      fc.property(span, span, (a, b) => {
        const shared = held(a).filter((n) => held(b).includes(n));
        expect(possiblyOverlaps(a, b)).toBe(shared.length > 0);
        expect(certainlyBefore(a, b)).toBe(held(a).every((n) => held(b).every((m) => n < m)));
        expect(contains(a, b)).toBe(held(b).every((n) => held(a).includes(n)));
        for (const n of instants) expect(contains(a, n)).toBe(held(a).includes(n));
      }),
      { numRuns: 2000 },
    );
  });
});

test('an unknown start comes first, undated last', () => {
  expect([orderBounds({ starts: null, ends: 5 }), orderBounds({ starts: 1, ends: null }), orderBounds(undefined)]).toEqual([
    [-Infinity, 5],
    [1, Infinity],
    [Infinity, Infinity],
  ]);
});

test('times are shown in the words of their author', () => {
  const shown = (document: OccurredText) => {
    const read = parseOccurred(document);
    return displayOccurred(read.ok ? read.value : undefined);
  };
  expect(shown({ from: '2018-08-31+09:00', to: '2018-08-31+09:00', precision: 'day' })).toBe('2018-08-31+09:00');
  expect(shown({ from: '2018-06-14', to: '2018-07-25', precision: 'day' })).toBe('2018-06-14 to 2018-07-25');
  expect(shown({ from: '2018', precision: 'year' })).toBe('since 2018');
  expect(shown({ to: '2018', precision: 'year' })).toBe('until 2018');
  expect(displayOccurred(undefined)).toBe('undated');
});
