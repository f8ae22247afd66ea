/** Wycheproof's vectors for Ed25519. The file is not ours to ship. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkPublicKey, verifyEd25519 } from './ed25519.ts';

const file = join(
  fileURLToPath(new URL('../../..', import.meta.url)),
  '..',
  'shared',
  'data',
  'tlog',
  'ed25519',
  'wycheproof-ed25519-half.json',
);

interface Vector {
  readonly tcId: number;
  readonly comment: string;
  readonly msg: string;
  readonly sig: string;
  readonly result: 'valid' | 'invalid';
}

if (!existsSync(file)) {
  test.skip('Ed25519 of Wycheproof (needs ../shared/data)', () => undefined);
} else {
  const { numberOfTests, testGroups } = JSON.parse(readFileSync(file, 'utf8')) as {
    numberOfTests: number;
    testGroups: { publicKey: { pk: string }; tests: Vector[] }[];
  };
  const hex = (text: string) => Uint8Array.from(Buffer.from(text, 'hex'));
  const vectors = testGroups.flatMap((group) => group.tests.map((vector) => ({ ...vector, key: hex(group.publicKey.pk) })));

  test('the vectors are all there, valid and invalid ones', () => {
    expect(vectors).toHaveLength(numberOfTests);
    expect(new Set(vectors.map(({ result }) => result))).toEqual(new Set(['valid', 'invalid']));
  });

  test.each(vectors)('$tcId $comment: $result', ({ key, msg, sig, result }) => {
    expect(checkPublicKey(key)).toBeNull();
    expect(verifyEd25519(key, hex(msg), hex(sig))).toBe(result === 'valid');
  });
}
