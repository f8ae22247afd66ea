/** `custody audit ls`: who wrote what, as a table for a person, or as NDJSON or CSV for a file. */
import { auditCsv, auditCsvHead, auditLine, type AuditRow, type AuditView } from '#lib/contracts';
import type { Client } from '../client.ts';
import { CommandError, EXIT, type ExitCode } from '../exit-codes.ts';
import { group } from '../progress.ts';
import { printable } from './printable.ts';
import { minuteText } from './trace-as-of.ts';

const PAGE_ROWS = 500;
const TABLE_ROWS = 50;

export interface AuditListOptions {
  readonly as: 'table' | 'ndjson' | 'csv';
  readonly limit?: string;
  readonly asOf?: string;
  readonly json?: boolean;
}

export async function list(client: Client, filters: readonly string[], options: AuditListOptions): Promise<ExitCode> {
  const most = limitOf(options);
  const q = filters.map(quoted).join(' ');
  let left = most;
  let first: AuditView | undefined;
  const write = writerOf(options);
  for (let cursor: string | undefined; left > 0;) {
    const limit = String(Math.min(PAGE_ROWS, left));
    const page = await client.get<AuditView>('/v1/audit', { ...(q === '' ? {} : { q }), asOf: options.asOf, cursor, limit });
    first ??= page;
    write(page.rows, page);
    left -= page.rows.length;
    if (page.next === null) return end(options, most - left, first, false);
    cursor = page.next;
  }
  return end(options, most - left, first, true);
}

function limitOf({ limit, as, json }: AuditListOptions): number {
  if (limit === undefined) return as === 'table' && json !== true ? TABLE_ROWS : Number.MAX_SAFE_INTEGER;
  if (!/^[1-9]\d{0,9}$/.test(limit)) throw new CommandError(EXIT.usage, 'usage', '--limit is a whole number from 1 on.');
  return Number(limit);
}

/** A shell takes the quotes away that a value with spaces needs. */
function quoted(filter: string): string {
  const colon = filter.indexOf(':');
  return /\s/.test(filter) && !filter.includes('"') ? `${filter.slice(0, colon + 1)}"${filter.slice(colon + 1)}"` : filter;
}

const LINE_FEEDS = { ndjson: auditLine, csv: auditCsv } as const;

function writerOf({ as, json }: AuditListOptions): (rows: readonly AuditRow[], page: AuditView) => void {
  const form = json === true ? 'ndjson' : as;
  if (form === 'csv') process.stdout.write(auditCsvHead());
  return (rows, { coordinates }) => {
    for (const row of rows) process.stdout.write(form === 'table' ? `${rowText(row)}\n` : LINE_FEEDS[form](row, coordinates));
  };
}

function end({ as, json }: AuditListOptions, shown: number, first: AuditView | undefined, more: boolean): ExitCode {
  const size = group(first?.coordinates.asOf.logSize ?? 0);
  if (as === 'table' && json !== true)
    process.stderr.write(
      `${group(shown)} ${shown === 1 ? 'entry' : 'entries'} at log size ${size}.${more ? ' There may be more: --limit.' : ''}\n`,
    );
  return EXIT.ok;
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

function importText({ evidence }: AuditRow, { mapping, members, part, counts }: NonNullable<AuditRow['import']>): string {
  const file = `SHA-256 ${evidence[0]?.sha256.slice(0, 12) ?? ''}, mapping ${mapping}`;
  if (counts === undefined) return `part ${part ?? ''} of an import: ${group(members)} brought in (${file})`;
  return `${group(counts.lines)} lines: ${group(counts.accepted)} accepted, ${group(counts.duplicates)} already there, ${group(counts.rejected)} rejected (${file})`;
}
