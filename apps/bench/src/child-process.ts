/** Child processes with a deadline for everything, ended by their own pid, and what they cost (from /proc, Linux only). */
import { spawn, type ChildProcess } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

/** How long a child may take to end after SIGTERM (drain a batch, leave its group) before it is killed. */
const STOP_TIMEOUT_MS = 15_000;
/** Lines kept for the message when a child fails. */
const TAIL_LINES = 15;

export interface Child {
  readonly pid: number;
  /** The first line of stdout or stderr that matches; rejects when the child ends before or the time is over. */
  line(pattern: RegExp, timeoutMs: number): Promise<RegExpExecArray>;
  /** Resolves with the exit code (null: by a signal). */
  readonly exited: Promise<number | null>;
  readonly running: boolean;
  /** SIGTERM, then SIGKILL; resolves when it is gone. */
  stop(): Promise<void>;
}

export interface SpawnOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** All output is kept here. */
  readonly logFile: string;
}

/** Every child that was started and has not ended: stopped when the bench itself is interrupted. */
const children = new Set<Child>();
export const stopAllChildren = (): Promise<unknown> => Promise.all([...children].map((child) => child.stop()));

export function startChild(options: SpawnOptions): Child {
  const { command, args, env, cwd, logFile } = options;
  const processChild = spawn(command, [...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(cwd === undefined ? {} : { cwd }),
  });
  const log = createWriteStream(logFile, { flags: 'a' });
  const tail: string[] = [];
  const watchers = new Set<(line: string) => void>();
  for (const stream of [processChild.stdout, processChild.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      log.write(`${line}\n`);
      tail.push(line);
      if (tail.length > TAIL_LINES) tail.shift();
      for (const watcher of watchers) watcher(line);
    });
  }
  const exited = exitOf(processChild);
  let running = true;
  const child: Child = {
    pid: processChild.pid ?? 0,
    exited,
    get running() {
      return running;
    },
    line: (pattern, timeoutMs) => firstLine({ watchers, tail, exited, what: `${command} ${args.join(' ')}` }, pattern, timeoutMs),
    async stop() {
      if (!running) return;
      processChild.kill('SIGTERM');
      await Promise.race([exited, sleep(STOP_TIMEOUT_MS, undefined, { ref: false })]);
      if (running) processChild.kill('SIGKILL');
      await exited;
    },
  };
  children.add(child);
  void exited
    .finally(() => {
      running = false;
      children.delete(child);
      log.end();
    })
    .catch(() => undefined);
  return child;
}

function exitOf(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
}

interface Lines {
  readonly watchers: Set<(line: string) => void>;
  readonly tail: readonly string[];
  readonly exited: Promise<number | null>;
  readonly what: string;
}

async function firstLine(lines: Lines, pattern: RegExp, timeoutMs: number): Promise<RegExpExecArray> {
  const controller = new AbortController();
  let watcher = (_line: string): void => undefined;
  const found = new Promise<RegExpExecArray>((resolve) => {
    watcher = (line) => {
      const match = pattern.exec(line);
      if (match !== null) resolve(match);
    };
    lines.watchers.add(watcher);
    for (const line of lines.tail) watcher(line);
  });
  const fail = (why: string): never => {
    throw new Error(`${lines.what}: ${why} before a line like ${pattern.source}\n${lines.tail.join('\n')}`);
  };
  try {
    return await Promise.race([
      found,
      lines.exited.then((code) => fail(`ended with ${code}`)),
      sleep(timeoutMs, undefined, { signal: controller.signal }).then(() => fail(`${timeoutMs} ms passed`)),
    ]);
  } finally {
    controller.abort();
    lines.watchers.delete(watcher);
  }
}

export interface Usage {
  /** User and system time of all its threads so far, and of its ended children that it waited for. */
  readonly cpuSeconds: number;
  readonly rssBytes: number;
  /** The most it ever had (VmHWM). */
  readonly peakRssBytes: number;
}

/** Linux reports times in 1/100 s on every architecture that Node runs on. */
const TICKS_PER_SECOND = 100;

/** Null where there is no /proc or the process has ended. */
export async function usageOf(pid: number): Promise<Usage | null> {
  try {
    const [stat, status] = await Promise.all([readFile(`/proc/${pid}/stat`, 'utf8'), readFile(`/proc/${pid}/status`, 'utf8')]);
    // The second field is the name in brackets and may hold blanks: count from the closing one. utime is field 14 of proc(5).
    const fields = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const ticks = [11, 12, 13, 14].reduce((sum, index) => sum + (fields[index] ?? 0), 0);
    const bytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0) * 1024;
    return { cpuSeconds: ticks / TICKS_PER_SECOND, rssBytes: bytes('VmRSS'), peakRssBytes: bytes('VmHWM') };
  } catch {
    return null;
  }
}

/** CPU seconds of a process and of all that descend from it, living or waited for (a Postgres server with its backends). */
export async function treeCpuSeconds(pid: number): Promise<number> {
  const own = await usageOf(pid);
  const list = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  const below = await Promise.all(
    list
      .split(' ')
      .filter((text) => text !== '')
      .map((text) => treeCpuSeconds(Number(text))),
  );
  return below.reduce((sum, seconds) => sum + seconds, own?.cpuSeconds ?? 0);
}
