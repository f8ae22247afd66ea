import fc from 'fast-check';
import { toHex } from './bytes.ts';
import { encodeEntry } from './entry.ts';
import { leafHash, merkleRoot } from './merkle.ts';
import { sha256Hex } from './primitives.ts';
import { entryLeafLatin1, TileBuilder } from './tile-builder.ts';
import { TILE_WIDTH, tileWidth, type TileId } from './tiles.ts';

const commitmentOf = (n: number): string => sha256Hex(`event ${n}`);
const LEAVES = Array.from({ length: 70_000 }, (_, n) => entryLeafLatin1(commitmentOf(n)));
const bytesOf = (leaves: readonly string[]): Buffer[] => leaves.map((leaf) => Buffer.from(leaf, 'latin1'));

/** As a store keeps them: the last bytes of each tile. */
class Kept {
  private readonly tiles = new Map<string, Buffer>();
  keep(builder: TileBuilder): void {
    for (const { level, index, hashes } of builder.takeGrown()) this.tiles.set(`${level}/${index}`, Buffer.from(hashes));
  }
  read = ({ level, index }: TileId): Buffer => this.tiles.get(`${level}/${index}`) ?? Buffer.alloc(0);
  widths = (): [string, number][] => [...this.tiles].map(([name, { length }]) => [name, length / 32]);
}

test('the leaf of an entry is the hash of its published bytes', () => {
  expect(Buffer.from(entryLeafLatin1(commitmentOf(1)), 'latin1')).toEqual(leafHash(encodeEntry(commitmentOf(1))));
  expect(() => entryLeafLatin1('ab')).toThrow(RangeError);
});

test('a tree that grew by tiles, put away and taken up again at any size, has the root of its leaves', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 1, maxLength: 6 }), (steps) => {
      const kept = new Kept();
      let builder = new TileBuilder();
      let size = 0;
      for (const step of steps) {
        for (const end = size + step; size < end; size++) builder.append(LEAVES[size] as string);
        kept.keep(builder);
        expect(toHex(builder.root())).toBe(toHex(merkleRoot(bytesOf(LEAVES.slice(0, size)))));
        builder = new TileBuilder(BigInt(size), kept.read);
        expect([builder.size, toHex(builder.root())]).toEqual([BigInt(size), toHex(merkleRoot(bytesOf(LEAVES.slice(0, size))))]);
      }
      for (const [name, width] of kept.widths()) {
        const [level = 0, index = 0] = name.split('/').map(Number);
        expect(width).toBe(tileWidth({ level, index: BigInt(index) }, BigInt(size)));
      }
    }),
    { numRuns: 20 },
  );
});

test('70,000 leaves have the tiles of the specification, and a tile that filled is given out whole', () => {
  const kept = new Kept();
  const builder = new TileBuilder();
  for (const leaf of LEAVES) builder.append(leaf);
  kept.keep(builder);
  const widths = kept.widths().filter(([, width]) => width !== TILE_WIDTH);
  expect(widths).toEqual([
    ['0/273', 112],
    ['1/1', 17],
    ['2/0', 1],
  ]);
  expect(kept.widths()).toHaveLength(273 + 1 + 3);
  expect(toHex(builder.root())).toBe(toHex(merkleRoot(bytesOf(LEAVES))));
  expect(builder.takeGrown()).toEqual([]);
});

test('nothing goes on from tiles that are not whole', () => {
  expect(() => new TileBuilder(5n, () => Buffer.alloc(4 * 32))).toThrow(RangeError);
});
