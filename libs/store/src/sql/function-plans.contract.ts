/** How Postgres runs the statements within the ledger's own functions: their callers' plans do not show them. For specs. */
import pg from 'pg';
import { TEST_CONTEXT_KEY } from '../../test-database.ts';
import { ContextSigner, ReaderContext } from '../reader-context.ts';
import { APP_ROLES, roleName, type AppRole } from '../roles.ts';
import { sampleOf, sqlOf } from './plan-of.contract.ts';

export interface CalledFunction {
  /** `ctx.touched(text[])` */
  readonly signature: string;
  readonly name: string;
  readonly types: readonly string[];
  readonly roles: readonly AppRole[];
}

/** What a function takes that reads more into its texts than that they are texts. */
const ARGUMENTS: Readonly<Record<string, readonly unknown[]>> = {
  'access.take': [1],
  'ledger.set_handlings': ['{7,8}', '{"{1}","{2}"}', '{"{}","{}"}'],
};

/** Functions that a role beside the owner may call, as the catalogue has them. */
const CALLED = `
  select p.oid::regprocedure::text as signature, n.nspname || '.' || p.proname as name,
    array(select format_type(type, null) from unnest(p.proargtypes) type) as types,
    array(select role from unnest($1::text[]) role
      where has_function_privilege('custody_' || role, p.oid, 'execute') and has_schema_privilege('custody_' || role, n.oid, 'usage')) as roles
  from pg_proc p join pg_namespace n on n.oid = p.pronamespace
  where n.nspname in ('access', 'ctx', 'evidence', 'ledger', 'login', 'proof') and p.prorettype <> 'trigger'::regtype
  order by 1`;

/** One connection of the owner, which is told the plan of all that it runs. */
export class FunctionPlans {
  readonly #client: pg.Client;
  #told: string[] = [];

  private constructor(client: pg.Client) {
    this.#client = client;
    client.on('notice', ({ message }) => void this.#told.push(message ?? ''));
  }

  static async open(url: string): Promise<FunctionPlans> {
    const client = new pg.Client({ connectionString: url });
    const plans = new FunctionPlans(client);
    await client.connect();
    await client.query(`load 'auto_explain'`);
    for (const [name, value] of Object.entries({ log_min_duration: '0', log_nested_statements: 'on', log_analyze: 'off' }))
      await client.query(`set auto_explain.${name} = '${value}'`);
    return plans;
  }

  async functions(): Promise<readonly CalledFunction[]> {
    const { rows } = await this.#client.query<CalledFunction>(CALLED, [[...APP_ROLES]]);
    return rows.filter(({ roles }) => roles.length > 0);
  }

  /** Of every statement that comes with a call by this role, for a reader of two groups; what it changes is taken back. */
  async of({ name, types }: CalledFunction, role: AppRole, mode: string, rows: number): Promise<readonly string[]> {
    const pid = (this.#client as unknown as { processID: number }).processID;
    const context = new ContextSigner(TEST_CONTEXT_KEY).read(new ReaderContext('local', [1, 2]), pid);
    const values = ARGUMENTS[name] ?? types.map((type) => sampleOf(type, rows));
    await this.#client.query('begin');
    try {
      await this.#client.query(`select set_config('custody.context', $1, true)`, [context]);
      await this.#client.query(
        `set local role ${roleName(role)}; set local plan_cache_mode = ${mode}; set local client_min_messages = log`,
      );
      this.#told = [];
      await this.#client.query(`select * from ${name}(${values.map(sqlOf).join(', ')})`);
      return this.#told.filter((message) => message.includes('Query Text: '));
    } finally {
      await this.#client.query('rollback');
    }
  }

  close(): Promise<void> {
    return this.#client.end();
  }
}
