/** What stands beside the events of an answer and not in them, asked for all of them at once: when each was recorded, and whose evidence is here. */
import type { Sighting } from '#lib/domain';
import type { AsOf } from './coordinates.ts';
import type { Reader, ReaderReads } from './ledger-reads.ts';
import { recordedAt, type RecordedAt } from './recorded.ts';

export interface Beside {
  readonly recorded: RecordedAt;
  /** SHA-256 in hex of the evidence whose bytes are here and open to the reader: now, whatever the answer is as of. */
  readonly held: ReadonlySet<string>;
}

export async function readBeside(
  reads: Pick<ReaderReads, 'recordedTimes' | 'heldEvidence'>,
  reader: Reader,
  asOf: AsOf,
  events: readonly { readonly sighting: Pick<Sighting, 'evidence'>; readonly stored: { readonly logIndex: number } }[],
): Promise<Beside> {
  const cited = events.flatMap(({ sighting }) => sighting.evidence.map(({ sha256 }) => sha256));
  const stored = events.map((event) => event.stored);
  const [recorded, held] = await Promise.all([recordedAt(reads, asOf, stored), reads.heldEvidence(reader, cited)]);
  return { recorded, held };
}
