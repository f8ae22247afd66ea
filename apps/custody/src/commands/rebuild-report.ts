/** What `custody rebuild --verify` found: digests of what is derived, before and after, and against those that another version printed. */
import type { TimelinesDigest } from '#app/gateway';
import type { TableDigest } from '#lib/store';
import { CommandError, EXIT } from '../exit-codes.ts';
import { group } from '../progress.ts';

/** One thing derived and its digests. */
export interface DerivedDigest {
  /** A derived table, or `timelines`: every item's timeline as this version folds it. */
  readonly name: string;
  /** Of a table; of timelines the items. */
  readonly rows: number;
  /** Of timelines null: they are stored nowhere, so that there is nothing before. */
  readonly before: string | null;
  readonly after: string;
  /** As the other version printed it; null: nothing to compare with. */
  readonly expected: string | null;
  /** `after` is what `before` and `expected` say. */
  readonly equal: boolean;
}

export interface RebuildReport {
  /** Name of the log: digests of two ledgers do not compare. */
  readonly log: string;
  readonly entries: number;
  readonly equal: boolean;
  readonly derived: readonly DerivedDigest[];
}

/** What `--expect` reads: the part of an earlier report that counts. */
export type Expected = Pick<RebuildReport, 'log' | 'entries'> & { readonly derived: readonly Pick<DerivedDigest, 'name' | 'after'>[] };

interface Found {
  readonly log: string;
  readonly entries: number;
  readonly before: readonly TableDigest[];
  readonly after: readonly TableDigest[];
  readonly timelines: TimelinesDigest;
  readonly expected: Expected | null;
}

export function rebuildReport({ log, entries, before, after, timelines, expected }: Found): RebuildReport {
  const digests = [
    ...after.map(({ table, rows, sha256 }, at) => ({ name: table, rows, before: before[at]?.sha256 ?? null, after: sha256 })),
    { name: 'timelines', rows: timelines.items, before: null, after: timelines.sha256 },
  ];
  const derived = digests.map((digest) => {
    const other = expected?.derived.find(({ name }) => name === digest.name)?.after ?? null;
    return { ...digest, expected: other, equal: [digest.before, other].every((each) => each === null || each === digest.after) };
  });
  return { log, entries, equal: derived.every(({ equal }) => equal), derived };
}

export function reportText({ entries, derived }: RebuildReport): string {
  const tables = derived.filter(({ before }) => before !== null);
  const lines = derived.map(lineOf);
  const stored = tables.every(({ before, after }) => before === after);
  lines.push(
    stored
      ? `${group(entries)} entries folded again: every derived table is what it was.`
      : `${group(entries)} entries folded again, and derived tables DIFFER: what was there did not follow from the ledger by this version.`,
  );
  const compared = derived.filter(({ expected }) => expected !== null);
  const others = compared.filter(({ expected, after }) => expected !== after).map(({ name }) => name);
  if (others.length > 0) lines.push(`Not as expected: ${others.join(', ')}. This version makes something else of the same ledger.`);
  else if (compared.length > 0) lines.push('All as expected.');
  return lines.join('\n');
}

function lineOf({ name, rows, before, after, expected, equal }: DerivedDigest): string {
  const word = !equal ? 'DIFFER' : before === null && expected === null ? 'folded' : 'equal';
  const from = [before, expected].find((each) => each !== null && each !== after);
  const unit = name === 'timelines' ? 'items' : 'rows';
  return `${word.padEnd(6)}  ${name.padEnd(14)}  ${group(rows)} ${unit}  ${from === undefined ? after : `${from} -> ${after}`}`;
}

/** Throws CommandError `rebuild.not-a-digest`. */
export function readExpected(text: string, path: string): Expected {
  const value = parsed(text) as Partial<Expected> | null;
  const isDigest =
    typeof value?.log === 'string' &&
    Number.isSafeInteger(value.entries) &&
    Array.isArray(value.derived) &&
    value.derived.length > 0 &&
    value.derived.every((each: Partial<DerivedDigest> | null) => typeof each?.name === 'string' && typeof each.after === 'string');
  if (isDigest) return value as Expected;
  throw new CommandError(EXIT.usage, 'rebuild.not-a-digest', `${path} is not what custody rebuild --verify --json prints.`);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Throws CommandError `rebuild.other-ledger`. */
export function checkSameLedger(expected: Expected, log: string, entries: number): void {
  if (expected.log === log && expected.entries === entries) return;
  throw new CommandError(
    EXIT.conflict,
    'rebuild.other-ledger',
    `The digest is of ${group(expected.entries)} entries of ${expected.log}; here are ${group(entries)} of ${log}. Nothing was changed.`,
  );
}

/** Throws CommandError `rebuild.ledger-grew`. */
export function checkSameSize(before: number, after: number): void {
  if (before === after) return;
  const message = `The ledger grew from ${group(before)} to ${group(after)} entries while it was verified: a projector runs. It was folded again; nothing is said of it.`;
  throw new CommandError(EXIT.conflict, 'rebuild.ledger-grew', message);
}
