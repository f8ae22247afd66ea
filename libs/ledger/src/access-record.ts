/**
 * Records of the access log: who read what, when and from where; by names, never content. The access log is a second log of the same format
 * (`<origin>/access`): its entries commit to records as those of the log commit to sightings, and each seal names its head. Pure.
 */
import { concatBytes, equalBytes, utf8 } from './bytes.ts';
import { canonicalize } from './canonical.ts';
import { capturedMicros } from './captured.ts';
import { parseStrict } from './json.ts';
import type { JsonObject, JsonValue } from './json-value.ts';
import { HASH_BYTES, sha256 } from './primitives.ts';

/** What only the reader's own agency is told of one of its readers. */
export interface ReaderDetails {
  /** Network address that the request came from. */
  readonly address: string;
  /** Id of the key that was shown; `null`: by none. */
  readonly key: string | null;
  /** How the reader was known: `local`, `key`, `oidc`, `session`. */
  readonly via: string;
  /** On whose behalf, as the caller stated it; `null`: he stated nobody. */
  readonly behalf: string | null;
}

/** One read, as it is kept for one agency. */
export interface AccessRecord {
  /** Name of the access log: see accessLogName. */
  readonly log: string;
  /** Agency that it is kept for: the reader's own, or one whose events or evidence were read. */
  readonly tenant: string;
  /** RFC 3339 UTC with six decimals, by the clock of the server that answered. */
  readonly at: string;
  /** Id of the request: records of one read share it. */
  readonly request: string;
  /** operationId of the API. */
  readonly operation: string;
  /** Who read, with `principal`. */
  readonly agency: string;
  /** Of `agency`. */
  readonly principal: string;
  /** `null` in a record that is kept for another agency than the reader's. */
  readonly reader: ReaderDetails | null;
  /** P of the answer: log size from which on the grants and markings hold by which it was made; 0: none. */
  readonly policy: number;
  /** The reader had declared an emergency, and read by it. */
  readonly emergency: boolean;
  /** Highest TLP label of what was shown; `null`: not known, as of what is told without its events. */
  readonly tlp: string | null;
  /** Identifiers, each once, sorted. */
  readonly items: readonly string[];
  /** `agency/id`, each once, sorted. */
  readonly events: readonly string[];
  /** SHA-256 in hex, each once, sorted. */
  readonly evidence: readonly string[];
  /** Numbers of dead letters, each once, rising. */
  readonly deadLetters: readonly number[];
}

const VERSION = 1;
const COMMIT_TAG = concatBytes(Uint8Array.of(0x00), utf8('custody/access/v1'));

/** Origin of the access log of a log. */
export const accessLogName = (origin: string): string => `${origin}/access`;

/** The record's bytes: canonical JSON (RFC 8785). */
export const encodeAccessRecord = ({ reader, items, events, evidence, deadLetters, ...said }: AccessRecord): Uint8Array =>
  utf8(
    canonicalize({
      ...said,
      reader: reader === null ? null : { ...reader },
      items: [...items],
      events: [...events],
      evidence: [...evidence],
      deadLetters: [...deadLetters],
      v: VERSION,
    }),
  );

/**
 * What an entry of the access log commits to: SHA-256(0x00 || "custody/access/v1" || secret || record). The entry is `encodeEntry` of it in
 * hex, its leaf that of every log.
 * @param secret 32 random bytes: without them nobody can try records out
 */
export function accessCommitment(secret: Uint8Array, record: Uint8Array): Uint8Array {
  if (secret.length !== HASH_BYTES) throw new RangeError('the secret of a record has 32 bytes');
  return sha256(concatBytes(COMMIT_TAG, secret, record));
}

/**
 * `null` for bytes that are not exactly what `encodeAccessRecord` makes of what they say. Never throws: a file from outside may hold half a
 * character, which has no canonical text.
 */
export function readAccessRecord(bytes: Uint8Array): AccessRecord | null {
  // A record has no bound of its own: whoever holds its bytes has bounded them.
  const parsed = parseStrict(bytes, { bytesMax: Infinity });
  return parsed.ok && equalBytes(parsed.canonical, bytes) ? recordOf(parsed.value) : null;
}

const TEXTS = ['log', 'tenant', 'at', 'request', 'operation', 'agency', 'principal'] as const;
const LISTS = ['items', 'events', 'evidence'] as const;
/** Those of AccessRecord, and the version. */
const MEMBERS = 16;

function recordOf(value: JsonValue): AccessRecord | null {
  if (!isObject(value) || value['v'] !== VERSION || Object.keys(value).length !== MEMBERS) return null;
  const { v: _, ...said } = value;
  const { reader, policy, emergency, tlp, deadLetters, at } = said;
  if (!TEXTS.every((name) => typeof said[name] === 'string') || Number.isNaN(capturedMicros(at as string))) return null;
  if (!LISTS.every((name) => isRising(said[name], 'string')) || !isRising(deadLetters, 'number')) return null;
  if (!isCount(policy)) return null;
  if (typeof emergency !== 'boolean' || (tlp !== null && typeof tlp !== 'string') || !isReader(reader)) return null;
  return said as unknown as AccessRecord;
}

function isReader(value: JsonValue | undefined): boolean {
  if (value === null) return true;
  if (!isObject(value)) return false;
  const { address, key, via, behalf } = value;
  const isText = (given: JsonValue | undefined): boolean => given === null || typeof given === 'string';
  return typeof address === 'string' && typeof via === 'string' && isText(key) && isText(behalf) && Object.keys(value).length === 4;
}

const isCount = (value: JsonValue | undefined): boolean => typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;

const isObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function isRising(value: JsonValue | undefined, type: 'string' | 'number'): boolean {
  return (
    Array.isArray(value) &&
    value.every((each, n) => typeof each === type && (n === 0 || (value[n - 1] as string | number) < (each as string | number)))
  );
}
