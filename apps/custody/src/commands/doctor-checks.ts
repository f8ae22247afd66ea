/** What `custody doctor` asks of a running server and of a database that answers. */
import { ERRORS, type HealthView } from '#lib/contracts';
import { type Config, dayOf, readCertificate, standingOf } from '#lib/runtime';
import { APP_ROLES, migrationState, type MigrationState, roleName, securityFaults, type StorePool } from '#lib/store';
import type { Database } from '../database.ts';
import { loginFindings } from '../logins.ts';
import { untrusted } from '../untrusted.ts';

/** `absent`: not there to be looked at, such as a server that does not run; nothing is wrong with that. `warn`: works, and should not stay so. */
export type Verdict = 'ok' | 'warn' | 'fail' | 'absent';

export interface Finding {
  readonly name: string;
  readonly verdict: Verdict;
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
    const fault = untrusted(error);
    if (fault !== undefined)
      return {
        name: 'server',
        verdict: 'fail',
        detail: `${url}: ${fault.why}`,
        code: 'server.untrusted',
        remedy: fault.remedy ?? ERRORS['server.untrusted'].remedy,
      };
    if (name !== 'TimeoutError')
      return { name: 'server', verdict: 'absent', detail: `none answers at ${url} (${(cause as Error | undefined)?.message ?? name})` };
    const detail = `${url} took the question and said nothing for ${SERVER_TIMEOUT_MS / 1000} s`;
    return {
      name: 'server',
      verdict: 'fail',
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
      verdict: 'fail',
      detail,
      code: 'server.answer',
      remedy: ERRORS['server.answer'].remedy,
    };
  }
  const failing = view.checks.filter(({ status }) => status === 'failing');
  const shown = failing.length > 0 ? failing : view.checks;
  const finding = {
    name: 'server',
    verdict: view.status === 'ok' ? ('ok' as const) : ('fail' as const),
    detail: `${url}: ${shown.map(({ name, detail }) => `${name}: ${detail}`).join('; ')}`,
  };
  return finding.verdict === 'ok'
    ? finding
    : { ...finding, remedy: 'Start what is away; for what is stalled or stopped the log of the server says why.' };
}

/** By which a server of this machine speaks TLS from its next start on, or, where one runs, some seconds from now. None where there is no TLS. */
export function certificateFindings({ tls }: Pick<Config, 'tls'>): Finding[] {
  if (tls.cert === null || tls.key === null) return [];
  const name = 'certificate';
  const read = readCertificate({ cert: tls.cert, key: tls.key });
  if (!read.ok) {
    const { code, key, detail } = read.problem;
    return [{ name, verdict: 'fail', detail: `${key}: ${detail}`, code, remedy: ERRORS[code].remedy }];
  }
  const finding = { name, detail: `${tls.cert}: until ${dayOf(read.certificate.until)}` };
  if (standingOf(read.certificate) === 'holds') return [{ ...finding, verdict: 'ok' }];
  return [{ ...finding, verdict: 'warn', remedy: 'Renew it: a server that runs takes the new one without a restart.' }];
}

/** Rejects as the driver does where the database does not answer. */
export async function databaseChecks(config: Config, database: Pick<Database, 'embedded' | 'ownerPool' | 'login'>): Promise<Finding[]> {
  const owner = database.ownerPool();
  const asked = performance.timeOrigin + performance.now();
  const { rows } = await owner.query<{ version: string; now: number }>(
    `select current_setting('server_version') as version, extract(epoch from clock_timestamp()) * 1000 as now`,
  );
  const postgres = `Postgres ${rows[0]?.version ?? ''}${database.embedded === null ? '' : ', embedded'}`;
  const findings: Finding[] = [{ name: 'database', verdict: 'ok', detail: postgres }, clockFinding(Number(rows[0]?.now), asked)];
  const state = await migrationState(owner);
  findings.push(migrationFinding(state));
  if (!state.isThere || state.newer.length > 0) return findings;
  findings.push(await rightsFinding(owner));
  if (state.pending.length === 0) findings.push(await rowsFinding(owner));
  // A role that a migration is still to make has no login yet.
  return state.pending.length > 0 ? findings : [...findings, ...(await loginsFinding(config, database))];
}

