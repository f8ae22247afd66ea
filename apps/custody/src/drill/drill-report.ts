/** The result of a drill, for a person and for the README. */
import { group } from '../progress.ts';
import type { ClassResult, DrillResult } from './drill.ts';

const WHAT = { pin: 'a head kept elsewhere', receipt: 'a sealed receipt' } as const;

/** A Markdown table; the README has it between two lines that say so. */
export function drillTable({ classes }: DrillResult): string {
  const lines = classes.map(
    (each) =>
      `| ${each.name} | ${each.hasKey ? 'and the key' : ''} | ${aloneCell(each)} | ${codeOf(each.by)} | ${namedCell(each)} | ${heldCell(each)} |`,
  );
  return [
    '| tampering, by somebody with every right on the database | has | found by the audit alone, median time | by which check | names the row | found with |',
    '|---|---|---|---|---|---|',
    ...lines,
  ].join('\n');
}

/** What the README says of it. */
export function drillSection(result: DrillResult): string {
  const { mutations, clean, entries, seed } = result;
  return [
    drillTable(result),
    '',
    `${group(mutations)} tamperings of a ledger of ${group(entries)} entries; ${group(clean.runs)} audits of it untouched in between raised ${group(clean.alarms)} alarms. ` +
      `Again: \`custody drill tamper --own --mutations ${mutations} --seed ${seed}\`; all of it in [docs/drill.json](docs/drill.json).`,
  ].join('\n');
}

const aloneCell = ({ alone, count, byCommitments, medianMs }: ClassResult): string => {
  if (alone === 0) return `**no** (0 of ${group(count)})`;
  const share = `${group(alone)} of ${group(count)}, ${(medianMs ?? 0).toFixed(0)} ms`;
  return byCommitments === 0 ? `${share}, by the content` : share;
};
const codeOf = (by: Readonly<Record<string, number>>): string => {
  const codes = Object.keys(by);
  return codes.length === 0 ? '' : `\`${codes[0] ?? ''}\`${codes.length > 1 ? ` and ${codes.length - 1} more` : ''}`;
};
const namedCell = ({ named, alone, count }: ClassResult): string =>
  alone === 0 ? '' : named === null ? 'no row is' : named === count ? 'yes' : `${group(named)} of ${group(count)}`;
const heldCell = ({ held, count }: ClassResult): string =>
  held === null ? '' : `${WHAT[held.what]}: ${group(held.found)} of ${group(count)} (${codeOf(held.by)})`;

/** For a terminal. */
export function drillText(result: DrillResult): string {
  const { seed, mutations, clean, entries, classes, seconds } = result;
  const width = Math.max(...classes.map(({ name }) => name.length));
  const lines = classes.flatMap((each) => {
    const first = `${each.asClaimed ? 'ok  ' : 'FAIL'}  ${each.name.padEnd(width)}  ${each.hasKey ? 'key' : '   '}  ${aloneText(each)}`;
    return each.held === null ? [first] : [first, `      ${' '.repeat(width)}       ${heldText(each)}`];
  });
  const missed = classes.filter(({ alone }) => alone === 0);
  const failed = classes.filter(({ asClaimed }) => !asClaimed);
  return [
    `${group(mutations)} tamperings of ${classes.length} classes with a copy of ${group(entries)} entries, seed ${seed}, in ${seconds.toFixed(1)} s.`,
    '',
    ...lines,
    '',
    `Clean runs in between: ${group(clean.runs)}, false alarms: ${group(clean.alarms)}.`,
    missed.length === 0
      ? 'Every class is found by the audit alone.'
      : `NOT found by an audit of the database alone: ${missed.map(({ name }) => name).join('; ')}. Found by whoever kept a head or a receipt elsewhere.`,
    ...(failed.length === 0 ? [] : [`NOT as claimed: ${failed.map(({ name }) => name).join('; ')}.`]),
    'key: whoever tampered has the log key too. What nobody submitted, and what was kept from every seal, no audit can miss: that is what receipts are for.',
  ].join('\n');
}

function aloneText({ alone, count, by, named, medianMs, byCommitments }: ClassResult): string {
  if (alone === 0) return `0 of ${group(count)} by the audit alone`;
  const rows = named === null ? '' : `, row named ${group(named)}`;
  const part = byCommitments < alone ? ` (${group(byCommitments)} without the content)` : '';
  const codes = Object.entries(by).map(([code, times]) => (times === alone ? code : `${code} ${group(times)}`));
  return `${group(alone)} of ${group(count)}${part}${rows}, ${(medianMs ?? 0).toFixed(0)} ms, ${codes.slice(0, 3).join(', ')}`;
}

const heldText = ({ held, count }: ClassResult): string =>
  held === null ? '' : `with ${WHAT[held.what]}: ${group(held.found)} of ${group(count)}, ${Object.keys(held.by).slice(0, 3).join(', ')}`;
