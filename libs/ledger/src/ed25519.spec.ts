import { createHash, generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { toHex, utf8 } from './bytes.ts';
import { checkPublicKey, verifyEd25519 } from './ed25519.ts';
import { ed25519PublicKey, ed25519Sign, ed25519Verify } from './primitives.ts';

const P = 2n ** 255n - 19n;
const L = 2n ** 252n + 27742317777372353535851937790883648493n;
const hex = (text: string) => Uint8Array.from(Buffer.from(text, 'hex'));
const littleEndian = (value: bigint) => hex(value.toString(16).padStart(64, '0')).reverse();
const valueOf = (bytes: Uint8Array) => BigInt(`0x${toHex(Uint8Array.from(bytes).reverse())}`);
const joined = (a: Uint8Array, b: Uint8Array) => Uint8Array.from([...a, ...b]);
const code = (bytes: Uint8Array) => checkPublicKey(bytes)?.code ?? null;

const Y8 = 0x05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826n;
const SIGN = 1n << 255n;
const smallOrder = [1n, P - 1n, 0n, SIGN, Y8, Y8 + SIGN, P - Y8, P - Y8 + SIGN].map(littleEndian);
/** The same points once more: x = 0 with its sign bit set, and y from p on. */
const secondSign = [1n + SIGN, P - 1n + SIGN].map(littleEndian);
const aboveP = [P, P + SIGN, P + 1n, P + 1n + SIGN].map(littleEndian);

/** Messages are tried until k·A is the point that is needed: one in eight is, for a key of order 8. */
function forgery(key: Uint8Array, accepts: typeof ed25519Verify): { message: Uint8Array; signature: Uint8Array } | null {
  for (let n = 0; n < 200; n++) {
    const message = utf8(`message ${n}`);
    // R = (0, 1) or the key itself, S = 0.
    for (const r of [littleEndian(1n), key]) {
      const signature = joined(r, new Uint8Array(32));
      if (accepts(key, message, signature)) return { message, signature };
    }
  }
  return null;
}

test('the first two vectors of RFC 8032 7.1', () => {
  const seed = hex('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60');
  const key = hex('d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a');
  const signature = hex(
    'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
  );
  expect(ed25519PublicKey(seed)).toEqual(key);
  expect(ed25519Sign(seed, new Uint8Array())).toEqual(signature);
  expect(verifyEd25519(key, new Uint8Array(), signature)).toBe(true);
  expect(verifyEd25519(key, Uint8Array.of(0x72), signature)).toBe(false);
});

test('a key that the engine makes may be registered, and verifies what it signed and nothing else', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), fc.uint8Array({ maxLength: 100 }), fc.nat(511), (seed, message, bit) => {
      const key = ed25519PublicKey(seed);
      const signature = ed25519Sign(seed, message);
      expect(code(key)).toBeNull();
      expect(verifyEd25519(key, message, signature)).toBe(true);
      const changed = Uint8Array.from(signature);
      changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7));
      expect(verifyEd25519(key, message, changed)).toBe(false);
    }),
    { numRuns: 40 },
  );
});

test('the eight points are of small order: doubled three times each is (0, 1)', () => {
  const power = (base: bigint, exponent: bigint): bigint => {
    if (exponent === 0n) return 1n;
    const half = power((base * base) % P, exponent >> 1n);
    return exponent & 1n ? (half * base) % P : half;
  };
  const inverse = (value: bigint) => power(((value % P) + P) % P, P - 2n);
  const d = ((P - 121665n) * inverse(121666n)) % P;
  // y(2Q) needs only y² and x² of Q: (y² + x²) / (1 - d·x²·y²).
  const doubledY = (y: bigint) => {
    const yy = (y * y) % P;
    const xx = ((yy - 1n + P) * inverse(d * yy + 1n)) % P;
    return ((yy + xx) * inverse(1n - ((((d * xx) % P) * yy) % P))) % P;
  };
  for (const point of smallOrder) expect(doubledY(doubledY(doubledY(valueOf(point) % SIGN)))).toBe(1n);
  expect(new Set(smallOrder.map(toHex)).size).toBe(8);
});

test('a key of small order is refused when it is registered, in each encoding', () => {
  expect([...smallOrder, ...secondSign].map(code)).toEqual(Array(10).fill('key.small-order'));
  expect(aboveP.map(code)).toEqual(Array(4).fill('key.non-canonical'));
});

