import { auditCsv, auditCsvHead, auditRowAt } from './audit-export.ts';
import type { AuditRow } from './audit-views.ts';
import type { Coordinates } from './coordinates-view.ts';

const AT: Coordinates = { asOf: { basis: 'log', logSize: 64 }, policy: 0 };
const row = (members: Partial<AuditRow> = {}): AuditRow => ({
  logIndex: 8,
  recorded: null,
  captured: '2026-11-24T02:10:00.000000Z',
  agency: 'local',
  principal: 'kim',
  action: 'observation',
  id: 'lux-1',
  items: [],
  evidence: [],
  contentHash: 'a'.repeat(64),
  batch: null,
  ...members,
});

/** Cells of one line as a spreadsheet reads them (RFC 4180). */
function cells(line: string): string[] {
  const read = [...line.trimEnd().matchAll(/(?:"((?:[^"]|"")*)"|([^,"]*))(?:,|$)/g)].map(
    ([, quoted, bare]) => quoted?.replaceAll('""', '"') ?? bare ?? '',
  );
  return read.slice(0, auditCsvHead().trimEnd().split(',').length);
}
const isFormula = (cell: string): boolean => /^\s*[=+\-@\t\r＝＋－＠]/u.test(cell);

describe('an audit as a file', () => {
  test('names the coordinates in each row', () => {
    expect(auditRowAt(row(), AT)).toMatchObject({ logIndex: 8, logSize: 64, policy: 0 });
    const names = auditCsvHead().trimEnd().split(',');
    expect(cells(auditCsv(row(), AT)).at(names.indexOf('log_size'))).toBe('64');
    expect(cells(auditCsv(row(), AT))).toHaveLength(names.length);
  });

  test.each(['=1+1', '+1', '-1', '@x', '\tx', '\rx', ' =1', '＝1', '=cmd|"/c calc"!A1', '"=1"'])(
    'no cell that begins as %j is a formula to a spreadsheet, and its text is kept',
    (text) => {
      for (const line of [auditCsv(row({ principal: text }), AT), auditCsv(row({ id: text, items: [text] }), AT)]) {
        const read = cells(line);
        expect(read.filter(isFormula)).toEqual([]);
        expect(read.some((cell) => cell === text || cell === `'${text}`)).toBe(true);
      }
    },
  );

  test('control: the same cell without its mark is seen as a formula', () => {
    expect(isFormula('=1+1')).toBe(true);
    expect(cells('a,"=1,""x""",b\r\n').filter(isFormula)).toEqual(['=1,"x"']);
  });

  test('a batch is one line with its counts', () => {
    const counts = { lines: 9, accepted: 5, duplicates: 3, rejected: 1 };
    const line = auditCsv(row({ action: 'batch', import: { batch: 'import-1', mapping: 'custody-case/1', members: 5, counts } }), AT);
    const names = auditCsvHead().trimEnd().split(',');
    expect(['lines', 'accepted', 'duplicates', 'rejected'].map((name) => cells(line)[names.indexOf(name)])).toEqual(['9', '5', '3', '1']);
  });
});
