/** What stands beside the events of an answer and not in them, asked for all of them at once: when each was recorded, whose evidence is here, who signed it. */
import type { EventRef, Sighting } from '#lib/domain';
import type { AsOf } from './coordinates.ts';
import type { Reader, ReaderReads } from './ledger-reads.ts';
import { recordedAt, type RecordedAt } from './recorded.ts';
import { readSignatures, type SignaturesOf } from './signatures.ts';

export interface Beside {
  readonly recorded: RecordedAt;
  /** SHA-256 in hex of the evidence whose bytes are here and open to the reader: now, whatever the answer is as of. */
  readonly held: ReadonlySet<string>;
  readonly signatures: SignaturesOf;
}

export async function readBeside(
  reads: Pick<ReaderReads, 'recordedTimes' | 'heldEvidence' | 'listsNaming' | 'visibleEvents' | 'judgedLists' | 'markedAmong'>,
  reader: Reader,
  asOf: AsOf,
  events: readonly { readonly sighting: Pick<Sighting, 'evidence'>; readonly stored: EventRef & { readonly logIndex: number } }[],
): Promise<Beside> {
  const cited = events.flatMap(({ sighting }) => sighting.evidence.map(({ sha256 }) => sha256));
  const stored = events.map((event) => event.stored);
  const [recorded, held, signatures] = await Promise.all([
    recordedAt(reads, asOf, stored),
    reads.heldEvidence(reader, cited),
    readSignatures(reads, reader, asOf.logSize, stored),
  ]);
  return { recorded, held, signatures };
}
