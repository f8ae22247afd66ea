/** What an audit says. */
import type { AuditCode, AuditFinding } from './findings.ts';

/**
 * What an entry says and the log does not bear out. No proof that a row was altered: capture admits nobody whom the policy does not, but a
 * publisher elsewhere signs for its agency by a key that is a setting, and a clock can be wrong. So a person looks into it, and the verdict
 * does not count it.
 */
export interface AuditRemark {
  readonly code: 'audit.not-admitted' | 'audit.captured-late';
  /** Of the first of them. */
  readonly logIndex: number;
  /** Events. */
  readonly count: number;
  /** One sentence. */
  readonly detail: string;
}

/** A head of the log that somebody kept elsewhere: what a database that was rewritten as a whole cannot change. */
export interface Anchor {
  readonly kind: 'signed-head' | 'pin' | 'witness';
  /** File, or who kept it. */
  readonly name: string;
  readonly size: number;
  readonly root: Uint8Array;
  /** Names of witnesses whose cosignature was verified; none where no keys of theirs were given. */
  readonly witnesses: readonly string[];
}

/** How an anchor compares. */
export interface CheckedAnchor extends Omit<Anchor, 'root'> {
  readonly outcome: 'holds' | 'behind' | 'fork';
}

export interface AuditPart {
  /** Entries of the log, or events. */
  readonly count: number;
  readonly seconds: number;
  /** Of this process alone, the database's own time not counted. */
  readonly cpuSeconds: number;
}

export interface AuditReport {
  readonly log: string;
  /** Entries, the operator's among them. */
  readonly size: number;
  /** Size at the newest seal, and at the newest signed head that is in order, published or not; 0: none. */
  readonly sealed: number;
  readonly signed: number;
  /**
   * `verified` is said of the first `signed` entries, and only where no seal stands behind them. `unchecked`: nothing is known to be wrong,
   * and no signed head stands for the newest seal, or for any.
   */
  readonly verdict: 'verified' | 'altered' | 'unchecked';
  /** Of all that was found the one that stands first in the log. */
  readonly first: AuditFinding | null;
  readonly counts: Readonly<Partial<Record<AuditCode, number>>>;
  /** Of each check the first 25, in the order in which they were found. */
  readonly findings: readonly AuditFinding[];
  readonly checked: Readonly<Record<(typeof CHECKED)[number], number>>;
  readonly commitments: AuditPart;
  /** `null`: it was not asked for. */
  readonly content: AuditPart | null;
  readonly anchors: readonly CheckedAnchor[];
  /** Of the events; none where content was not asked for. */
  readonly remarks: readonly AuditRemark[];
}

export const CHECKED = [
  'entries',
  'notices',
  'tiles',
  'seals',
  'checkpoints',
  'items',
  'itemLeaves',
  'mapTiles',
  'events',
  'timelineRows',
  'reads',
] as const;
