/** What the gateway asks of the ledger. Its one real implementation is libs/store's statements; tests may break it. */
import type { EventRef } from '#lib/domain';
import type { StoredEvent } from './event-view.ts';

/** Who asks: the reader groups (their numbers) that he belongs to. Everything outside of them is as if it were absent. */
export interface Reader {
  readonly agency: string;
  readonly groups: readonly number[];
}

/** Place in the order of a timeline: (start, end, agency, id); null is an unknown bound, which sorts last. */
export interface Position {
  readonly starts: number | null;
  readonly ends: number | null;
  readonly agency: string;
  readonly id: string;
}

export interface TimelineRow {
  readonly position: Position;
  readonly event: StoredEvent;
}

export interface ItemHead {
  readonly events: number;
}

export interface FoundItem {
  readonly item: string;
}

export interface StoredConflict {
  readonly agency: string;
  readonly id: string;
  readonly contentHash: string;
  readonly standing: { readonly logIndex: number; readonly contentHash: string };
  readonly principal: string;
  readonly capturedMicros: number;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

export interface StoredDeadLetter {
  readonly seq: number;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly code: string;
  readonly detail: string;
  readonly retried: boolean;
  readonly key: Buffer | null;
  readonly headers: Readonly<Record<string, Buffer>>;
  readonly value: Buffer;
}

export interface LedgerReads {
  readonly origin: string;
  logSize(): Promise<number>;
  groupNumbers(names: readonly string[]): Promise<readonly number[]>;
  timelinePage(of: { item: string; groups: readonly number[]; logSize: number; after?: Position; backwards?: boolean; limit: number }): Promise<readonly TimelineRow[]>;
  /** Events that speak about these, and those that speak about them, and so on. */
  speakersAbout(refs: readonly EventRef[], groups: readonly number[], logSize: number): Promise<readonly StoredEvent[]>;
  byRefs(refs: readonly EventRef[], groups: readonly number[], logSize: number): Promise<readonly StoredEvent[]>;
  /** All agencies' events of this id that these groups may see. */
  byId(id: string, groups: readonly number[], logSize: number): Promise<readonly StoredEvent[]>;
  /** In the order of the log. */
  eventsFrom(logIndex: number, groups: readonly number[], logSize: number, limit: number): Promise<readonly StoredEvent[]>;
  itemHead(item: string, groups: readonly number[], logSize: number): Promise<ItemHead>;
  /** Items that have all of these search keys (or at least `minimum` of them), in their order, after `after`. */
  itemsByKeys(of: { keys: readonly string[]; minimum: number; groups: readonly number[]; after?: string; limit: number }): Promise<readonly FoundItem[]>;
  conflicts(agency: string, after: { agency: string; id: string; contentHash: string } | undefined, limit: number): Promise<readonly StoredConflict[]>;
  deadLetters(after: number, limit: number): Promise<readonly StoredDeadLetter[]>;
  deadLetter(seq: number): Promise<StoredDeadLetter | undefined>;
}
