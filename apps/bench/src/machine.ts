/** What a figure depends on beside the code: the machine, its load, the versions, the commit. */
import { execFileSync } from 'node:child_process';
import { cpus, loadavg, release, totalmem } from 'node:os';

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly system: string;
  readonly node: string;
}

export function describeMachine(): Machine {
  const all = cpus();
  return {
    cpu: all[0]?.model.trim() ?? 'unknown',
    cores: all.length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${process.platform} ${process.arch} ${release()}`,
    node: process.version,
  };
}

/** The one-minute load average (0 where the system has none). Above the number of cores other work took part of the machine. */
export const loadAverage = (): number => Math.round((loadavg()[0] ?? 0) * 100) / 100;

export interface Revision {
  readonly commit: string;
  /** Source files differ from the commit. */
  readonly dirty: boolean;
}

/** The checked-out commit; `unknown` where there is no git. The bench's own output does not make it dirty. */
export function revision(root: string): Revision {
  try {
    const git = (...args: string[]) =>
      execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
    const changed = git('status', '--porcelain', '--', 'apps', 'libs', 'package-lock.json', ':!docs/bench');
    return { commit: git('rev-parse', '--short=12', 'HEAD'), dirty: changed !== '' };
  } catch {
    return { commit: 'unknown', dirty: true };
  }
}
