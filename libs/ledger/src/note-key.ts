/** Keys of signed notes (C2SP signed-note): names, ids, verifier keys in text. One key signs one kind of message. */
import { concatBytes, fromBase64, toBase64, toHex, utf8 } from './bytes.ts';
import { checkPublicKey } from './ed25519.ts';
import { type NoteResult, refused, taken } from './note-fault.ts';
import { ed25519PublicKey, sha256 } from './primitives.ts';

/**
 * What a key signs, and the signature type byte that its id and its verifier key carry: a log its checkpoints, capture its receipts,
 * a witness its cosignatures, an agency what it submits. Keys of one kind are never asked about messages of another, whatever their bytes and names.
 */
export const KEY_TYPES = { log: 0x01, receipt: 0x01, witness: 0x04, submitter: 0x01 } as const;
/** One of `log`, `receipt`, `witness`, `submitter`. */
export type KeyKind = keyof typeof KEY_TYPES;

/** A public key with its name and what it was registered for. */
export interface VerifierKey<K extends KeyKind = KeyKind> {
  readonly kind: K;
  /** Not empty; no spaces of Unicode, no plus, no control characters. */
  readonly name: string;
  /** 8 lower-case hex digits: the first 32 bits of SHA-256 of name, newline, type byte and public key. No strong hash. */
  readonly id: string;
  /** 32 bytes, checked by checkPublicKey. */
  readonly publicKey: Uint8Array;
}

/** A private key with its public one. */
export interface SigningKey<K extends KeyKind = KeyKind> extends VerifierKey<K> {
  /** 32 bytes, the private key of RFC 8032. */
  readonly seed: Uint8Array;
}

/** A signature line's three parts. */
export interface NoteSignature {
  readonly name: string;
  /** Of the key: 8 lower-case hex digits. */
  readonly id: string;
  /** At least one byte; what they mean, the key's type says. */
  readonly signature: Uint8Array;
}

export const KEY_ID_BYTES = 4;
const SEED_BYTES = 32;
const SIGNING_KEY_START = 'PRIVATE+KEY+';
const VERIFIER_KEY = /^([^+]*)\+([0-9a-f]{8})\+(.+)$/s;
/** Spaces, plus, control characters; halves of a surrogate pair, which no UTF-8 says. */
const NOT_IN_NAMES = /[\p{White_Space}+\0-\x1f\p{Cs}]/u;

/** Whether a key may be called so. */
export const isKeyName = (name: string): boolean => name !== '' && !NOT_IN_NAMES.test(name);

/** `key.length`, `key.non-canonical`, `key.small-order`, `key.off-curve`, `key.name`: why it may not be registered. */
export function verifierKey<K extends KeyKind>(kind: K, name: string, publicKey: Uint8Array): NoteResult<VerifierKey<K>> {
  if (!isKeyName(name)) return refused('key.name', 'the name of a key is not empty and has no spaces, plus signs or control characters');
  const fault = checkPublicKey(publicKey);
  if (fault !== null) return { ok: false, fault };
  return taken({ kind, name, id: keyId(kind, name, publicKey), publicKey });
}

/**
 * A verifier key in text, `name+id+base64(type || public key)`. Beside the faults of verifierKey: `key.form`, `key.type` (a key of another
 * kind, or of an algorithm that is not built), `key.id` (not the id of this name and key).
 * @param kind what the key is trusted for: the text does not say whether 0x01 is a log's or a receipt's
 */
export function parseVerifierKey<K extends KeyKind>(text: string, kind: K): NoteResult<VerifierKey<K>> {
  const [, name = '', id, encoded = ''] = VERIFIER_KEY.exec(text) ?? [];
  const bytes = fromBase64(encoded);
  if (id === undefined || bytes === null || bytes.length === 0)
    return refused('key.form', 'a verifier key is a name, 8 lower-case hex digits and base64, with a plus sign between them');
  if (bytes[0] !== KEY_TYPES[kind]) return refused('key.type', `a key of a ${kind} has the type ${KEY_TYPES[kind]}, not ${bytes[0]}`);
  const key = verifierKey(kind, name, bytes.subarray(1));
  if (key.ok && key.value.id !== id) return refused('key.id', `the id of this key of ${name} is ${key.value.id}, not ${id}`);
  return key;
}

/** The key in text, as parseVerifierKey reads it. */
export const formatVerifierKey = ({ kind, name, id, publicKey }: VerifierKey): string =>
  `${name}+${id}+${toBase64(concatBytes(Uint8Array.of(KEY_TYPES[kind]), publicKey))}`;

/** Throws RangeError for a name or a seed that cannot be: both are our own. @param seed 32 bytes */
export function signingKey<K extends KeyKind>(kind: K, name: string, seed: Uint8Array): SigningKey<K> {
  const key = verifierKey(kind, name, ed25519PublicKey(seed));
  if (!key.ok) throw new RangeError(key.fault.detail);
  return { ...key.value, seed };
}

/** By what it was registered for. */
export const isOfKind = <K extends KeyKind>(key: VerifierKey, kind: K): key is VerifierKey<K> => key.kind === kind;

/**
 * A private key in text, as golang.org/x/mod/sumdb/note writes it: `PRIVATE+KEY+name+id+base64(type || seed)`. For a file that its owner
 * alone may read.
 */
export const formatSigningKey = ({ kind, name, id, seed }: SigningKey): string =>
  `${SIGNING_KEY_START}${name}+${id}+${toBase64(concatBytes(Uint8Array.of(KEY_TYPES[kind]), seed))}`;

/** `key.form`, `key.name`, `key.type`, `key.id`: why the text is no private key of this kind. Faults quote nothing of the secret. */
export function parseSigningKey<K extends KeyKind>(text: string, kind: K): NoteResult<SigningKey<K>> {
  const [, name = '', id, encoded = ''] =
    VERIFIER_KEY.exec(text.startsWith(SIGNING_KEY_START) ? text.slice(SIGNING_KEY_START.length) : '') ?? [];
  const bytes = fromBase64(encoded);
  if (id === undefined || bytes?.length !== 1 + SEED_BYTES)
    return refused(
      'key.form',
      `a private key is ${SIGNING_KEY_START}, a name, 8 lower-case hex digits and base64, with plus signs between them`,
    );
  if (bytes[0] !== KEY_TYPES[kind]) return refused('key.type', `a key of a ${kind} has the type ${KEY_TYPES[kind]}, not ${bytes[0]}`);
  if (!isKeyName(name)) return refused('key.name', 'the name of a key is not empty and has no spaces, plus signs or control characters');
  const key = signingKey(kind, name, bytes.subarray(1));
  return key.id === id ? taken(key) : refused('key.id', `the id of this key of ${name} is ${key.id}, not ${id}`);
}

function keyId(kind: KeyKind, name: string, publicKey: Uint8Array): string {
  return toHex(sha256(concatBytes(utf8(`${name}\n`), Uint8Array.of(KEY_TYPES[kind]), publicKey)).subarray(0, KEY_ID_BYTES));
}
