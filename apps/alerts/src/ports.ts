/** What raising alerts needs, as functions: of a ledger, or of a model in a test. */
import type { SightingDocument } from '#lib/contracts';
import type { PolicyState } from '#lib/domain';
import type { AlertCursor, ChangedMark, EventRow } from '#lib/store';

/** Rows as one agency may see them, of all its persons: whom an event names decides for whom the alert is, and not whether there is one. */
export interface AgencyReads {
  /** Log indexes of what it may see, from one on and below another, oldest first; the walk goes on at `next`. */
  page(from: number, before: number, kind?: number): Promise<{ readonly logIndexes: readonly number[]; readonly next: number }>;
  /** Of these entries those that it may see, in the order of the log. */
  events(logIndexes: readonly number[]): Promise<readonly EventRow[]>;
  /** Of its own events of these ids those that the ledger has. */
  own(ids: readonly string[]): Promise<readonly EventRow[]>;
}

export interface AlertPorts {
  /** Log index below which everything is sealed. */
  covers(): Promise<number>;
  /** Folded up to there at least. */
  policy(): Promise<PolicyState>;
  /** @param groupNames that the agency is in now */
  readsOf(agency: string, groupNames: readonly string[]): Promise<AgencyReads>;
  changedMarks(after: ChangedMark, until: number, limit: number): Promise<readonly ChangedMark[]>;
  marksOf(logIndexes: readonly number[]): Promise<ReadonlyMap<number, number>>;
  cursors(): Promise<ReadonlyMap<string, AlertCursor>>;
  /** False: somebody else moves it. */
  moveCursor(agency: string, from: AlertCursor | null, to: AlertCursor): Promise<boolean>;
  /** Resolves when the event log has them. The same document again is the same event. */
  say(agency: string, documents: readonly SightingDocument[]): Promise<void>;
  /** Until the ledger is looked at again for what was said. */
  pause(): Promise<void>;
  /** Where a test may end the process. */
  readonly failpoint?: (name: AlertFailpoint) => void | Promise<void>;
  readonly ending: AbortSignal;
}

/** After each step that is kept, and before it. */
export const ALERT_FAILPOINTS = ['before_say', 'after_say', 'before_cursor', 'after_cursor'] as const;
export type AlertFailpoint = (typeof ALERT_FAILPOINTS)[number];
