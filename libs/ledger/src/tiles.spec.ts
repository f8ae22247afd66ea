import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { concatBytes, fromBase64, toHex, utf8 } from './bytes.ts';
import { consistencyNodes, foldNodes, inclusionNodes, verifyConsistency, verifyInclusion } from './log-tree.ts';
import { rangeNodes, type NodeId } from './tree-nodes.ts';
import { leafHash, merkleRoot } from './merkle.ts';
import { overSharedData } from './shared-data.contract.ts';
import {
  decodeBundle,
  encodeBundle,
  hashFromHeap,
  hashFromTile,
  parseTilePath,
  TILE_WIDTH,
  tileHeap,
  tileOf,
  tilePath,
  tileWidth,
} from './tiles.ts';

const LEAVES = Array.from({ length: 1_000 }, (_, n) => leafHash(utf8(`leaf ${n}`)));
const leavesOf = ({ level, index }: NodeId): Uint8Array[] => LEAVES.slice(Number(index) << level, (Number(index) + 1) << level);
const tileBytes = (level: number, index: bigint, size: bigint): Uint8Array =>
  concatBytes(
    ...Array.from({ length: tileWidth({ level, index }, size) }, (_, n) =>
      merkleRoot(leavesOf({ level: 8 * level, index: index * 256n + BigInt(n) })),
    ),
  );

test('every complete subtree has its hash in one tile', () => {
  const size = BigInt(LEAVES.length);
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: size - 1n }), fc.integer({ min: 0, max: 9 }), (leaf, level) => {
      const node = { level, index: leaf >> BigInt(level) };
      fc.pre((node.index + 1n) << BigInt(level) <= size);
      const tile = tileOf(node);
      expect(hashFromTile(node, tileBytes(tile.level, tile.index, size))).toEqual(merkleRoot(leavesOf(node)));
    }),
  );
});

test('a full tile gives the hash of each node in it, all at once as one by one', () => {
  const tile = tileBytes(0, 1n, BigInt(LEAVES.length));
  const heap = tileHeap(tile);
  for (let level = 0; level < 8; level++)
    for (let index = 256n >> BigInt(level); index < 512n >> BigInt(level); index++)
      expect(hashFromHeap({ level, index }, heap)).toEqual(hashFromTile({ level, index }, tile));
  expect(() => tileHeap(tile.subarray(32))).toThrow(RangeError);
});

test('a tile that is too short has no hash of what it lacks', () => {
  expect(hashFromTile({ level: 1, index: 4n }, tileBytes(0, 0n, 9n))).toBeNull();
  expect(hashFromTile({ level: 1, index: 4n }, tileBytes(0, 0n, 10n))).not.toBeNull();
});

test('tiles have the widths of the specification: 70,000 leaves, and 256', () => {
  const widths = (size: bigint, level: number, indexes: readonly bigint[]): number[] =>
    indexes.map((index) => tileWidth({ level, index }, size));
  expect(widths(70_000n, 0, [0n, 272n, 273n, 274n])).toEqual([256, 256, 112, 0]);
  expect(widths(70_000n, 1, [0n, 1n, 2n])).toEqual([256, 17, 0]);
  expect(widths(70_000n, 2, [0n, 1n])).toEqual([1, 0]);
  expect([...widths(256n, 0, [0n, 1n]), ...widths(256n, 1, [0n])]).toEqual([256, 0, 1]);
});

test('each tile has one path', () => {
  expect(tilePath({ level: 0, index: 1_234_067n, width: TILE_WIDTH })).toBe('tile/0/x001/x234/067');
  expect(tilePath({ level: 'entries', index: 0n, width: 17 })).toBe('tile/entries/000.p/17');
  fc.assert(
    fc.property(
      fc.oneof(fc.integer({ min: 0, max: 63 }), fc.constant('entries' as const)),
      fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
      fc.integer({ min: 1, max: TILE_WIDTH }),
      (level, index, width) => {
        expect(parseTilePath(tilePath({ level, index, width }))).toEqual({ level, index, width });
      },
    ),
  );
  const others = [
    'tile/00/000',
    'tile/64/000',
    'tile/0/0',
    'tile/0/x000/001',
    'tile/0/1234',
    'tile/0/000.p/0',
    'tile/0/000.p/256',
    'tile/0/000.p/01',
    'tile/0/001/002',
    'tile/0/000/',
    'tile/-1/000',
    'tile/0/x001',
  ];
  expect(others.map((path) => [path, parseTilePath(path)])).toEqual(others.map((path) => [path, null]));
});

test('bundles give back their entries; one that is cut off is none', () => {
  const entries = [utf8('a'), new Uint8Array(), new Uint8Array(65_535).fill(7)];
  const bundle = encodeBundle(entries);
  expect(decodeBundle(bundle)?.map((entry) => entry.length)).toEqual([1, 0, 65_535]);
  expect(decodeBundle(bundle.subarray(0, bundle.length - 1))).toBeNull();
  expect(decodeBundle(Uint8Array.of(0))).toBeNull();
  expect(() => encodeBundle([new Uint8Array(65_536)])).toThrow(RangeError);
});

overSharedData('tlog/tessera-testlog', 'the log of another implementation', (folder) => {
  const checkpoints = Array.from({ length: 16 }, (_, n) => n).map((n) => {
    const [, size = '', root = ''] = readFileSync(join(folder, `checkpoint.${n}`), 'utf8').split('\n');
    return { size: BigInt(size), root: fromBase64(root) as Uint8Array };
  });
  const head = checkpoints.reduce((a, b) => (a.size > b.size ? a : b));
  const hash = (node: NodeId): Uint8Array => {
    const tile = tileOf(node);
    const read = (width: number): Uint8Array => readFileSync(join(folder, tilePath({ ...tile, width })));
    return hashFromTile(node, read(tileWidth(tile, head.size))) as Uint8Array;
  };
  const entries =
    decodeBundle(readFileSync(join(folder, tilePath({ level: 'entries', index: 0n, width: Number(head.size % 256n) })))) ?? [];

  it('has the root of each of its checkpoints', () => {
    expect(new Set(checkpoints.map(({ size }) => size)).size).toBeGreaterThan(10);
    for (const { size, root } of checkpoints) expect(toHex(foldNodes(rangeNodes(0n, size).map(hash)))).toBe(toHex(root));
  });

  it('grew from each checkpoint to each later one, and has each entry where it says', () => {
    for (const first of checkpoints)
      for (const second of checkpoints.filter(({ size }) => size >= first.size && first.size > 0n)) {
        const proof = consistencyNodes(first.size, second.size).map((nodes) => foldNodes(nodes.map(hash)));
        expect(verifyConsistency(first.size, first.root, second.size, second.root, proof)).toBe(true);
      }
    expect(entries).toHaveLength(Number(head.size));
    for (const [n, entry] of entries.entries()) {
      const proof = inclusionNodes(BigInt(n), head.size).map((nodes) => foldNodes(nodes.map(hash)));
      expect(verifyInclusion(leafHash(entry), BigInt(n), head.size, head.root, proof)).toBe(true);
    }
  });
});
