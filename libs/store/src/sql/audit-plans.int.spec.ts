/** The audit of writes at 300,000 entries: whatever is asked for, no statement reads a table from end to end. */
import { testDatabase, type TestDatabase } from '../../test-database.ts';
import { ReaderContext, type Statement, type StorePool } from '../index.ts';
import { LISTS_NAMING } from './lists-naming.ts';
import { literal, PER_ROW, PLAN_MODES, planOf, unledScans } from './plan-of.contract.ts';
import { STREAM_PAGE, STREAM_PAGE_OF_ITEM } from './stream-page.ts';
import { AUDIT_EVENTS, auditPage, auditStatement, BATCHES_OF, type AuditQuestion } from './audit-page.ts';

const ROWS = 300_000;
const EVERYTHING = Number.MAX_SAFE_INTEGER;
/** A machine under load fills a million rows slowly. */
const FILLED_WITHIN_MS = 600_000;
const TABLES = 'entries|content|timeline|audit|evidence_refs|batch_members';

/** Every filter alone, and with others: each that can lead, and each that is looked up. */
const AUDIT_QUESTIONS: readonly Partial<AuditQuestion>[] = [
  {},
  { kind: 2 },
  { principal: 'p3' },
  { principal: 'p3', agency: 'local', kind: 2 },
  { item: 'item 7' },
  { item: 'item 7', kind: 2, principal: 'p3' },
  { evidence: '00'.repeat(32) },
  { evidence: '00'.repeat(32), item: 'item 7', principal: 'p3', agency: 'local', kind: 2, batch: { agency: 'local', name: 'import-7' } },
  { batch: { agency: 'local', name: 'import-7' } },
  { batch: { agency: 'local', name: 'import-7' }, kind: 2 },
];

const reader = { agency: 'local', principal: 'p9', breaksGlass: false, groups: [1, 2] };
const questionOf = (more: Partial<AuditQuestion>): AuditQuestion => ({ reader, from: 0, before: ROWS, ...more });
const STREAM_VALUES = ['{1,2}', 0, ROWS, 'local', 'p9', false, '{0,1,2,3,4}'];
const cases: [Statement, readonly unknown[]][] = [
  [STREAM_PAGE, STREAM_VALUES],
  [STREAM_PAGE_OF_ITEM, [...STREAM_VALUES, 'item 7']],
  [AUDIT_EVENTS, ['{7,8}', '{1,2}', EVERYTHING]],
  [BATCHES_OF, ['{local,local}', '{e7,e8}', '{1,2}', EVERYTHING, 'local', 'p9', false]],
  [LISTS_NAMING, ['{local,local}', '{e7,e8}', '{1,2}', EVERYTHING, 'local', 'p9', false]],
  ...AUDIT_QUESTIONS.map((more): [Statement, readonly unknown[]] => {
    const { statement, values } = auditStatement(questionOf(more));
    return [statement, values.map(literal)];
  }),
];

describe('the audit of writes walks indexes', () => {
  let database: TestDatabase | undefined;
  let pool: StorePool;
  beforeAll(async () => {
    database = await testDatabase();
    pool = database.pool('owner', { statementTimeoutMs: 0, max: 1 });
    const each = `from generate_series(0, ${ROWS - 1}) n`;
    for (const insert of [
      `ledger.entries select n, 'local', 'e' || n, sha256(n::text::bytea), sha256(n::text::bytea), array[1 + n % 3]`,
      `ledger.content select n, 'p' || n % 7, n, sha256(n::text::bytea), sha256(n::text::bytea), array[1 + n % 3]`,
      `ledger.timeline select 'item ' || n % 1000, 1 + n % 3, n, n, 'local', 'e' || n, n, n % 5, sha256(n::text::bytea)`,
      `ledger.audit select 1 + n % 3, n % 5, 'local', 'p' || n % 7, n`,
      `ledger.evidence_refs select sha256((n % 5000)::text::bytea), 1 + n % 3, n, n % 5`,
      `ledger.batch_members select 1 + n % 3, 'local', 'import-' || n % 100, 'e' || n, n`,
    ])
      await pool.query(`insert into ${insert} ${each}`);
  }, FILLED_WITHIN_MS);
  afterAll(async () => database?.drop(), 60_000);

  describe.each(['before the first analyze', 'with statistics'])('%s', (statistics) => {
    beforeAll(async () => {
      if (statistics === 'with statistics') await pool.query('analyze');
    }, FILLED_WITHIN_MS);
    test.each(cases.map(([statement, values]) => ({ name: statement.name, statement, values })))('$name', async ({ statement, values }) => {
      for (const mode of PLAN_MODES)
        for (const asReader of [false, true]) {
          const text = await planOf(pool, statement, values, mode, { asReader });
          expect(text).not.toMatch(new RegExp(`Seq Scan on (${TABLES})`));
          expect(text).not.toMatch(PER_ROW);
          // Of what it reads by an index nothing else decides which rows those are.
          expect(unledScans(text, TABLES)).toEqual([]);
        }
    });
  });

  test('a person of any agency is found by one probe for each, and what names others by one for each entry, also under policies', async () => {
    const { statement, values } = auditStatement(questionOf({ principal: 'p3' }));
    const text = await planOf(pool, statement, values.map(literal), 'force_generic_plan', { asReader: true, how: '(analyze, verbose)' });
    // Of what a recursion asks for each row a plan tells only once it was run.
    expect(text).toMatch(/Index Cond: .*\(\w+\.agency > f\.agency\)/);
    expect(text).toMatch(/using content_named on ledger\.content.*\n *Output: .*\n *Index Cond: \(c\.log_index = t\.log_index\)/);
  });

  test('control: the check sees a scan where there is one', async () => {
    const text = 'select * from ledger.content where principal = $1::text';
    expect(await planOf(pool, { text }, ['x'], 'force_custom_plan')).toMatch(new RegExp(`Seq Scan on (${TABLES})`));
  });

  test('a page of each question finds what is there', async () => {
    const asReader = (database as TestDatabase).pool('gateway').as(new ReaderContext('local', [1, 2]));
    for (const more of AUDIT_QUESTIONS) {
      const { logIndexes } = await auditPage(asReader, questionOf(more), 100);
      const isNone = more.evidence !== undefined;
      expect([JSON.stringify(more), logIndexes.length > 0]).toEqual([JSON.stringify(more), !isNone]);
      expect(logIndexes).toEqual([...logIndexes].sort((a, b) => b - a));
    }
  }, 120_000);
});
