/** A Postgres server process: how it is found, started, watched and stopped. */
import { spawn, type ChildProcess } from 'node:child_process';
import { chownSync, closeSync, existsSync, openSync, readFileSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Account } from './account.ts';
import type { DataPaths } from './data-paths.ts';
import { isPostmasterOf, processIdentity } from './process-identity.ts';
import { serverSettings } from './settings.ts';
import type { StoreLog } from '../store-log.ts';

/** Crash recovery replays at most max_wal_size of log, some seconds; a server that needs longer than this is stuck. */
const READY_TIMEOUT_MS = 120_000;
/** The status line changes within milliseconds of a warm start. */
const POLL_MS = 10;
/** After SIGINT: open transactions are rolled back and a checkpoint is written. */
const FAST_STOP_TIMEOUT_MS = 30_000;
/** After SIGQUIT: nothing is written; the next start recovers. */
const IMMEDIATE_STOP_TIMEOUT_MS = 10_000;
const LOG_FILE_BYTES_MAX = 10_000_000;

export interface Endpoint {
  readonly port: number;
  /** `null`: the path would be longer than a socket address holds, TCP alone. */
  readonly socketDir: string | null;
}

/** postmaster.pid, line by line: pid, data directory, start time, port, socket directory, listen address, shared memory, status. */
export interface PidFile {
  readonly pid: number;
  readonly port: number;
  readonly socketDir: string;
  readonly status: string;
}

export function readPidFile(pgData: string): PidFile | null {
  let lines: string[];
  try {
    lines = readFileSync(join(pgData, 'postmaster.pid'), 'utf8').split('\n');
  } catch {
    return null; // not there: no server, or one that just ended
  }
  return { pid: Math.abs(Number(lines[0])), port: Number(lines[3] ?? 0), socketDir: lines[4] ?? '', status: (lines[7] ?? '').trim() };
}

/**
 * A live server on this data directory, left behind by a parent that was killed, or `null`; then stale lock files are gone, so that
 * Postgres starts where their pid belongs to another process now, or to a zombie.
 */
export function findOrphan(paths: Pick<DataPaths, 'pgData' | 'run'>, log: StoreLog): PidFile | null {
  const file = readPidFile(paths.pgData);
  if (file !== null && isPostmasterOf(file.pid, paths.pgData)) return file;
  if (file !== null) {
    log('warn', 'Removing a stale postmaster.pid: the server that wrote it is dead.', { pid: file.pid });
    rmSync(join(paths.pgData, 'postmaster.pid'), { force: true });
  }
  if (existsSync(paths.run))
    for (const name of readdirSync(paths.run)) if (name.startsWith('.s.PGSQL.')) rmSync(join(paths.run, name), { force: true });
  return null;
}

/** Stops a server that outlived its parent, if there is one. */
export async function stopOrphan(pgData: string, log: StoreLog): Promise<void> {
  const file = readPidFile(pgData);
  if (file === null || !isPostmasterOf(file.pid, pgData)) return;
  log('info', 'Stopping a Postgres server that outlived its parent.', { pid: file.pid });
  await stopPostmaster(file.pid);
}

/** Starts the server; resolves when it answers. Rejects with what it said last when it ends instead. The child is a session leader: Ctrl-C reaches us, not it. */
export async function startPostmaster(
  postgres: string,
  paths: DataPaths,
  endpoint: Endpoint,
  account: Account | null,
): Promise<ChildProcess> {
  rotateLog(paths.logFile);
  const logFd = openSync(paths.logFile, 'a', 0o600);
  const before = statSync(paths.logFile).size;
  if (account !== null) chownSync(paths.logFile, account.uid, account.gid);
  const settings = {
    ...serverSettings(),
    port: String(endpoint.port),
    listen_addresses: '127.0.0.1',
    unix_socket_directories: endpoint.socketDir ?? '',
  };
  const child = spawn(postgres, ['-D', paths.pgData, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])], {
    detached: true,
    cwd: paths.pgData,
    stdio: ['ignore', logFd, logFd],
    env: serverEnvironment(),
    ...(account === null ? {} : { uid: account.uid, gid: account.gid }),
  });
  closeSync(logFd);
  const failed = new Promise<Error>((resolve) => {
    child.once('error', resolve);
    child.once('exit', (code, signal) =>
      resolve(
        new Error(
          `Postgres ended at its start (${signal ?? `exit code ${code}`}): ${readFileSync(paths.logFile, 'utf8').slice(before).trim()}`,
        ),
      ),
    );
  });
  const ended = await Promise.race([failed, waitReady(paths.pgData, child)]);
  if (ended instanceof Error) throw ended;
  child.unref();
  return child;
}

/** Nothing of our own environment (PGHOST, PGDATA, secrets) reaches the server. */
export function serverEnvironment(): NodeJS.ProcessEnv {
  return {
    PATH: process.env['PATH'] ?? '/usr/bin:/bin',
    LC_ALL: 'C',
    TZ: 'UTC',
    ...(process.env['SystemRoot'] === undefined ? {} : { SystemRoot: process.env['SystemRoot'] }),
  };
}

async function waitReady(pgData: string, child: ChildProcess): Promise<void> {
  const until = Date.now() + READY_TIMEOUT_MS;
  while (Date.now() < until && child.exitCode === null && child.signalCode === null) {
    const file = readPidFile(pgData);
    if (file !== null && file.pid === child.pid && file.status === 'ready') return;
    await sleep(POLL_MS);
  }
  if (child.exitCode === null && child.signalCode === null) {
    child.kill('SIGQUIT');
    throw new Error(`Postgres did not get ready within ${READY_TIMEOUT_MS / 1000} s.`);
  }
  await sleep(READY_TIMEOUT_MS, undefined, { ref: false }); // the exit event speaks
}

/** Fast, then immediate; resolves when the process is gone, rejects when it does not go. */
export async function stopPostmaster(pid: number): Promise<void> {
  const identity = processIdentity(pid);
  if (identity === null) return;
  for (const [signal, timeoutMs] of [
    ['SIGINT', FAST_STOP_TIMEOUT_MS],
    ['SIGQUIT', IMMEDIATE_STOP_TIMEOUT_MS],
  ] as const) {
    if (!send(pid, signal)) return;
    for (const until = Date.now() + timeoutMs; Date.now() < until; await sleep(POLL_MS)) {
      if (processIdentity(pid) !== identity) return;
    }
  }
  throw new Error(`The Postgres server ${pid} does not stop.`);
}

function send(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}

function rotateLog(path: string): void {
  if (existsSync(path) && statSync(path).size > LOG_FILE_BYTES_MAX) renameSync(path, `${path}.1`);
}
