/**
 * Every statement of the store at 300,000 rows in each table, as each role runs it that may: under the policies that are for that role, with the
 * values at hand and as it is kept for any. None reads a table from end to end; nor do the functions of the database that they call.
 */
import { testDatabase, type TestDatabase } from '../../test-database.ts';
import type { StorePool } from '../index.ts';
import { ROLES, type Role } from '../roles.ts';
import {
  BUILT,
  catalogue,
  constantsRunIn,
  exportedStatements,
  leftOver,
  namesIn,
  storeSources,
  unnamedIn,
  type Catalogued,
} from './catalogue.contract.ts';
import { FunctionPlans } from './function-plans.contract.ts';
import { PER_ROW, PLAN_MODES, plansAs, unledScans } from './plan-of.contract.ts';
import { BIG_TABLES, bigTables, FILLED_WITHIN_MS, fillLedger, ROWS, type Table } from './plan-ledger.contract.ts';
import { TIMELINE_PAGE } from './timeline-page.ts';

const PLANNED_WITHIN_MS = 60_000;
const EVERYTHING = Number.MAX_SAFE_INTEGER;
/** Of readers: row by row the database shows them what is theirs. */
const READERS: readonly Role[] = ['gateway', 'evidence'];
/** Of people: what they ask for is led by an index, whatever stands in the tables. */
const ASKED: readonly Role[] = [...READERS, 'capture', 'access'];
const SCAN = new RegExp(`Seq Scan on (${BIG_TABLES.join('|')})\\b`);

/** Statements that read a table from end to end, and why they may. One that does not any more is taken off. */
const WHOLE: Readonly<Record<string, string>> = {
  entry_count: 'counts all entries, which no index tells: for the owner alone, who compares two ledgers with the server stopped',
};

const statements = await catalogue();
const planned = statements.map((each) => ({ name: each.statement.name, each }));

describe('the catalogue of statements', () => {
  it('has every statement whose name stands in the store, each name once', async () => {
    const names = statements.map(({ statement }) => statement.name);
    expect(names.filter((name, n) => names.indexOf(name) !== n)).toEqual([]);
    const missing = [...storeSources()].flatMap(([path, source]) =>
      namesIn(source).flatMap((name) => {
        const begins = name.split('${')[0] ?? '';
        return (name === begins ? names.includes(name) : BUILT[begins] !== undefined) ? [] : [`${path}: ${name}`];
      }),
    );
    expect(missing).toEqual([]);
    expect(leftOver(statements)).toEqual([]);
    // Control: they are found.
    expect(namesIn("const A = { name: 'a_b',\n  text: 'select 1' };\nconst B = { name: `c_${d}`, text };")).toEqual(['a_b', 'c_${d}']);
    expect(names.length).toBeGreaterThan(100);
  });

  it('has every constant that is run, and no read is run without a name', async () => {
    const exported = new Set([...(await exportedStatements()).values()].flatMap((of) => [...of.keys()]));
    for (const [path, source] of storeSources()) {
      expect([path, constantsRunIn(source).filter((name) => !exported.has(name))]).toEqual([path, []]);
      expect([path, unnamedIn(source)]).toEqual([path, []]);
    }
    // Control: they are found.
    const source = 'await from.run<Row>(HIDDEN, [1]);\nawait from.query(`select 1`);';
    expect([constantsRunIn(source), unnamedIn(source)]).toEqual([['HIDDEN'], ['from.query(`select 1`);']]);
  });
});

