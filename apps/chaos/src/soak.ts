/**
 * The committed result of a soak run (docs/soak.json), and whether it still speaks about this code: it names the paths that it covers and the
 * hash of their files.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { git, isDirty, type Machine } from './machine.ts';
import { holds, type RowResult } from './outcome.ts';
import type { Sizes } from './sizes.ts';

export const SOAK_FILE = 'docs/soak.json';
export const CHAOS_PAGE = 'docs/chaos.md';

/** Suites show what a long run shows again, and change nothing of it. */
export const BUT_SUITES = [':(exclude,glob)**/*.spec.ts', ':(exclude,glob)**/*.contract.ts'] as const;

/** What a row's outcome depends on: pathspecs, as git reads them. */
export const COVERED_PATHS = [
  'apps/audit',
  'apps/capture',
  'apps/chaos',
  'apps/custody',
  'apps/evidence',
  'apps/gateway',
  'apps/projector',
  'apps/sealer',
  'deploy/kafka',
  'libs',
  'package-lock.json',
  ...BUT_SUITES,
] as const;

/** After so long a result about other code is no evidence any more. */
const OUTDATED_DAYS_MAX = 7;
const DAY_MS = 86_400_000;

/**
 * The result with these rows in place of what is kept of the same code; rows that were run on other code count for nothing. A row that did not
 * hold and is run again says so for ever after.
 */
export function withRows(kept: SoakResult | null, result: SoakResult, order: readonly string[]): SoakResult {
  const before = kept !== null && kept.treeHash === result.treeHash && kept.seed === result.seed ? kept : null;
  const rows = new Map((before?.rows ?? []).map((row) => [row.title, row]));
  for (const row of result.rows) {
    const was = rows.get(row.title);
    const failedBefore = was === undefined ? 0 : (was.failedBefore ?? 0) + (holds(was) ? 0 : 1);
    rows.set(row.title, failedBefore === 0 ? row : { ...row, failedBefore });
  }
  const ordered = order.flatMap((title) => rows.get(title) ?? []);
  return { ...result, started: before?.started ?? result.started, machine: before?.machine ?? result.machine, rows: ordered };
}

/** What every committed result of a long run says of itself. */
export interface KeptResult {
  readonly version: 1;
  readonly commit: string;
  /** `load`: one-minute load average at the start. */
  readonly machine: Machine & { readonly load: number };
  /** RFC 3339 UTC. */
  readonly started: string;
  readonly ended: string;
  readonly covers: readonly string[];
  /** Of the covered files at the commit. */
  readonly treeHash: string;
}

export interface SoakResult extends KeptResult {
  readonly seed: number;
  readonly sizes: Sizes;
  readonly rows: readonly RowResult[];
}

export interface Revision {
  readonly commit: string;
  readonly committedAt: Date;
  readonly treeHash: string;
  /** The covered paths differ from the commit. */
  readonly dirty: boolean;
}

/** Null where there is no git. @param paths that a result covers */
export function revisionOf(root: string, paths: readonly string[] = COVERED_PATHS): Revision | null {
  try {
    const [commit = '', seconds = '0'] = git(root, 'log', '-1', '--format=%h %ct').split(' ');
    return {
      commit,
      committedAt: new Date(Number(seconds) * 1_000),
      treeHash: treeHash(root, paths),
      dirty: isDirty(root, paths),
    };
  } catch {
    return null;
  }
}

/** Of the files, as the index has them: mode, hash and name of each. Throws where there are none. */
export function treeHash(root: string, paths: readonly string[]): string {
  const files = git(root, 'ls-files', '--stage', '--', ...paths);
  if (files === '') throw new Error(`there are no files at ${paths.join(' ')}`);
  return createHash('sha256').update(files).digest('hex');
}

/** The first commit after the result's that changed what it covers; the newest where the result's own is not known here. */
export function outdatedSince(root: string, { commit, covers }: Pick<SoakResult, 'commit' | 'covers'>): string {
  try {
    return git(root, 'log', '--reverse', '--format=%h', `${commit}..HEAD`, '--', ...covers).split('\n')[0] ?? 'HEAD';
  } catch {
    return git(root, 'log', '-1', '--format=%h');
  }
}

/**
 * Whether a result that is not there was there once: a commit of this history has the file. One that was never made is owed before a release
 * and nothing else; one that was made and taken away would leave nobody to say that it is outdated. False where there is no git to ask.
 */
export function wasRemoved(root: string, file: string): boolean {
  try {
    return !existsSync(join(root, file)) && git(root, 'log', '-1', '--format=%h', '--', file) !== '';
  } catch {
    return false;
  }
}

export type Standing = 'current' | 'outdated' | 'too-old';

/** @param current what is checked out */
export function standingOf(result: Pick<SoakResult, 'treeHash' | 'ended'>, current: Pick<Revision, 'treeHash' | 'committedAt'>): Standing {
  if (result.treeHash === current.treeHash) return 'current';
  const days = (current.committedAt.getTime() - Date.parse(result.ended)) / DAY_MS;
  return days > OUTDATED_DAYS_MAX ? 'too-old' : 'outdated';
}
