/** An audit as an auditor wants to read it: one sentence, what was checked, what was found, and what it does not show. */
import type { AuditFinding, AuditPart, AuditRemark, AuditReport, CheckedAnchor } from '#app/audit';
import { group } from '../progress.ts';
import { printable } from './printable.ts';

const FINDINGS_SHOWN = 20;

/** A head that the log published, and who of a policy cosigned it. */
export interface PublishedHead {
  readonly size: number;
  readonly witnesses: readonly string[];
}

export function auditText(report: AuditReport, published: PublishedHead | null = null): string {
  return [
    sentence(report),
    '',
    ...checkedLines(report),
    '',
    ...anchorLines(report),
    ...publishedLines(published),
    ...findingLines(report),
    ...remarkLines(report),
    '',
    ...notShown(report),
  ].join('\n');
}

function sentence({ verdict, log, size, sealed, signed, first, counts }: AuditReport): string {
  if (verdict === 'altered' && first !== null) {
    const found = Object.values(counts).reduce((sum, count) => sum + count, 0);
    return `NOT what was recorded: ${printable(first.detail)} (${group(found)} ${found === 1 ? 'finding' : 'findings'} in all)`;
  }
  if (verdict === 'unchecked') {
    if (sealed === 0)
      return `Could not be checked: nothing of the ${group(size)} entries of ${log} is sealed. Nothing is known to be wrong.`;
    if (signed === 0)
      return `Could not be checked: no checkpoint of ${log} opens by a key that is known here. Nothing is known to be wrong.`;
    return (
      `Could not be checked to its end: the first ${group(signed)} entries of ${log} are what was signed, and no signed head stands for the ` +
      `${group(sealed - signed)} that were sealed after them. Either the sealer ended before it signed, and does so when it starts again, or somebody took the checkpoint away: hold the log against a head that was kept elsewhere (--pin).`
    );
  }
  const rest = size > signed ? ` The ${group(size - signed)} after them are not signed for yet.` : '';
  return `Verified: the first ${group(signed)} entries of ${log} are what was signed, each of them.${rest}`;
}

function checkedLines({ checked, commitments, content }: AuditReport): string[] {
  const { entries, notices, tiles, seals, checkpoints, items, itemLeaves, mapTiles, events, timelineRows, reads } = checked;
  const lines = [
    `log         ${count(entries, 'entry', 'entries')} and ${group(notices)} of the operator hashed again; ${count(tiles, 'tile')}, ${count(checkpoints, 'signed checkpoint')} compared`,
    `item trees  ${count(itemLeaves, 'leaf', 'leaves')} of ${count(items, 'item')} made again from the timelines`,
    `item map    made again at ${count(seals, 'seal')}; ${count(mapTiles, 'tile')} compared`,
    `            ${rate(commitments, 'entries')}`,
    `access log  ${count(reads, 'record')} of who read what, each against its entry; the log against what seals name of it`,
  ];
  if (content === null) return [...lines, 'content     not asked for'];
  return [
    ...lines,
    `content     ${count(events, 'event')}: bytes, field tree, commitment, and ${count(timelineRows, 'timeline row')} that follow from them`,
    `            ${rate(content, 'events')}`,
  ];
}

const count = (n: number, one: string, many = `${one}s`): string => `${group(n)} ${n === 1 ? one : many}`;

const rate = ({ count, seconds }: AuditPart, unit: string): string =>
  `${seconds.toFixed(2)} s, ${group(Math.round(count / Math.max(seconds, 0.001)))} ${unit}/s`;

const OUTCOMES: Readonly<Record<CheckedAnchor['outcome'], string>> = {
  holds: 'agrees',
  behind: 'this log is BEHIND it',
  fork: 'is of ANOTHER history',
};

function anchorLines({ anchors }: AuditReport): string[] {
  if (anchors.length === 0)
    return ['held against: no head that was kept elsewhere. Somebody with the log key could have written all of it anew.'];
  return anchors.map(({ kind, name, size, outcome, witnesses }) => {
    if (kind === 'witness')
      return `held against  the head of ${group(size)} entries that the witness ${printable(name)} shows: ${OUTCOMES[outcome]}`;
    const what = kind === 'pin' ? 'kept head' : 'last signed head';
    const by = witnesses.length === 0 ? '' : `, cosigned by ${witnesses.map(printable).join(', ')}`;
    return `held against  the ${what} of ${group(size)} entries in ${printable(name)}${by}: ${OUTCOMES[outcome]}`;
  });
}

const publishedLines = (published: PublishedHead | null): string[] =>
  published === null
    ? []
    : [`published     the newest head, of ${group(published.size)} entries: cosigned by ${published.witnesses.map(printable).join(', ')}`];

function findingLines({ findings, counts, first }: AuditReport): string[] {
  if (findings.length === 0) return [];
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const ordered = first === null ? findings : [first, ...findings.filter((each) => each !== first)];
  const lines = ordered.slice(0, FINDINGS_SHOWN).flatMap(findingLine);
  const rest = total - Math.min(ordered.length, FINDINGS_SHOWN);
  return [
    '',
    ...lines,
    ...(rest > 0 ? [`... and ${group(rest)} more (--json has the first 25 of each check)`] : []),
    `by check: ${Object.entries(counts)
      .map(([code, count]) => `${code} ${group(count)}`)
      .join(', ')}`,
  ];
}

function findingLine({ code, table, key, expected, actual, detail }: AuditFinding): string[] {
  const row = Object.entries(key).map(([name, value]) => `${name}=${printable(String(value))}`);
  const values = [
    ...(expected === undefined ? [] : [`expected ${printable(expected)}`]),
    ...(actual === undefined ? [] : [`found ${printable(actual)}`]),
  ];
  return [`${code}  ${table} ${row.join(' ')}`, `    ${printable(detail)}`, ...(values.length === 0 ? [] : [`    ${values.join(', ')}`])];
}

const REMARK_MEANS: Readonly<Record<AuditRemark['code'], string>> = {
  'audit.not-admitted':
    'Capture takes in nothing of such a name. A publisher elsewhere can, by a key that is a setting here; so can whoever writes to the ledger itself.',
  'audit.captured-late': "Capture's clock was wrong, or somebody wrote that time.",
};

function remarkLines({ remarks }: AuditReport): string[] {
  if (remarks.length === 0) return [];
  const lines = remarks.map(({ code, logIndex, detail }) => `${code}  from log_index=${logIndex} on\n    ${printable(detail)}`);
  const means = [...new Set(remarks.map(({ code }) => code))].map((code) => `    ${code}: ${REMARK_MEANS[code]}`);
  return ['', 'To be looked into; no row is known to be altered by it:', ...lines, ...means];
}

function notShown({ anchors, verdict }: AuditReport): string[] {
  if (verdict === 'altered')
    return ['Keep the database as it is. What stands first in the log was altered first; what comes after it may follow from it.'];
  return [
    'This does not show',
    '- that what the events say is true, or that every event that was submitted is here: a receipt holds us to that',
    '- that whoever an entry names submitted it: who could write to the ledger before it was sealed could write in any admitted name',
    ...(anchors.some(({ kind, outcome }) => kind === 'pin' && outcome === 'holds')
      ? []
      : ['- that nobody with the log key wrote it all anew: keep a checkpoint elsewhere and name it with --pin']),
    '- that relations and search follow from the events: custody rebuild --verify does',
  ];
}
