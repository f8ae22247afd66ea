/** `custody doctor`: one line for each thing that has to be right, with what to do where it is not. Changes nothing. */
import { existsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { createLog, type Config } from '#lib/runtime';
import { createClient } from '../client.ts';
import { openEventLog } from '../event-logs.ts';
import { CommandError, EXIT, type ExitCode } from '../exit-codes.ts';
import { type CommandFlags, localConfig, serverUrl } from '../local-config.ts';
import { openDatabase, type Database } from '../database.ts';
import { printable } from './printable.ts';

interface Finding {
  readonly name: string;
  /** null: not there to be looked at, such as a server that does not run; nothing is wrong with that. */
  readonly ok: boolean | null;
  readonly detail: string;
}

/** Less than this and Postgres soon refuses to write. */
const DISK_BYTES_MIN = 1024 ** 3;
/** More than this between our clock and the database's makes `captured` misleading. */
const CLOCK_SKEW_MS_MAX = 2_000;

export async function doctor(flags: CommandFlags & { readonly json?: boolean }): Promise<ExitCode> {
  const { config } = localConfig(flags);
  const findings: Finding[] = [{ name: 'configuration', ok: true, detail: `profile ${config.profile}` }, await diskFinding(config)];
  const running = await serverFinding(flags);
  findings.push(running);
  // The embedded database belongs to the server while that runs; then the server's own health says the rest.
  if (running.ok === null || config.databaseUrl !== null) findings.push(...(await databaseFindings(config)));
  if (flags.json === true) process.stdout.write(`${JSON.stringify({ findings })}\n`);
  else for (const { name, ok, detail } of findings) process.stdout.write(`${verdictOf(ok)}  ${name.padEnd(14)}  ${printable(detail)}\n`);
  return findings.some(({ ok }) => ok === false) ? EXIT.unexpected : EXIT.ok;
}

const verdictOf = (ok: Finding['ok']): string => (ok === null ? '--  ' : ok ? 'ok  ' : 'FAIL');

async function diskFinding(config: Config): Promise<Finding> {
  for (const folder of [config.dataDir, '.']) {
    const stats = await statfs(folder).catch(() => undefined);
    if (stats === undefined) continue;
    const free = stats.bavail * stats.bsize;
    return { name: 'disk', ok: free > DISK_BYTES_MIN, detail: `${(free / 1024 ** 3).toFixed(1)} GiB free for ${config.dataDir}` };
  }
  return { name: 'disk', ok: false, detail: `cannot look at ${config.dataDir}` };
}

async function serverFinding(flags: CommandFlags): Promise<Finding> {
  const url = serverUrl(flags);
  try {
    const { status, checks } = await createClient(url).get<{ status: string; checks: { name: string; status: string; detail: string }[] }>(
      '/readyz',
    );
    return {
      name: 'server',
      ok: status === 'ok',
      detail: `${url}: ${checks.map((check) => `${check.name} ${check.detail}`).join(', ') || status}`,
    };
  } catch (error) {
    // One that answers is there, and what it says of itself counts.
    const away = error instanceof CommandError && error.code === 'server.unreachable';
    return { name: 'server', ok: away ? null : false, detail: (error as Error).message };
  }
}

async function databaseFindings(config: Config): Promise<Finding[]> {
  // Opening would make a database where there is none.
  if (config.databaseUrl === null && !existsSync(join(config.dataDir, 'FORMAT'))) {
    return [{ name: 'database', ok: true, detail: `none yet in ${config.dataDir}: the first start makes it` }];
  }
  const log = createLog({ level: 'silent', secrets: [] });
  let database: Database;
  try {
    database = await openDatabase(config, log);
  } catch (error) {
    return [{ name: 'database', ok: false, detail: (error as Error).message }];
  }
  try {
    const findings: Finding[] = [];
    const owner = database.pool('gateway', { max: 1 });
    const asked = performance.timeOrigin + performance.now();
    const { rows } = await owner.query<{ version: string; now: number }>(
      "select current_setting('server_version') as version, extract(epoch from clock_timestamp()) * 1000 as now",
    );
    findings.push({
      name: 'database',
      ok: true,
      detail: `Postgres ${rows[0]?.version ?? ''}${database.embedded === null ? '' : ', embedded'}`,
    });
    const skewMs = Math.abs(Number(rows[0]?.now) - asked);
    findings.push({
      name: 'clock',
      ok: skewMs < CLOCK_SKEW_MS_MAX,
      detail: `${Math.round(skewMs)} ms between this clock and the database's`,
    });
    findings.push(await migrationFinding(database), await rightsFinding(database), await logFinding(config, database));
    return findings;
  } catch (error) {
    return [{ name: 'database', ok: false, detail: (error as Error).message }];
  } finally {
    await database.closePools();
    await database.stop();
  }
}

async function migrationFinding(database: Database): Promise<Finding> {
  const { rows } = await database
    .pool('gateway', { max: 1 })
    .query<{ there: boolean }>("select to_regclass('ledger.head') is not null as there");
  return rows[0]?.there === true
    ? { name: 'migrations', ok: true, detail: 'the ledger is there' }
    : { name: 'migrations', ok: false, detail: 'the database has no ledger yet: custody migrate' };
}

/** The database itself refuses, not only this program: shown by asking it for the rights of each role. */
async function rightsFinding(database: Database): Promise<Finding> {
  const { rows } = await database.pool('gateway', { max: 1 }).query<{ role: string; relation: string }>(
    `select r.rolname as role, c.relname as relation
       from pg_roles r, pg_class c join pg_namespace n on n.oid = c.relnamespace
      where r.rolname in ('custody_capture', 'custody_projector', 'custody_gateway') and n.nspname = 'ledger'
        and c.relname in ('entries', 'content', 'conflicts')
        and (has_table_privilege(r.oid, c.oid, 'update') or has_table_privilege(r.oid, c.oid, 'delete') or has_table_privilege(r.oid, c.oid, 'truncate'))`,
  );
  const ok = rows.length === 0;
  return {
    name: 'rights',
    ok,
    detail: ok
      ? 'no role of the program can change or remove what is in the ledger'
      : rows.map(({ role, relation }) => `${role} may change ${relation}`).join(', '),
  };
}

async function logFinding(config: Config, database: Database): Promise<Finding> {
  const eventLog = openEventLog(config, createLog({ level: 'silent', secrets: [] }), database);
  try {
    await eventLog.ping();
    return { name: 'event log', ok: true, detail: eventLog.adapter };
  } catch (error) {
    return { name: 'event log', ok: false, detail: (error as Error).message };
  } finally {
    await eventLog.close();
  }
}
