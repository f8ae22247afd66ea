/** Wycheproof's vectors for Ed25519. The file is not ours to ship. */
import { readFileSync } from 'node:fs';
import { checkPublicKey, verifyEd25519 } from './ed25519.ts';
import { overSharedData } from './shared-data.contract.ts';

interface Vector {
  readonly tcId: number;
  readonly comment: string;
  readonly msg: string;
  readonly sig: string;
  readonly result: 'valid' | 'invalid';
}

overSharedData('tlog/ed25519/wycheproof-ed25519-half.json', 'Ed25519 of Wycheproof', (file) => {
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
});
