/**
 * The event-log value, version 1: `header || "\n" || content`. The header is canonical JSON (RFC 8785) of exactly `{agency, alg:
 * "none", captured, commitment, content, id, principal, secret, v: 1}`, the content the canonical bytes of the sighting. The algorithm
 * is named so that content can be sealed under a key one day without another format.
 */
import { AGENCY_PATTERN, EVENT_ID_PATTERN } from '#lib/domain';
import { canonicalize } from './canonical.ts';
import { capturedMicros } from './captured.ts';
import { equalInConstantTime, hmacSha256Hex, sha256Hex } from './primitives.ts';
import { decodeUtf8 } from './utf8.ts';

/** What capture adds to a sighting; hashes and secret as 64 lower-case hex digits. */
export interface RecordHeader {
  readonly agency: string;
  /** RFC 3339 UTC with six decimals. */
  readonly captured: string;
  readonly commitment: string;
  /** SHA-256 of the content. */
  readonly content: string;
  readonly id: string;
  /** 1 to PRINCIPAL_LENGTH_MAX characters. */
  readonly principal: string;
  readonly secret: string;
}

/** What decodeRecord found; the fault is the reason of a dead letter. */
export type DecodedRecord =
  | { readonly ok: true; readonly header: RecordHeader; /** A view of the value. */ readonly content: Buffer }
  | { readonly ok: false; readonly fault: { readonly code: 'record.malformed'; readonly detail: string } };

/** A principal is an account's name or a certificate's subject, in UTF-16 units. */
export const PRINCIPAL_LENGTH_MAX = 256;
/** The longest header: 576 bytes beside agency, id and a principal of escapes (six bytes a character). */
const HEADER_BYTES_MAX = 4096;
const LINE_FEED = 0x0a;
const HASH = '([0-9a-f]{64})';

const inner = (pattern: RegExp): string => pattern.source.replace(/^\^|\$$/g, '');
/** All of it but what stands inside the principal's quotes, which readPrincipal looks at. */
const HEADER = new RegExp(
  `^\\{"agency":"(${inner(AGENCY_PATTERN)})","alg":"none","captured":"([^"]{27})","commitment":"${HASH}","content":"${HASH}",` +
    `"id":"(${inner(EVENT_ID_PATTERN)})","principal":("(?:[^"\\\\]|\\\\.)+"),"secret":"${HASH}","v":1\\}$`,
);
/** ASCII that stands for itself in JSON. */
const PLAIN_TEXT = /^"[ !#-[\]-~]*"$/;

/**
 * The value to append. Throws RangeError for a header that decodeRecord would not take: whoever makes one has validated its parts.
 * Cost: 2 µs.
 */
export function encodeRecord(header: RecordHeader, content: Uint8Array): Buffer {
  const { agency, captured, commitment, content: contentHash, id, principal, secret } = header;
  const text =
    `{"agency":"${agency}","alg":"none","captured":"${captured}","commitment":"${commitment}","content":"${contentHash}","id":"${id}",` +
    `"principal":${canonicalize(principal)},"secret":"${secret}","v":1}`;
  const bytes = Buffer.from(`${text}\n`, 'utf8');
  if (readHeader(bytes.toString('latin1', 0, bytes.length - 1)) === undefined)
    throw new RangeError('the parts of the header do not make a record');
  const value = Buffer.allocUnsafe(bytes.length + content.length);
  bytes.copy(value, 0);
  value.set(content, bytes.length);
  return value;
}

/**
 * Header and content of a value, if its bytes are exactly what encodeRecord makes: the canonical header with known members only, and a
 * content. Whether the content has the hash that the header names is the caller's to check. Cost: 2 µs.
 */
export function decodeRecord(value: Buffer): DecodedRecord {
  const end = value.indexOf(LINE_FEED);
  if (end < 0) return malformed('The value has no line feed after its header.');
  if (end > HEADER_BYTES_MAX) return malformed(`The header has more than ${HEADER_BYTES_MAX} bytes.`);
  if (end + 1 === value.length) return malformed('The value has no content.');
  const header = readHeader(value.toString('latin1', 0, end));
  if (header === undefined) return malformed('The header is not the canonical JSON of version 1.');
  return { ok: true, header, content: value.subarray(end + 1) };
}

const malformed = (detail: string): DecodedRecord => ({ ok: false, fault: { code: 'record.malformed', detail } });

/** @param text one character for each byte */
function readHeader(text: string): RecordHeader | undefined {
  const parts = HEADER.exec(text);
  if (parts === null) return undefined;
  const [, agency, captured, commitment, content, id, quoted, secret] = parts as unknown as readonly string[] & { length: 8 };
  const principal = readPrincipal(quoted as string);
  if (principal === undefined || Number.isNaN(capturedMicros(captured as string))) return undefined;
  return { agency, captured, commitment, content, id, principal, secret } as RecordHeader;
}

/** @param quoted a JSON text, one character for each byte */
function readPrincipal(quoted: string): string | undefined {
  const principal = PLAIN_TEXT.test(quoted) ? quoted.slice(1, -1) : readCanonicalText(quoted);
  return principal === undefined || principal.length > PRINCIPAL_LENGTH_MAX || principal.includes('\0') ? undefined : principal;
}

function readCanonicalText(quoted: string): string | undefined {
  const text = decodeUtf8(Buffer.from(quoted, 'latin1'));
  if (text === undefined) return undefined;
  try {
    const read = JSON.parse(text) as string;
    return canonicalize(read) === text ? read : undefined;
  } catch {
    // No JSON text, or half a surrogate pair: either way not what encodeRecord writes.
    return undefined;
  }
}

const MAC_TAG = 'custody/record/v1';

/**
 * The publisher's MAC over a record, 64 lower-case hex digits: HMAC-SHA-256 over the RFC 8785 text of `["custody/record/v1", agency,
 * principal, id, sha256hex(value)]`. Cost: 3 µs for 1 KB.
 */
export function recordMac(key: Uint8Array, header: RecordHeader, value: Uint8Array): string {
  return hmacSha256Hex(key, canonicalize([MAC_TAG, header.agency, header.principal, header.id, sha256Hex(value)]));
}

/** Whether `mac` is the record's by this key; in constant time, so that no publisher's MAC can be found digit by digit. */
export function checkRecordMac(key: Uint8Array, header: RecordHeader, value: Uint8Array, mac: string): boolean {
  return equalInConstantTime(recordMac(key, header, value), mac);
}
