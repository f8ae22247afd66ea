import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import * as reference from '../vectors/reference.mjs';
import { leafHash, merkleRoot } from './merkle.ts';
import { overSharedData } from './shared-data.contract.ts';
import { rootOfStretch, STRETCH_RULES, stretchNodes, stretchProof, type StretchRules } from './stretch.ts';
import { edgeNodes, storedAt, type NodeId } from './tree-nodes.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const leaves = Array.from({ length: 300 }, (_, n) => Buffer.from(leafHash(Buffer.from([n >> 8, n & 255]))));
const hashOf = ({ level, index }: NodeId): Buffer => {
  const start = Number(index) << level;
  return reference.merkleRoot(leaves.slice(start, start + 2 ** level));
};
const roots = leaves.map((_, n) => hex(reference.merkleRoot(leaves.slice(0, n))));

function prove(from: number, to: number, n: number): Uint8Array[] {
  const range = [BigInt(from), BigInt(to), BigInt(n)] as const;
  const nodes = stretchNodes(...range);
  for (const node of nodes) expect(storedAt(node).row < BigInt(n)).toBe(true);
  return stretchProof(nodes.map(hashOf), ...range);
}
const rootHex = (from: number, to: number, n: number, proof: Uint8Array[], rules?: StretchRules): string => {
  const made = rootOfStretch(leaves.slice(from, to), BigInt(from), BigInt(n), proof, rules);
  return made.ok ? hex(made.root) : made.fault.code;
};

test('every stretch of every tree of up to 24 leaves leads to its root, and no hash can be left out', () => {
  for (let n = 1; n <= 24; n++)
    for (let from = 0; from < n; from++)
      for (let to = from + 1; to <= n; to++) {
        const proof = prove(from, to, n);
        expect(rootHex(from, to, n, proof)).toBe(roots[n]);
        if (proof.length > 0) expect(rootHex(from, to, n, proof.slice(1))).toBe('stretch.proof-length');
      }
});

test('any stretch of larger trees does too, and has at most two hashes for each level', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 299 }), fc.nat(), fc.nat(), (n, a, b) => {
      const [from, last] = [a % n, b % n].sort((x, y) => x - y) as [number, number];
      const proof = prove(from, last + 1, n);
      expect(proof.length).toBeLessThanOrEqual(2 * Math.ceil(Math.log2(n)));
      expect(rootHex(from, last + 1, n, proof)).toBe(roots[n]);
    }),
  );
});

test('all leaves need no proof', () => {
  expect(prove(0, 299, 299)).toEqual([]);
  expect(rootHex(0, 299, 299, [])).toBe(hex(merkleRoot(leaves.slice(0, 299))));
});

test('the edge of a tree is the hashes left of a leaf that is still to come', () => {
  for (let n = 1n; n < 300n; n++) {
    const edge = edgeNodes(n);
    expect(edge).toEqual(stretchNodes(n, n + 1n, n + 1n));
    expect(hex(edge.map(hashOf).reduceRight((right, left) => reference.merkleRoot([left, right])))).toBe(roots[Number(n)]);
  }
  expect(edgeNodes(0n)).toEqual([]);
});

test('a node stands in the row of its last leaf, at the position of its level', () => {
  expect(storedAt({ level: 0, index: 5n })).toEqual({ row: 5n, position: 0 });
  expect(storedAt({ level: 3, index: 1n })).toEqual({ row: 15n, position: 3 });
  expect(storedAt({ level: 2, index: 2n ** 60n })).toEqual({ row: 2n ** 62n + 3n, position: 2 });
});

test('indexes and sizes beyond 2^53 are exact', () => {
  const n = 2n ** 63n + 2n ** 53n + 1n;
  const nodes = stretchNodes(n - 1n, n, n);
  expect(nodes).toEqual([
    { level: 63, index: 0n },
    { level: 53, index: 2n ** 10n },
  ]);
  const [first, second] = [leaves[0], leaves[1]] as [Buffer, Buffer];
  const made = rootOfStretch([leaves[2] as Buffer], n - 1n, n, [first, second]);
  expect(made.ok && hex(made.root)).toBe(hex(reference.merkleRoot([first, reference.merkleRoot([second, leaves[2] as Buffer])])));
});

