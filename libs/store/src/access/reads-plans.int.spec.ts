/** Who read what at 300,000 records: whatever is asked for, no statement reads a table from end to end, and the policies are asked once. */
import { testDatabase, type TestDatabase } from '../../test-database.ts';
import { ReaderContext, type Statement, type StorePool } from '../index.ts';
import { literal, PER_ROW, PLAN_MODES, planOf, unledScans } from '../sql/plan-of.contract.ts';
import { NAMED_EVENTS, READ_TIMES, READS_AT, readsPage, readsStatement, SEALED_READS, type ReadsQuestion } from './reads-page.ts';

const ROWS = 300_000;
const EVERYTHING = Number.MAX_SAFE_INTEGER;
/** A machine under load fills some hundred thousand rows slowly. */
const FILLED_WITHIN_MS = 600_000;
const TABLES = 'reads|entries|content|seals';

const QUESTIONS: readonly Partial<ReadsQuestion>[] = [
  {},
  { principal: 'p3' },
  { agency: 'a1' },
  { agency: 'a1', principal: 'p3' },
  { item: 'item 7' },
  { evidence: '00'.repeat(32) },
  { agency: 'a1', principal: 'p3', item: 'item 7', evidence: '00'.repeat(32) },
];
const questionOf = (more: Partial<ReadsQuestion>): ReadsQuestion => ({ tenant: 'a1', from: 0, before: ROWS, ...more });

const cases: readonly [Statement, readonly unknown[]][] = [
  ...QUESTIONS.map((more): [Statement, readonly unknown[]] => {
    const { statement, values } = readsStatement(questionOf(more));
    return [statement, values.map(literal)];
  }),
  [READS_AT, ['{7,8}', 'a1', EVERYTHING]],
  [READ_TIMES, ['{7,8}', EVERYTHING, EVERYTHING]],
  [SEALED_READS, [EVERYTHING, EVERYTHING]],
  [NAMED_EVENTS, ['{local,local}', '{e7,e8}', 'a1', 'p9', false]],
];

describe('the audit of reads walks indexes', () => {
  let database: TestDatabase | undefined;
  let pool: StorePool;
  beforeAll(async () => {
    database = await testDatabase();
    pool = database.pool('owner', { statementTimeoutMs: 0, max: 1 });
    const hash = 'sha256(n::text::bytea)';
    for (const insert of [
      `access.reads select n, 'a' || n % 3, 'a' || n % 5, 'p' || n % 7, array['item ' || n % 1000], '{}', ${hash}, ${hash}, '{}'`,
      `ledger.entries select n, 'local', 'e' || n, ${hash}, ${hash}, array[1 + n % 3]`,
      `ledger.content select n, 'p' || n % 7, n, ${hash}, ${hash}, array[1 + n % 3]`,
      `proof.seals select n, n, n, ${hash}, 0, n, ${hash}`,
    ])
      await pool.query(`insert into ${insert} from generate_series(0, ${ROWS - 1}) n`);
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
          expect(unledScans(text, TABLES)).toEqual([]);
        }
    });
  });

  test('a page of each question finds what is there, and a reader of another agency nothing', async () => {
    for (const [agency, isTenant] of [
      ['a1', true],
      ['a2', false],
    ] as const)
      for (const more of QUESTIONS) {
        const asReader = (database as TestDatabase).pool('gateway').as(new ReaderContext(agency, []));
        const { numbers } = await readsPage(asReader, questionOf(more), 100);
        const isFound = isTenant && more.evidence === undefined;
        expect([agency, JSON.stringify(more), numbers.length > 0]).toEqual([agency, JSON.stringify(more), isFound]);
        expect(numbers).toEqual([...numbers].sort((a, b) => b - a));
      }
  }, 120_000);

  test('control: the check sees a scan where there is one, and a policy that is asked for each row', async () => {
    const text = 'select n from access.reads where bytes = $1::bytea';
    expect(await planOf(pool, { text }, ['\\x00'], 'force_custom_plan')).toMatch(new RegExp(`Seq Scan on (${TABLES})`));
    await pool.query('alter policy reader on access.reads using (tenant = ctx.agency())');
    try {
      const { statement, values } = readsStatement(questionOf({}));
      expect(await planOf(pool, statement, values.map(literal), 'force_custom_plan', { asReader: true })).toMatch(PER_ROW);
    } finally {
      await pool.query('alter policy reader on access.reads using (tenant = (select ctx.agency()))');
    }
  });
});
