import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import * as reference from '../vectors/reference.mjs';
import { encodeEntry, equalBytes, leafHash, merkleRoot, nodeHash, toHex } from './index.ts';
import { NodeHeap } from './node-heap.ts';
import { overSharedData } from './shared-data.contract.ts';

const hashes = fc.array(
  fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes)),
  { maxLength: 70 },
);

test('a root is that of the definition in RFC 9162, for any number of leaves', () => {
  fc.assert(
    fc.property(hashes, (leaves) => {
      const root = reference.merkleRoot(leaves).toString('hex');
      expect(toHex(merkleRoot(leaves))).toBe(root);
      expect(toHex(merkleRoot(leaves.map(toHex)))).toBe(root);
    }),
  );
});

test('a perfect tree hashed in place has the same root, also when it is used again', () => {
  for (const count of [2, 4, 16, 256]) {
    const heap = new NodeHeap(count);
    for (const round of [0, 1]) {
      const leaves = Array.from({ length: count }, (_, n) => leafHash(Buffer.from([round, n])));
      leaves.forEach((leaf, n) => heap.setLeaf(n, Buffer.from(leaf).toString('latin1')));
      expect(heap.rootHex()).toBe(toHex(merkleRoot(leaves)));
    }
  }
});

test('leaves and nodes are hashed apart: no node passes for a leaf', () => {
  const [left, right] = [leafHash(Buffer.from('a')), leafHash(Buffer.from('b'))];
  const asLeaf = leafHash(Buffer.concat([left, right]));
  expect(equalBytes(nodeHash(left, right), asLeaf)).toBe(false);
  expect(equalBytes(nodeHash(left, right), nodeHash(right, left))).toBe(false);
});

test('what is no hash is no leaf and no child', () => {
  expect(() => merkleRoot([Buffer.alloc(31)])).toThrow(RangeError);
  expect(() => merkleRoot(['xy'])).toThrow(RangeError);
  expect(() => nodeHash(Buffer.alloc(32), Buffer.alloc(33))).toThrow(RangeError);
  expect(() => encodeEntry('A'.repeat(64))).toThrow(RangeError);
});

test('the root does not share memory with the leaf that it is made from', () => {
  const leaf = Buffer.alloc(32, 1);
  merkleRoot([leaf]).fill(2);
  expect(leaf[0]).toBe(1);
});

overSharedData('tlog/rfc6962-8leaf.json', 'the eight leaves of Certificate Transparency', (file) => {
  const vector = JSON.parse(readFileSync(file, 'utf8')) as { leaves: string[]; leafHashes: string[]; rootsBySize: string[] };

  test('have the roots that Go computes', () => {
    const leaves = vector.leaves.map((data) => leafHash(Buffer.from(data, 'hex')));
    expect(leaves.map(toHex)).toEqual(vector.leafHashes);
    const roots = vector.rootsBySize.map((_, size) => toHex(merkleRoot(leaves.slice(0, size))));
    expect(roots).toEqual(vector.rootsBySize);
  });
});
