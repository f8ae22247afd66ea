/**
 * What `custody rebuild --verify` found: digests of what is derived, before and after, and against those that another version printed; and
 * whether this program folds by the rules that its version was released with.
 */
import type { TimelinesDigest } from '#app/gateway';
import type { TableDigest } from '#lib/store';
import { CommandError, EXIT } from '../exit-codes.ts';
import type { RulesFound } from '../fold-answers/answers.ts';
import { group } from '../progress.ts';

/** One thing derived and its digests. */
export interface DerivedDigest {
  /** A derived table, or `timelines`: every item's timeline as this version folds it. */
  readonly name: string;
  /** Of a table; of timelines the items. */
  readonly rows: number;
  /** Of timelines null: they are stored nowhere, so that there is nothing before. Of keys of sightings null where they are made for the first time. */
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
  /** Nothing differs: neither what is derived nor the rules. */
  readonly equal: boolean;
  readonly derived: readonly DerivedDigest[];
  /** By which the timelines were folded. */
  readonly rules: RulesFound;
}

/** What `--expect` reads: the part of an earlier report that counts. Reports of before have no rules. */
export type Expected = Pick<RebuildReport, 'log' | 'entries'> & {
  readonly derived: readonly Pick<DerivedDigest, 'name' | 'after'>[];
  readonly rules?: Pick<RulesFound, 'sha256'>;
};

interface Found {
  readonly log: string;
  readonly entries: number;
  /** A digest is null where the table had not all of its rows yet. */
  readonly before: readonly (Omit<TableDigest, 'sha256'> & { readonly sha256: string | null })[];
  readonly after: readonly TableDigest[];
  readonly timelines: TimelinesDigest;
  readonly rules: RulesFound;
  readonly expected: Expected | null;
}

export function rebuildReport({ log, entries, before, after, timelines, rules, expected }: Found): RebuildReport {
  const digests = [
    ...after.map(({ table, rows, sha256 }, at) => ({ name: table, rows, before: before[at]?.sha256 ?? null, after: sha256 })),
    { name: 'timelines', rows: timelines.items, before: null, after: timelines.sha256 },
  ];
  const derived = digests.map((digest) => {
    const other = expected?.derived.find(({ name }) => name === digest.name)?.after ?? null;
    return { ...digest, expected: other, equal: [digest.before, other].every((each) => each === null || each === digest.after) };
  });
  const equal = rules.differing.length === 0 && derived.every((each) => each.equal);
  return { log, entries, equal, derived, rules };
}

/** @param expected as it was given to `rebuildReport` */
export function reportText({ entries, derived, rules }: RebuildReport, expected: Expected | null): string {
  const tables = derived.filter(({ before }) => before !== null);
  const lines = [...derived.map(lineOf), rulesLine(rules)];
  const stored = tables.every(({ before, after }) => before === after);
  lines.push(
    stored
      ? `${group(entries)} entries folded again: every derived table is what it was.`
      : `${group(entries)} entries folded again, and derived tables DIFFER: what was there did not follow from the ledger by this version.`,
  );
  const compared = derived.filter(({ expected }) => expected !== null);
  const others = compared.filter(({ expected, after }) => expected !== after).map(({ name }) => name);
  if (others.length > 0) lines.push(`Not as expected: ${others.join(', ')}. ${reasonOf(rules, expected)}`);
  else if (compared.length > 0) lines.push('All as expected.');
  if (rules.differing.length > 0) lines.push(...wrongRules(rules));
  return lines.join('\n');
}

function rulesLine({ cases, sha256, released, differing }: RulesFound): string {
  const [word, digest] = differing.length === 0 ? ['equal', sha256] : ['DIFFER', `${released} -> ${sha256}`];
  return `${word.padEnd(6)}  ${'rules'.padEnd(14)}  ${group(cases)} cases  ${digest}`;
}

function reasonOf(rules: RulesFound, expected: Expected | null): string {
  const theirs = expected?.rules?.sha256;
  if (theirs === undefined) return 'This version makes something else of the same ledger.';
  return theirs === rules.sha256
    ? 'The other version folds the built-in cases as this one does, so its rules explain nothing: something else of the program changed.'
    : 'The other version folds by other rules: see the change log for what they do to a timeline.';
}

/** What it means to whoever reads timelines, and what to do. */
const wrongRules = ({ cases, differing }: RulesFound): string[] => [
  `The RULES of this program are not those that its version was released with: ${group(differing.length)} of ${group(cases)} built-in cases come out otherwise: ${differing.join('; ')}.`,
  'What this program shows of an item may be wrong; what is stored is not changed by it. Install this version anew (a fresh copy, npm ci), then verify again.',
];

function lineOf({ name, rows, before, after, expected, equal }: DerivedDigest): string {
  const word = !equal ? 'DIFFER' : before === null && expected === null ? 'folded' : 'equal';
  const unit = name === 'timelines' ? 'items' : 'rows';
  const digests = before === null ? after : `${before} -> ${after}`;
  const other = expected === null || expected === after ? '' : `, expected ${expected}`;
  return `${word.padEnd(6)}  ${name.padEnd(14)}  ${group(rows)} ${unit}  ${digests}${other}`;
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
