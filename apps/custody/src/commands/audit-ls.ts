/** `custody audit ls`: who wrote and who read what, as a table for a person, or as NDJSON or CSV for a file; `audit read`: the proof of one read. */
import {
  auditCsv,
  auditCsvHead,
  auditLines,
  auditRowAt,
  type AuditLine,
  type AuditReadRow,
  type AuditRow,
  type AuditView,
} from '#lib/contracts';
import type { Client } from '../client.ts';
import { CommandError, EXIT, type ExitCode } from '../exit-codes.ts';
import { type Columns, type FormFlags, printRows, type RowForms } from '../listing.ts';
import { note, type NoteFlags } from '../notes.ts';
import { group } from '../progress.ts';
import { printable } from './printable.ts';
import { minuteText } from './trace-as-of.ts';

const PAGE_ROWS = 500;
const TABLE_ROWS = 50;

export interface AuditListOptions extends FormFlags, NoteFlags {
  readonly as: 'table' | 'ndjson' | 'csv';
  readonly limit?: string;
  readonly asOf?: string;
}

export async function list(client: Client, filters: readonly string[], options: AuditListOptions): Promise<ExitCode> {
  const most = limitOf(options);
  const q = filters.map(quoted).join(' ');
  const flags = options.as === 'ndjson' ? { ...options, jsonl: true } : options;
  if (options.as === 'csv') process.stdout.write(auditCsvHead());
  const all: { rows: AuditRow[]; reads: AuditReadRow[] } = { rows: [], reads: [] };
  let shown = 0;
  for (let cursor: string | undefined; ;) {
    const limit = String(Math.min(PAGE_ROWS, most - shown));
    const page = await client.get<AuditView>('/v1/audit', { ...(q === '' ? {} : { q }), asOf: options.asOf, cursor, limit });
    const lines = auditLines(page);
    shown += lines.length;
    all.rows.push(...(flags.json === true ? page.rows : []));
    all.reads.push(...(flags.json === true ? page.reads : []));
    if (flags.json !== true) printRows(flags, lines, formsOf(options, page));
    if (page.next !== null && shown < most) {
      cursor = page.next;
      continue;
    }
    if (flags.json === true) process.stdout.write(`${JSON.stringify({ ...page, ...all })}\n`);
    else if (options.as === 'table') note(options, countText(shown, page));
    return EXIT.ok;
  }
}

/** As the server gave it: another byte, and it is no proof. */
export async function proof(client: Client, n: string): Promise<ExitCode> {
  if (!/^\d{1,16}$/.test(n)) throw new CommandError(EXIT.usage, 'usage', 'The number of a read is a whole number, as audit ls says it.');
  process.stdout.write(await client.text(`/v1/audit/reads/${n}/proof`));
  return EXIT.ok;
}

/** All of them for a file, or a program that reads line by line; what has to be held as one object, or read by a person, ends sooner. */
function limitOf({ limit, as, json, jsonl, plain }: AuditListOptions): number {
  if (as !== 'table' && (json === true || jsonl === true || plain === true))
    throw new CommandError(EXIT.usage, 'usage', `--as ${as} is a form of its own: leave out --json, --jsonl and --plain.`);
  if (limit === undefined) return as === 'table' && jsonl !== true && plain !== true ? TABLE_ROWS : Number.MAX_SAFE_INTEGER;
  if (!/^[1-9]\d{0,9}$/.test(limit)) throw new CommandError(EXIT.usage, 'usage', '--limit is a whole number from 1 on.');
  return Number(limit);
}

/** A shell takes the quotes away that a value with spaces needs. */
function quoted(filter: string): string {
  const colon = filter.indexOf(':');
  return /\s/.test(filter) && !filter.includes('"') ? `${filter.slice(0, colon + 1)}"${filter.slice(colon + 1)}"` : filter;
}

