import { formatVerifierKey, keyNoticeOf, type KeyNotice, signingKey, type SigningKey, type VerifierKey } from '#lib/ledger';
import { HeadKeys, headKeysAt } from './head-keys.ts';

const LOG = 'ledger.example/log';
const key = (n: number): SigningKey<'log'> => signingKey('log', LOG, new Uint8Array(32).fill(n));
const [first, second, third] = [key(1), key(2), key(3)];
const texts = (keys: readonly VerifierKey[]): string[] => keys.map(formatVerifierKey);
/** The first key at 1, the second at 10; the first is revoked at 20. */
const said: [number, KeyNotice][] = [
  [1, keyNoticeOf('certify', LOG, first)],
  [10, keyNoticeOf('certify', LOG, second)],
  [20, keyNoticeOf('revoke', LOG, first)],
];

/** Heads of these sizes, by these signers, of a log that says all of the above; who is given knows it. */
function followed(given: readonly VerifierKey<'log'>[], heads: readonly [number, readonly SigningKey<'log'>[]][]) {
  const keys = new HeadKeys(given, LOG);
  for (const [index, notice] of said) keys.say(index, notice);
  const opened = heads.map(([size, signers]) => {
    const known = texts(keys.at(size));
    const counting = signers.filter((signer) => known.includes(formatVerifierKey(signer)));
    if (counting.length > 0) keys.take(size, counting);
    return counting.length > 0;
  });
  return { opened, signed: keys.signed, waiting: keys.waiting };
}
const ROTATED: readonly [number, readonly SigningKey<'log'>[]][] = [
  [5, [first]],
  [15, [first, second]],
  [25, [second]],
];

test('a key is a key from where the log certifies it to where the log revokes it', () => {
  const placed = said.map(([index, notice]) => ({ index: BigInt(index), key: notice }));
  const at = (size: number, given: readonly VerifierKey<'log'>[] = []) => texts(headKeysAt(given, placed, LOG, size));
  expect([1, 2, 11, 20, 21].map((size) => at(size))).toEqual([
    [],
    texts([first]),
    texts([first, second]),
    texts([first, second]),
    texts([second]),
  ]);
  // One that is given is one before that as well, and not behind its revocation.
  expect([at(1, [first]), at(21, [first, third])]).toEqual([texts([first]), texts([third, second])]);
  expect(texts(headKeysAt([first], placed, 'another.example/log', 21))).toEqual(texts([first]));
});

test.each([
  ['the new key', [second]],
  ['the former key', [first]],
  ['both', [first, second]],
])('all heads of a rotated log are believed by whoever was given %s', (_, given) => {
  expect(followed(given, ROTATED)).toEqual({ opened: [true, true, true], signed: 25, waiting: [] });
});

test('a head by a key that was revoked below it is nobody\u2019s, whoever was given that key', () => {
  expect(followed([first, second], [[25, [first]]]).opened).toEqual([false]);
});

test('a log that certifies its own keys is believed by nobody who was given another', () => {
  expect(followed([third], ROTATED)).toEqual({ opened: [true, true, true], signed: 0, waiting: [5, 15, 25] });
  // Nor does a head that is believed stand for what the log says behind it.
  expect(followed([first], [[5, [first]], [25, [second]]])).toEqual({ opened: [true, true], signed: 5, waiting: [25] }); // prettier-ignore
});

test('who was given no key believes no head', () => {
  expect(new HeadKeys([], LOG).isNobody).toBe(true);
});
