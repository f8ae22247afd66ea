/** What an import answers: every line of the file is in one of its counts, and every one that is not simply there is named. */
import type { Fault, SightingDocument } from '#lib/contracts';
import { parseIdentifier, type SignatureVerdict } from '#lib/domain';
import { group } from '../progress.ts';
import type { ImportedEvidence } from './import-evidence.ts';
import type { LogKnownBy, SignedLists } from './import-sign.ts';
import { printable } from './printable.ts';

/** Lines shown in full on the terminal; all of them are under --json, the rejected ones in --rejects. */
export const SHOWN_LINES = 20;

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

export interface FailingIdentifier {
  readonly id: string;
  /** Such as the check digit that was computed. */
  readonly reason: string;
}

/** Accepted, with identifiers that fail their check: each is an open question of its timeline. */
export interface FailingLine {
  readonly line: number;
  readonly id?: string;
  readonly identifiers: readonly FailingIdentifier[];
}

/** The items of a sighting whose identifiers fail their check. */
export function failingOf({ items = [] }: SightingDocument): FailingIdentifier[] {
  return items.flatMap(({ id }) => {
    const read = parseIdentifier(id);
    return read.ok && read.check.verdict === 'invalid' ? [{ id, reason: read.check.reason }] : [];
  });
}

export interface ImportReport {
  readonly file: string;
  readonly lines: number;
  accepted: number;
  duplicates: number;
  readonly differing: DifferingLine[];
  readonly rejected: RejectedLine[];
  readonly failingChecks: FailingLine[];
  readonly evidence: ImportedEvidence;
  /** `undefined`: nothing was. */
  signed: SignedLists | undefined;
  readonly dryRun: boolean;
  /** Counts are of what went in; false: of what was judged. */
  written: boolean;
  /** Lines in no count are not known of. */
  brokeOff: boolean;
}

export interface ReportOptions {
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
}

export function jsonReport(report: ImportReport): object {
  const rejected = report.rejected.map(({ line, id, faults }) => ({ line, id, errors: faults }));
  const { file, lines, duplicates, differing, failingChecks, dryRun, evidence, signed, written, accepted: acceptable } = report;
  const counts = written ? { accepted: acceptable } : { accepted: 0, acceptable };
  return { file, lines, ...counts, written, duplicates, differing, rejected, failingChecks, evidence, signed, dryRun };
}

export function printReport(report: ImportReport, options: ReportOptions): void {
  if (options.json === true) return void process.stdout.write(`${JSON.stringify(jsonReport(report))}\n`);
  const { written: kept } = report;
  printRejected(report);
  if (options.quiet !== true) printDiffering(report);
  if (options.verbose === true) printFailing(report);
  const acceptedText = kept ? 'accepted' : report.dryRun ? 'would be accepted' : 'would have been accepted';
  const counts = `${group(report.accepted)} ${acceptedText}, ${group(report.duplicates)} already there, ${group(report.rejected.length)} rejected`;
  const missing = report.lines - report.accepted - report.duplicates - report.rejected.length;
  const unknown = report.brokeOff && missing > 0 ? `, ${group(missing)} not known of` : '';
  const nothing = report.dryRun
    ? ' Nothing written (dry run).'
    : report.brokeOff
      ? ' Nothing written.'
      : ' Nothing written (--on-error rollback).';
  process.stdout.write(`${group(report.lines)} lines: ${counts}${unknown}.${kept ? '' : nothing}\n`);
  printFailingCount(report, options);
  printEvidence(report.evidence);
  printSigned(report);
}

const KNOWN_BY: Readonly<Record<LogKnownBy, string>> = {
  'pinned-key': 'as it is pinned here',
  pin: 'which is pinned here; the server shows no head that could be held against that',
  server: 'as the server calls it: no log of this name is pinned here (custody checkpoint pin)',
};

const SAYS: Readonly<Record<SignatureVerdict | 'nothing', string>> = {
  valid: 'valid',
  revoked: 'revoked: the key was revoked before; the events are in all the same',
  'unknown-key': "unknown-key: the key is not registered as your agency's (custody signer add); sign again once it is, with a key that is",
  bad: 'bad: not signed as the ledger reads it',
  'other-bytes': 'other-bytes: the ledger has other bytes under these ids',
  'not-judged': 'not judged: too many lists name these events',
  nothing: 'nothing yet; the same import asks again',
};

/** What was signed, for which log, and what the ledger says to it. */
function printSigned({ signed, differing }: ImportReport): void {
  if (signed === undefined) return;
  const { events, lists, agency, log, logKnownBy } = signed;
  const print = (line: string): void => void process.stdout.write(`${printable(line)}\n`);
  print(
    `Signed: ${group(events)} ${events === 1 ? 'event' : 'events'} in ${group(lists.length)} ${lists.length === 1 ? 'list' : 'lists'}, for ${agency} in the log ${log}, ${KNOWN_BY[logKnownBy]}.`,
  );
  for (const verdict of new Set(lists.map((list) => list.verdict))) {
    const count = lists.filter((list) => list.verdict === verdict).length;
    print(`The ledger says to ${count === lists.length ? 'all of them' : `${group(count)} of them`}: ${SAYS[verdict ?? 'nothing']}.`);
  }
  if (differing.length > 0) print(`${group(differing.length)} of the lines are in with other bytes, which are not signed.`);
}

function printEvidence({ received, known, differing, open, unsupported }: ImportedEvidence): void {
  for (const ref of differing.slice(0, SHOWN_LINES))
    say(`${ref} lies beside the case file with other bytes than the line cites: it was not sent`);
  if (unsupported) say('The server keeps no evidence: the files beside the case file were not sent.');
  const files = received + known + open.length;
  const unknown = open.length === 0 ? '' : `, ${group(open.length)} not known of`;
  if (files > 0)
    process.stdout.write(
      `${group(files)} ${files === 1 ? 'file' : 'files'} of evidence: ${group(received)} received, ${group(known)} there already${unknown}.\n`,
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

function printFailingCount({ failingChecks: { length }, written }: ImportReport, { verbose }: ReportOptions): void {
  if (length === 0) return;
  const lines = `${written ? 'accepted' : 'acceptable'} ${length === 1 ? 'line holds' : 'lines hold'}`;
  const more = verbose === true ? '' : ` (-v names ${length === 1 ? 'it' : 'them'})`;
  process.stdout.write(`${group(length)} ${lines} an identifier that fails its check${more}.\n`);
}

function printFailing({ failingChecks }: ImportReport): void {
  for (const { line, id, identifiers } of failingChecks)
    for (const failing of identifiers) say(`line ${line}${id === undefined ? '' : ` (${id})`}  ${failing.id}  ${failing.reason}`);
}

const say = (line: string): void => void process.stderr.write(`${printable(line)}\n`);
