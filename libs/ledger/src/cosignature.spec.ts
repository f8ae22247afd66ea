import fc from 'fast-check';
import { concatBytes, toHex, uint64Bytes, utf8 } from './bytes.ts';
import { cosign, cosignatureTime } from './cosignature.ts';
import { signingKey } from './note-key.ts';
import { ed25519Sign } from './primitives.ts';
import { signText } from './signed-note.ts';

const witness = signingKey('witness', 'witness.example/w1', new Uint8Array(32).fill(4));
const text = 'log.example/demo\n1000\nBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=\n';

/** What a witness would send that signs any time at all. */
const withTime = (timestamp: bigint, signed = timestamp) =>
  concatBytes(uint64Bytes(timestamp), ed25519Sign(witness.seed, utf8(`cosignature/v1\ntime ${signed}\n${text}`)));

test('a cosignature says when it was given, for every time that it can bear', () => {
  fc.assert(
    fc.property(fc.bigInt(1n, 2n ** 63n - 1n), (time) => {
      expect(cosignatureTime(witness, text, cosign(witness, text, time).signature)).toBe(time);
    }),
    { numRuns: 30 },
  );
});

test('what is signed is two lines and the whole text, the time being eight bytes before it', () => {
  const { name, id, signature } = cosign(witness, text, 1679315147n);
  expect([name, id]).toEqual([witness.name, witness.id]);
  expect(toHex(signature)).toBe(toHex(withTime(1679315147n)));
  expect(toHex(signature.subarray(0, 8))).toBe('00000000641850cb');
});

test('a time of 0 and one from 2^63 on are refused, though the signature is over them', () => {
  expect(cosignatureTime(witness, text, withTime(2n ** 63n - 1n))).toBe(2n ** 63n - 1n);
  for (const time of [0n, 2n ** 63n, 2n ** 64n - 1n]) {
    expect(cosignatureTime(witness, text, withTime(time))).toBeNull();
    expect(() => cosign(witness, text, time)).toThrow(RangeError);
  }
  expect(() => cosign(witness, text, -1n)).toThrow(RangeError);
});

test('another time, another text and another length are not what the witness said', () => {
  const { signature } = cosign(witness, text, 5n);
  expect(cosignatureTime(witness, text, withTime(6n, 5n))).toBeNull();
  expect(cosignatureTime(witness, `${text}extension\n`, signature)).toBeNull();
  for (const length of [0, 8, 64, 71]) expect(cosignatureTime(witness, text, signature.subarray(0, length))).toBeNull();
  expect(cosignatureTime(witness, text, concatBytes(signature, Uint8Array.of(0)))).toBeNull();
});

test("a log's signature is no cosignature, even by the same private key and with a time before it", () => {
  const log = signingKey('log', witness.name, witness.seed);
  const { signature } = signText(log, text);
  expect(cosignatureTime(witness, text, signature)).toBeNull();
  expect(cosignatureTime(witness, text, concatBytes(uint64Bytes(5n), signature))).toBeNull();
});

test('a cosignature is read inside of other bytes', () => {
  const whole = concatBytes(Uint8Array.of(1, 2, 3), cosign(witness, text, 7n).signature);
  expect(cosignatureTime(witness, text, whole.subarray(3))).toBe(7n);
});
