/**
 * The use-case of an upload: bytes are kept under the hash that they have, the ledger says who received them, and whoever sends others than he
 * said finds that in the ledger as well. In this order, so that what is cut off in between is made good by sending the same again: the bytes,
 * the act in the event log, the row that opens them.
 */
import type { Receipt, SightingDocument } from '#lib/contracts';
import type { Actor, EvidenceActText } from '#lib/domain';
import { HEAD_BYTES, mediaTypeOf, type EvidenceStore, type MediaType } from '#lib/evidence';
import { DomainError } from '#lib/runtime';
import type { EvidenceDeps } from './evidence-deps.ts';
import type { EvidenceReader } from './evidence-reads.ts';
import type { Part } from './requests.ts';

export interface UploadRequest {
  readonly sha256: string;
  readonly actor: Actor;
  readonly reader: EvidenceReader;
  readonly requestId: string;
  readonly part: Part | undefined;
  readonly bytes: AsyncIterable<Uint8Array>;
  readonly purpose?: string;
  readonly authority?: string;
}

export type Uploaded =
  /** @property receipt of the act; null: it was said before */
  | {
      readonly outcome: 'received';
      readonly bytes: number;
      readonly mediaType: MediaType;
      readonly event: string;
      readonly receipt: Receipt | null;
    }
  | { readonly outcome: 'part'; readonly offset: number }
  | { readonly outcome: 'offset'; readonly offset: number };

/** Of an upload that does not say what it is for. */
const PURPOSE = 'upload';
/** Whom the bytes are for is said by the events that cite them. */
const OWN: SightingDocument['handling'] = { tlp: 'AMBER+STRICT' };

/** Throws `evidence.mismatch`, `evidence.too-large`, `evidence.disk-full`, and what capture throws. */
export async function upload(deps: EvidenceDeps, request: UploadRequest): Promise<Uploaded> {
  const { store, bytesMax } = deps;
  const { sha256, actor, part } = request;
  const options = { owner: actor.agency, bytesMax, ...(part === undefined ? {} : part) };
  if (part !== undefined && part.whole > bytesMax) throw tooLarge(bytesMax);
  const result = await store.put(sha256, request.bytes, options);
  if (result.outcome === 'too-large') throw tooLarge(bytesMax);
  if (result.outcome === 'mismatch') {
    await sayReceived(deps, request, { after: result.sha256, bytes: result.bytes });
    throw new DomainError(
      'evidence.mismatch',
      `The bytes hash to ${result.sha256}, and not to what they were to be. They were not kept; that it was tried is in the ledger.`,
    );
  }
  if (result.outcome === 'part' || result.outcome === 'offset') return result;
  return received(deps, request, result.bytes);
}

const tooLarge = (bytesMax: number): DomainError =>
  new DomainError('evidence.too-large', `A file of evidence has at most ${bytesMax} bytes.`);

async function received(deps: EvidenceDeps, request: UploadRequest, bytes: number): Promise<Uploaded> {
  const { sha256, actor, reader } = request;
  const mediaType = await storedType(deps.store, sha256, bytes);
  const receipt = await sayReceived(deps, request, { after: sha256, bytes, mediaType });
  const row = { sha256, principal: actor.principal, receivedMicros: deps.nowMicros(), bytes, mediaType, eventId: receipt.id };
  await deps.reads.keepUpload(reader, row);
  return { outcome: 'received', bytes, mediaType, event: receipt.id, receipt };
}

/** By its first bytes. */
export async function storedType(store: EvidenceStore, sha256: string, bytes: number): Promise<MediaType> {
  return mediaTypeOf(await headOf(store, sha256), bytes <= HEAD_BYTES);
}

export async function headOf(store: EvidenceStore, sha256: string): Promise<Buffer> {
  const stream = await store.open(sha256, { from: 0, to: HEAD_BYTES - 1 });
  const read: Buffer[] = [];
  if (stream !== null) for await (const chunk of stream as AsyncIterable<Buffer>) read.push(chunk);
  return Buffer.concat(read);
}

/**
 * What was received has an id that follows from it, so that an upload that is sent again after its answer was lost is the same event; where the
 * agency has used that id for something else, and for each attempt with other bytes, a new one.
 */
async function sayReceived(
  { say }: EvidenceDeps,
  { sha256, actor, requestId, purpose = PURPOSE, authority }: UploadRequest,
  found: Pick<EvidenceActText, 'after' | 'bytes' | 'mediaType'>,
): Promise<Receipt> {
  const act: EvidenceActText = { act: 'received', sha256, purpose, ...(authority === undefined ? {} : { authority }), ...found };
  const document: SightingDocument = { kind: 'evidence', handling: OWN, source: { kind: 'evidence-store' }, extension: { evidence: act } };
  const same = found.after === sha256 ? await say({ id: `received:${sha256}`, ...document }, actor, requestId) : null;
  const said = same ?? (await say(document, actor, requestId));
  if (said === null) throw new Error('an event without an id has none that could be taken');
  return said;
}
