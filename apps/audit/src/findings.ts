/** What an audit found: rows that are not what they must be, each named. */

/**
 * What can be wrong. One that is left out of an audit is a check that is not made: so a suite shows what each is there for.
 * Their words are in the error catalogue (docs/errors.md).
 */
export const AUDIT_CODES = [
  'audit.head',
  'audit.gap',
  'audit.entry',
  'audit.tile',
  'audit.leaf',
  'audit.notice',
  'audit.seal',
  'audit.left-out',
  'audit.foreign',
  'audit.item',
  'audit.item-leaf',
  'audit.seal-map',
  'audit.seal-row',
  'audit.map-tile',
  'audit.checkpoint',
  'audit.checkpoint-root',
  'audit.checkpoint-missing',
  'audit.stray',
  'audit.behind',
  'audit.fork',
  'audit.content-missing',
  'audit.content-hash',
  'audit.content-form',
  'audit.commitment',
  'audit.timeline',
  'audit.handling',
  'audit.access-record',
  'audit.access-root',
  'audit.access-tile',
] as const;
export type AuditCode = (typeof AUDIT_CODES)[number];

/** A row of the database by its key. */
export interface RowName {
  readonly table: string;
  readonly key: Readonly<Record<string, string | number>>;
}

export interface AuditFinding extends RowName {
  readonly code: AuditCode;
  /** Where in the log it matters first; `null`: nowhere in particular. */
  readonly logIndex: number | null;
  /** In hex, or as a number; absent where it is long or nothing. */
  readonly expected?: string;
  readonly actual?: string;
  /** One sentence. */
  readonly detail: string;
}

/** Told in full of each check; of the rest only how many. One altered row may put a thousand after it in doubt by another check. */
const FINDINGS_MAX = 25;

export class Findings {
  readonly listed: AuditFinding[] = [];
  readonly counts = new Map<AuditCode, number>();
  private readonly without: ReadonlySet<AuditCode>;
  private readonly onFinding: (finding: AuditFinding) => void;
  private lowest: AuditFinding | null = null;
  private added = 0;

  /** @param without checks that are not made */
  constructor(without: ReadonlySet<AuditCode> = new Set(), onFinding: (finding: AuditFinding) => void = () => undefined) {
    this.without = without;
    this.onFinding = onFinding;
  }

  add(finding: AuditFinding): void {
    if (this.without.has(finding.code)) return;
    this.added += 1;
    this.onFinding(finding);
    const count = (this.counts.get(finding.code) ?? 0) + 1;
    this.counts.set(finding.code, count);
    if (this.lowest === null || isBefore(finding, this.lowest)) this.lowest = finding;
    if (count <= FINDINGS_MAX) this.listed.push(finding);
  }

  /** How many in all. */
  get total(): number {
    return this.added;
  }

  /** The one that stands first in the log: what comes after it may follow from it. */
  get first(): AuditFinding | null {
    return this.lowest;
  }
}

function isBefore(a: AuditFinding, b: AuditFinding): boolean {
  const [left, right] = [a.logIndex ?? Infinity, b.logIndex ?? Infinity];
  return left !== right ? left < right : AUDIT_CODES.indexOf(a.code) < AUDIT_CODES.indexOf(b.code);
}

/** Beside each other, both in hex or as they are. */
export const difference = (
  expected: Uint8Array | number | string | null,
  actual: Uint8Array | number | string | null,
): { expected?: string; actual?: string } => ({
  ...(expected === null ? {} : { expected: shown(expected) }),
  ...(actual === null ? {} : { actual: shown(actual) }),
});

const SHOWN_BYTES_MAX = 64;

function shown(value: Uint8Array | number | string): string {
  if (typeof value !== 'object') return String(value);
  const hex = Buffer.from(value.buffer, value.byteOffset, Math.min(value.length, SHOWN_BYTES_MAX)).toString('hex');
  return value.length > SHOWN_BYTES_MAX ? `${hex}...` : hex;
}
