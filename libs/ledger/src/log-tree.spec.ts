import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { fromBase64, fromHex, toHex, utf8 } from './bytes.ts';
import {
  consistencyNodes,
  continuityOf,
  foldNodes,
  inclusionNodes,
  rootOfInclusion,
  verifyConsistency,
  verifyInclusion,
  type ProofHash,
} from './log-tree.ts';
import { leafHash, merkleRoot } from './merkle.ts';
import { sha256 } from './primitives.ts';
import { overSharedData } from './shared-data.contract.ts';

const LEAVES = Array.from({ length: 200 }, (_, n) => leafHash(utf8(`leaf ${n}`)));
const rootOf = (size: bigint): Uint8Array => merkleRoot(LEAVES.slice(0, Number(size)));
const hashesOf = (proof: readonly ProofHash[]): Uint8Array[] =>
  proof.map((nodes) =>
    foldNodes(
      nodes.map(({ level, index }) => merkleRoot(LEAVES.slice(Number(index << BigInt(level)), Number((index + 1n) << BigInt(level))))),
    ),
  );
const inclusionOf = (index: bigint, size: bigint): Uint8Array[] => hashesOf(inclusionNodes(index, size));
const consistencyOf = (first: bigint, second: bigint): Uint8Array[] => hashesOf(consistencyNodes(first, second));

const sizes = fc.bigInt({ min: 1n, max: BigInt(LEAVES.length) });
const pairs = fc.tuple(sizes, sizes).map(([a, b]): [bigint, bigint] => (a < b ? [a, b] : [b, a]));

