/** What became of a submission: the promise of its receipt, kept or broken, in a form that its submitter can show to others. */
import { indexSighting, type ReceiptStatus } from '#lib/contracts';
import { formatInstant } from '#lib/domain';
import { detailLine, encodeSealedReceipt, mapKey, signRejection, type SigningKey, utf8, utf8Text } from '#lib/ledger';
import { readEvent } from './event-view.ts';
import type { EventRow, ReaderReads, Submitter } from './ledger-reads.ts';
import { isHiddenFrom, isHiddenRecord } from './named-readers.ts';

export interface Submitted {
  readonly agency: string;
  readonly id: string;
  /** SHA-256 of the bytes, lower-case hex; absent: those that stand under the id, and where none do the last that could not be taken. */
  readonly content?: string;
}

/**
 * `reads` are the submitter's. `null`: the ledger knows of no such submission, or not yet, or of one that is TLP:RED and names others than the reader. A sealed receipt is under the newest published checkpoint, so two answers may
 * differ and both stand. Cost: one read each for checkpoint, seal, entry, tiles and places, and 0.05 ms where a rejection is signed.
 */
export async function readReceiptStatus(
  reads: ReaderReads,
  receiptKey: SigningKey<'receipt'>,
  reader: Submitter,
  { agency, id, content }: Submitted,
): Promise<ReceiptStatus | null> {
  // First the head, then what is below it: what is there once stays.
  const head = await reads.sealedHead();
  const stored = await reads.submittedEvent(agency, id);
  const entry = stored === null || isHiddenFrom(reader, stored) ? null : stored;
  const about = { log: reads.origin, agency, id };
  if (entry !== null && (content === undefined || content === entry.contentHash.toString('hex'))) {
    const said = { ...about, contentHash: entry.contentHash.toString('hex'), rejection: null };
    if (head === null || entry.logIndex >= head.covers) return { ...said, status: 'pending', sealed: null };
    return { ...said, status: 'sealed', sealed: await sealedReceipt(reads, entry, head) };
  }
  const refused = await reads.refusedBytes(agency, id, content === undefined ? null : Buffer.from(content, 'hex'));
  if (refused === null || (refused.named !== null && isHiddenRecord(reader, refused.named))) return null;
  const said = { ...about, contentHash: refused.contentHash.toString('hex'), sealed: null };
  if (refused.isRetried) return { ...said, status: 'pending', rejection: null };
  const reason = refused.code === null ? idConflict(entry) : { code: refused.code, detail: refused.detail };
  const rejection = signRejection({ ...about, contentHash: said.contentHash, ...reason, detail: lineOf(reason.detail) }, receiptKey);
  return { ...said, status: 'rejected', rejection: utf8Text(rejection) as string };
}

async function sealedReceipt(
  reads: ReaderReads,
  entry: EventRow,
  { size, note }: { readonly size: number; readonly note: string },
): Promise<string> {
  const { agency, id, principal, capturedMicros, commitment, secret, logIndex } = entry;
  const numbers = new Map((await reads.entryPlaces(logIndex)).map(({ mapKey: key, n }) => [key.toString('hex'), n]));
  const { items, groups } = indexSighting(readEvent(entry).sighting);
  const places = [...new Set(groups)].flatMap((group) =>
    [...new Set(items)].flatMap((item) => {
      const n = numbers.get(Buffer.from(mapKey(reads.mapSalt, group, item)).toString('hex'));
      return n === undefined ? [] : [{ group, item, n }];
    }),
  );
  // A receipt that leaves one out would vouch for less than was promised, and look whole.
  if (places.length !== numbers.size || places.length !== new Set(items).size * new Set(groups).size)
    throw new Error(`the item trees of the entry ${logIndex} are not stored whole`);
  const hashes = await reads.logProofs.inclusion(BigInt(logIndex), BigInt(size));
  const sealed = encodeSealedReceipt({
    envelope: { agency, captured: formatInstant(capturedMicros), id, principal },
    commitment: commitment.toString('hex'),
    secret,
    inclusion: { extra: null, index: BigInt(logIndex), hashes, checkpoint: utf8(note) },
    places: places.map(({ group, item, n }) => ({ group, item, n: BigInt(n) })),
  });
  return utf8Text(sealed) as string;
}

function idConflict(standing: EventRow | null): { code: string; detail: string } {
  const since =
    standing === null ? '' : ` (SHA-256 ${standing.contentHash.toString('hex')}, captured ${formatInstant(standing.capturedMicros)})`;
  return { code: 'event.id-conflict', detail: `Other bytes stand under this id${since}; the first committed stands.` };
}

/** A rejection says something, whatever was kept as its reason. */
const lineOf = (detail: string): string => detailLine(detail) || 'No reason was kept.';
