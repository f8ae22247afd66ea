import { CommandError, EXIT } from '../exit-codes.ts';
import { checkSameLedger, readExpected, rebuildReport, reportText, type Expected } from './rebuild-report.ts';

const [A, B, C] = ['a', 'b', 'c'].map((letter) => letter.repeat(64)) as [string, string, string];
const table = (sha256: string) => [{ table: 'timeline' as const, rows: 1_234, sha256 }];
const rules = { cases: 57, sha256: C, released: C, differing: [] as string[] };
const found = { log: 'log', entries: 1_000, before: table(A), after: table(A), timelines: { items: 7, logSize: 1_000, sha256: B }, rules };
const text = (given: Partial<typeof found>, other: Expected | null = null): string =>
  reportText(rebuildReport({ ...found, ...given, expected: other }), other);
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
  it('prints the digests of a table before and after, the one of folded timelines, and calls nothing equal that was compared with nothing', () => {
    expect(rebuildReport({ ...found, expected: null }).equal).toBe(true);
    expect(text({}).split('\n')).toEqual([
      `equal   timeline        1 234 rows  ${A} -> ${A}`,
      `folded  timelines       7 items  ${B}`,
      `equal   rules           57 cases  ${C}`,
      '1 000 entries folded again: every derived table is what it was.',
    ]);
  });

  it('says what another version made of the same ledger where it differs, and whether its rules were others', () => {
    expect(text({}, expected(B))).toContain(`equal   timelines       7 items  ${B}\n`);
    expect(text({}, expected(B))).toMatch(/All as expected\.$/);
    expect(rebuildReport({ ...found, expected: expected(C) }).equal).toBe(false);
    const said = (other: Expected): string[] => text({}, other).split('\n').slice(1);
    expect(said(expected(C))).toEqual([
      `DIFFER  timelines       7 items  ${B}, expected ${C}`,
      `equal   rules           57 cases  ${C}`,
      '1 000 entries folded again: every derived table is what it was.',
      'Not as expected: timelines. This version makes something else of the same ledger.',
    ]);
    expect(said({ ...expected(C), rules: { sha256: A } }).at(-1)).toContain('folds by other rules: see the change log');
    expect(said({ ...expected(C), rules: { sha256: C } }).at(-1)).toContain('its rules explain nothing');
  });

  it('is red by itself where the rules are not those of the release, names the cases, and says what to do', () => {
    const other = { ...rules, sha256: A, differing: ['retractionPrevails', 'two retractions of one sighting'] };
    expect(rebuildReport({ ...found, rules: other, expected: null }).equal).toBe(false);
    expect(text({ rules: other }).split('\n').slice(2)).toEqual([
      `DIFFER  rules           57 cases  ${C} -> ${A}`,
      '1 000 entries folded again: every derived table is what it was.',
      'The RULES of this program are not those that its version was released with: 2 of 57 built-in cases come out otherwise: retractionPrevails; two retractions of one sighting.',
      'What this program shows of an item may be wrong; what is stored is not changed by it. Install this version anew (a fresh copy, npm ci), then verify again.',
    ]);
  });

  it('tells a stored table that did not follow from the ledger apart from another version', () => {
    expect(rebuildReport({ ...found, before: table(C), expected: expected(B) }).equal).toBe(false);
    expect(text({ before: table(C) }, expected(B)).split('\n')).toEqual([
      `DIFFER  timeline        1 234 rows  ${C} -> ${A}`,
      `equal   timelines       7 items  ${B}`,
      `equal   rules           57 cases  ${C}`,
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
