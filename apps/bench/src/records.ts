/**
 * Records of the event log as capture writes them: the same functions, but for the secret, which comes from the seed here so that a run's
 * topic can be made again byte for byte.
 */
import { submittedHeaders, type SightingDocument } from '#lib/contracts';
import type { OutgoingRecord } from '#lib/event-log';
import { canonicalize, commit, encodeRecord, recordMac, sha256Hex, type RecordHeader } from '#lib/ledger';
import { sightings, type DocumentOptions } from './documents.ts';
import { seededRandom } from '../../chaos/src/random.ts';

export const AGENCY = 'local';
export const PRINCIPAL = 'operator';
/** The key by which the bench's records are signed and the projector checks them. */
export const PUBLISHER_KEY = Buffer.from('5c0ffee0'.repeat(8), 'hex');

export interface SightingRecord {
  readonly outgoing: OutgoingRecord;
  readonly header: RecordHeader;
  readonly content: Buffer;
}

export const sightingRecords = (options: DocumentOptions): Generator<SightingRecord> => recordsOf(sightings(options), options.seed);

/** @param seed of the secrets */
export function* recordsOf(documents: Iterable<SightingDocument & { id: string }>, seed: number): Generator<SightingRecord> {
  const random = seededRandom(seed + 1_000_003);
  let n = 0;
  for (const document of documents) {
    const captured = `2026-01-01T00:${minutes(n)}Z`;
    const envelope = { agency: AGENCY, id: document.id, principal: PRINCIPAL, captured };
    const secret = random.bytes(32);
    const content = Buffer.from(canonicalize(document as never), 'utf8');
    const header: RecordHeader = {
      ...envelope,
      commitment: commit(envelope, document as never, secret),
      content: sha256Hex(content),
      secret: secret.toString('hex'),
    };
    const value = encodeRecord(header, content);
    const subject = document.items?.find((item) => item.role === 'subject')?.id ?? document.id;
    const headers = {
      ...submittedHeaders({ agency: AGENCY, id: document.id, captured, requestId: 'bench', subject }),
      'custody-mac': recordMac(PUBLISHER_KEY, header, value),
    };
    n++;
    yield { outgoing: { key: Buffer.from(subject, 'utf8'), value, headers }, header, content };
  }
}

/** One microsecond a record, within one hour: `MM:SS.ffffff`. */
function minutes(n: number): string {
  const micros = n % 3_600_000_000;
  const pad = (value: number, width: number) => Math.floor(value).toString().padStart(width, '0');
  return `${pad(micros / 60_000_000, 2)}:${pad((micros / 1_000_000) % 60, 2)}.${pad(micros % 1_000_000, 6)}`;
}
