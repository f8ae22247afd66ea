/**
 * Proof of one read, version 1: a record of the access log, its place in it, and the head of the log whose seal names that access log. One canonical
 * JSON (RFC 8785):
 *
 *   {"checkpoint": note, "format": "custody-read/1", "inclusion": [hash, ...], "n", "record": text, "seal": placed, "secret"}
 *
 * `placed` as in a proof document, hashes base64, the secret lower-case hex. It is for the agency that the record is kept for. Pure.
 */
import { accessCommitment, accessLogName, readAccessRecord, type AccessRecord } from './access-record.ts';
import { equalBytes, fromBase64, fromHex, toBase64, toHex, utf8 } from './bytes.ts';
import { canonicalize } from './canonical.ts';
import { encodeEntry } from './entry.ts';
import { parseStrict } from './json.ts';
import type { JsonObject, JsonValue } from './json-value.ts';
import { verifyInclusion } from './log-tree.ts';
import { leafHash } from './merkle.ts';
import { readNotice } from './notices.ts';
import { HASH_BYTES } from './primitives.ts';
import { PROOF_FORMAT, type PlacedEntry } from './proof-document.ts';
import type { Trust } from './proof-question.ts';
import type { ProofFaultCode } from './proof-fault.ts';
import { established, failure, reportOf, type Report, type Statement } from './report.ts';
import { verifyProof } from './verify-proof.ts';

/** The format that is written and read here. */
export const READ_PROOF_FORMAT = 'custody-read/1';
/** Of a document: a record of a long page, a checkpoint and two paths. */
export const READ_PROOF_BYTES_MAX = 4 * 1024 * 1024;

/** See the top of this file. */
export interface ReadProof {
  /** A signed note, byte for byte. */
  readonly checkpoint: string;
  readonly seal: PlacedEntry;
  /** Number of the record in the access log. */
  readonly n: bigint;
  /** RFC 9162 2.1.3, in the access log that the seal names; 32 bytes each. */
  readonly inclusion: readonly Uint8Array[];
  /** Its bytes, as text. */
  readonly record: string;
  /** 32 bytes. */
  readonly secret: Uint8Array;
}

/** Its bytes. */
export const encodeReadProof = ({ checkpoint, seal, n, inclusion, record, secret }: ReadProof): Uint8Array =>
  utf8(
    canonicalize({
      checkpoint,
      format: READ_PROOF_FORMAT,
      inclusion: inclusion.map(toBase64),
      n: Number(n),
      record,
      seal: { entry: seal.entry, inclusion: seal.inclusion.map(toBase64), index: Number(seal.index) },
      secret: toHex(secret),
    }),
  );

/**
 * Whether a text says of itself that it is one: then it is checked as one, and as nothing else. What an event says within a proof of it counts
 * for nothing: its submitter wrote it.
 */
export function isReadProof(text: string): boolean {
  // Spares most proofs of events that they are read once more.
  if (!text.startsWith('{') || !text.includes(`"format":"${READ_PROOF_FORMAT}"`)) return false;
  try {
    return (JSON.parse(text) as JsonObject)['format'] === READ_PROOF_FORMAT;
  } catch {
    return false;
  }
}

/** What of a check may be left out, in a control. */
export interface ReadProofRules {
  /** The seal names an access log. */
  readonly readsNamed: boolean;
  /** The record is one of that access log. */
  readonly recordOfLog: boolean;
  /** It stands at its number, under the head that the seal names. */
  readonly recordIncluded: boolean;
}
/** All of them. */
export const READ_PROOF_RULES: ReadProofRules = { readsNamed: true, recordOfLog: true, recordIncluded: true };

/** The whole check: the head and its seal as those of every proof, then the record. Never throws. */
export function verifyReadProof(bytes: Uint8Array, trust: Trust, rules: ReadProofRules = READ_PROOF_RULES): Report {
  const parsed = parseStrict(bytes, { bytesMax: READ_PROOF_BYTES_MAX });
  const document = parsed.ok && equalBytes(parsed.canonical, bytes) ? documentOf(parsed.value) : null;
  if (document === null)
    return reportOf([fault('document', 'read.form', 'This is no proof of a read in the form that is read here.')], null);
  const { checkpoint, seal, ...read } = document;
  const head = canonicalize({ checkpoint, events: [], format: PROOF_FORMAT, item: null, notices: [], salt: null, seal });
  const { report } = verifyProof(utf8(head), trust, { log: true });
  const isOpen = report.head === null || report.statements.some(({ state }) => state === 'failed');
  if (isOpen) return report;
  return reportOf([...report.statements, checkRead(read, seal, report.head.origin, rules)], report.head, report.subject ?? null);
}

interface Document {
  readonly checkpoint: string;
  readonly seal: JsonObject;
  readonly n: number;
  readonly inclusion: readonly Uint8Array[];
  readonly record: string;
  readonly secret: Uint8Array;
}

const MEMBERS = ['checkpoint', 'format', 'inclusion', 'n', 'record', 'seal', 'secret'];

/** `null`: it has another form. What stands in the seal is for the check of the head to read. */
function documentOf(value: JsonValue): Document | null {
  if (!isObject(value) || Object.keys(value).sort().join() !== MEMBERS.join() || value['format'] !== READ_PROOF_FORMAT) return null;
  const { checkpoint, n, record, seal } = value;
  const secret = typeof value['secret'] === 'string' ? fromHex(value['secret']) : null;
  const hashes = value['inclusion'];
  const inclusion = Array.isArray(hashes) ? hashes.map((hash: JsonValue) => (typeof hash === 'string' ? fromBase64(hash) : null)) : [null];
  if (typeof checkpoint !== 'string' || typeof record !== 'string' || !isObject(seal)) return null;
  if (typeof n !== 'number' || !Number.isSafeInteger(n) || n < 0 || secret?.length !== HASH_BYTES) return null;
  if (!inclusion.every((hash) => hash?.length === HASH_BYTES)) return null;
  return { checkpoint, seal, n, inclusion: inclusion as Uint8Array[], record, secret };
}

const isObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function checkRead(
  { n, inclusion, record: text, secret }: Omit<Document, 'checkpoint' | 'seal'>,
  seal: JsonObject,
  origin: string,
  rules: ReadProofRules,
): Statement {
  const notice = readNotice(utf8(String(seal['entry'])));
  const access = notice?.kind === 'seal' ? notice.seal.access : null;
  if (access === null && rules.readsNamed) return fault('read', 'read.seal', 'The seal names no access log: no read is proved by it.');
  const record = readAccessRecord(utf8(text));
  if ((record === null || record.log !== accessLogName(origin)) && rules.recordOfLog)
    return fault('read', 'read.record', 'This is no record of the access log of this log.');
  const leaf = leafHash(encodeEntry(toHex(accessCommitment(secret, utf8(text)))));
  const isIncluded = access !== null && verifyInclusion(leaf, BigInt(n), access.size, access.root, inclusion);
  if (!isIncluded && rules.recordIncluded)
    return fault('read', 'read.inclusion', `The access log that the seal names does not hold this record at ${n}.`);
  return established('read', record === null ? `The record ${n} is shown.` : sentence(n, record, access?.size ?? 0n));
}

const sentence = (n: number, { agency, principal, operation, at, tenant }: AccessRecord, size: bigint): string =>
  `The record ${n} of ${size} in the access log says that ${agency}/${principal} read by ${operation} at ${at}; it is kept for ${tenant}. When it was is the word of the server that answered, and at the latest when it was sealed.`;

const fault = (step: 'document' | 'read', code: ProofFaultCode, detail: string): Statement => failure(step, { code, detail });
