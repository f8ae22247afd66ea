import fc from 'fast-check';
import * as reference from '../vectors/reference.mjs';
import { itemLeafHash } from './item-tree.ts';
import { itemLeaf, itemLeafTo, ItemTrees } from './item-trees.ts';
import { leafHash } from './merkle.ts';
import { arena } from './primitives.ts';
import { rootOfStretch, stretchNodes, stretchProof } from './stretch.ts';
import { edgeNodes, storedAt, type NodeId } from './tree-nodes.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const leafOf = (item: number, n: number): Buffer => Buffer.from(leafHash(Buffer.from(`${item}/${n}`)));

/** The rows of a tree, and a node out of them. */
type Rows = Buffer[];
const stored = (rows: Rows, node: NodeId): Buffer => {
  const { row, position } = storedAt(node);
  return (rows[Number(row)] as Buffer).subarray(32 * position, 32 * position + 32);
};

test('each tree has the root of its leaves after any of them, in whatever order items take turns', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(4), { maxLength: 120 }), (turns) => {
      const trees = new ItemTrees();
      const leaves: Buffer[][] = [[], [], [], [], []];
      for (const item of turns) {
        const own = leaves[item] as Buffer[];
        const leaf = leafOf(item, own.length);
        const { n, hashes } = trees.append(item, leaf);
        expect(n).toBe(own.length);
        own.push(leaf);
        expect(hex(hashes.subarray(0, 32))).toBe(hex(leaf));
        expect(hex(trees.root(item))).toBe(hex(reference.merkleRoot(own)));
        expect(trees.count(item)).toBe(own.length);
      }
    }),
  );
});

test('the rows of a tree hold each complete subtree where the layout says, and prove any stretch', () => {
  const trees = new ItemTrees();
  const rows: Rows = [];
  const leaves: Buffer[] = [];
  for (let n = 0; n < 300; n++) {
    leaves.push(leafOf(7, n));
    const { hashes } = trees.append(7, leaves[n] as Buffer);
    let ones = 0;
    while (((n >> ones) & 1) === 1) ones++;
    expect(hashes).toHaveLength(32 * (1 + ones));
    rows.push(hashes);
    for (const node of edgeNodes(BigInt(n + 1))) {
      const start = Number(node.index) << node.level;
      expect(hex(stored(rows, node))).toBe(hex(reference.merkleRoot(leaves.slice(start, start + 2 ** node.level))));
    }
    expect(hex(trees.edge(7))).toBe(hex(Buffer.concat(edgeNodes(BigInt(n + 1)).map((node) => stored(rows, node)))));
  }
  for (const [from, to, size] of [
    [0, 1, 300],
    [17, 45, 123],
    [255, 257, 299],
  ] as const) {
    const range = [BigInt(from), BigInt(to), BigInt(size)] as const;
    const proof = stretchProof(
      stretchNodes(...range).map((node) => stored(rows, node)),
      ...range,
    );
    const made = rootOfStretch(leaves.slice(from, to), range[0], range[2], proof);
    expect(made.ok && hex(made.root)).toBe(hex(reference.merkleRoot(leaves.slice(0, size))));
  }
});

test('a tree that is loaded from its edge goes on as if it had never stopped', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 70 }), fc.nat(3_000), (before, after, item) => {
      const [whole, restarted] = [new ItemTrees(), new ItemTrees()];
      for (let n = 0; n < before; n++) whole.append(item, leafOf(item, n));
      restarted.load(item, before, whole.edge(item));
      expect(hex(restarted.root(item))).toBe(hex(whole.root(item)));
      for (let n = before; n < before + after; n++)
        expect(restarted.append(item, leafOf(item, n))).toEqual(whole.append(item, leafOf(item, n)));
      expect(hex(restarted.root(item))).toBe(hex(whole.root(item)));
      // Once more over what is there: the edge is that of the given size alone.
      restarted.load(item, before, Buffer.concat(edgeHashes(item, before)));
      expect(hex(restarted.edge(item))).toBe(hex(Buffer.concat(edgeHashes(item, before))));
    }),
    { numRuns: 40 },
  );
});

function edgeHashes(item: number, n: number): Buffer[] {
  return edgeNodes(BigInt(n)).map(({ level, index }) => {
    const start = Number(index) << level;
    return reference.merkleRoot(Array.from({ length: 2 ** level }, (_, at) => leafOf(item, start + at)));
  });
}

test('a tree of billions of leaves goes on from its edge', () => {
  const n = 2 ** 31 + 5;
  const edge = edgeNodes(BigInt(n)).map((_, at) => leafOf(1, at));
  const trees = new ItemTrees();
  trees.load(0, n, Buffer.concat(edge));
  const leaf = leafOf(0, n);
  const [top, middle, last] = edge as [Buffer, Buffer, Buffer];
  const parent = reference.merkleRoot([last, leaf]);
  expect(trees.append(0, leaf)).toEqual({ n, hashes: Buffer.concat([leaf, parent]) });
  expect(hex(trees.root(0))).toBe(hex(reference.merkleRoot([top, reference.merkleRoot([middle, parent])])));
  trees.load(0, 2 ** 32 - 1, Buffer.alloc(32 * 32));
  expect(() => trees.append(0, leaf)).toThrow(RangeError);
});

test('written where the caller wants them, hashes are the same, and nothing beside them is touched', () => {
  const [trees, same] = [new ItemTrees(), new ItemTrees()];
  const target = arena(50 * 32);
  for (let n = 0; n < 40; n++) {
    const at = 7 + n;
    target.fill(0xee);
    itemLeafTo(n, leafOf(3, n).toString('latin1'), target, at);
    const hashes = trees.appendAt(3, target, at);
    const expected = same.append(3, itemLeaf(n, leafOf(3, n)));
    expect(hex(target.subarray(at, at + 32 * hashes))).toBe(hex(expected.hashes));
    expect([...target.subarray(0, at), ...target.subarray(at + 32 * hashes)].every((byte) => byte === 0xee)).toBe(true);
    const root = arena(33);
    trees.rootTo(3, root);
    expect(hex(root.subarray(0, 32))).toBe(hex(same.root(3)));
    expect(root[32]).toBe(0);
  }
});

test('the leaf of a sealer is that of the verifier, for any index', () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), fc.uint8Array({ minLength: 32, maxLength: 32 }), (index, hash) => {
      expect(hex(itemLeaf(index, hash))).toBe(hex(itemLeafHash(BigInt(index), hash)));
    }),
  );
  expect(() => itemLeaf(-1, Buffer.alloc(32))).toThrow(RangeError);
  expect(() => itemLeaf(1, Buffer.alloc(31))).toThrow(RangeError);
});

test('what is no leaf and no edge is a bug', () => {
  const trees = new ItemTrees();
  expect(() => trees.root(3)).toThrow(RangeError);
  expect(() => trees.append(0, Buffer.alloc(31))).toThrow(RangeError);
  expect(() => trees.load(0, 3, Buffer.alloc(32))).toThrow(RangeError);
  expect(() => trees.load(0, 0, Buffer.alloc(0))).toThrow(RangeError);
  expect([trees.count(0), trees.count(1_000_000), trees.edge(5).length]).toEqual([0, 0, 0]);
});