describe('statements walk indexes', () => {
  let database: TestDatabase | undefined;
  let pool: StorePool;
  let tables: readonly Table[];
  /** By role, the statements that it may run. */
  const run = new Map<Role, Set<string>>(ROLES.map((role) => [role, new Set()]));
  /** Names that were seen to read a whole table, of those that may. */
  const whole = new Set<string>();

  beforeAll(async () => {
    database = await testDatabase();
    pool = database.pool('owner', { statementTimeoutMs: 0, max: 1 });
    const started = performance.now();
    await fillLedger(pool);
    tables = await bigTables(pool);
    console.log(`${tables.length} tables of ${ROWS} rows filled in ${Math.round((performance.now() - started) / 1_000)} s`);
  }, FILLED_WITHIN_MS);
  afterAll(async () => database?.drop(), 60_000);

  it('each table that grows has 300,000 rows', () => {
    expect(tables.filter(({ rows }) => rows < ROWS)).toEqual([]);
    expect(tables.filter(({ hasPolicies }) => hasPolicies).length).toBeGreaterThan(10);
  });

  const plansOf = (role: Role, { statement, values }: Catalogued): Promise<readonly string[] | null> =>
    plansAs(pool, role, statement, { values, rows: ROWS });

  describe.each(['before the first analyze', 'with statistics'])('%s', (statistics) => {
    beforeAll(async () => {
      if (statistics === 'with statistics') await pool.query('analyze');
    }, FILLED_WITHIN_MS);

    test.each(planned)(
      '$name',
      async ({ name, each }) => {
        const guarded = tables.flatMap((table) => (table.hasPolicies ? [table.name.replace(/^\w+\./, '')] : [])).join('|');
        for (const role of ROLES) {
          const plans = await plansOf(role, each);
          if (plans === null) continue;
          run.get(role)?.add(name);
          for (const plan of plans) {
            if (ASKED.includes(role)) expect([role, plan]).toEqual([role, expect.not.stringMatching(PER_ROW)]);
            if (WHOLE[name] !== undefined) {
              if (SCAN.test(plan)) whole.add(name);
              continue;
            }
            expect([role, plan]).toEqual([role, expect.not.stringMatching(SCAN)]);
            // Of what it reads by an index nothing else decides which rows those are.
            if (ASKED.includes(role)) expect([role, plan, unledScans(plan, guarded)]).toEqual([role, plan, []]);
          }
        }
      },
      PLANNED_WITHIN_MS,
    );
  });

  test.each(PLAN_MODES)(
    'nor do statements within functions of the database, as each role of people calls them that may, %s',
    async (mode) => {
      const plans = await FunctionPlans.open((database as TestDatabase).url);
      try {
        const called = await plans.functions();
        let told = 0;
        for (const each of called)
          for (const role of each.roles.filter((of) => ASKED.includes(of)))
            for (const plan of await plans.of(each, role, mode, ROWS)) {
              told += 1;
              expect([each.signature, role, plan]).toEqual([each.signature, role, expect.not.stringMatching(SCAN)]);
            }
        // Control: more is told than the calls themselves.
        expect(called.map(({ name }) => name)).toContain('ctx.touched');
        expect(told).toBeGreaterThan(called.flatMap(({ roles }) => roles.filter((of) => ASKED.includes(of))).length);
      } finally {
        await plans.close();
      }
    },
    PLANNED_WITHIN_MS,
  );

  test('each statement is run by some role beside the owner, and those that may read a whole table do', () => {
    const byRoles = new Set(ROLES.flatMap((role) => (role === 'owner' ? [] : [...(run.get(role) ?? [])])));
    expect([...(run.get('owner') ?? [])].filter((name) => !byRoles.has(name))).toEqual([]);
    expect([...whole]).toEqual(Object.keys(WHOLE));
    // Control: the policies that count are those of readers.
    expect(run.get('gateway')?.size).toBeGreaterThan(80);
  });

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
    for (const { name } of tables) {
      const statement = { name: 'scan', text: `select * from ${name} t where t::text = $1::text` };
      expect([name, await plansOf('owner', { statement })]).toEqual([name, [expect.stringMatching(SCAN), expect.stringMatching(SCAN)]]);
    }
  });

  test('the check sees a policy that is asked for each row', async () => {
    await pool.query('alter policy reader on ledger.search_keys using (grp = any (ctx.groups()))');
    try {
      const search = statements.find(({ statement }) => statement.name === 'search') as Catalogued;
      expect(await plansOf('gateway', search)).toEqual([expect.stringMatching(PER_ROW), expect.stringMatching(PER_ROW)]);
    } finally {
      await pool.query('alter policy reader on ledger.search_keys using (grp = any ((select ctx.groups())::integer[]))');
    }
  });
});
