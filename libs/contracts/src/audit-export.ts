/** Rows of an audit as files: NDJSON, and CSV (RFC 4180) that a spreadsheet shows and never runs. Each row names the coordinates that it was read at. */
import type { AuditRow } from './audit-views.ts';
import type { Coordinates } from './coordinates-view.ts';

/** A row of NDJSON. */
export const auditRowAt = (row: AuditRow, { asOf, policy }: Coordinates) => ({ ...row, logSize: asOf.logSize, policy });

const COLUMNS: readonly (readonly [name: string, cell: (row: AuditRow, of: Coordinates) => string])[] = [
  ['log_index', ({ logIndex }) => String(logIndex)],
  ['recorded', ({ recorded }) => recorded ?? ''],
  ['captured', ({ captured }) => captured],
  ['agency', ({ agency }) => agency],
  ['principal', ({ principal }) => principal],
  ['action', ({ action }) => action],
  ['id', ({ id }) => id],
  ['items', ({ items }) => items.join(' ')],
  ['evidence', ({ evidence }) => evidence.map(({ sha256 }) => sha256).join(' ')],
  ['locators', ({ evidence }) => evidence.map(({ locator = '' }) => locator).join(' ')],
  ['content_hash', ({ contentHash }) => contentHash],
  ['batch', ({ batch }) => batch ?? ''],
  ['lines', (row) => countOf(row, 'lines')],
  ['accepted', (row) => countOf(row, 'accepted')],
  ['duplicates', (row) => countOf(row, 'duplicates')],
  ['rejected', (row) => countOf(row, 'rejected')],
  ['log_size', (_, { asOf }) => String(asOf.logSize)],
  ['policy', (_, { policy }) => String(policy)],
];

const countOf = ({ import: of }: AuditRow, name: 'lines' | 'accepted' | 'duplicates' | 'rejected'): string =>
  of?.counts === undefined ? '' : String(of.counts[name]);

/** The first line. */
export const auditCsvHead = (): string => `${COLUMNS.map(([name]) => name).join(',')}\r\n`;

/** One line of CSV, with its end. */
export const auditCsv = (row: AuditRow, of: Coordinates): string => `${COLUMNS.map(([, cell]) => cellText(cell(row, of))).join(',')}\r\n`;

/** A spreadsheet takes a cell that begins so for a formula, which may call out (OWASP, CSV injection); a space before it does not help. */
const FORMULA = /^\s*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]/;

function cellText(text: string): string {
  const shown = FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n\t']/.test(shown) ? `"${shown.replaceAll('"', '""')}"` : shown;
}
