/** Writes and reads of an audit's page as one list, newest first: as the server took them beside each other. Pure. */
import type { AuditReadRow, AuditRow, AuditView } from './audit-views.ts';

export type AuditLine = AuditRow | AuditReadRow;

export function auditLines({ rows, reads }: Pick<AuditView, 'rows' | 'reads'>): AuditLine[] {
  const lines: AuditLine[] = [];
  let read = 0;
  for (const row of rows) {
    // Both are RFC 3339 in UTC with six decimals: texts compare as times do.
    for (let next = reads[read]; next !== undefined && next.at > row.captured; next = reads[++read]) lines.push(next);
    lines.push(row);
  }
  return [...lines, ...reads.slice(read)];
}
