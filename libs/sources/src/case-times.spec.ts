/** Times of a case line: no more than the author said, and no less. */
import { contains, type OccurredText, parseInstant, parseOccurred } from '#lib/domain';
import { type JsonObject, readSighting, type SightingDocument } from '#lib/contracts';
import { mapCaseLine } from './case-file.ts';

const line = (members: JsonObject): JsonObject => ({ id: 'x-1', kind: 'observation', source: { kind: 'ais' }, tlp: 'GREEN', ...members });
const map = (each: JsonObject): SightingDocument => {
  const mapped = mapCaseLine(each, { targetOf: () => undefined });
  if (!mapped.ok) throw new Error(JSON.stringify(mapped.faults));
  return mapped.document;
};

describe('a time of a case line', () => {
  it.each<[string, JsonObject, JsonObject]>([
    [
      'no time throughout that it widened itself',
      { from: '2018-08-10', to: '2018-09', extent: 'throughout' },
      { from: '2018-08', to: '2018-09', precision: 'month' },
    ],
    [
      'no time throughout whose precision the text does not reach',
      { from: '2018-08-10', to: '2018-09', precision: 'day', extent: 'throughout' },
      { from: '2018-08', to: '2018-09', precision: 'month' },
    ],
    [
      'a time within, however wide',
      { from: '2018-08-10', to: '2018-09', extent: 'within' },
      { from: '2018-08', to: '2018-09', precision: 'month', extent: 'within' },
    ],
    [
      'a time throughout as precise as its author says',
      { from: '2018-08-10T00:00:00Z', to: '2018-09-01T00:00:00Z', precision: 'day', extent: 'throughout' },
      { from: '2018-08-10', to: '2018-09-01', precision: 'day', extent: 'throughout' },
    ],
    [
      'a month in its own zone',
      { from: '2018-08-01T00:30:00+09:00', to: '2018-08-01T00:30:00+09:00', precision: 'month' },
      { from: '2018-08-01+09:00', to: '2018-08-31+09:00', precision: 'day' },
    ],
    [
      'a year in its own zone',
      { from: '2018-01-01T05:00:00-03:30', to: '2020', extent: 'throughout' },
      { from: '2018-01-01-03:30', to: '2020-12-31', precision: 'day' },
    ],
    ['the end of a month in its own zone', { to: '2020-02-01+09:00', precision: 'month' }, { to: '2020-02-29+09:00', precision: 'day' }],
    [
      'a time throughout to the microsecond at one end, with fewer decimals at the other',
      { from: '2018-08-15T10:00:00.123Z', to: '2018-08-15T10:00:01.123456Z', extent: 'throughout' },
      { from: '2018-08-15T10:00:00.123Z', to: '2018-08-15T10:00:01.123456Z', precision: 'microsecond', extent: 'throughout' },
    ],
    [
      'a time that its author says is told to the microsecond',
      { from: '2018-08-15T10:00:00.5Z', to: '2018-08-15T10:00:00.500Z', precision: 'microsecond', extent: 'throughout' },
      { from: '2018-08-15T10:00:00.5Z', to: '2018-08-15T10:00:00.500Z', precision: 'microsecond', extent: 'throughout' },
    ],
    [
      'to the second what has no decimals at one end',
      { from: '2018-08-15T10:00:00Z', to: '2018-08-15T10:00:01.123456Z', precision: 'microsecond' },
      { from: '2018-08-15T10:00:00Z', to: '2018-08-15T10:00:01Z', precision: 'second' },
    ],
    [
      'to the millisecond what its author says is told so',
      { from: '2018-08-15T10:00:00.123Z', to: '2018-08-15T10:00:01.123456Z', precision: 'millisecond', extent: 'throughout' },
      { from: '2018-08-15T10:00:00.123Z', to: '2018-08-15T10:00:01.123Z', precision: 'millisecond', extent: 'throughout' },
    ],
    ['a month of UTC', { from: '2018-08-01T00:30:00+00:00', precision: 'month' }, { from: '2018-08', precision: 'month' }],
  ])('tells %s', (_, occurred, document) => {
    const mapped = map(line({ occurred }));
    expect(mapped.occurred).toEqual(document);
    expect(map(line({ occurred: mapped.occurred as JsonObject })).occurred).toEqual(document);
  });

  it.each([
    ['2018-08-15T10:00:00.5Z', 'millisecond'],
    ['2018-08-15T10:00:00.500Z', 'millisecond'],
    ['2018-08-15T10:00:00.5000Z', 'microsecond'],
    ['2018-08-15T10:00:00.123456Z', 'microsecond'],
  ])('%s is told to the %s', (at, precision) => {
    const document = map(line({ occurred: at }));
    expect(document.occurred).toEqual({ from: at, to: at, precision });
    expect(readSighting(document, { agency: 'local', id: 'x-1', principal: 'operator' })).toMatchObject({ ok: true });
  });

  it.each([
    ['2019-03-22T09:10:00.1234567Z', '2019-03-22T09:10:00.123456Z'],
    ['2019-03-22T18:10:00.9999999999+09:00', '2019-03-22T18:10:00.999999+09:00'],
    ['2019-03-22T09:10:00.5Z', '2019-03-22T09:10:00.5Z'],
    ['2019-03-22t09:10:00z', '2019-03-22t09:10:00z'],
  ])('at which it was reported, %s, is cut to the microsecond and costs no line', (recordedAt, at) => {
    const document = map(line({ recordedAt }));
    expect(document.reported).toEqual({ at });
    expect(document.extension?.case).toMatchObject({ recordedAt });
    expect(readSighting(document, { agency: 'local', id: 'x-1', principal: 'operator' })).toMatchObject({ ok: true });
  });

  it.each(['2019-03-22', '2019-03-22T09:10Z', '2019-03'])('at which it was reported is not made up from %s', (recordedAt) => {
    const document = map(line({ recordedAt }));
    expect(document.reported).toEqual({ at: recordedAt });
    expect(readSighting(document, { agency: 'local', id: 'x-1', principal: 'operator' })).toMatchObject({
      ok: false,
      faults: [{ code: 'time.invalid', pointer: '/reported/at' }],
    });
  });

  it('has what a time in any zone says inside of what is made of it', () => {
    for (const at of ['2018-08-01T00:30:00+09:00', '2018-12-31T23:30:00-10:00', '2019-01-01T00:00:00+14:00', '2018-08-15T12:00:00Z'])
      for (const precision of ['year', 'month', 'day', 'hour'] as const) {
        const { occurred } = map(line({ occurred: { from: at, to: at, precision } }));
        const interval = parseOccurred(occurred as OccurredText);
        const instant = parseInstant(at);
        expect([at, precision, interval.ok && instant.ok && contains(interval.value, instant.value)]).toEqual([at, precision, true]);
      }
  });
});
