import type { AuditFinding, AuditReport } from '#app/audit';
import { auditExit } from './audit.ts';
import { auditText } from './audit-report.ts';

const finding: AuditFinding = {
  code: 'audit.entry',
  table: 'ledger.entries',
  key: { log_index: 7 },
  logIndex: 7,
  expected: 'aa',
  actual: 'bb',
  detail: 'The entry 7 was altered.',
};

const report: AuditReport = {
  log: 'ledger.example/log',
  size: 1_234,
  sealed: 1_200,
  signed: 1_200,
  verdict: 'verified',
  first: null,
  counts: {},
  findings: [],
  checked: {
    entries: 1_230,
    notices: 4,
    tiles: 5,
    seals: 3,
    checkpoints: 3,
    items: 40,
    itemLeaves: 1_500,
    mapTiles: 90,
    events: 1_230,
    timelineRows: 1_600,
    reads: 70,
  },
  commitments: { count: 1_234, seconds: 0.5, cpuSeconds: 0.4 },
  content: { count: 1_230, seconds: 2, cpuSeconds: 1.5 },
  anchors: [],
  remarks: [],
};
const pin = { kind: 'pin', name: 'mine.txt', size: 900, witnesses: [] } as const;

describe('what an audit says', () => {
  it('is one sentence first, then what was checked at which rate, then what that does not show', () => {
    const text = auditText(report);
    expect(text).toMatch(
      /^Verified: the first 1 200 entries of ledger\.example\/log are what was signed, each of them\. The 34 after them/,
    );
    expect(text).toContain('2 468 entries/s');
    expect(text).toContain('615 events/s');
    expect(text).toContain('no head that was kept elsewhere');
    expect(text).toContain('wrote it all anew');
    expect(auditExit(report)).toBe(0);
  });

  it('does not warn of what a head that was kept elsewhere shows', () => {
    const text = auditText({ ...report, anchors: [{ ...pin, outcome: 'holds' }] });
    expect(text).toContain('the kept head of 900 entries in mine.txt: agrees');
    expect(text).not.toContain('wrote it all anew');
  });

  it('names the row that stands first in the log, whatever was found before it', () => {
    const later = { ...finding, code: 'audit.tile', key: { level: 0, n: 3 }, logIndex: 800, detail: 'Later.' } as const;
    const counts = { 'audit.tile': 1, 'audit.entry': 1 };
    const altered: AuditReport = { ...report, verdict: 'altered', first: finding, findings: [later, finding], counts };
    const text = auditText(altered);
    expect(text).toMatch(/^NOT what was recorded: The entry 7 was altered\. \(2 findings in all\)/);
    expect(text).toMatch(/audit\.entry {2}ledger\.entries log_index=7\n {4}The entry 7 was altered\.\n {4}expected aa, found bb/);
    expect(text.indexOf('log_index=7')).toBeLessThan(text.indexOf('level=0'));
    expect(text).not.toContain('This does not show');
    expect(auditExit(altered)).toBe(10);
  });

  it('never draws "could not check" as a fault, nor as a success', () => {
    const unchecked: AuditReport = { ...report, verdict: 'unchecked', signed: 0 };
    expect(auditText(unchecked)).toMatch(/^Could not be checked: no checkpoint of .* opens .*Nothing is known to be wrong\./);
    expect(auditText({ ...unchecked, sealed: 0 })).toContain('is sealed');
    const unsigned = auditText({ ...unchecked, signed: 900 });
    expect(unsigned).toMatch(/^Could not be checked to its end: the first 900 entries .* no signed head stands for the 300 that/);
    expect(unsigned).not.toMatch(/^Verified/);
    expect(auditExit(unchecked)).toBe(20);
  });

  it('tells who was not admitted apart from what was altered, and is green all the same', () => {
    const detail = 'kr-customs/kim\u001b[2J, of whom 2 events are said to be, was not admitted.';
    const text = auditText({ ...report, remarks: [{ code: 'audit.not-admitted', logIndex: 85, count: 2, detail }] });
    expect(text).toMatch(/^Verified: /);
    expect(text).toContain(
      'To be looked into; no row is known to be altered by it:\naudit.not-admitted  from log_index=85 on\n    kr-customs/kim',
    );
    expect(text).toContain('publisher elsewhere');
    expect(text).not.toContain('\u001b');
  });

  it('never says that whoever is named submitted it', () => {
    expect(auditText(report)).toContain('that whoever an entry names submitted it');
  });

  it('shows no control characters of what somebody wrote into a row', () => {
    const hostile = { ...finding, key: { item: 'vin:\u001b[2J' }, detail: 'a\nb' };
    const text = auditText({ ...report, verdict: 'altered', first: hostile, findings: [hostile], counts: { 'audit.entry': 1 } });
    expect(text).not.toContain('\u001b');
    expect(text).toContain('a ⏎ b');
  });
});
