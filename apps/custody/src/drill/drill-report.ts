/** The result of a drill, for a person and for the README. */
import { group } from '../progress.ts';
import type { ClassResult, DrillResult, NoticedBy } from './drill.ts';

const WHAT = { pin: 'a head kept elsewhere', receipt: 'a sealed receipt', promise: 'the receipt that capture signed' } as const;

/** A Markdown table; the README has it between two lines that say so. */
export function drillTable({ classes }: DrillResult): string {
  const lines = classes.map(
    (each) =>
      `| ${each.name} | ${each.hasKey ? 'and the key' : ''} | ${aloneCell(each)} | ${codeOf(each.by)} | ${namedCell(each)} | ${heldCell(each)} | ${noticedCell(each.witness)} | ${noticedCell(each.auditing)} |`,
  );
  return [
    '| tampering, by somebody with every right on the database | has | found by the audit alone, median time | by which check | names the row | with a kept head or receipt | with a witness | with an auditing witness |',
    '|---|---|---|---|---|---|---|---|',
    ...lines,
  ].join('\n');
}

function drillSection(result: DrillResult): string {
  const { mutations, clean, entries, seed } = result;
  return [
    drillTable(result),
    '',
    WITNESSES,
    '',
    `${group(mutations)} tamperings of a ledger of ${group(entries)} entries; ${group(clean.runs)} audits of it untouched in between raised ${group(clean.alarms)} alarms. ` +
      `Again: \`custody drill tamper --own --mutations ${mutations} --seed ${seed}\`; all of it in [docs/drill.json](docs/drill.json), ` +
      `which \`npm run soak:drill\` writes.`,
  ].join('\n');
}

const [BEGIN, END] = ['<!-- drill:begin -->', '<!-- drill:end -->'];

/** README with what the drill found between the two lines that say so. Throws where it has not these lines. */
export function withDrillSection(readme: string, result: DrillResult): string {
  const [begin, end] = [readme.indexOf(BEGIN), readme.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`README.md needs ${BEGIN} and ${END}.`);
  return `${readme.slice(0, begin + BEGIN.length)}\n${drillSection(result)}\n${readme.slice(end)}`;
}

/** What a witness is and does, for whoever reads the last two columns. */
const WITNESSES =
  'With a witness: one that had cosigned the log as it was notices it when the sealer starts again, which asks what it knows, or offers it a head. It looks at heads and never at rows, so what changes no head is nothing to it. ' +
  'An auditing witness (`custody witness --map`) was started again as well, and read the log and its map links from the beginning: it sees an entry, a seal, or a link of entry and item that is not what was sealed, and nothing of content. ' +
  'Where the key is in the wrong hands before an entry is sealed, both had seen the log only up to there. A kept head is one of `checkpoint get`; the head that a witness shows is one as well. ' +
  'An event that nobody submitted, written whole before it is sealed and in an admitted name, is found by nobody: the audit tells only of names that the policy in the log never admitted.';

const aloneCell = ({ alone, unchecked, count, byCommitments, medianMs }: ClassResult): string => {
  const rest = unchecked === 0 ? '' : `${alone === 0 ? '' : ', else'} *could not check* (${group(unchecked)})`;
  if (alone === 0) return `**no** (0 of ${group(count)})${rest === '' ? '' : `, but${rest}`}`;
  const share = `${group(alone)} of ${group(count)}, ${(medianMs ?? 0).toFixed(0)} ms`;
  return `${byCommitments === 0 ? `${share}, by the content` : share}${rest}`;
};
const codeOf = (by: Readonly<Record<string, number>>): string => {
  const codes = Object.keys(by);
  return codes.length === 0 ? '' : `\`${codes[0] ?? ''}\`${codes.length > 1 ? ` and ${codes.length - 1} more` : ''}`;
};
const namedCell = ({ named, alone, count }: ClassResult): string =>
  alone === 0 ? '' : named === null ? 'no row is' : named === count ? 'yes' : `${group(named)} of ${group(count)}`;
