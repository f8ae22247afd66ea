/**
 * The primitives of primitives.ts where there is no Node: the same names, so that a build for browsers puts this file in its place. The algorithms
 * are those of the noble libraries; they need neither `crypto.subtle`, which pages without HTTPS do not have, nor to be waited for.
 */
import { ecb } from '@noble/ciphers/aes.js';
import { ed25519 } from '@noble/curves/ed25519.js';
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 as sha256Bytes, sha512 } from '@noble/hashes/sha2.js';
import { concatBytes, equalBytes, toHex, utf8 } from './bytes.ts';

/** As in primitives.ts. */
export const HASH_BYTES = 32;

/** Arguments of one call: engines have a limit. */
const CHUNK_BYTES = 8192;

/** As in primitives.ts; about 10 µs for 64 bytes. */
export const sha256 = (data: Uint8Array): Uint8Array => sha256Bytes(data);

/** As in primitives.ts. */
export const sha256Hex = (data: Uint8Array | string): string => toHex(sha256Bytes(typeof data === 'string' ? utf8(data) : data));

/** As in primitives.ts: no saving here, but what is written for it runs. */
export const sha256Latin1 = (data: Uint8Array): string => String.fromCharCode(...sha256Bytes(data));

/** As in primitives.ts. */
export const latin1Bytes = (text: string): Uint8Array => Uint8Array.from(text, (unit) => unit.charCodeAt(0));

/** As in primitives.ts: bytes with the three writers of a Node buffer that the ledger uses. */
export class Arena extends Uint8Array<ArrayBuffer> {
  latin1Write(text: string, offset: number, length = this.length - offset): number {
    const bytes = latin1Bytes(text).subarray(0, Math.min(length, this.length - offset));
    this.set(bytes, offset);
    return bytes.length;
  }

  latin1Slice(start: number, end: number): string {
    let text = '';
    for (let at = start; at < end; at += CHUNK_BYTES)
      text += String.fromCharCode(...Uint8Array.prototype.slice.call(this, at, Math.min(end, at + CHUNK_BYTES)));
    return text;
  }

  /** Whole characters only, where the text does not fit. */
  utf8Write(text: string, offset: number, length = this.length - offset): number {
    return new TextEncoder().encodeInto(text, new Uint8Array(this.buffer, this.byteOffset + offset, length)).written;
  }
}

/** As in primitives.ts. */
export const arena = (bytes: number): Arena => new Arena(new ArrayBuffer(bytes));

/** As in primitives.ts. */
export const hmacSha256Hex = (key: Uint8Array, message: string): string => toHex(hmac(sha256Bytes, key, utf8(message)));

/** As in primitives.ts. */
export const encryptBlocks = (key: Uint8Array, blocks: Uint8Array): Uint8Array => ecb(key, { disablePadding: true }).encrypt(blocks);

/** As in primitives.ts. */
export const randomSecret = (): Uint8Array => crypto.getRandomValues(new Uint8Array(HASH_BYTES));

/** As in primitives.ts. */
export function equalInConstantTime(a: string, b: string): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let at = 0; at < a.length; at++) difference |= a.charCodeAt(at) ^ b.charCodeAt(at);
  return difference === 0;
}

const { Point } = ed25519;

/**
 * As in primitives.ts: S·B - k·A has the encoding R. The library's own `verify` multiplies that equation by the cofactor and takes signatures
 * that Node refuses, so one bundle would have two verdicts: its group and its reading of points are used here, not that. About 3 ms.
 */
export function ed25519Verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  const [r, s] = [signature.subarray(0, HASH_BYTES), signature.subarray(HASH_BYTES)];
  const k = littleEndian(sha512(concatBytes(r, publicKey, message))) % Point.Fn.ORDER;
  try {
    // Neither is secret: the product need not take the same time for each number. Throws for S that is not below the order.
    const kA = Point.fromBytes(publicKey, false).multiplyUnsafe(k);
    return equalBytes(Point.BASE.multiplyUnsafe(littleEndian(s)).subtract(kA).toBytes(), r);
  } catch {
    // The library has this one way to say that a key is no point, or a number out of range: either way no signature.
    return false;
  }
}

/** As in primitives.ts. */
export const ed25519Sign = (seed: Uint8Array, message: Uint8Array): Uint8Array => ed25519.sign(message, seed);

/** As in primitives.ts. */
export const ed25519PublicKey = (seed: Uint8Array): Uint8Array => ed25519.getPublicKey(seed);

function littleEndian(bytes: Uint8Array): bigint {
  return bytes.reduceRight((number, byte) => (number << 8n) | BigInt(byte), 0n);
}
