/** The audit of writes at 300,000 entries: whatever is asked for, no statement reads a table from end to end. */
import { testDatabase, type TestDatabase } from '../../test-database.ts';
import type { Statement, StorePool } from '../index.ts';
import { AUDIT_EVENTS, auditPage, auditStatement, BATCHES_OF, type AuditQuestion } from './audit-page.ts';

const ROWS = 300_000;
const EVERYTHING = Number.MAX_SAFE_INTEGER;
/** A machine under load fills a million rows slowly. */
const FILLED_WITHIN_MS = 600_000;
const TABLES = 'entries|content|timeline|audit|audit_evidence|batch_members';

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

const questionOf = (more: Partial<AuditQuestion>): AuditQuestion => ({ groups: [1, 2], from: 0, before: ROWS, ...more });
const literal = (value: unknown): unknown =>
  Array.isArray(value) ? `{${value.join(',')}}` : Buffer.isBuffer(value) ? `\\x${value.toString('hex')}` : value;

const cases: [Statement, readonly unknown[]][] = [
  [AUDIT_EVENTS, ['{7,8}', '{1,2}', EVERYTHING]],
  [BATCHES_OF, ['{local,local}', '{e7,e8}', '{1,2}', EVERYTHING]],
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
      `ledger.entries select n, 'local', 'e' || n, sha256(n::text::bytea), sha256(n::text::bytea)`,
      `ledger.content select n, 'p' || n % 7, n, sha256(n::text::bytea), sha256(n::text::bytea)`,
      `ledger.timeline select 'item ' || n % 1000, 1 + n % 3, n, n, 'local', 'e' || n, n, n % 5, sha256(n::text::bytea)`,
      `ledger.audit select 1 + n % 3, n % 5, 'local', 'p' || n % 7, n`,
      `ledger.audit_evidence select 1 + n % 3, sha256((n % 5000)::text::bytea), n`,
      `ledger.batch_members select 1 + n % 3, 'local', 'import-' || n % 100, 'e' || n, n`,
    ])
      await pool.query(`insert into ${insert} ${each}`);
  }, FILLED_WITHIN_MS);
  afterAll(async () => database?.drop(), 60_000);

  async function plan({ text }: Statement, values: readonly unknown[], mode: string): Promise<string> {
    const client = await pool.connect();
    try {
      await client.query(`set plan_cache_mode = ${mode}`);
      await client.query(`prepare asked as ${text}`);
      const literals = values.map((value) => (typeof value === 'number' ? String(value) : `'${String(value)}'`)).join(', ');
      const { rows } = await client.query<{ 'QUERY PLAN': string }>(`explain execute asked${values.length === 0 ? '' : `(${literals})`}`);
      return rows.map((row) => row['QUERY PLAN']).join('\n');
    } finally {
      await client.query('deallocate all');
      client.release();
    }
  }

  describe.each(['before the first analyze', 'with statistics'])('%s', (statistics) => {
    beforeAll(async () => {
      if (statistics === 'with statistics') await pool.query('analyze');
    }, FILLED_WITHIN_MS);
    test.each(cases.map(([statement, values]) => ({ name: statement.name, statement, values })))('$name', async ({ statement, values }) => {
      for (const mode of ['force_custom_plan', 'force_generic_plan'])
        expect(await plan(statement, values, mode)).not.toMatch(new RegExp(`Seq Scan on (${TABLES})`));
    });
  });

  test('control: the check sees a scan where there is one', async () => {
    const text = 'select * from ledger.content where principal = $1::text';
    expect(await plan({ name: 'scan', text }, ['x'], 'force_custom_plan')).toMatch(new RegExp(`Seq Scan on (${TABLES})`));
  });

  test('a page of each question finds what is there', async () => {
    for (const more of AUDIT_QUESTIONS) {
      const { logIndexes } = await auditPage(pool, questionOf(more), 100);
      const isNone = more.evidence !== undefined;
      expect([JSON.stringify(more), logIndexes.length > 0]).toEqual([JSON.stringify(more), !isNone]);
      expect(logIndexes).toEqual([...logIndexes].sort((a, b) => b - a));
    }
  }, 120_000);
});