function clockFinding(theirsMs: number, oursMs: number): Finding {
  const skewMs = Math.abs(theirsMs - oursMs);
  const clock = { name: 'clock', detail: `${Math.round(skewMs)} ms between this clock and the database's` };
  if (skewMs < CLOCK_SKEW_MS_MAX) return { ...clock, verdict: 'ok' };
  return { ...clock, verdict: 'fail', remedy: 'Set both clocks by NTP: what is captured carries this one.' };
}

function migrationFinding({ pending, newer, isThere }: MigrationState): Finding {
  const name = 'migrations';
  const remedy = '`custody migrate` makes it, and so does the next `custody serve`.';
  if (!isThere) return { name, verdict: 'fail', detail: 'the database has no ledger yet', remedy };
  if (newer.length > 0) {
    const detail = `a later version migrated this database: ${newer.join(', ')}`;
    return { name, verdict: 'fail', detail, code: 'data.newer', remedy: ERRORS['data.newer'].remedy };
  }
  if (pending.length === 0) return { name, verdict: 'ok', detail: 'the ledger has the format of this version' };
  return { name, verdict: 'fail', detail: `the ledger has an older format; not run yet: ${pending.join(', ')}`, remedy };
}

/** The tables whose rows nobody changes or removes (ARCHITECTURE.md, Ledger tables). */
const APPEND_ONLY_TABLES = [
  'entries',
  'notices',
  'content',
  'timeline',
  'relations',
  'evidence_refs',
  'audit',
  'batch_members',
  'open_points',
  'conflicts',
  'policy',
];

/** The database itself refuses, not only this program: shown by asking it for the rights of each role, on whole tables and on columns. */
async function rightsFinding(owner: StorePool): Promise<Finding> {
  const { rows } = await owner.query<{ role: string; relation: string }>(
    `select r.rolname as role, c.relname as relation
       from pg_roles r, pg_class c join pg_namespace n on n.oid = c.relnamespace
      where r.rolname = any($1::text[]) and n.nspname = 'ledger' and c.relname = any($2::text[])
        and (has_any_column_privilege(r.oid, c.oid, 'update') or has_table_privilege(r.oid, c.oid, 'delete') or has_table_privilege(r.oid, c.oid, 'truncate'))
      order by 1, 2`,
    [APP_ROLES.map(roleName), APPEND_ONLY_TABLES],
  );
  const name = 'rights';
  if (rows.length === 0) return { name, verdict: 'ok', detail: 'no role of the program can change or remove what is in the ledger' };
  const detail = rows.map(({ role, relation }) => `${role} may change ${relation}`).join(', ');
  return { name, verdict: 'fail', detail, remedy: 'Revoke those rights, and find out who granted them.' };
}

/** Tenants are kept apart by the database, whatever the program asks. */
async function rowsFinding(owner: StorePool): Promise<Finding> {
  const faults = await securityFaults(owner);
  const name = 'rows';
  if (faults.length === 0) return { name, verdict: 'ok', detail: 'the database shows each reader what is his' };
  const detail = faults.map(({ what, why }) => `${what}: ${why}`).join('; ');
  return { name, verdict: 'fail', detail, remedy: 'Find out who changed the schema; drop what was added, or force the policies again.' };
}

/** A warning in development, as at the start; wrong in production. */
async function loginsFinding(config: Config, database: Pick<Database, 'login'>): Promise<Finding[]> {
  const findings = await loginFindings(config, database);
  if (findings.length === 0) return [{ name: 'logins', verdict: 'ok', detail: 'each role logs in as itself' }];
  return findings.map(({ code, detail }) => {
    const verdict = code === 'role.shared-login' && config.profile !== 'production' ? 'warn' : 'fail';
    return { name: 'logins', verdict, detail, code, remedy: ERRORS[code].remedy };
  });
}