test('a key of small order verifies nothing; the engine alone takes a forgery for each of the eight', () => {
  for (const key of smallOrder) {
    const made = forgery(key, ed25519Verify);
    expect(made).not.toBeNull();
    if (made !== null) expect(verifyEd25519(key, made.message, made.signature)).toBe(false);
    expect(forgery(key, verifyEd25519)).toBeNull();
  }
});

test('a second encoding of a key verifies nothing; the engine alone takes forgeries for such too', () => {
  const taken = [...secondSign, ...aboveP].map((key) => forgery(key, ed25519Verify) !== null);
  expect(taken.filter(Boolean).length).toBeGreaterThan(0);
  for (const key of [...secondSign, ...aboveP]) expect(forgery(key, verifyEd25519)).toBeNull();
});

test('every y that has a second encoding is refused in it', () => {
  for (let y = P; y < 1n << 255n; y++) for (const sign of [0n, SIGN]) expect(code(littleEndian(y + sign))).toBe('key.non-canonical');
});

test('R of small order is refused; the engine alone takes it from whoever has the key', () => {
  // With the nonce 0, R is (0, 1) and S = k·a: the holder of a key can sign so, and others can multiply it.
  const seed = new Uint8Array(32).fill(7);
  const key = ed25519PublicKey(seed);
  const message = utf8('signed with the nonce 0');
  const { scalar, k } = scalars(seed, key, littleEndian(1n), message);
  const signature = joined(littleEndian(1n), littleEndian((scalar * k) % L));
  expect(ed25519Verify(key, message, signature)).toBe(true);
  expect(verifyEd25519(key, message, signature)).toBe(false);
});

test('S from the order of the group on is a second signature, and refused', () => {
  const seed = new Uint8Array(32).fill(9);
  const message = utf8('once');
  const signature = ed25519Sign(seed, message);
  const s = valueOf(signature.subarray(32));
  expect(verifyEd25519(ed25519PublicKey(seed), message, signature)).toBe(true);
  for (let again = s + L; again < 1n << 256n; again += L)
    expect(verifyEd25519(ed25519PublicKey(seed), message, joined(signature.subarray(0, 32), littleEndian(again)))).toBe(false);
});

test('lengths other than 32 and 64 bytes are refused, and never thrown', () => {
  const key = ed25519PublicKey(new Uint8Array(32));
  const signature = ed25519Sign(new Uint8Array(32), new Uint8Array());
  for (const length of [0, 31, 33]) expect(code(new Uint8Array(length).fill(5))).toBe('key.length');
  expect(verifyEd25519(key.subarray(1), new Uint8Array(), signature)).toBe(false);
  expect(verifyEd25519(key, new Uint8Array(), signature.subarray(1))).toBe(false);
  expect(verifyEd25519(key, new Uint8Array(), joined(signature, Uint8Array.of(0)))).toBe(false);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 70 }), fc.uint8Array({ maxLength: 70 }), (a, b) => {
      expect(verifyEd25519(a, a, b)).toBe(false);
    }),
  );
});

test('half of all bytes are no point of the curve, and are refused at registration', () => {
  const codes = Array.from({ length: 200 }, (_, n) => code(littleEndian(BigInt(n + 2) ** 30n % P)));
  expect(new Set(codes)).toEqual(new Set([null, 'key.off-curve']));
  expect(code(littleEndian(2n))).toBe('key.off-curve');
  const made = generateKeyPairSync('ed25519').publicKey.export({ format: 'der', type: 'spki' }).subarray(12);
  expect(code(made)).toBeNull();
});

/** RFC 8032 5.1.5 and 5.1.6: the secret scalar, and k = SHA-512(R || A || M) mod L. */
function scalars(seed: Uint8Array, key: Uint8Array, r: Uint8Array, message: Uint8Array): { scalar: bigint; k: bigint } {
  const digest = (...parts: Uint8Array[]) => parts.reduce((hash, part) => hash.update(part), createHash('sha512')).digest();
  const half = Uint8Array.from(digest(seed).subarray(0, 32));
  half[0] = (half[0] as number) & 0xf8;
  half[31] = ((half[31] as number) & 0x7f) | 0x40;
  return { scalar: valueOf(half), k: valueOf(digest(r, key, message)) % L };
}
