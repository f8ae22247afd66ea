/** The JSON result of a run: what README's table is made of, and what the next run is compared with. */
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Machine } from '../../chaos/src/machine.ts';
import type { BenchOptions } from './options.ts';
import type { Revision } from './revision.ts';
import type { Outcome } from './rounds.ts';

/** A committed result: one run of some of the measures, and README's table of it. */
export interface Part {
  readonly name: string;
  /** From the project's root. */
  readonly path: string;
  /** Of the goals that it judges. */
  readonly letters: string;
  /** Of the measures that it shows: (b) is what (j) is compared with, and (a) what (s) is. */
  readonly shown: string;
}

/** Several, since each takes the better half of an hour, and a change to one seldom changes the others. */
export const PARTS: readonly Part[] = [
  { name: 'bench', path: join('docs', 'bench', 'result.json'), letters: 'abcdefghiop', shown: 'abcdefghiop' },
  { name: 'bench-proof', path: join('docs', 'bench', 'proof.json'), letters: 'jklmn', shown: 'bjklmn' },
  { name: 'bench-journey', path: join('docs', 'bench', 'journey.json'), letters: 'qrs', shown: 'aqrs' },
];

/** What of a run belongs to this part; null: none of its letters was asked for. */
export function partOf(result: BenchResult, part: Part, only: readonly string[]): BenchResult | null {
  if (!only.some((letter) => part.letters.includes(letter))) return null;
  return {
    ...result,
    goals: result.goals.filter(({ letter }) => part.letters.includes(letter)),
    measures: Object.fromEntries(Object.entries(result.measures).filter(([, { title }]) => part.shown.includes(title.charAt(0)))),
  };
}

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

/**
 * The files of a run, absolute: the committed results of what was asked for; of a quick run, which says nothing about a machine's speed, or with
 * `--out` one file with all of it.
 */
export function filesOf(
  root: string,
  result: BenchResult,
  { out, sizes, only }: Pick<BenchOptions, 'out' | 'sizes' | 'only'>,
): [string, BenchResult][] {
  const whole = out ?? (sizes.name === 'quick' ? join('.custody', 'bench', 'result.json') : undefined);
  if (whole !== undefined) return [[resolve(root, whole), result]];
  return PARTS.flatMap((part): [string, BenchResult][] => {
    const kept = partOf(result, part, only);
    return kept === null ? [] : [[resolve(root, part.path), kept]];
  });
}

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

/** The committed result of a part; null: it was never measured. Throws for a file of another version. */
export async function readKept(root: string, { path }: Pick<Part, 'path'>): Promise<BenchResult | null> {
  const file = join(root, path);
  return existsSync(file) ? readResult(file) : null;
}

/** Five significant digits: the rest is noise and makes the file's history unreadable. */
function roundNumbers(_key: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(5)) : value;
}
