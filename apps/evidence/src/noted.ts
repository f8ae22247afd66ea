/** What of evidence was read for somebody above TLP:CLEAR, for the access log. */
import type { FastifyRequest } from 'fastify';
import { actorOf, notesOf, type ReadNotes } from '#lib/runtime';
import { aboveClear } from '#lib/store';
import type { CitingRow, EvidenceReader, EvidenceReads } from './evidence-reads.ts';

/** Whoever a request reads for, and where it is noted. */
export async function readingFor(
  reads: Pick<EvidenceReads, 'readerOf' | 'policyPoint'>,
  request: Pick<FastifyRequest, 'actor' | 'notes'>,
): Promise<{ reader: EvidenceReader; notes: ReadNotes }> {
  const notes = notesOf(request);
  const reader = await reads.readerOf(actorOf(request));
  notes.isEmergency = reader.breaksGlass;
  notes.policy = await reads.policyPoint();
  return { reader, notes };
}

/** One statement, for a caller who is known; what is open to everybody is not noted. */
export async function noteEvidence(
  reads: Pick<EvidenceReads, 'openToAll'>,
  reader: EvidenceReader,
  notes: ReadNotes,
  shown: readonly { readonly sha256: string; readonly agency: string }[],
): Promise<void> {
  if (reader.agency === '' || shown.length === 0) return;
  const clear = await reads.openToAll(shown.map(({ sha256 }) => sha256));
  for (const { sha256, agency } of shown) if (!clear.has(sha256)) notes.evidence.set(sha256, agency);
}

/** The same reads, which note the events that are read on the way, and whether the bytes are here. */
export function notedReads(reads: EvidenceReads, notes: ReadNotes): EvidenceReads {
  const noted = (reader: EvidenceReader, rows: CitingRow[]): CitingRow[] => {
    if (reader.agency !== '') for (const row of rows) notes.event(aboveClear(row));
    return rows;
  };
  return {
    ...reads,
    async readable(reader, sha256) {
      const row = await reads.readable(reader, sha256);
      if (row !== undefined) await noteEvidence(reads, reader, notes, [{ sha256, agency: row.agency }]);
      return row;
    },
    actsOn: async (reader, ...asked) => noted(reader, await reads.actsOn(reader, ...asked)),
    citedBy: async (reader, ...asked) => noted(reader, await reads.citedBy(reader, ...asked)),
  };
}
