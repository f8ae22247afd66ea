/**
 * A synthetic ledger with voyages in it, whose events are projected as a projector does, in pieces between those of other items; with the files of
 * positions that they cite, and seals. Of the seals their times alone are true: nothing is signed.
 */
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { openEvidenceFiles } from '#lib/evidence';
import { createPool } from '#lib/store';
import type pg from 'pg';
import type { Bench } from './bench.ts';
import { AGENCY, PRINCIPAL } from './records.ts';
import { appendAt, projectedOf } from './sealed-ledger.ts';
import { withClient } from './servers.ts';
import { fillRows, SIGHTINGS_PER_ITEM } from './synthetic-ledger.ts';
import { sizeOf, trackOf, type Voyage, voyageDocument } from './voyages.ts';

/** A voyage is spread over so many places of the ledger. */
export const PIECES = 20;
/** As the projector's default. */
const BATCH_RECORDS = 2_500;
/** Rows of one statement: bounds the log that one transaction writes. */
const STEP = 250_000;

/** When the seal behind a piece was made, RFC 3339: an hour each. */
export const sealedAt = (piece: number): string => `2026-01-01T${piece.toString().padStart(2, '0')}:00:00Z`;

export interface JourneyLedger {
  readonly url: string;
  /** Log size behind each piece. */
  readonly sizes: readonly number[];
}

/** @param evidence folder of the files: one serves several ledgers */
export async function fillJourneys(
  bench: Bench,
  { database, rows, evidence, voyages }: { database: string; rows: number; evidence: string; voyages: readonly Voyage[] },
): Promise<JourneyLedger> {
  const url = await bench.servers.freshDatabase(database);
  const projector = createPool({ url, applicationName: 'bench', max: 2, role: 'projector' });
  const sizes: number[] = [];
  let at = 0;
  try {
    await withClient(url, async (client) => {
      for (let piece = 0; piece < PIECES; piece++) {
        const [from, to] = [piece, piece + 1].map((n) => Math.round((n * rows) / PIECES)) as [number, number];
        for (let row = from; row < to; row += STEP) await fillRows(client, rows / SIGHTINGS_PER_ITEM, row, Math.min(to, row + STEP));
        const documents = documentsOf(voyages, piece);
        for (let first = 0; first < documents.length; first += BATCH_RECORDS) {
          const batch = documents.slice(first, first + BATCH_RECORDS);
          await appendAt(
            projector,
            at,
            projectedOf(
              batch.map(([voyage, n]) => voyageDocument(voyage, n)),
              bench.options.seed + at,
            ),
          );
          at += batch.length;
        }
        sizes.push(await seal(client, piece));
      }
      for (const voyage of voyages) if (voyage.told === 'track') await putTrack(client, evidence, voyage);
      await client.query('vacuum analyze');
    });
  } finally {
    await projector.close();
  }
  return { url, sizes };
}

/** Of each voyage its next records, one of each in turn: those of a voyage lie apart, as those of a ship do among those of others. */
function documentsOf(voyages: readonly Voyage[], piece: number): [Voyage, number][] {
  const parts = voyages.map((voyage) => {
    const [from, to] = [piece, piece + 1].map((n) => Math.round((n * sizeOf(voyage)) / PIECES)) as [number, number];
    return Array.from({ length: to - from }, (_, n): [Voyage, number] => [voyage, from + n]);
  });
  const longest = Math.max(...parts.map(({ length }) => length));
  return Array.from({ length: longest }, (_, n) => parts.flatMap((part) => (part[n] === undefined ? [] : [part[n]]))).flat();
}

/** The next index of the log is a seal over what is before it. Returns the log size behind it. */
async function seal(client: pg.Client, piece: number): Promise<number> {
  const { rows } = await client.query<{ size: string }>('update ledger.head set size = size + 1 returning size');
  const size = Number(rows[0]?.size);
  await client.query("insert into ledger.notices (log_index, bytes) values ($1, 'made up')", [size - 1]);
  await client.query(
    `insert into proof.seals (log_index, covers, time, map_root, map_size)
    values ($1::bigint, $1::bigint, (extract(epoch from $2::timestamptz) * 1000000)::bigint, sha256(''), 0)`,
    [size - 1, sealedAt(piece)],
  );
  return size;
}

/** As the role `evidence` does when it has received it, but for the act that it says in the log. */
async function putTrack(client: pg.Client, folder: string, voyage: Voyage): Promise<void> {
  const bytes = Buffer.from(trackOf(voyage));
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const files = await openEvidenceFiles(folder);
  const { outcome } = await files.put(sha256, Readable.from([bytes]), { owner: AGENCY, bytesMax: bytes.length });
  if (outcome !== 'stored' && outcome !== 'known') throw new Error(`a file of positions was not stored: ${outcome}`);
  await client.query(
    `insert into evidence.uploads (sha256, agency, principal, received, bytes, media_type, event_id)
    values ($1, $2, $3, 1514764800000000, $4, 'text/csv', $5)`,
    [Buffer.from(sha256, 'hex'), AGENCY, PRINCIPAL, bytes.length, `received-${voyage.number}`],
  );
}
