/**
 * What a bundle says of evidence that its events cite and that is not in it: the file `evidence.json`, canonical JSON, there only where some is
 * absent. It is the word of whoever made the bundle.
 *
 *   {"absent": [SHA-256, ...], "because": "not-asked" | "not-held" | "too-large", "v": 1}      the hashes in ascending order, each once, at least one
 */
import { equalBytes, utf8 } from './bytes.ts';
import { canonicalize } from './canonical.ts';
import { parseStrict } from './json.ts';
import type { JsonObject, JsonValue } from './json-value.ts';

/** Name of the file. */
export const ABSENT_EVIDENCE = 'evidence.json';
const HASH = /^[0-9a-f]{64}$/;
const VERSION = 1;

/**
 * Why: the bundle was asked for without evidence; or where it was made nobody had the bytes; or that some had no room in a bundle, and of the rest
 * nobody had the bytes.
 */
const REASONS = ['not-asked', 'not-held', 'too-large'] as const;

/** What is not in a bundle, as the bundle says itself. */
export interface AbsentEvidence {
  /** SHA-256 of each, 64 lower-case hex digits. */
  readonly absent: ReadonlySet<string>;
  readonly because: (typeof REASONS)[number];
}

/** The file's bytes. */
export const encodeAbsentEvidence = ({ absent, because }: AbsentEvidence): Uint8Array =>
  utf8(canonicalize({ absent: [...absent].sort(), because, v: VERSION }));

/** What the file says; `null` for bytes that encodeAbsentEvidence does not make. Never throws. */
export function readAbsentEvidence(bytes: Uint8Array): AbsentEvidence | null {
  const parsed = parseStrict(bytes);
  const said = parsed.ok && isObject(parsed.value) ? parsed.value : {};
  const because = REASONS.find((reason) => reason === said['because']);
  const hashes = Array.isArray(said['absent']) ? (said['absent'] as readonly JsonValue[]) : [];
  const absent = new Set(hashes.filter((hash): hash is string => typeof hash === 'string' && HASH.test(hash)));
  if (because === undefined || absent.size === 0) return null;
  const read = { absent, because };
  return equalBytes(encodeAbsentEvidence(read), bytes) ? read : null;
}

const isObject = (value: JsonValue): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value);
