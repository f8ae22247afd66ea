import { readAuditQuery } from './audit-query.ts';

const read = (text: string): unknown => {
  const result = readAuditQuery(text, 'local');
  return result.ok ? result.query : result.fault;
};
const fault = (text: string): [number | undefined, string | undefined] => {
  const result = readAuditQuery(text, 'local');
  return result.ok ? [undefined, undefined] : [result.fault.offset, result.fault.expected];
};

describe('the filters of an audit', () => {
  test('are read each by its own rule, in any order', () => {
    expect(read('')).toEqual({});
    expect(read(' actor:kim  action:correction ')).toEqual({ principal: 'kim', kind: 'correction' });
    expect(read('actor:customs/kim')).toEqual({ agency: 'customs', principal: 'kim' });
    expect(read('item:"container:SYNU 000001 4"')).toEqual({ item: 'container:SYNU0000014' });
    expect(read(`evidence:${'AB'.repeat(32)}`)).toEqual({ evidence: 'ab'.repeat(32) });
    expect(read('batch:import-1')).toEqual({ batch: { agency: 'local', id: 'import-1' } });
    expect(read('action:read actor:kim')).toEqual({ reads: true, principal: 'kim' });
    expect(read('batch:customs/import-1')).toEqual({ batch: { agency: 'customs', id: 'import-1' } });
  });

  test('a bare date is the whole of its day: since its beginning, until its end', () => {
    const day = Date.UTC(2026, 0, 1) * 1000;
    expect(read('since:2026-01-01 until:2026-01-01')).toEqual({ since: day, until: day + 86_400_000_000 - 1 });
    expect(read('since:2026-01-01T08:30:00Z')).toEqual({ since: day + 8.5 * 3_600_000_000 });
  });

  test.each([
    ['who:kim', 0, 'actor, action'],
    ['actor:kim actor:lee', 10, 'each filter once'],
    ['actor:kim  lee', 11, 'name:value'],
    ['actor:"kim', 0, 'name:value'],
    ['actor:kim"x"', 0, 'name:value'],
    ['actor:', 0, 'name:value'],
    ['actor:Big/kim', 0, 'principal or'],
    ['actor:a/', 0, 'principal or'],
    ['action:delete', 0, 'observation, '],
    ['item:nonsense', 0, 'scheme:value'],
    ['evidence:abc', 0, 'a SHA-256'],
    ['batch:a/b/c', 0, 'the name of an import'],
    ['since:yesterday', 0, 'a date'],
    ['until:2026-01-01T08:30', 0, 'a date'],
    ['actor:kim since:2026-02-01 until:2026-01-01', 0, 'since before until'],
    ['x'.repeat(2_001), 2_000, 'fewer'],
  ])('%s is refused at its place, with what would be a filter', (text, at, expected) => {
    const [offset, said] = fault(text);
    expect([offset, said?.startsWith(expected)]).toEqual([at, true]);
    expect(read(text)).toMatchObject({ code: 'audit.filter', parameter: 'q' });
  });
});
