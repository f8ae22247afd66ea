import { testDatabase, type TestDatabase } from '../../test-database.ts';
import type { Statement, StorePool } from '../index.ts';
import { REBUILD_BATCH } from '../rebuild.ts';
import { ITEM_ENTRIES } from '../seal/map-reads.ts';
import { LAST_SEAL_BY, RECORDED_TIMES, SEAL_COVERING } from '../seal/recorded.ts';
import { SEARCH_FRESH, SEARCH_FRESH_ALIASES } from '../search-rows.ts';
import { APPROVALS_OF } from './approvals-of.ts';
import { LEFT_TO_COPY, NEXT_TO_COPY } from './copy-dead-letter.ts';
import { LIST_DEAD_LETTERS } from './dead-letters.ts';
import { EVENT_CONFLICTS } from './event-conflicts.ts';
import { EVENTS_AT } from './events-at.ts';
import { EVENTS_BY_ID, EVENTS_BY_REF } from './events.ts';
import { EVIDENCE_ACTS_ON, EVIDENCE_CITED_BY, LIST_EVIDENCE, READABLE_EVIDENCE } from './evidence.ts';
import { EVENTS_FROM } from './events-from.ts';
import { ITEM_COUNT } from './item-count.ts';
import { FIRST_EVENTS, KNOWN_EVENTS, KNOWN_ITEMS } from './known-events.ts';
import { LIST_CONFLICTS } from './list-conflicts.ts';
import { RELATIONS_ABOUT } from './relations-about.ts';
import { SEARCH, STATED } from './search.ts';
import { REFUSED, SUBMITTED } from './submitted.ts';
import { TIMELINE_END } from './timeline-end.ts';
import { TIMELINE_PAGE } from './timeline-page.ts';
import { VISIBLE_EVENTS } from './visible-events.ts';

/** Rows of each big table: enough that a scan of one is never the cheaper plan. */
const ROWS = 120_000;
const EVERYTHING = Number.MAX_SAFE_INTEGER;

const HASH = `\\x${'ab'.repeat(32)}`;
const HASHES = `{"\\\\x${'ab'.repeat(32)}","\\\\x${'cd'.repeat(32)}"}`;
const refs = ['{local,local}', '{e7,e8}'];
/** Of readers: looked at as the gateway runs them, under policies, and without. */
const readers: [Statement, unknown[]][] = [
  [TIMELINE_PAGE, ['item 7', '{1,2}', EVERYTHING, 0, 0, '', '', 50, EVERYTHING, 'other', 'p', false]],
  [TIMELINE_END, ['item 7', '{1,2}', EVERYTHING, 9_000, 9_000, 'local', 'e9', 50, EVERYTHING, 'other', 'p', false]],
  [EVENTS_FROM, [ROWS - 10, '{1,2}', EVERYTHING, 50, EVERYTHING, 'other', 'p', false]],
  [ITEM_COUNT, ['item 7', '{1,2}', EVERYTHING]],
  [EVENTS_BY_REF, [...refs, '{1,2}', EVERYTHING, EVERYTHING]],
  [EVENTS_BY_ID, ['e7', '{1,2}']],
  [RELATIONS_ABOUT, [...refs, '{1,2}', EVERYTHING, 100, EVERYTHING]],
  [SEARCH, ['{key 7,key 8}', '{1,2}']],
  [STATED, ['{item 7,item 8}', '{name,mmsi}', '{a,b}', '{a,b}', '{1,2}', 'other', 'p', false]],
  [VISIBLE_EVENTS, ['{7,8}', '{1,2}', EVERYTHING]],
  [APPROVALS_OF, ['{7,8}']],
  [SUBMITTED, ['local', 'e7']],
  [REFUSED, ['local', 'e7', '\\x00']],
  [ITEM_ENTRIES, [1, 0, 10]],
  [EVENT_CONFLICTS, ['local', 'e7', 11, 'p', false]],
  [LIST_CONFLICTS, ['local', '', '\\x', 20, '{1,2}', 'p', false]],
  [READABLE_EVIDENCE, ['other', '{1,2}', 'p', false, HASHES]],
  [LIST_EVIDENCE, ['other', '{1,2}', 'p', false, '\\x', 20]],
  [EVIDENCE_ACTS_ON, [HASH, '{1,2}', EVERYTHING, 50, EVERYTHING, 'other', 'p', false]],
  [EVIDENCE_CITED_BY, [HASH, '{1,2}', EVERYTHING, 50, EVERYTHING, 'other', 'p', false]],
];
const cases: [Statement, unknown[]][] = [
  ...readers,
  [EVENTS_AT, ['{7,8}']],
  [FIRST_EVENTS, [...refs, 'local', 'p']],
  [KNOWN_EVENTS, refs],
  [KNOWN_ITEMS, [...refs, 'local', 'p']],
  [SEARCH_FRESH, ['{1,2}', '{item 7,item 8}', ROWS - 10]],
  [SEARCH_FRESH_ALIASES, ['{1,2}', '{a,b}']],
  [REBUILD_BATCH, [ROWS - 10, ROWS, 1_000_000]],
  [LIST_DEAD_LETTERS, [EVERYTHING, 20, 'local', true]],
  [NEXT_TO_COPY, [100]],
  [LEFT_TO_COPY, [1_000]],
  [RECORDED_TIMES, ['{7,8,9}', EVERYTHING, EVERYTHING]],
  [LAST_SEAL_BY, [7]],
  [SEAL_COVERING, [7]],
];

