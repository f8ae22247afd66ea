/** `custody doctor`: one line for each thing that has to be right, with what to do where it is not. Changes nothing. */
import { existsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { createLog, type Config } from '#lib/runtime';
import { openDatabase, type Database } from '../database.ts';
import { remedyOf } from '../catalogue-remedy.ts';
import { databaseFault } from '../database-fault.ts';
import { eventLogFault, openEventLog } from '../event-logs.ts';
import { type CommandError, EXIT, type ExitCode } from '../exit-codes.ts';
import { type FormFlags, printList, type RowForms } from '../listing.ts';
import { type CommandFlags, localConfig, serverAndKey } from '../local-config.ts';
import { printable } from './printable.ts';
import { certificateFindings, databaseChecks, type Finding, serverFinding, type Verdict } from './doctor-checks.ts';

/** Less than this and Postgres soon refuses to write. */
const DISK_BYTES_MIN = 1024 ** 3;

export async function doctor(flags: CommandFlags & FormFlags): Promise<ExitCode> {
  const { config } = localConfig(flags);
  const configuration: Finding = { name: 'configuration', verdict: 'ok', detail: `profile ${config.profile}` };
  const findings: Finding[] = [configuration, ...certificateFindings(config), await diskFinding(config)];
  const running = await serverFinding(serverAndKey(flags).server);
  findings.push(running);
  // The embedded database belongs to the server while that runs; then the server's own health says the rest.
  if (running.verdict === 'absent' || config.databaseUrl !== null) findings.push(...(await databaseFindings(config)));
  else {
    findings.push(notLookedAt(config));
    if (config.kafka.brokers.length > 0) findings.push(await kafkaFinding(config));
  }
  printList(flags, { findings }, findings, FORMS);
  return findings.some(({ verdict }) => verdict === 'fail') ? EXIT.unexpected : EXIT.ok;
}

/** One line for what a stopped server would leave to be looked at. */
function notLookedAt({ kafka }: Pick<Config, 'kafka'>): Finding {
  const things = kafka.brokers.length > 0 ? '' : ', event log';
  return {
    name: 'database',
    verdict: 'absent',
    detail: `not looked at while a server runs: migrations, rights, rows, clock, logins${things}`,
    remedy: 'Stop the server and run this again, and each of them has a line.',
  };
}

const VERDICT_WORDS: Readonly<Record<Verdict, string>> = { ok: 'ok  ', warn: 'warn', fail: 'FAIL', absent: '--  ' };

export const FORMS: RowForms<Finding> = {
  columns: {
    verdict: ({ verdict }) => verdict,
    name: ({ name }) => name,
    code: ({ code }) => code,
    detail: ({ detail }) => detail,
    remedy: ({ remedy }) => remedy,
  },
  text: (findings) => findings.map(linesOf).join(''),
};

function linesOf({ name, verdict, detail, code, remedy }: Finding): string {
  const line = `${VERDICT_WORDS[verdict]}  ${name.padEnd(14)}  ${printable(detail)}${code === undefined ? '' : ` [${code}]`}\n`;
  return remedy === undefined ? line : `${line}${' '.repeat(22)}${printable(remedy)}\n`;
}

async function diskFinding(config: Config): Promise<Finding> {
  for (const folder of [config.dataDir, '.']) {
    const stats = await statfs(folder).catch(() => undefined);
    if (stats === undefined) continue;
    const free = stats.bavail * stats.bsize;
    const disk = { name: 'disk', detail: `${(free / 1024 ** 3).toFixed(1)} GiB free for ${config.dataDir}` };
    if (free > DISK_BYTES_MIN) return { ...disk, verdict: 'ok' };
    return { ...disk, verdict: 'fail', remedy: 'Make room, or move the data: CUSTODY_DATA_DIR.' };
  }
  const remedy = 'Name a folder that this user may read: CUSTODY_DATA_DIR.';
  return { name: 'disk', verdict: 'fail', detail: `cannot look at ${config.dataDir}`, remedy };
}

/** The database, what is in it, and the event log, which may be in it too. */
async function databaseFindings(config: Config): Promise<Finding[]> {
  const onKafka = config.kafka.brokers.length > 0 ? [await kafkaFinding(config)] : [];
  // Opening would make a database where there is none.
  if (config.databaseUrl === null && !existsSync(join(config.dataDir, 'FORMAT'))) {
    return [{ name: 'database', verdict: 'ok', detail: `none yet in ${config.dataDir}: the first start makes it` }, ...onKafka];
  }
  let database: Database;
  try {
    database = await openDatabase(config, createLog({ level: 'silent', secrets: [] }));
  } catch (error) {
    return [failed('database', error), ...onKafka];
  }
  try {
    const findings = await databaseChecks(config, database);
    const isThere = findings.every(({ name, verdict }) => name !== 'migrations' || verdict === 'ok');
    // Embedded, the log is in the database: without its tables there is nothing to ask.
    const embedded = config.kafka.brokers.length === 0 && isThere ? [await logFinding(config, database)] : [];
    return [...findings, ...embedded, ...onKafka];
  } catch (error) {
    return [failed('database', config.databaseUrl === null ? error : databaseFault(error, config.databaseUrl, 'DATABASE_URL')), ...onKafka];
  } finally {
    await database.closePools();
    await database.stop();
  }
}

async function logFinding(config: Config, database: Database | null): Promise<Finding> {
  const eventLog = openEventLog(config, createLog({ level: 'silent', secrets: [] }), database);
  try {
    await eventLog.ping();
    return { name: 'event log', verdict: 'ok', detail: eventLog.adapter };
  } catch (error) {
    return failed('event log', eventLogFault(error, config));
  } finally {
    await eventLog.close();
  }
}

const kafkaFinding = (config: Config): Promise<Finding> => logFinding(config, null);

function failed(name: string, error: unknown): Finding {
  const { message, code, remedy } = error as Partial<CommandError>;
  const said = remedy ?? (typeof code === 'string' ? remedyOf(code) : undefined);
  return {
    name,
    verdict: 'fail',
    detail: message ?? String(error),
    ...(typeof code === 'string' ? { code } : {}),
    ...(said === undefined ? {} : { remedy: said }),
  };
}
