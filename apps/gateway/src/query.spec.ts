import { LIMIT_DEFAULT, LIMIT_MAX, readLimit, readQuery } from './query.ts';

describe('query parameters', () => {
  it('are read by name', () => {
    expect(readQuery({ q: 'x' }, ['q', 'limit'])).toEqual({ q: 'x' });
    expect(readQuery(undefined, ['q'])).toEqual({});
  });

  it('that nobody knows are refused, because a misspelt filter would answer another question', () => {
    expect(() => readQuery({ asof: 'log:1' }, ['asOf'])).toThrow(expect.objectContaining({ code: 'query.unknown' }));
  });

  it('given twice are refused', () => {
    expect(() => readQuery({ q: ['a', 'b'] }, ['q'])).toThrow(expect.objectContaining({ code: 'query.invalid' }));
  });

  it('limit results to a whole number within bounds', () => {
    expect([readLimit(undefined), readLimit('1'), readLimit(String(LIMIT_MAX))]).toEqual([LIMIT_DEFAULT, 1, LIMIT_MAX]);
    for (const text of ['0', '-1', '1.5', '01', '', ' 1', String(LIMIT_MAX + 1), '1e2', '99999']) {
      expect(() => readLimit(text)).toThrow(expect.objectContaining({ code: 'query.invalid' }));
    }
  });
});