const heldCell = ({ held, count }: ClassResult): string =>
  held === null ? '' : `${WHAT[held.what]}: ${group(held.found)} of ${group(count)} (${codeOf(held.by)})`;

const noticedCell = ({ shown, noticed, by }: NoticedBy): string =>
  noticed === 0 ? `no (0 of ${group(shown)})` : `${group(noticed)} of ${group(shown)} (${codesOf(by)})`;
/** A code of the catalogue as one; words as they are. */
const codesOf = (by: Readonly<Record<string, number>>): string =>
  Object.keys(by)
    .map((code) => (/^[a-z]+\.[a-z-]+$/.test(code) ? `\`${code}\`` : code))
    .join(', ');

/** For a terminal. */
export function drillText(result: DrillResult): string {
  const { seed, mutations, clean, entries, classes, seconds } = result;
  const width = Math.max(...classes.map(({ name }) => name.length));
  const lines = classes.flatMap((each) => {
    const first = `${each.asClaimed ? 'ok  ' : 'FAIL'}  ${each.name.padEnd(width)}  ${each.hasKey ? 'key' : '   '}  ${aloneText(each)}`;
    const more = [heldText(each), noticedText('a witness', each.witness), noticedText('an auditing witness', each.auditing)];
    return [first, ...more.filter((text) => text !== '').map((text) => `      ${' '.repeat(width)}       ${text}`)];
  });
  const missed = classes.filter(({ alone }) => alone === 0);
  const nobody = missed.filter(
    ({ unchecked, held, witness, auditing }) => unchecked + (held?.found ?? 0) + witness.noticed + auditing.noticed === 0,
  );
  const failed = classes.filter(({ asClaimed }) => !asClaimed);
  return [
    `${group(mutations)} tamperings of ${classes.length} classes with a copy of ${group(entries)} entries, seed ${seed}, in ${seconds.toFixed(1)} s.`,
    '',
    ...lines,
    '',
    `Clean runs in between: ${group(clean.runs)}, false alarms: ${group(clean.alarms)}${clean.alarms === 0 ? '' : ` (${codesOf(clean.by)})`}.`,
    missed.length === 0
      ? 'Every class is found by the audit alone.'
      : `NOT found by an audit of the database alone: ${missed.map(({ name }) => name).join('; ')}. Found by whoever kept a head or a receipt elsewhere, where it is said above.`,
    ...(nobody.length === 0 ? [] : [`Found by NOBODY: ${nobody.map(({ name }) => name).join('; ')}.`]),
    ...(failed.length === 0 ? [] : [`NOT as claimed: ${failed.map(({ name }) => name).join('; ')}.`]),
    'key: whoever tampered has the log key too. What was kept from every seal no audit can miss: that is what receipts are for. What nobody submitted and somebody wrote whole before a seal, nothing shows.',
  ].join('\n');
}

function aloneText({ alone, unchecked, count, by, named, medianMs, byCommitments }: ClassResult): string {
  const rest = unchecked === 0 ? '' : `, ${group(unchecked)} could not be checked`;
  if (alone === 0) return `0 of ${group(count)} by the audit alone${rest}`;
  const rows = named === null ? '' : `, row named ${group(named)}`;
  const part = byCommitments < alone ? ` (${group(byCommitments)} without the content)` : '';
  const codes = Object.entries(by).map(([code, times]) => (times === alone ? code : `${code} ${group(times)}`));
  return `${group(alone)} of ${group(count)}${part}${rest}${rows}, ${(medianMs ?? 0).toFixed(0)} ms, ${codes.slice(0, 3).join(', ')}`;
}

const heldText = ({ held, count }: ClassResult): string =>
  held === null ? '' : `with ${WHAT[held.what]}: ${group(held.found)} of ${group(count)}, ${Object.keys(held.by).slice(0, 3).join(', ')}`;

const noticedText = (who: string, { shown, noticed, by }: NoticedBy): string =>
  noticed === 0 ? '' : `with ${who}: ${group(noticed)} of the ${group(shown)} shown, ${Object.keys(by).slice(0, 3).join(', ')}`;
