/**
 * The built program as suites run it: real processes on loopback, in data directories of their own. Everything that is started here is
 * ended by its pid; nothing is looked for by name.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';

const PROGRAM = join(import.meta.dirname, '../../dist/apps/custody/src/main.js');
/** A first start makes a database cluster; on two busy cores that takes some seconds, and beside other suites more than a minute. */
const READY_WITHIN_MS = 200_000;
/** An orderly end stops HTTP, consumers and Postgres; the program itself gives up after ten seconds. */
const STOPPED_WITHIN_MS = 30_000;
const COMMAND_WITHIN_MS = 60_000;

type Environment = Readonly<Record<string, string>>;

export interface Finished {
  /** Exit code; null: ended by a signal. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly ms: number;
}

/** Runs `custody ARGS` to its end. `cwd` is the data directory's parent, so that no configuration of this checkout is read. */
export async function runCustody(
  args: readonly string[],
  env: Environment = {},
  program = PROGRAM,
  withinMs = COMMAND_WITHIN_MS,
): Promise<Finished> {
  const started = performance.now();
  const child = launch(args, env, program);
  const output = collect(child);
  const timer = setTimeout(() => child.kill('SIGKILL'), withinMs);
  const code = await output.ended;
  clearTimeout(timer);
  return { code, stdout: output.stdout(), stderr: output.stderr(), ms: performance.now() - started };
}

export interface RunningCustody {
  readonly url: string;
  readonly pid: number;
  /** From the start of the process to its ready line. */
  readonly readyMs: number;
  readonly readyLine: string;
  stderr(): string;
  /** Sends the signal (SIGTERM) and waits; returns the exit code. Safe to call again. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

/** `custody serve` on a free port, open to whoever reaches it unless `env` says otherwise; rejects with what it said where it ends before it is ready. */
export async function serveCustody(env: Environment, flags: readonly string[] = [], program = PROGRAM): Promise<RunningCustody> {
  const started = performance.now();
  const child = launch(['serve', '--port', '0', ...flags], { CUSTODY_ACCESS: 'open', ...env }, program);
  const output = collect(child);
  const deadline = started + READY_WITHIN_MS;
  const ready = (): string | undefined => /^Ready .*$/m.exec(output.stdout())?.[0];
  while (ready() === undefined) {
    if (output.exited() || performance.now() > deadline) {
      child.kill('SIGKILL');
      throw new Error(`custody serve is not ready (exit ${String(await output.ended)}):\n${output.stderr().slice(-4_000)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const readyLine = ready() as string;
  return {
    url: /https?:\/\/[^/\s]+/.exec(readyLine)?.[0] ?? '',
    pid: child.pid as number,
    readyMs: performance.now() - started,
    readyLine,
    stderr: output.stderr,
    async stop(signal = 'SIGTERM') {
      child.kill(signal);
      const timer = setTimeout(() => child.kill('SIGKILL'), STOPPED_WITHIN_MS);
      const code = await output.ended;
      clearTimeout(timer);
      return code;
    },
  };
}

/** A folder that the database's account can reach, and its removal. */
export function temporaryFolder(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'custody-e2e-'));
  chmodSync(path, 0o755);
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/**
 * The program as another version of it would be: a copy of the build in `folder` in which `text` of one file stands otherwise. Returns its
 * main file. Throws where the text is not there once.
 */
export function changedProgram(folder: string, file: string, text: string, otherwise: string): string {
  const root = join(import.meta.dirname, '../..');
  // The demo case is part of the program.
  for (const part of ['dist', 'demo']) cpSync(join(root, part), join(folder, part), { recursive: true });
  cpSync(join(root, 'package.json'), join(folder, 'package.json'));
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  const path = join(folder, 'dist', file);
  const parts = readFileSync(path, 'utf8').split(text);
  if (parts.length !== 2) throw new Error(`${file} has "${text}" ${parts.length - 1} times`);
  writeFileSync(path, parts.join(otherwise));
  return join(folder, relative(root, PROGRAM));
}

function launch(args: readonly string[], env: Environment, program = PROGRAM): ChildProcess {
  // Nothing of the suite's own environment configures the program.
  const inherited = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(CUSTODY_|KAFKA_|DATABASE_URL$|PORT$|NODE_OPTIONS$)/.test(name)),
  );
  return spawn(process.execPath, [program, ...args], { env: { ...inherited, ...env }, cwd: tmpdir(), stdio: ['ignore', 'pipe', 'pipe'] });
}

function collect(child: ChildProcess): { stdout(): string; stderr(): string; exited(): boolean; readonly ended: Promise<number | null> } {
  const texts = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) child[name]?.setEncoding('utf8').on('data', (text: string) => (texts[name] += text));
  let exited = false;
  const killNow = (): void => void child.kill('SIGKILL');
  process.once('exit', killNow);
  const ended = new Promise<number | null>((resolve) => {
    child.once('close', (code) => {
      exited = true;
      process.off('exit', killNow);
      resolve(code);
    });
  });
  return { stdout: () => texts.stdout, stderr: () => texts.stderr, exited: () => exited, ended };
}
