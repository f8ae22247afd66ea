/** Records of the event log as capture writes them, and as nobody should. */
import { submittedHeaders } from '#lib/contracts';
import { formatInstant } from '#lib/domain';
import type { OutgoingRecord } from '#lib/event-log';
import { canonicalize, commit, encodeRecord, randomSecret, recordMac, sha256Hex, type RecordHeader } from '#lib/ledger';
import type { Document } from './documents.ts';
import { PUBLISHER_KEY } from './scene.ts';

export const AGENCY = 'local';
const MICROS_PER_MS = 1_000;

export interface RecordParts {
  readonly principal?: string;
  /** In place of the document's canonical bytes; the header names their hash. */
  readonly content?: Buffer;
  readonly key?: Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What capture would append for the document, but for the parts given. */
export function recordOf(document: Document, parts: RecordParts = {}): OutgoingRecord {
  const captured = formatInstant(Date.now() * MICROS_PER_MS);
  const principal = parts.principal ?? 'operator';
  const envelope = { agency: AGENCY, id: document.id, principal, captured };
  const secret = randomSecret();
  const content = parts.content ?? Buffer.from(canonicalize(document as never), 'utf8');
  const header: RecordHeader = {
    ...envelope,
    commitment: commit(envelope, document as never, secret),
    content: sha256Hex(content),
    secret: Buffer.from(secret).toString('hex'),
  };
  const value = encodeRecord(header, content);
  const subject = document.items?.find((item) => item.role === 'subject')?.id;
  const headers = submittedHeaders({
    agency: AGENCY,
    id: document.id,
    captured,
    requestId: 'chaos',
    ...(subject === undefined ? {} : { subject }),
  });
  return {
    key: Buffer.from(subject ?? document.id, 'utf8'),
    value,
    headers: { ...headers, 'custody-mac': recordMac(parts.key ?? PUBLISHER_KEY, header, value), ...parts.headers },
  };
}
