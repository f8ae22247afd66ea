/** Ids of documents that have none, where the submitter gave its request a key: sent again under that key, a document is the same event. */
import { canonicalize, sha256Hex } from '#lib/ledger';

export interface KeyedSubmission {
  readonly agency: string;
  readonly principal: string;
  /** Of the header Idempotency-Key: names one submission of this principal. */
  readonly idempotencyKey: string;
}

/**
 * A UUID version 8 (RFC 9562, section 5.8) of 122 bits of SHA-256 over who, key and place in the request. The bytes of the document are not
 * in it: other bytes under the same key and row have to meet as a conflict, and not pass as another event.
 *
 * @param row of the document in its request, from 0; refused and overlong rows count.
 */
export function derivedId({ agency, principal, idempotencyKey }: KeyedSubmission, row: number): string {
  const hash = sha256Hex(Buffer.from(canonicalize(['custody/id/v1', agency, principal, idempotencyKey, row]), 'utf8'));
  const variant = (0x8 | (Number.parseInt(hash.charAt(16), 16) & 0x3)).toString(16);
  return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-8${hash.slice(13, 16)}-${variant}${hash.slice(17, 20)}-${hash.slice(20, 32)}`;
}