describe('a tree of the log', () => {
  it('proves each of its leaves, and no other in its place', () => {
    fc.assert(
      fc.property(pairs, ([place, size]) => {
        const index = place - 1n;
        const proof = inclusionOf(index, size);
        const leaf = LEAVES[Number(index)] as Uint8Array;
        expect(verifyInclusion(leaf, index, size, rootOf(size), proof)).toBe(true);
        expect(verifyInclusion(leafHash(utf8('another')), index, size, rootOf(size), proof)).toBe(false);
        for (const other of [index - 1n, index + 1n]) expect(verifyInclusion(leaf, other, size, rootOf(size), proof)).toBe(false);
        for (const wrong of mutants(proof)) expect(verifyInclusion(leaf, index, size, rootOf(size), wrong)).toBe(false);
      }),
      { numRuns: 200 },
    );
  });

  it('proves that a larger one begins with it, and nothing else does', () => {
    fc.assert(
      fc.property(pairs, ([first, second]) => {
        const proof = consistencyOf(first, second);
        expect(verifyConsistency(first, rootOf(first), second, rootOf(second), proof)).toBe(true);
        const forked = merkleRoot([...LEAVES.slice(0, Number(second) - 1), leafHash(utf8('fork'))]);
        expect(verifyConsistency(first, rootOf(first), second, forked, proof)).toBe(false);
        if (first < second) expect(verifyConsistency(second, rootOf(second), first, rootOf(first), proof)).toBe(false);
        for (const wrong of mutants(proof)) expect(verifyConsistency(first, rootOf(first), second, rootOf(second), wrong)).toBe(false);
      }),
      { numRuns: 200 },
    );
  });

  it('shows a fork by a path that leads to the larger one from another smaller one, and by nothing else', () => {
    const fork = [...LEAVES.slice(0, 1), ...LEAVES.slice(1).map((_, n) => leafHash(utf8(`fork ${n}`)))];
    const forkRoot = (size: bigint): Uint8Array => merkleRoot(fork.slice(0, Number(size)));
    const forkHash = ({ level, index }: { level: number; index: bigint }): Uint8Array =>
      merkleRoot(fork.slice(Number(index << BigInt(level)), Number((index + 1n) << BigInt(level))));
    fc.assert(
      fc.property(pairs, ([a, second]) => {
        const first = a === 1n ? 2n : a;
        if (first > second) return;
        const [ours, theirs] = [[first, rootOf(first)] as const, [second, forkRoot(second)] as const];
        const path = consistencyNodes(first, second).map((nodes) => foldNodes(nodes.map(forkHash)));
        const isTold = first !== second && (first & (first - 1n)) === 0n;
        expect(continuityOf(ours, theirs, path, forkRoot(first))).toBe('forked');
        expect(continuityOf(ours, theirs, path)).toBe(isTold ? 'not-shown' : 'forked');
        expect(continuityOf(ours, theirs, path, rootOf(first))).toBe(isTold ? 'not-shown' : 'forked');
        // What anybody can make up says nothing against the log.
        const honest = [second, rootOf(second)] as const;
        expect(continuityOf(ours, honest, consistencyOf(first, second))).toBe('continues');
        if (first === second) return;
        for (const wrong of [path, [], [sha256(utf8('any'))], ...mutants(consistencyOf(first, second))])
          expect(continuityOf(ours, honest, wrong, forkRoot(first))).toBe('not-shown');
      }),
      { numRuns: 200 },
    );
  });

  it('follows from nothing without a proof, when nothing has the root of nothing', () => {
    const nothing = sha256(new Uint8Array());
    expect(verifyConsistency(0n, nothing, 5n, rootOf(5n), [])).toBe(true);
    expect(verifyConsistency(0n, rootOf(1n), 5n, rootOf(5n), [])).toBe(false);
    expect(verifyConsistency(0n, nothing, 5n, rootOf(5n), [nothing])).toBe(false);
    expect(toHex(foldNodes([]))).toBe(toHex(nothing));
  });

  it('of equal sizes needs equal roots and no proof, as the published vectors have it, whatever the roots are of', () => {
    const nothing = sha256(new Uint8Array());
    expect(verifyConsistency(0n, nothing, 0n, nothing, [])).toBe(true);
    expect(verifyConsistency(0n, nothing, 0n, rootOf(1n), [])).toBe(false);
    expect(verifyConsistency(0n, nothing, 0n, nothing, [nothing])).toBe(false);
    for (const size of [0n, 1n]) expect(verifyConsistency(size, utf8('any bytes'), size, utf8('any bytes'), [])).toBe(true);
    expect(verifyConsistency(3n, rootOf(3n), 3n, rootOf(3n), [])).toBe(true);
    expect(verifyConsistency(3n, rootOf(3n), 3n, rootOf(4n), [])).toBe(false);
  });

  it('has places beyond 2^53, told apart to the last digit', () => {
    const size = (1n << 60n) + 3n;
    const index = (1n << 60n) + 1n;
    const leaf = LEAVES[0] as Uint8Array;
    const proof = inclusionNodes(index, size).map((_, n) => LEAVES[n + 1] as Uint8Array);
    expect(inclusionNodes(index, size)).toEqual([
      [{ level: 0, index: index - 1n }],
      [{ level: 0, index: index + 1n }],
      [{ level: 60, index: 0n }],
    ]);
    const root = rootOfInclusion(leaf, index, size, proof);
    expect(root).not.toBeNull();
    expect(rootOfInclusion(leaf, index - 1n, size, proof)).not.toEqual(root);
    expect(rootOfInclusion(leaf, index, size + (1n << 61n), proof)).toBeNull();
  });

  it('has no proof of a leaf that it does not have, nor from a larger tree to a smaller', () => {
    expect(() => inclusionNodes(5n, 5n)).toThrow(RangeError);
    expect(() => consistencyNodes(6n, 5n)).toThrow(RangeError);
    expect(() => consistencyNodes(0n, 5n)).toThrow(RangeError);
    expect(rootOfInclusion(LEAVES[0] as Uint8Array, -1n, 5n, [])).toBeNull();
    expect(rootOfInclusion(Uint8Array.of(1), 0n, 1n, [])).toBeNull();
  });
});

