import { CommandError, EXIT } from '../exit-codes.ts';
import { checkSameLedger, readExpected, rebuildReport, reportText, type Expected } from './rebuild-report.ts';

const [A, B, C] = ['a', 'b', 'c'].map((letter) => letter.repeat(64)) as [string, string, string];
const table = (sha256: string) => [{ table: 'timeline' as const, rows: 1_234, sha256 }];
const found = { log: 'log', entries: 1_000, before: table(A), after: table(A), timelines: { items: 7, logSize: 1_000, sha256: B } };
const expected = (timelines: string): Expected => ({
  log: 'log',
  entries: 1_000,
  derived: [
    { name: 'timeline', after: A },
    { name: 'timelines', after: timelines },
  ],
});
const faultOf = (work: () => unknown): unknown => {
  try {
    work();
  } catch (error) {
    return error instanceof CommandError ? [error.exitCode, error.code] : error;
  }
  return 'no fault';
};

describe('the report of a rebuild', () => {
  it('prints the digest of folded timelines, and calls nothing equal that was compared with nothing', () => {
    const report = rebuildReport({ ...found, expected: null });
    expect(report.equal).toBe(true);
    expect(reportText(report).split('\n')).toEqual([
      `equal   timeline        1 234 rows  ${A}`,
      `folded  timelines       7 items  ${B}`,
      '1 000 entries folded again: every derived table is what it was.',
    ]);
  });

  it('says what another version made of the same ledger where it differs', () => {
    expect(reportText(rebuildReport({ ...found, expected: expected(B) }))).toContain(`equal   timelines       7 items  ${B}\n`);
    expect(reportText(rebuildReport({ ...found, expected: expected(B) }))).toMatch(/All as expected\.$/);
    const other = rebuildReport({ ...found, expected: expected(C) });
    expect(other.equal).toBe(false);
    expect(reportText(other).split('\n').slice(1)).toEqual([
      `DIFFER  timelines       7 items  ${C} -> ${B}`,
      '1 000 entries folded again: every derived table is what it was.',
      'Not as expected: timelines. This version makes something else of the same ledger.',
    ]);
  });

  it('tells a stored table that did not follow from the ledger apart from another version', () => {
    const report = rebuildReport({ ...found, before: table(C), expected: expected(B) });
    expect(report.equal).toBe(false);
    expect(reportText(report).split('\n')).toEqual([
      `DIFFER  timeline        1 234 rows  ${C} -> ${A}`,
      `equal   timelines       7 items  ${B}`,
      '1 000 entries folded again, and derived tables DIFFER: what was there did not follow from the ledger by this version.',
      'All as expected.',
    ]);
  });
});

describe('a digest to compare with', () => {
  it('is what an earlier run printed', () => {
    const report = rebuildReport({ ...found, expected: null });
    expect(readExpected(JSON.stringify(report), 'x')).toEqual(report);
  });

  it.each(['', 'equal  timeline', 'null', '[]', '{}', '{"log":"x","entries":1,"derived":[]}', '{"log":"x","entries":1,"derived":[null]}'])(
    'is not %s: rebuild.not-a-digest',
    (text) => {
      expect(faultOf(() => readExpected(text, 'x'))).toEqual([EXIT.usage, 'rebuild.not-a-digest']);
    },
  );

  it('of another ledger, or of another size of this one, compares with nothing: rebuild.other-ledger', () => {
    expect(() => checkSameLedger(expected(B), 'log', 1_000)).not.toThrow();
    for (const [log, entries] of [
      ['other', 1_000],
      ['log', 1_001],
    ] as const)
      expect(faultOf(() => checkSameLedger(expected(B), log, entries))).toEqual([EXIT.conflict, 'rebuild.other-ledger']);
  });
});
