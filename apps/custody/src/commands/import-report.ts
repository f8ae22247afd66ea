/** What an import answers: every line of the file is in one of its counts, and every one that is not simply there is named. */
import type { Fault } from '#lib/contracts';
import { group } from '../progress.ts';
import type { ImportedEvidence } from './import-evidence.ts';
import { printable } from './printable.ts';

/** Lines shown in full on the terminal; all of them are under --json, the rejected ones in --rejects. */
const SHOWN_LINES = 20;

export interface RejectedLine {
  readonly line: number;
  readonly id?: string;
  /** As it was in the file, without its line feed. */
  readonly raw: Buffer;
  readonly faults: readonly Fault[];
}

/** Counted as already there, and what the ledger has otherwise than this import would have made it. */
export interface DifferingLine {
  readonly line: number;
  readonly id: string;
  readonly differences: readonly string[];
}

export interface ImportReport {
  readonly file: string;
  readonly lines: number;
  accepted: number;
  duplicates: number;
  readonly differing: DifferingLine[];
  readonly rejected: RejectedLine[];
  readonly evidence: ImportedEvidence;
  readonly dryRun: boolean;
}

export interface ReportOptions {
  readonly onError: 'rollback' | 'proceed';
  readonly json?: boolean;
  readonly quiet?: boolean;
}

export function written(report: ImportReport, options: ReportOptions): boolean {
  return !report.dryRun && !(options.onError === 'rollback' && report.rejected.length > 0);
}

export function printReport(report: ImportReport, options: ReportOptions): void {
  const kept = written(report, options);
  if (options.json === true) {
    const rejected = report.rejected.map(({ line, id, faults }) => ({ line, id, errors: faults }));
    const { file, lines, duplicates, differing, dryRun, evidence, accepted: acceptable } = report;
    const counts = kept ? { accepted: acceptable } : { accepted: 0, acceptable };
    process.stdout.write(
      `${JSON.stringify({ file, lines, ...counts, written: kept, duplicates, differing, rejected, evidence, dryRun })}\n`,
    );
    return;
  }
  printRejected(report);
  if (options.quiet !== true) printDiffering(report);
  const acceptedText = kept ? 'accepted' : report.dryRun ? 'would be accepted' : 'would have been accepted';
  const counts = `${group(report.accepted)} ${acceptedText}, ${group(report.duplicates)} already there, ${group(report.rejected.length)} rejected`;
  const nothing = report.dryRun ? ' Nothing written (dry run).' : ' Nothing written (--on-error rollback).';
  process.stdout.write(`${group(report.lines)} lines: ${counts}.${kept ? '' : nothing}\n`);
  printEvidence(report.evidence);
}

function printEvidence({ received, known, differing, unsupported }: ImportedEvidence): void {
  for (const ref of differing.slice(0, SHOWN_LINES))
    say(`${ref} lies beside the case file with other bytes than the line cites: it was not sent`);
  if (unsupported) say('The server keeps no evidence: the files beside the case file were not sent.');
  const files = received + known;
  if (files > 0)
    process.stdout.write(
      `${group(files)} ${files === 1 ? 'file' : 'files'} of evidence: ${group(received)} received, ${group(known)} there already.\n`,
    );
}

function printRejected({ rejected }: ImportReport): void {
  for (const row of rejected.slice(0, SHOWN_LINES)) {
    for (const fault of row.faults) {
      const place = fault.offset === undefined ? (fault.pointer ?? '') : `byte ${fault.offset}`;
      const expected = fault.expected === undefined ? '' : ` Expected: ${fault.expected}`;
      const id = row.id === undefined ? '' : ` (${row.id})`;
      say(`line ${row.line}${id}  ${fault.code}  ${place}  ${fault.detail}${expected}`);
    }
  }
  if (rejected.length > SHOWN_LINES) say(`... and ${group(rejected.length - SHOWN_LINES)} more; --rejects FILE writes them all`);
}

function printDiffering({ differing }: ImportReport): void {
  if (differing.length === 0) return;
  say('There already, made from the same line, and left as they are; a correction adds what they lack:');
  for (const { line, id, differences } of differing.slice(0, SHOWN_LINES)) say(`line ${line} (${id})  ${differences.join('; ')}`);
  if (differing.length > SHOWN_LINES) say(`... and ${group(differing.length - SHOWN_LINES)} more; --json names them all`);
}

const say = (line: string): void => void process.stderr.write(`${printable(line)}\n`);