/** Each hash changed, left out or doubled; one more; two swapped. */
function mutants(proof: readonly Uint8Array[]): Uint8Array[][] {
  const flipped = (hash: Uint8Array): Uint8Array => hash.map((byte, at) => (at === 7 ? byte ^ 1 : byte));
  return [
    ...proof.map((hash, n) => proof.with(n, flipped(hash))),
    ...proof.map((_, n) => proof.toSpliced(n, 1)),
    ...proof.map((hash, n) => proof.toSpliced(n, 0, hash)),
    ...proof.slice(1).map((hash, n) => proof.toSpliced(n, 2, hash, proof[n] as Uint8Array)),
    [...proof, LEAVES[0] as Uint8Array],
  ];
}

interface TreeVectors {
  readonly leaves: readonly string[];
  readonly rootsBySize: readonly string[];
  readonly inclusion: readonly { index: number; size: number; proof: string[] }[];
  readonly consistency: readonly { size1: number; size2: number; proof: string[] }[];
}

overSharedData('tlog', 'the vectors of others', (folder) => {
  const bytes = (hex: string): Uint8Array => fromHex(hex) as Uint8Array;
  const base64 = (text: string): Uint8Array => fromBase64(text) as Uint8Array;
  const filesBelow = (kind: string): string[] =>
    readdirSync(join(folder, 'merkle-proofs', kind), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.json'))
      .map((name) => readFileSync(join(folder, 'merkle-proofs', kind, name), 'utf8'));

  it('agree on inclusion, right and wrong', () => {
    const files = filesBelow('inclusion');
    expect(files.length).toBeGreaterThan(10);
    for (const text of files) {
      const {
        leafIdx,
        treeSize,
        root,
        leafHash: leaf,
        proof,
        desc,
        wantErr,
      } = JSON.parse(text) as Record<string, string | null> & {
        leafIdx: number;
        treeSize: number;
        proof: string[] | null;
        wantErr: boolean;
      };
      const verdict = verifyInclusion(
        base64(leaf as string),
        BigInt(leafIdx),
        BigInt(treeSize),
        base64(root as string),
        (proof ?? []).map(base64),
      );
      expect([desc, verdict]).toEqual([desc, !wantErr]);
    }
  });

  it('agree on consistency, right and wrong', () => {
    const files = filesBelow('consistency');
    expect(files.length).toBeGreaterThan(10);
    for (const text of files) {
      const { size1, size2, root1, root2, proof, desc, wantErr } = JSON.parse(text) as {
        size1: number; size2: number; root1: string; root2: string; proof: string[] | null; desc: string; wantErr: boolean;
      }; // prettier-ignore
      const verdict = verifyConsistency(BigInt(size1), base64(root1), BigInt(size2), base64(root2), (proof ?? []).map(base64));
      expect([desc, size1, size2, verdict]).toEqual([desc, size1, size2, !wantErr]);
    }
  });

  it('agree on the tree of eight leaves', () => {
    const vectors = JSON.parse(readFileSync(join(folder, 'rfc6962-8leaf.json'), 'utf8')) as TreeVectors;
    const hashes = vectors.leaves.map((leaf) => leafHash(bytes(leaf)));
    expect(vectors.rootsBySize.map((_, size) => toHex(foldNodes(size === 0 ? [] : [merkleRoot(hashes.slice(0, size))])))).toEqual(
      vectors.rootsBySize,
    );
    const of = (proof: readonly ProofHash[]): string[] =>
      proof.map((nodes) =>
        toHex(foldNodes(nodes.map(({ level, index }) => merkleRoot(hashes.slice(Number(index) << level, (Number(index) + 1) << level))))),
      );
    for (const { index, size, proof } of vectors.inclusion) expect(of(inclusionNodes(BigInt(index), BigInt(size)))).toEqual(proof);
    for (const { size1, size2, proof } of vectors.consistency) expect(of(consistencyNodes(BigInt(size1), BigInt(size2)))).toEqual(proof);
  });
});
