/** The JSON result of a run: what README's table is made of, and what the next run is compared with. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Machine } from '../../chaos/src/machine.ts';
import type { BenchOptions } from './options.ts';
import type { Revision } from './revision.ts';
import type { Outcome } from './rounds.ts';

/** Where the committed result stands, from the project's root. */
export const RESULT_PATH = join('docs', 'bench', 'result.json');

export interface GoalVerdict {
  readonly letter: string;
  readonly goal: string;
  /** Absent: what it needs was skipped. */
  readonly value?: number;
  readonly reached: boolean | null;
}

/** Resident memory of one process over a run: seconds since it was ready, and mebibytes. */
export interface MemorySeries {
  readonly what: string;
  readonly points: readonly (readonly [seconds: number, mebibytes: number])[];
}

export interface BenchResult {
  readonly version: 1;
  readonly revision: Revision;
  readonly started: string;
  readonly ended: string;
  readonly sizes: Readonly<Record<string, unknown>>;
  readonly seed: number;
  readonly machine: Machine;
  /** Versions and settings of the servers. */
  readonly engines: Readonly<Record<string, string>>;
  /** One-minute load average before the run and after each round. */
  readonly load: readonly number[];
  /** Microseconds of one SHA-256 of 65 bytes at the same moments: how fast a core was that others may have used too. */
  readonly hashMicros?: readonly number[];
  readonly goals: readonly GoalVerdict[];
  readonly measures: Readonly<Record<string, Outcome>>;
  readonly memory: readonly MemorySeries[];
}

/** Where the result goes: a relative path counts from the project's folder. */
export const resultFile = (root: string, { out, sizes }: Pick<BenchOptions, 'out' | 'sizes'>): string =>
  resolve(root, out ?? (sizes.name === 'quick' ? join('.custody', 'bench', 'result.json') : RESULT_PATH));

export async function writeResult(file: string, result: BenchResult): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `${JSON.stringify(result, roundNumbers, 2)}\n`);
}

/** Throws when the file is missing or of another version. */
export async function readResult(file: string): Promise<BenchResult> {
  const result = JSON.parse(await readFile(file, 'utf8')) as BenchResult;
  if (result.version !== 1) throw new Error(`${file} is of version ${String(result.version)}, not 1.`);
  return result;
}

/** Five significant digits: the rest is noise and makes the file's history unreadable. */
function roundNumbers(_key: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(5)) : value;
}
