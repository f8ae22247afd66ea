/**
 * What a bundle says of the signatures by which agencies stand behind its events: the file `signatures.json`, canonical JSON, there only where the server
 * named some. It is what the server answered as of the head of the proof, in the words of its API, and no more than its word: which keys were an
 * agency's no proof shows, and the signed lists are not in the bundle.
 *
 *   {"events": [{"index", "signatures": [signature, ...]}, ...], "v": 1}      index: log index of the event, ascending; each has at least one
 *   signature  {"agency", "id", "logIndex", "verdict", "vkey"}: of the list, or {"agency", "logIndex", "more", "verdict": "not-judged"}
 */
import { SIGNATURE_VERDICTS, type SignatureVerdict } from '#lib/domain';
import { equalBytes, utf8 } from './bytes.ts';
import { canonicalize } from './canonical.ts';
import { parseStrict } from './json.ts';
import type { JsonObject, JsonValue } from './json-value.ts';
import { PROOF_BYTES_MAX } from './proof-document.ts';

/** Name of the file. */
export const SAID_SIGNATURES = 'signatures.json';
const VERSION = 1;

/** As the API has it (SignatureView of libs/contracts). */
export interface SaidSignature {
  readonly agency: string;
  /** Of the event with the signed list; absent: of `not-judged`. */
  readonly id?: string;
  readonly logIndex: number;
  /** Absent: of `not-judged`. */
  readonly vkey?: string;
  readonly verdict: SignatureVerdict;
  /** Of `not-judged`: how many lists beside this one. */
  readonly more?: number;
}

/** By the log index of the event. */
export type SaidSignatures = ReadonlyMap<bigint, readonly SaidSignature[]>;

/** The file's bytes. */
export const encodeSaidSignatures = (said: SaidSignatures): Uint8Array =>
  utf8(
    canonicalize({
      events: [...said]
        .sort(([a], [b]) => Number(a - b))
        .map(([index, signatures]) => ({ index: Number(index), signatures: signatures.map(signatureJson) })),
      v: VERSION,
    }),
  );

function signatureJson({ agency, id, logIndex, vkey, verdict, more }: SaidSignature): JsonObject {
  const ofList = id === undefined || vkey === undefined ? {} : { id, vkey };
  return { agency, logIndex, verdict, ...ofList, ...(more === undefined ? {} : { more }) };
}

/** What the file says; `null` for bytes that encodeSaidSignatures does not make, or of nothing. Never throws. */
export function readSaidSignatures(bytes: Uint8Array): SaidSignatures | null {
  const parsed = parseStrict(bytes, { bytesMax: PROOF_BYTES_MAX });
  const events =
    parsed.ok && isObject(parsed.value) && Array.isArray(parsed.value['events']) ? (parsed.value['events'] as JsonValue[]) : [];
  const said = new Map<bigint, readonly SaidSignature[]>();
  for (const event of events) {
    if (!isObject(event) || !isIndex(event['index']) || !Array.isArray(event['signatures'])) return null;
    const signatures = (event['signatures'] as JsonValue[]).flatMap((value) => signatureOf(value) ?? []);
    if (signatures.length > 0) said.set(BigInt(event['index']), signatures);
  }
  // Whatever was left out above is missing in these bytes.
  return said.size > 0 && equalBytes(encodeSaidSignatures(said), bytes) ? said : null;
}

function signatureOf(value: JsonValue): SaidSignature | null {
  if (!isObject(value)) return null;
  const { agency, id, logIndex, vkey, more } = value;
  const verdict = SIGNATURE_VERDICTS.find((known) => known === value['verdict']);
  if (typeof agency !== 'string' || !isIndex(logIndex) || verdict === undefined) return null;
  if (verdict === 'not-judged') return isIndex(more) ? { agency, logIndex, verdict, more } : null;
  return typeof id === 'string' && typeof vkey === 'string' ? { agency, id, logIndex, vkey, verdict } : null;
}

const isObject = (value: JsonValue): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value);
const isIndex = (value: JsonValue | undefined): value is number => typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