export const COLUMNS: Columns<AuditLine> = {
  log_index: (line) => (line.action === 'read' ? null : line.logIndex),
  recorded: ({ recorded }) => recorded,
  captured: (line) => (line.action === 'read' ? line.at : line.captured),
  agency: ({ agency }) => agency,
  principal: ({ principal }) => principal,
  action: ({ action }) => action,
  id: (line) => (line.action === 'read' ? line.events.join(' ') : line.id),
  items: ({ items }) => items.join(' '),
  evidence: (line) => (line.action === 'read' ? line.evidence : line.evidence.map(({ sha256 }) => sha256)).join(' '),
  batch: (line) => (line.action === 'read' ? null : line.batch),
  operation: (line) => (line.action === 'read' ? line.operation : null),
  address: (line) => (line.action === 'read' ? (line.reader?.address ?? null) : null),
  read: (line) => (line.action === 'read' ? line.n : null),
};

const formsOf = ({ as }: AuditListOptions, { coordinates }: AuditView): RowForms<AuditLine> => ({
  columns: COLUMNS,
  line: (row) => auditRowAt(row, coordinates),
  text: (rows) => rows.map((row) => (as === 'csv' ? auditCsv(row, coordinates) : `${lineText(row)}\n`)).join(''),
});

function countText(shown: number, { coordinates, next }: AuditView): string {
  const more = next === null ? '' : ' There may be more: --limit.';
  return `${group(shown)} ${shown === 1 ? 'line' : 'lines'} at log size ${group(coordinates.asOf.logSize)}.${more}`;
}

const lineText = (line: AuditLine): string => (line.action === 'read' ? readText(line) : rowText(line));

function readText({
  n,
  recorded,
  at,
  agency,
  principal,
  operation,
  items,
  events,
  evidence,
  deadLetters,
  reader,
  emergency,
}: AuditReadRow): string {
  const when = recorded === null ? `${minuteText(at)}, not sealed yet` : minuteText(at);
  const whom = (reader?.behalf ?? null) === null ? '' : ` for ${reader?.behalf ?? ''}`;
  const letters = deadLetters.length === 0 ? [] : [`dead letters ${deadLetters.join(', ')}`];
  const what = [itemsText(events), itemsText(items), itemsText(evidence.map((sha256) => sha256.slice(0, 12))), ...letters];
  const from = reader === null ? [] : [`from ${reader.address}`];
  return printable(
    [
      ...[`${`read ${n}`.padStart(7)}  ${when}`, `${agency}/${principal}${whom}`, `read (${operation})`],
      ...[...what.filter((text) => text !== ''), ...from, ...(emergency ? ['by an emergency that he declared'] : [])],
    ].join('  '),
  );
}

function rowText(row: AuditRow): string {
  const { logIndex, recorded, captured, agency, principal, action, id, items, evidence, batch } = row;
  const when = recorded === null ? `captured ${minuteText(captured)}, not sealed yet` : minuteText(recorded);
  const what = row.import === undefined ? itemsText(items) : importText(row, row.import);
  const cites = evidence.map(({ sha256, ref, locator }) => `${ref ?? sha256.slice(0, 12)}${locator === undefined ? '' : ` ${locator}`}`);
  const parts = [`${String(logIndex).padStart(7)}  ${when}`, `${agency}/${principal}`, action, id, what];
  return printable(
    [
      ...parts,
      ...(cites.length === 0 ? [] : [`${action === 'evidence' ? 'on' : 'cites'} ${cites.join(', ')}`]),
      ...(batch === null ? [] : [`in ${batch}`]),
    ].join('  '),
  );
}

const ITEMS_SHOWN = 3;
const itemsText = (items: readonly string[]): string =>
  items.length <= ITEMS_SHOWN ? items.join(' ') : `${items.slice(0, ITEMS_SHOWN).join(' ')} and ${items.length - ITEMS_SHOWN} more`;

function importText({ evidence }: AuditRow, { mapping, members, part, counts, signed }: NonNullable<AuditRow['import']>): string {
  const file = `SHA-256 ${evidence[0]?.sha256.slice(0, 12) ?? ''}, mapping ${mapping}`;
  if (signed === true) return `${group(members)} signed (mapping ${mapping})`;
  if (counts === undefined) return `part ${part ?? ''} of an import: ${group(members)} brought in (${file})`;
  return `${group(counts.lines)} lines: ${group(counts.accepted)} accepted, ${group(counts.duplicates)} already there, ${group(counts.rejected)} rejected (${file})`;
}
