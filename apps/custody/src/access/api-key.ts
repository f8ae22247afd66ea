/**
 * API keys in text: `custody_<id>_<secret>`. The prefix is for scanners of leaked secrets; the id finds the key, and is no secret; the secret has
 * 256 random bits, so that one hash of the whole text is all that has to be kept.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

const SECRET_BYTES = 32;
/** Some 62 bits, in the alphabet of ids. */
const ID_LENGTH = 12;
const ID_ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789';
/** Bytes from here on would make the first letters likelier than the others. */
const FAIR_BELOW = 256 - (256 % ID_ALPHABET.length);
const API_KEY = /^custody_([a-z0-9]{8,32})_[A-Za-z0-9_-]{43}$/;

export interface NewApiKey {
  readonly id: string;
  /** Shown once, kept nowhere. */
  readonly text: string;
  /** Of the text, in hex. */
  readonly sha256: string;
}

export function newApiKey(): NewApiKey {
  const id = randomId();
  const text = `custody_${id}_${randomBytes(SECRET_BYTES).toString('base64url')}`;
  return { id, text, sha256: hashOf(text).toString('hex') };
}

function randomId(): string {
  let id = '';
  while (id.length < ID_LENGTH)
    for (const byte of randomBytes(ID_LENGTH)) if (byte < FAIR_BELOW && id.length < ID_LENGTH) id += ID_ALPHABET[byte % ID_ALPHABET.length];
  return id;
}

/** The id of what looks like a key; null: the text does not. */
export const apiKeyId = (text: string): string | null => API_KEY.exec(text)?.[1] ?? null;

/**
 * The first of the keys whose hash the text has. All are compared, each in constant time, and with none there one is compared all the same: how
 * long it takes says nothing of what there is.
 */
export function matchingKey<Key extends { readonly sha256: string }>(text: string, keys: readonly Key[]): Key | undefined {
  const hash = hashOf(text);
  let found: Key | undefined;
  for (const key of keys) if (timingSafeEqual(hash, Buffer.from(key.sha256, 'hex'))) found ??= key;
  if (keys.length === 0) timingSafeEqual(hash, NOTHING);
  return found;
}

const hashOf = (text: string): Buffer => createHash('sha256').update(text, 'utf8').digest();
const NOTHING = Buffer.alloc(SECRET_BYTES);