test('whoever proves asks for a stretch that is there, and has a hash for each node', () => {
  for (const [from, to, n] of [
    [0n, 0n, 5n],
    [3n, 2n, 5n],
    [-1n, 2n, 5n],
    [2n, 6n, 5n],
    [0n, 1n, 0n],
  ] as const)
    expect(() => stretchNodes(from, to, n)).toThrow(RangeError);
  expect(() => stretchProof([], 0n, 1n, 7n)).toThrow(RangeError);
  expect(() => stretchProof(leaves.slice(0, 9), 0n, 1n, 7n)).toThrow(RangeError);
});

test('a size of more than 64 bits is refused, however large', () => {
  for (const n of [2n ** 64n, 2n ** 100_000n])
    expect(rootOfStretch(leaves.slice(0, 1), n - 1n, n, [])).toMatchObject({ fault: { code: 'stretch.size' } });
  expect(rootOfStretch(leaves.slice(0, 1), 0n, 2n ** 64n - 1n, leaves.slice(0, 64)).ok).toBe(true);
});

describe('a stretch is refused, and without that check passes under the same root:', () => {
  const proof = prove(0, 3, 7);
  const refusedAndPassing = (
    rule: keyof StretchRules,
    code: string,
    given: readonly Uint8Array[],
    from: bigint,
    n: bigint,
    hashes: readonly Uint8Array[],
  ): void => {
    expect(rootOfStretch(given, from, n, hashes)).toMatchObject({ ok: false, fault: { code } });
    const passing = rootOfStretch(given, from, n, hashes, { ...STRETCH_RULES, [rule]: false });
    expect(passing.ok && hex(passing.root)).toBe(roots[7]);
  };

  test('one with leaves behind the end of the tree, or before its start, which nothing hashes', () => {
    refusedAndPassing('stretchIsInTree', 'stretch.range', [...leaves.slice(0, 7), leaves[9] as Buffer], 0n, 7n, []);
    refusedAndPassing('stretchIsInTree', 'stretch.range', [leaves[9] as Buffer, ...leaves.slice(0, 7)], -1n, 7n, []);
  });

  test('one of no leaf, whose proof would be the root itself, for any n', () => {
    refusedAndPassing('stretchIsNotEmpty', 'stretch.empty', [], 0n, 1_000n, [Buffer.from(roots[7] as string, 'hex')]);
  });

  test('a proof with a hash more', () => {
    refusedAndPassing('lengthIsExact', 'stretch.proof-length', leaves.slice(0, 3), 0n, 7n, [...proof, leaves[0] as Buffer]);
  });

  test('leaves between which bytes were moved', () => {
    const [first, second] = [leaves[0], leaves[1]] as [Buffer, Buffer];
    const both = Buffer.concat([first, second]);
    const moved = [both.subarray(0, 31), both.subarray(31), ...leaves.slice(2, 7)];
    refusedAndPassing('hashesHave32Bytes', 'stretch.hash-length', moved, 0n, 7n, []);
  });
});

overSharedData('tlog/rfc6962-8leaf.json', 'inclusion proofs of Certificate Transparency', (file) => {
  const vector = JSON.parse(readFileSync(file, 'utf8')) as {
    leafHashes: string[];
    rootsBySize: string[];
    inclusion: { index: number; size: number; proof: string[] }[];
  };

  test('a stretch of one leaf is proved by the hashes of the inclusion proof that Go computes', () => {
    const known = vector.leafHashes.map((hash) => Buffer.from(hash, 'hex'));
    for (const { index, size, proof } of vector.inclusion) {
      const range = [BigInt(index), BigInt(index) + 1n, BigInt(size)] as const;
      const nodes = stretchNodes(...range).map((node) => {
        const start = Number(node.index) << node.level;
        return reference.merkleRoot(known.slice(start, start + 2 ** node.level));
      });
      const made = stretchProof(nodes, ...range);
      expect(made.map(hex).sort()).toEqual([...proof].sort());
      const root = rootOfStretch([known[index] as Buffer], range[0], range[2], made);
      expect(root.ok && hex(root.root)).toBe(vector.rootsBySize[size]);
    }
  });
});
