/** The auditor: replays a ledger, and names each row that is not what it must be. */
export { audit, type AuditOptions } from './audit.ts';
export { AUDIT_CODES, type AuditCode, type AuditFinding, type RowName } from './findings.ts';
export { headKeysAt } from './head-keys.ts';
export { CHECKED, type Anchor, type AuditPart, type AuditRemark, type AuditReport, type CheckedAnchor } from './report.ts';
