/**
 * What stands beside the events of an answer and not in them, asked for all of them at once: when each was recorded, whose evidence is here, who signed
 * it; and which markings wait for an approver.
 */
import type { EventRef, Sighting } from '#lib/domain';
import { readApprovals, type ApprovalOf } from './approvals.ts';
import type { AsOf } from './coordinates.ts';
import type { Reader, ReaderReads } from './ledger-reads.ts';
import { recordedAt, type RecordedAt } from './recorded.ts';
import { readSignatures, type SignaturesOf } from './signatures.ts';

export interface Beside {
  readonly recorded: RecordedAt;
  /** SHA-256 in hex of the evidence whose bytes are here and open to the reader: now, whatever the answer is as of. */
  readonly held: ReadonlySet<string>;
  readonly signatures: SignaturesOf;
  readonly approval: ApprovalOf;
}

interface ReadSighting {
  readonly sighting: Pick<Sighting, 'evidence' | 'kind'>;
  readonly stored: EventRef & { readonly logIndex: number };
}

/** @param folded with which these were folded: of the markings among them is said whether they wait */
export async function readBeside(
  reads: Pick<
    ReaderReads,
    'recordedTimes' | 'heldEvidence' | 'listsNaming' | 'visibleEvents' | 'judgedLists' | 'markedAmong' | 'approvalsOf'
  >,
  reader: Reader,
  asOf: AsOf,
  events: readonly ReadSighting[],
  folded: readonly ReadSighting[] = [],
): Promise<Beside> {
  const cited = events.flatMap(({ sighting }) => sighting.evidence.map(({ sha256 }) => sha256));
  const stored = events.map((event) => event.stored);
  const [recorded, held, signatures, approval] = await Promise.all([
    recordedAt(reads, asOf, stored),
    reads.heldEvidence(reader, cited),
    readSignatures(reads, reader, asOf.logSize, stored),
    readApprovals(reads, folded),
  ]);
  return { recorded, held, signatures, approval };
}
