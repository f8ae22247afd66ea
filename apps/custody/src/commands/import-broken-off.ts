/** What is said of an import that broke off: how far it came, and what to do. */
import { CommandError, EXIT } from '../exit-codes.ts';
import { group } from '../progress.ts';
import { type ImportReport, jsonReport, SHOWN_LINES } from './import-report.ts';

/**
 * The failure with what is known to be in. An error that is none of ours (a bug, a disk) stays as it is.
 * @param cited the files of evidence that the lines which are in cite, in the order in which they are sent
 */
export function brokenOff(error: unknown, report: ImportReport, cited: readonly string[]): unknown {
  if (!(error instanceof CommandError)) return error;
  const { exitCode, code, message, remedy, more } = error;
  const there = report.written ? report.accepted + report.duplicates : 0;
  const said = `${message} ${group(there)} of ${group(report.lines)} lines are known to be in.${evidenceSaid(report, cited)}`;
  const passes = exitCode === EXIT.temporary || exitCode === EXIT.interrupted;
  const when = exitCode === EXIT.temporary ? ' when the server answers' : '';
  const again = passes ? `Run the same import again${when}: what is there already is not doubled.` : remedy;
  return new CommandError(exitCode, code, said, again, { ...more, report: jsonReport(report) });
}

function evidenceSaid({ written, evidence: { open } }: ImportReport, cited: readonly string[]): string {
  if (!written || cited.length === 0) return '';
  const of = ` Of ${group(cited.length)} ${cited.length === 1 ? 'file' : 'files'} of evidence`;
  if (open.length === 0) return `${of} none was sent yet.`;
  const held = cited.slice(0, cited.length - open.length);
  if (held.length === 0) return `${of} none is known to be in.`;
  return `${of} ${group(held.length)} ${held.length === 1 ? 'is' : 'are'} known to be in: ${named(held)}. Not known of: ${named(open)}.`;
}

const named = (refs: readonly string[]): string =>
  `${refs.slice(0, SHOWN_LINES).join(', ')}${refs.length > SHOWN_LINES ? ` and ${group(refs.length - SHOWN_LINES)} more` : ''}`;
