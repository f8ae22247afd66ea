/**
 * Strict Ed25519: RFC 8032 5.1.7 without the cofactor, S below the group's order, A and R in their only encoding, neither of small
 * order. A key of small order "signs" every message that somebody cares to try, so a statement by it says nothing; engines accept it.
 */
import { toHex } from './bytes.ts';
import type { NoteFault } from './note-fault.ts';
import { ed25519Verify } from './primitives.ts';

/** Of an encoded point. */
export const PUBLIC_KEY_BYTES = 32;
/** R and S. */
export const SIGNATURE_BYTES = 64;

/** The field's prime p, the group's order L, the curve's d (RFC 8032 5.1). */
const P = 2n ** 255n - 19n;
const L = 2n ** 252n + 27742317777372353535851937790883648493n;
const D = 37095705934669439343138083508754565189542113879843219016388785533085940283555n;
const SIGN_BIT = 1n << 255n;

/** One y of the four points of order 8; the spec multiplies it out. */
const Y_OF_ORDER_8 = 0x05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826n;
/**
 * The y of all eight points whose order divides the cofactor: (0, 1), (0, -1), (±√-1, 0) and four of order 8. Whatever the sign bit
 * says: it tells two of them apart where x is not zero, and is a second encoding of the same point where it is.
 */
const SMALL_ORDER_Y = new Set([0n, 1n, P - 1n, Y_OF_ORDER_8, P - Y_OF_ORDER_8]);

/**
 * Whether the signature is this key's over the message. False for lengths other than 32 and 64 bytes, for S not below L, for A or R
 * that is not below p or of small order, and where S·B = R + k·A does not hold. Never throws. Cost: about 0.11 ms.
 */
export function verifyEd25519(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (signature.length !== SIGNATURE_BYTES || encodingFault(publicKey) !== null) return false;
  const r = signature.subarray(0, PUBLIC_KEY_BYTES);
  const s = littleEndian(signature.subarray(PUBLIC_KEY_BYTES));
  return s < L && encodingFault(r) === null && ed25519Verify(publicKey, message, signature);
}

/** Why these bytes must not be registered as a public key; null: they may. Cost: about 0.2 ms, for the check that it is on the curve. */
export function checkPublicKey(bytes: Uint8Array): NoteFault | null {
  const fault = encodingFault(bytes);
  if (fault !== null) return fault;
  return isOnCurve(littleEndian(bytes) % SIGN_BIT) ? null : { code: 'key.off-curve', detail: 'no point of the curve has this encoding' };
}

/** Of a point's 32 bytes: length, canonical form, order. Some microseconds; says nothing about the curve equation. */
function encodingFault(bytes: Uint8Array): NoteFault | null {
  if (bytes.length !== PUBLIC_KEY_BYTES)
    return { code: 'key.length', detail: `an Ed25519 key has ${PUBLIC_KEY_BYTES} bytes, not ${bytes.length}` };
  const y = littleEndian(bytes) % SIGN_BIT;
  if (y >= P) return { code: 'key.non-canonical', detail: 'the point is encoded with a coordinate that is not below the prime' };
  if (SMALL_ORDER_Y.has(y)) return { code: 'key.small-order', detail: 'the point is one of the eight of small order' };
  return null;
}

const littleEndian = (bytes: Uint8Array): bigint => BigInt(`0x${toHex(Uint8Array.from(bytes).reverse())}`);

/** Whether x² = (y² - 1) / (d·y² + 1) has a solution: by Euler's criterion for the product, as the divisor is never 0. */
function isOnCurve(y: bigint): boolean {
  const square = (y * y) % P;
  const product = ((square + P - 1n) * (D * square + 1n)) % P;
  return product === 0n || power(product, (P - 1n) / 2n) === 1n;
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (let square = base, left = exponent; left > 0n; left >>= 1n) {
    if (left & 1n) result = (result * square) % P;
    square = (square * square) % P;
  }
  return result;
}
