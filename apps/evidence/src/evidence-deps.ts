/** What the controllers of evidence work with. */
import type { Receipt, SightingDocument } from '#lib/contracts';
import type { Actor } from '#lib/domain';
import type { EvidenceStore } from '#lib/evidence';
import type { EvidenceReads } from './evidence-reads.ts';

export const EVIDENCE_DEPS = Symbol('evidence deps');

export interface EvidenceDeps {
  readonly store: EvidenceStore;
  readonly reads: EvidenceReads;
  /**
   * Appends an act to the event log, the way of every event; resolves when the log has it. `null`: the id is taken by another document.
   * Throws what capture throws: the log is away, has ended, and so on.
   */
  readonly say: (document: SightingDocument, actor: Actor, requestId: string) => Promise<Receipt | null>;
  /** The log takes nothing in any more: neither does this. */
  readonly hasEnded: boolean;
  /** Largest file. */
  readonly bytesMax: number;
  /** Microseconds since 1970. */
  readonly nowMicros: () => number;
}
