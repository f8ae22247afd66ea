/** What `custody doctor` asks of a running server and of a database that answers. */
import type { HealthView } from '#lib/contracts';
import type { Config } from '#lib/runtime';
import type { Database } from '../database.ts';
import { LOGIN_REMEDY, loginFindings } from '../logins.ts';

export interface Finding {
  readonly name: string;
  /** null: not there to be looked at, such as a server that does not run; nothing is wrong with that. */
  readonly ok: boolean | null;
  readonly detail: string;
  /** As in the error catalogue. */
  readonly code?: string;
  /** Where it is not right: what to do. */
  readonly remedy?: string;
}

/** More than this between our clock and the database's makes `captured` misleading. */
const CLOCK_SKEW_MS_MAX = 2_000;
/** Longer than a server takes to say that something does not answer it. */
const SERVER_TIMEOUT_MS = 10_000;

/** One that answers is there, and what it says of itself counts: which check fails, and why. */
export async function serverFinding(url: string): Promise<Finding> {
  let response: Response;
  try {
    response = await fetch(`${url.replace(/\/+$/, '')}/readyz`, { signal: AbortSignal.timeout(SERVER_TIMEOUT_MS) });
  } catch (error) {
    const { name, cause } = error as Error;
    if (name !== 'TimeoutError')
      return { name: 'server', ok: null, detail: `none answers at ${url} (${(cause as Error | undefined)?.message ?? name})` };
    const detail = `${url} took the question and said nothing for ${SERVER_TIMEOUT_MS / 1000} s`;
    return {
      name: 'server',
      ok: false,
      detail,
      code: 'server.interrupted',
      remedy: 'Look at its log; end it by its process id and start it again.',
    };
  }
  const view = (await response.json().catch(() => null)) as Partial<HealthView> | null;
  if (view?.checks === undefined) {
    const detail = `what answers at ${url} (HTTP ${response.status}) is no server of this program`;
    return {
      name: 'server',
      ok: false,
      detail,
      code: 'server.answer',
      remedy: 'Check the address: --server, CUSTODY_SERVER, CUSTODY_PORT.',
    };
  }
  const failing = view.checks.filter(({ status }) => status === 'failing');
  const shown = failing.length > 0 ? failing : view.checks;
  const finding = {
    name: 'server',
    ok: view.status === 'ok',
    detail: `${url}: ${shown.map(({ name, detail }) => `${name}: ${detail}`).join('; ')}`,
  };
  return finding.ok
    ? finding
    : { ...finding, remedy: 'Start what is away; for what is stalled or stopped the log of the server says why.' };
}

/** Rejects as the driver does where the database does not answer. */
export async function databaseChecks(config: Config, database: Database): Promise<Finding[]> {
  const pool = database.ownerPool();
  const asked = performance.timeOrigin + performance.now();
  const { rows } = await pool.query<{ version: string; now: number; there: boolean }>(
    `select current_setting('server_version') as version, extract(epoch from clock_timestamp()) * 1000 as now,
       exists (select from pg_class c join pg_namespace n on n.oid = relnamespace where nspname = 'ledger' and relname = 'head') as there`,
  );
  const skewMs = Math.abs(Number(rows[0]?.now) - asked);
  const clock = { name: 'clock', ok: skewMs < CLOCK_SKEW_MS_MAX, detail: `${Math.round(skewMs)} ms between this clock and the database's` };
  const findings: Finding[] = [
    { name: 'database', ok: true, detail: `Postgres ${rows[0]?.version ?? ''}${database.embedded === null ? '' : ', embedded'}` },
    clock.ok ? clock : { ...clock, remedy: 'Set both clocks by NTP: what is captured carries this one.' },
  ];
  if (rows[0]?.there !== true) {
    const detail = 'the database has no ledger yet';
    return [
      ...findings,
      { name: 'migrations', ok: false, detail, remedy: '`custody migrate` makes it, and so does the first `custody serve`.' },
    ];
  }
  findings.push({ name: 'migrations', ok: true, detail: 'the ledger is there' }, await rightsFinding(database));
  return [...findings, ...(await loginsFinding(config, database))];
}

/** The database itself refuses, not only this program: shown by asking it for the rights of each role. */
async function rightsFinding(database: Database): Promise<Finding> {
  const { rows } = await database.ownerPool().query<{ role: string; relation: string }>(
    `select r.rolname as role, c.relname as relation
       from pg_roles r, pg_class c join pg_namespace n on n.oid = c.relnamespace
      where r.rolname in ('custody_capture', 'custody_projector', 'custody_gateway') and n.nspname = 'ledger'
        and c.relname in ('entries', 'content', 'conflicts')
        and (has_table_privilege(r.oid, c.oid, 'update') or has_table_privilege(r.oid, c.oid, 'delete') or has_table_privilege(r.oid, c.oid, 'truncate'))`,
  );
  if (rows.length === 0) return { name: 'rights', ok: true, detail: 'no role of the program can change or remove what is in the ledger' };
  const detail = rows.map(({ role, relation }) => `${role} may change ${relation}`).join(', ');
  return { name: 'rights', ok: false, detail, remedy: 'Revoke those rights, and find out who granted them.' };
}

/** A warning in development, as at the start; wrong in production. */
async function loginsFinding(config: Config, database: Database): Promise<Finding[]> {
  const findings = await loginFindings(config, database);
  if (findings.length === 0) return [{ name: 'logins', ok: true, detail: 'each role logs in as itself' }];
  return findings.map(({ code, detail }) => {
    const ok = code === 'role.shared-login' && config.profile !== 'production' ? null : false;
    return { name: 'logins', ok, detail, code, remedy: LOGIN_REMEDY };
  });
}
