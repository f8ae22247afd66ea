/** What a check found, for a person or as JSON. */
import {
  type CheckedHead,
  type Report,
  type ReportSubject,
  STEPS,
  type Statement,
  timeOf,
  toHex,
  type Verdict,
  VERDICTS,
} from '#lib/ledger';
import type { ExitCode } from '../exit-codes.ts';
import { printable } from './printable.ts';

const MARKS: Readonly<Record<Statement['state'], string>> = { established: '✓', 'not-established': '○', failed: '✗' };
const VERDICT_MARKS: Readonly<Record<Verdict, string>> = {
  verified: '✓',
  altered: '✗ ALTERED',
  'not-in-log': '✗ NOT IN LOG',
  'untrusted-key': '! UNTRUSTED KEY',
  incomplete: '○ INCOMPLETE',
  'not-checked': '? NOT CHECKED',
};
const STEP_WIDTH = 13;

export interface ReportOptions {
  readonly json?: boolean;
  readonly explain?: boolean;
  /** Nobody was asked. */
  readonly offline?: boolean;
  /** It is about heads of the log: no record was looked at, and nothing is said of any. */
  readonly headsAlone?: boolean;
  /** Whether something was kept for the next check. */
  readonly kept?: string;
}

/** Prints it; the verdict's exit code. */
export function printVerdict(subject: string, report: Report, options: ReportOptions): ExitCode {
  const { verdict } = report;
  if (options.json === true) process.stdout.write(`${JSON.stringify({ subject, exitCode: VERDICTS[verdict], ...jsonOf(report) })}\n`);
  else process.stdout.write(textOf(subject, report, options));
  return VERDICTS[verdict];
}

function jsonOf({ verdict, summary, statements, head, subject: about }: Report): object {
  return {
    verdict,
    summary,
    ...(about === undefined ? {} : { about: subjectJson(about) }),
    statements,
    head: head === null ? null : headJson(head),
  };
}

const subjectJson = ({ covers, since, ...about }: ReportSubject): object => ({
  ...about,
  covers: numberOf(covers),
  since: numberOf(since),
});
const numberOf = (index: bigint | null): number | null => (index === null ? null : Number(index));

/** @param seen by when, and as how many witnesses say */
const headJson = ({ origin, size, root, time, seen }: CheckedHead): object => ({
  origin,
  size: Number(size),
  root: toHex(root),
  time,
  ...(seen === undefined ? {} : { seen: { by: timeOf(seen.seconds), witnesses: seen.witnesses } }),
});

function textOf(subject: string, { verdict, summary, statements }: Report, { explain, offline, headsAlone, kept }: ReportOptions): string {
  const where =
    verdict === 'verified' ? (offline === true ? ' Checked here, without the server.' : ' Checked here; the server is not believed.') : '';
  const lines = [`${VERDICT_MARKS[verdict]} ${printable(subject)}: ${printable(summary)}${where}`];
  const steps = new Set<string>();
  for (const { step, state, says, about, code } of statements) {
    const tail = state === 'established' ? '' : `  [${code ?? ''}]`;
    lines.push(
      `  ${MARKS[state]} ${step.padEnd(STEP_WIDTH)} ${about === undefined ? '' : `${printable(about)}: `}${printable(says)}${tail}`,
    );
    if (explain === true && !steps.has(step)) lines.push(`    ${' '.repeat(STEP_WIDTH)} ${STEPS[step]}`);
    steps.add(step);
  }
  if (verdict === 'verified' && headsAlone === true) lines.push('  Heads alone were looked at: this says nothing of any record.');
  else if (verdict === 'verified')
    lines.push('  This shows that nothing was changed since it was sealed. It does not show that what was reported is true.');
  if (verdict === 'untrusted-key')
    lines.push(
      '  Pin the log with `custody checkpoint pin`, or name its key with --key: `custody checkpoint key` prints it where it is sealed.',
    );
  if (kept !== undefined) lines.push(`  ${kept}`);
  return `${lines.join('\n')}\n`;
}
