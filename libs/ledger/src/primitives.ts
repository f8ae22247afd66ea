/**
 * The cryptographic primitives, and the only file that knows where they come from: a build for browsers replaces this one.
 * SHA-256 (FIPS 180-4), HMAC-SHA-256 (RFC 2104), AES-256 blocks (FIPS 197), random bytes, comparison in constant time, Ed25519 (RFC 8032).
 */
import { createCipheriv, createPrivateKey, createPublicKey, hash, type KeyObject, randomFillSync, sign, verify } from 'node:crypto';

/** Of SHA-256 and of every secret here. */
export const HASH_BYTES = 32;
/** Secrets drawn at a time: one call for random bytes costs as much as a hundred copies. */
const SECRETS_POOLED = 128;

/** 64 lower-case hex digits. Text is hashed as UTF-8. About 0.7 µs for 1 KB. */
export const sha256Hex = (data: Uint8Array | string): string => hash('sha256', data, 'hex');

/** 32 bytes of their own. */
export const sha256 = (data: Uint8Array): Uint8Array => hash('sha256', data, 'buffer');

/** The digest as 32 characters U+0000..U+00FF, for `latin1Write` into an arena: by far the cheapest way to get 32 bytes (0.4 µs). */
export const sha256Latin1 = (data: Uint8Array): string => hash('sha256', data, 'binary');

/** A byte for each character U+0000..U+00FF: the digest of `sha256Latin1`, or plain ASCII. May share memory with others that nobody changes. */
export const latin1Bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1');

/** A buffer with its direct writers, which Node has and its types leave out: `write` with an encoding's name costs twice as much. */
export type Arena = Buffer & {
  /** Characters U+0000..U+00FF as one byte each. Returns the bytes written. */
  latin1Write(text: string, offset: number, length?: number): number;
  latin1Slice(start: number, end: number): string;
  /** Returns the bytes written; less than the text has where it does not fit. */
  utf8Write(text: string, offset: number, length?: number): number;
};

/** Zeros, outside of the pool that small buffers share. */
export const arena = (bytes: number): Arena => Buffer.from(new ArrayBuffer(bytes)) as Arena;

const BLOCK_BYTES = 64;
const INNER_PAD = 0x36;
const OUTER_PAD = 0x5c;
/** Messages up to this many UTF-16 units are hashed in place. */
const MESSAGE_KEPT_UNITS = 1024;
const UTF8_BYTES_PER_UNIT_MAX = 3;

/** A key's two blocks, each at the start of what is hashed: nothing is allocated for a message. */
interface HmacKey {
  readonly inner: Arena;
  readonly outer: Arena;
}

const hmacKeys = new WeakMap<Uint8Array, HmacKey>();

function hmacKey(key: Uint8Array): HmacKey {
  let known = hmacKeys.get(key);
  if (known === undefined) {
    const bytes = key.length > BLOCK_BYTES ? Buffer.from(hash('sha256', key, 'hex'), 'hex') : key;
    known = { inner: arena(BLOCK_BYTES + MESSAGE_KEPT_UNITS * UTF8_BYTES_PER_UNIT_MAX), outer: arena(BLOCK_BYTES + HASH_BYTES) };
    for (let at = 0; at < BLOCK_BYTES; at++) {
      known.inner[at] = (bytes[at] ?? 0) ^ INNER_PAD;
      known.outer[at] = (bytes[at] ?? 0) ^ OUTER_PAD;
    }
    hmacKeys.set(key, known);
  }
  return known;
}

/**
 * HMAC-SHA-256 (RFC 2104) as 64 lower-case hex digits; text is UTF-8. Two one-shot hashes over blocks that are kept for each key (the array
 * itself: it must not change): 1.2 µs for 150 bytes, where `createHmac` takes 3.5.
 */
export function hmacSha256Hex(key: Uint8Array, message: string): string {
  const { inner, outer } = hmacKey(key);
  const kept = message.length <= MESSAGE_KEPT_UNITS;
  const input = kept
    ? inner.subarray(0, BLOCK_BYTES + inner.utf8Write(message, BLOCK_BYTES))
    : Buffer.concat([inner.subarray(0, BLOCK_BYTES), Buffer.from(message, 'utf8')]);
  outer.latin1Write(sha256Latin1(input), BLOCK_BYTES);
  return sha256Hex(outer);
}

/** AES-256 of each 16-byte block by itself, in one call (ECB: a pseudo-random function of block numbers here, never of content). */
export function encryptBlocks(key: Uint8Array, blocks: Uint8Array): Buffer {
  return createCipheriv('aes-256-ecb', key, null).update(blocks);
}

let pool = Buffer.alloc(0);
let poolAt = 0;

/** A fresh secret: 32 bytes from the system's generator, given to nobody else. About 0.2 µs. */
export function randomSecret(): Buffer {
  if (poolAt === pool.length) {
    pool = randomFillSync(Buffer.allocUnsafeSlow(SECRETS_POOLED * HASH_BYTES));
    poolAt = 0;
  }
  const secret = Buffer.allocUnsafeSlow(HASH_BYTES);
  pool.copy(secret, 0, poolAt, poolAt + HASH_BYTES);
  // What was given away is not kept here.
  pool.fill(0, poolAt, poolAt + HASH_BYTES);
  poolAt += HASH_BYTES;
  return secret;
}

/** Whether two texts are the same, in a time that depends on their lengths alone. */
export function equalInConstantTime(a: string, b: string): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let at = 0; at < a.length; at++) difference |= a.charCodeAt(at) ^ b.charCodeAt(at);
  return difference === 0;
}

/**
 * Whether the curve equation of RFC 8032 5.1.7 holds. Keys of small order and second encodings of a key are accepted: ask
 * `verifyEd25519` (ed25519.ts), which refuses them. About 0.12 ms; a key in DER would take as long again to be read.
 * @param publicKey 32 bytes
 * @param signature 64 bytes
 */
export function ed25519Verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  const x = Buffer.from(publicKey).toString('base64url');
  return verify(null, message, createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' }), signature);
}

/** RFC 8032 5.1.6: the 64 bytes of a signature, the same each time. About 0.05 ms, 0.7 for the first by a seed. @param seed see ed25519PublicKey */
export const ed25519Sign = (seed: Uint8Array, message: Uint8Array): Uint8Array =>
  Uint8Array.from(sign(null, message, ed25519Private(seed)));

/** RFC 8032 5.1.5: the 32 bytes of the public key. @param seed 32 bytes, the private key (the array itself: it must not change) */
export function ed25519PublicKey(seed: Uint8Array): Uint8Array {
  const { x = '' } = createPublicKey(ed25519Private(seed)).export({ format: 'jwk' });
  return Uint8Array.from(Buffer.from(x, 'base64url'));
}

/** RFC 8410: what stands before the 32 bytes of a private key in PKCS #8. */
const ED25519_PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');

const privateKeys = new WeakMap<Uint8Array, KeyObject>();

function ed25519Private(seed: Uint8Array): KeyObject {
  let key = privateKeys.get(seed);
  if (key === undefined) {
    key = createPrivateKey({ key: Buffer.concat([ED25519_PKCS8, seed]), format: 'der', type: 'pkcs8' });
    privateKeys.set(seed, key);
  }
  return key;
}