const SCAN = /Seq Scan on (entries|content|timeline|relations|search_keys|conflicts|dead_letters|seals|item_leaves|evidence_refs|uploads)/;
/** A policy's function in a row's filter; as a scalar subquery it stands there by the number of its plan. */
const PER_ROW = /(Filter|Cond):.*ctx\./;

describe('hot statements walk indexes', () => {
  let database: TestDatabase;
  let pool: StorePool;
  beforeAll(async () => {
    database = await testDatabase();
    pool = database.pool('owner', { statementTimeoutMs: 0, max: 1 });
    await pool.query(
      `insert into ledger.entries select n, 'local', 'e' || n, sha256(n::text::bytea), sha256(n::text::bytea), array[1 + n % 3] from generate_series(0, ${ROWS - 1}) n`,
    );
    await pool.query(
      `insert into ledger.content select n, 'operator', n, sha256(n::text::bytea), sha256(n::text::bytea), array[1 + n % 3] from generate_series(0, ${ROWS - 1}) n`,
    );
    await pool.query(
      `insert into ledger.timeline select 'item ' || n % 1000, 1 + n % 3, n, n, 'local', 'e' || n, n, 0, sha256(n::text::bytea) from generate_series(0, ${ROWS - 1}) n`,
    );
    await pool.query(`insert into ledger.relations select 'local', 'e' || n, 1, n + 1, 9 from generate_series(0, ${ROWS - 2}, 5) n`);
    await pool.query(
      `insert into ledger.search_keys select 1, 'key ' || n % 1000, 'item ' || n, '' from generate_series(0, ${ROWS - 1}) n`,
    );
    await pool.query(
      `insert into ledger.conflicts select 'local', 'e' || n, '\\x00', 'p', 0, '\\x00', 'c', 't', 't', 0, n from generate_series(0, 20000) n`,
    );
    await pool.query(
      `insert into ledger.dead_letters (cluster_id, topic_id, topic, partition, "offset", code, detail, headers, value, found, copied) select 'c', 't', 't', 0, n, 'x', '', '[]', '', 0, 0 from generate_series(0, 20000) n`,
    );
    await pool.query(`insert into proof.item_leaves select n % 1000, n / 1000, n, sha256('x') from generate_series(0, ${ROWS - 1}) n`);
    await pool.query(
      `insert into ledger.evidence_refs select sha256((n / 2)::text::bytea), 1 + n % 3, n, n % 16 from generate_series(0, ${ROWS - 1}) n`,
    );
    await pool.query(
      `insert into evidence.uploads select sha256((n / 2)::text::bytea), 'a' || n % 2, 'p', 0, 0, '', '' from generate_series(0, ${ROWS - 1}) n`,
    );
    await pool.query(`insert into proof.seals select 3 * n + 2, 3 * n + 2, n, sha256('x'), 0 from generate_series(0, ${ROWS - 1}) n`);
  }, 120_000);
  afterAll(() => database.drop());

  /** The plan as text, once with the values at hand and once as it is kept for any values. */
  async function plan(statement: Statement, values: readonly unknown[], mode: string, asReader = false): Promise<string> {
    const client = await pool.connect();
    try {
      if (asReader) await client.query('set role custody_gateway');
      await client.query(`set plan_cache_mode = ${mode}`);
      await client.query(`prepare ${statement.name} as ${statement.text}`);
      const literals = values.map((value) => `'${String(value)}'`).join(', ');
      const { rows } = await client.query<{ 'QUERY PLAN': string }>(`explain (costs off) execute ${statement.name} (${literals})`);
      return rows.map((row) => row['QUERY PLAN']).join('\n');
    } finally {
      await client.query('deallocate all; reset role');
      client.release();
    }
  }

  for (const statistics of ['before the first analyze', 'with statistics']) {
    describe(statistics, () => {
      beforeAll(async () => {
        if (statistics === 'with statistics') await pool.query('analyze');
      }, 120_000);
      test.each(cases.map(([statement, values]) => ({ name: statement.name, statement, values })))(
        '$name',
        async ({ statement, values }) => {
          for (const mode of ['force_custom_plan', 'force_generic_plan']) {
            expect(await plan(statement, values, mode)).not.toMatch(SCAN);
          }
        },
      );
      test.each(readers.map(([statement, values]) => ({ name: statement.name, statement, values })))(
        '$name under policies, which are asked once a statement',
        async ({ statement, values }) => {
          for (const mode of ['force_custom_plan', 'force_generic_plan']) {
            const text = await plan(statement, values, mode, true);
            expect(text).not.toMatch(SCAN);
            expect(text).not.toMatch(PER_ROW);
            // Of what it reads by an index nothing else decides which rows those are.
            expect(
              [
                ...text.matchAll(
                  /(entries|content|timeline|relations|search_keys|conflicts|dead_letters|evidence_refs|uploads)\b.*\n(?! *Index Cond)/g,
                ),
              ].filter(([line]) => /Scan/.test(line ?? '')),
            ).toEqual([]);
          }
        },
      );
    });
  }

  test('a page of a timeline is planned once, and not for each page', async () => {
    // The first page, of one group: of what a plan for any values knows nothing.
    const early = '-9223372036854775808';
    const values = ['item 7', '{1}', EVERYTHING, early, early, '', '', 50, EVERYTHING, 'other', 'p', false];
    const statement = TIMELINE_PAGE;
    const client = await pool.connect();
    try {
      await client.query('set role custody_gateway; set plan_cache_mode = auto');
      await client.query(`prepare ${statement.name} as ${statement.text}`);
      const literals = values.map((value) => `'${String(value)}'`).join(', ');
      for (let n = 0; n < 8; n++) await client.query(`execute ${statement.name} (${literals})`);
      // The first five are tries.
      const { rows } = await client.query('select generic_plans as kept, custom_plans as anew from pg_prepared_statements');
      expect(rows).toEqual([{ kept: 3, anew: 5 }]);
    } finally {
      await client.query('deallocate all; reset role');
      client.release();
    }
  });

  test('the check sees a scan where there is one', async () => {
    const scan = { name: 'scan', text: `select * from ledger.timeline where map_key = $1::bytea` };
    expect(await plan(scan, ['\\x00'], 'force_custom_plan')).toMatch(/Seq Scan on timeline/);
  });

  test('the check sees a policy that is asked for each row', async () => {
    await pool.query('alter policy reader on ledger.timeline using (grp = any (ctx.groups()))');
    try {
      const [statement, values] = readers[0] as [Statement, unknown[]];
      expect(await plan(statement, values, 'force_generic_plan', true)).toMatch(PER_ROW);
    } finally {
      await pool.query('alter policy reader on ledger.timeline using (grp = any ((select ctx.groups())::integer[]))');
    }
  });
});
