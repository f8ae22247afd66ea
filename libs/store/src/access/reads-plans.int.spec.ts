/** Who read what at 300,000 records: whatever is asked for, no statement reads a table from end to end, and the policies are asked once. */
import { testDatabase, type TestDatabase } from '../../test-database.ts';
import { ReaderContext, type Statement, type StorePool } from '../index.ts';
import { literal, PER_ROW, PLAN_MODES, planOf, unledScans } from '../sql/plan-of.contract.ts';
import {
  READ_TIMES,
  READS_AT,
  readsPage,
  readsStatement,
  SEALED_READS,
  SHOWN_EVENTS,
  SHOWN_ITEMS,
  type ReadsQuestion,
} from './reads-page.ts';

const ROWS = 300_000;
/** Of the head: some 200 are in one page. */
const VERSIONS = 10_000;
const PROBES_MAX = 30;
const EVERYTHING = Number.MAX_SAFE_INTEGER;
/** A machine under load fills some hundred thousand rows slowly. */
const FILLED_WITHIN_MS = 600_000;
const TABLES = 'reads|entries|content|seals|timeline|dead_letters';

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
    const { statement, values } = readsStatement(questionOf(more), 100);
    return [statement, values.map(literal)];
  }),
  [READS_AT, ['{7,8}', 'a1', EVERYTHING]],
  [READ_TIMES, ['{7,8}', EVERYTHING, EVERYTHING]],
  [SEALED_READS, [EVERYTHING, EVERYTHING]],
  [SHOWN_EVENTS, ['{local,local}', '{e7,e8}', 'a1', 'p9', false]],
  [SHOWN_ITEMS, ['{"item 7","item 8"}', '{1,2}']],
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
      `ledger.timeline select 'item ' || n % 1000, 1 + n % 3, n, n, 'local', 'e' || n, n, 0, ${hash}`,
      `ledger.dead_letters (cluster_id, topic_id, topic, partition, "offset", code, detail, headers, value, found, agency, id)
        select 'c', 't', 't', 0, n, 'record.data', '', '', 'x', n, 'a' || n % 3, 'dead' || n`,
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
        const numbers = await readsPage(asReader, questionOf(more), 100);
        const isFound = isTenant && more.evidence === undefined;
        expect([agency, JSON.stringify(more), numbers.length > 0]).toEqual([agency, JSON.stringify(more), isFound]);
        expect(numbers).toEqual([...numbers].sort((a, b) => b - a));
      }
  }, 120_000);

  test(
    'an append finds the head at once, however many versions of it a snapshot that lasts keeps',
    async () => {
      const looker = (database as TestDatabase).pool('owner', { statementTimeoutMs: 0, max: 1 });
      const hits = async (asked: string): Promise<number> => {
        const { rows } = await pool.query<{ 'QUERY PLAN': string }>(`explain (analyze, buffers) ${asked}`);
        return Number(/shared hit=(\d+)/.exec(rows.map((row) => row['QUERY PLAN']).join('\n'))?.[1] ?? 0);
      };
      await pool.query('set synchronous_commit = off');
      try {
        await looker.transaction(async (client) => {
          await client.query('set transaction isolation level repeatable read, read only');
          await client.query('select size from access.head');
          await pool.query(`do $$ begin for i in 1..${VERSIONS} loop perform access.take(1); commit; end loop; end $$`);
          expect(await hits('select access.take(1)')).toBeLessThan(PROBES_MAX);
          // Control: they are there, and a scan walks them.
          expect(await hits('select size from access.head where one')).toBeGreaterThan(PROBES_MAX);
          expect((await client.query<{ size: number }>('select size from access.head')).rows).toEqual([{ size: 0 }]);
        });
        expect((await pool.query('select size from access.head')).rows).toEqual([{ size: VERSIONS + 1 }]);
      } finally {
        await pool.query('reset synchronous_commit');
      }
    },
    FILLED_WITHIN_MS,
  );

  test('control: the check sees a scan where there is one, and a policy that is asked for each row', async () => {
    const text = 'select n from access.reads where bytes = $1::bytea';
    expect(await planOf(pool, { text }, ['\\x00'], 'force_custom_plan')).toMatch(new RegExp(`Seq Scan on (${TABLES})`));
    await pool.query('alter policy reader on access.reads using (tenant = ctx.agency())');
    try {
      const { statement, values } = readsStatement(questionOf({}), 100);
      expect(await planOf(pool, statement, values.map(literal), 'force_custom_plan', { asReader: true })).toMatch(PER_ROW);
    } finally {
      await pool.query('alter policy reader on access.reads using (tenant = (select ctx.agency()))');
    }
  });
});
