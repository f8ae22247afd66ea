import { parseInstant } from '#lib/domain';
import { DomainError } from '#lib/runtime';
import { parseAsOf } from './coordinates.ts';

const micros = (text: string): number => {
  const instant = parseInstant(text);
  if (!instant.ok) throw new Error(instant.detail);
  return instant.value as number;
};
const codeOf = (text: string, present = 62): string => {
  try {
    parseAsOf(text, present);
    return 'taken';
  } catch (error) {
    if (error instanceof DomainError) return error.code;
    throw error;
  }
};

describe('asOf', () => {
  it('absent means the log as it is now', () => {
    expect(parseAsOf(undefined, 62)).toEqual({ basis: 'log', logSize: 62, now: true });
  });

  it('of a log size means the entries below it, and none that are not there yet', () => {
    expect(parseAsOf('log:0', 62)).toEqual({ basis: 'log', logSize: 0 });
    expect(parseAsOf('log:62', 62)).toEqual({ basis: 'log', logSize: 62 });
    expect(codeOf('log:63')).toBe('asof.ahead');
  });

  it('of a reported time includes that time; a date alone is the end of its UTC day', () => {
    expect(parseAsOf('reported:2019-05-09T12:59:59Z', 62)).toMatchObject({
      basis: 'reported',
      logSize: 62,
      until: micros('2019-05-09T12:59:59Z'),
    });
    const day = parseAsOf('reported:2019-05-09', 62);
    if (day.basis !== 'reported') throw new Error(day.basis);
    expect(day.until).toBeGreaterThanOrEqual(micros('2019-05-09T23:59:59.999999Z'));
    expect(day.until).toBeLessThan(micros('2019-05-10T00:00:00.000001Z'));
    expect(day.text).toBe('2019-05-09');
  });

  it.each(['2019-05-01', '2019', '2019-05', '2019-05-01T00:00:00Z'])('of %s means recorded time, which no seal has set', (text) => {
    expect(codeOf(text)).toBe('asof.not-sealed');
  });

  it.each([
    '',
    'now',
    'log:',
    'log:-1',
    'log:01',
    'log:1e3',
    'log:99999999999999999',
    'reported:',
    'reported:yesterday',
    'reported:2019-02-30',
    'reported:2019-05-09T12:00',
    'LOG:1',
  ])('of "%s" means nothing', (text) => {
    expect(codeOf(text)).toBe('asof.malformed');
  });
});
