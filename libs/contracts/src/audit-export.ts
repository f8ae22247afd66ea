/** Rows of an audit as files: NDJSON, and CSV (RFC 4180) that a spreadsheet shows and never runs. Each row names the coordinates that it was read at. */
import type { AuditLine } from './audit-lines.ts';
import type { AuditReadRow, AuditRow } from './audit-views.ts';
import type { Coordinates } from './coordinates-view.ts';

/** A row of NDJSON. */
export const auditRowAt = (row: AuditLine, { asOf, policy }: Coordinates) => ({
  ...row,
  logSize: asOf.logSize,
  policy: row.action === 'read' ? row.policy : policy,
});

const written = (of: (row: AuditRow) => string) => (line: AuditLine) => (line.action === 'read' ? '' : of(line));
const read = (of: (row: AuditReadRow) => string) => (line: AuditLine) => (line.action === 'read' ? of(line) : '');

/** Reads have columns of their own behind those of writes, whose names and order stay. */
const COLUMNS: readonly (readonly [name: string, cell: (line: AuditLine, of: Coordinates) => string])[] = [
  ['log_index', written(({ logIndex }) => String(logIndex))],
  ['recorded', ({ recorded }) => recorded ?? ''],
  ['captured', (line) => (line.action === 'read' ? line.at : line.captured)],
  ['agency', ({ agency }) => agency],
  ['principal', ({ principal }) => principal],
  ['action', ({ action }) => action],
  ['id', written(({ id }) => id)],
  ['items', ({ items }) => items.join(' ')],
  ['evidence', (line) => (line.action === 'read' ? line.evidence : line.evidence.map(({ sha256 }) => sha256)).join(' ')],
  ['locators', written(({ evidence }) => evidence.map(({ locator = '' }) => locator).join(' '))],
  ['content_hash', written(({ contentHash }) => contentHash)],
  ['batch', written(({ batch }) => batch ?? '')],
  ['lines', written((row) => countOf(row, 'lines'))],
  ['accepted', written((row) => countOf(row, 'accepted'))],
  ['duplicates', written((row) => countOf(row, 'duplicates'))],
  ['rejected', written((row) => countOf(row, 'rejected'))],
  ['log_size', (_, { asOf }) => String(asOf.logSize)],
  ['policy', (line, { policy }) => String(line.action === 'read' ? line.policy : policy)],
  ['read', read(({ n }) => String(n))],
  ['operation', read(({ operation }) => operation)],
  ['events', read(({ events }) => events.join(' '))],
  ['request', read(({ request }) => request)],
  ['address', read(({ reader }) => reader?.address ?? '')],
  ['key', read(({ reader }) => reader?.key ?? '')],
  ['on_behalf_of', read(({ reader }) => reader?.behalf ?? '')],
  ['emergency', read(({ emergency }) => String(emergency))],
];

const countOf = ({ import: of }: AuditRow, name: 'lines' | 'accepted' | 'duplicates' | 'rejected'): string =>
  of?.counts === undefined ? '' : String(of.counts[name]);

/** The first line. */
export const auditCsvHead = (): string => `${COLUMNS.map(([name]) => name).join(',')}\r\n`;

/** One line of CSV, with its end. */
export const auditCsv = (row: AuditLine, of: Coordinates): string => `${COLUMNS.map(([, cell]) => cellText(cell(row, of))).join(',')}\r\n`;

/** A spreadsheet takes a cell that begins so for a formula, which may call out (OWASP, CSV injection); a space before it does not help. */
const FORMULA = /^\s*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]/;

function cellText(text: string): string {
  const shown = FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n\t']/.test(shown) ? `"${shown.replaceAll('"', '""')}"` : shown;
}
