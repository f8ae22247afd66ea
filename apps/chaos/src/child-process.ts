/** Child processes with a deadline for everything, each ended by its own pid. */
import { fork, spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** How long a child may take to end after SIGTERM before it is killed: the product gives itself ten seconds. */
const STOP_TIMEOUT_MS = 20_000;
/** Between looks into a child's output. */
const POLL_MS = 10;
const TAIL_BYTES = 3_000;

export interface Child {
  readonly pid: number;
  readonly logFile: string;
  /** Resolves with the exit code (null: by a signal). */
  readonly exited: Promise<number | null>;
  readonly running: boolean;
  /** The first match in its output; rejects when the child ends before, or the time is over. */
  line(pattern: RegExp, timeoutMs: number): Promise<RegExpExecArray>;
  signal(name: NodeJS.Signals): void;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
  /** SIGTERM, then SIGKILL; resolves with the exit code when it is gone. */
  stop(): Promise<number | null>;
  /** Of a child with an IPC channel: resolves when every message of it has been given out. */
  readonly disconnected: Promise<void>;
  /** Likewise. Nothing where it is gone. */
  send(message: object): void;
  /** Likewise. */
  onMessage(take: (message: unknown) => void): void;
}

const children = new Set<Child>();

/** For the end of the harness, however it comes. */
export const stopAllChildren = (): Promise<unknown> => Promise.all([...children].map((child) => child.kill()));
process.once('exit', () => children.forEach((child) => child.signal('SIGKILL')));

export interface StartOptions {
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** All output goes here: a killed harness leaves it. */
  readonly logFile: string;
  /** With an IPC channel. */
  readonly talks?: boolean;
  readonly cwd?: string;
}

/** A Node process. Nothing of the harness's own environment configures the product. */
export function startNode({ args, env = {}, logFile, talks = false, cwd }: StartOptions): Child {
  const output = openSync(logFile, 'a');
  const inherited = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(CUSTODY_|KAFKA_|DATABASE_URL$|PORT$|NODE_OPTIONS$)/.test(name)),
  );
  const options = { env: { ...inherited, ...env }, ...(cwd === undefined ? {} : { cwd }) };
  const [script = '', ...rest] = args;
  const child = talks
    ? fork(script, rest, { ...options, execArgv: [], stdio: ['ignore', output, output, 'ipc'] })
    : spawn(process.execPath, [...args], { ...options, stdio: ['ignore', output, output] });
  closeSync(output);
  return watch(child, logFile, args.join(' '));
}

function watch(process_: ChildProcess, logFile: string, what: string): Child {
  let running = true;
  const exited = new Promise<number | null>((resolve, reject) => {
    process_.once('error', reject);
    process_.once('exit', resolve);
  });
  const child: Child = {
    pid: process_.pid ?? 0,
    logFile,
    exited,
    get running() {
      return running;
    },
    async line(pattern, timeoutMs) {
      for (const until = Date.now() + timeoutMs; ; await sleep(POLL_MS)) {
        const found = pattern.exec(readFileSync(logFile, 'utf8'));
        if (found !== null) return found;
        if (running && Date.now() < until) continue;
        throw new Error(`${what}: ${running ? `${timeoutMs} ms passed` : 'ended'} before ${pattern.source}\n${tailOf(logFile)}`);
      }
    },
    signal: (name) => void process_.kill(name),
    async kill() {
      process_.kill('SIGKILL');
      await exited;
    },
    async stop() {
      if (running) process_.kill('SIGTERM');
      const timer = setTimeout(() => process_.kill('SIGKILL'), STOP_TIMEOUT_MS);
      const code = await exited;
      clearTimeout(timer);
      return code;
    },
    disconnected: new Promise((resolve) => process_.once('disconnect', () => resolve())),
    send: (message) => void (process_.connected && process_.send(message)),
    onMessage: (take) => void process_.on('message', take),
  };
  children.add(child);
  const forget = (): void => {
    running = false;
    children.delete(child);
  };
  exited.then(forget, forget);
  return child;
}

export const tailOf = (logFile: string): string => outputOf(logFile).slice(-TAIL_BYTES);

export const outputOf = (logFile: string): string => readFileSync(logFile, 'utf8');

/** State letter of a process (proc(5)): R, S, D, T stopped, Z; null where it is gone. Linux only. */
export function processState(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3);
  } catch {
    return null;
  }
}

/** Direct children (a Postgres server's backends), from /proc. */
export function childrenOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
      .split(' ')
      .filter((text) => text !== '')
      .map(Number);
  } catch {
    return [];
  }
}
