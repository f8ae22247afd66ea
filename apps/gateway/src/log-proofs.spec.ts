import fc from 'fast-check';
import { leafHash, merkleRoot, TileBuilder, verifyConsistency, verifyInclusion, type TileId } from '#lib/ledger';
import { LogProofs, type TileReads } from './log-proofs.ts';

const SIZE_MAX = 70_000;
const leaves = Array.from({ length: SIZE_MAX + 1 }, (_, n) => leafHash(Buffer.from(`entry ${n}`)));
const leaf = (n: number): Uint8Array => leaves[n] as Uint8Array;
const latin1 = leaves.map((hash) => Buffer.from(hash).toString('latin1'));
const nameOf = ({ level, index }: TileId): string => `${level}/${index}`;

/** A log of SIZE_MAX entries as it is stored: of each tile the newest bytes, as wide as they have grown. */
function storedLog(): { reads: TileReads; asked: number[]; rootAt: (size: number) => Uint8Array } {
  const tree = new TileBuilder();
  for (let n = 0; n < SIZE_MAX; n++) tree.append(latin1[n] as string);
  const tiles = new Map(tree.takeGrown().map((tile) => [nameOf(tile), Uint8Array.from(tile.hashes)]));
  const asked: number[] = [];
  const reads: TileReads = {
    tiles: (wanted) => {
      asked.push(wanted.length);
      return Promise.resolve(wanted.map((tile) => tiles.get(nameOf(tile)) ?? null));
    },
  };
  const rootAt = (size: number): Uint8Array => {
    const part = new TileBuilder();
    for (let n = 0; n < size; n++) part.append(latin1[n] as string);
    return part.root();
  };
  return { reads, asked, rootAt };
}

describe('proofs from stored tiles', () => {
  const { reads, asked, rootAt } = storedLog();
  const kept = new LogProofs(reads);
  const sizes = fc.oneof(
    fc.integer({ min: 1, max: 600 }),
    fc.constantFrom(255, 256, 257, 65_535, 65_536, 65_537, SIZE_MAX),
    fc.integer({ min: 1, max: SIZE_MAX }),
  );

  it('show each entry at its place of any published head, with one read', async () => {
    await fc.assert(
      fc.asyncProperty(sizes, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), async (size, at) => {
        const index = Math.floor(at * size);
        asked.length = 0;
        const proof = await new LogProofs(reads).inclusion(BigInt(index), BigInt(size));
        expect(asked.length).toBeLessThanOrEqual(1);
        expect(asked[0] ?? 0).toBeLessThanOrEqual(5);
        expect(verifyInclusion(leaf(index), BigInt(index), BigInt(size), rootAt(size), proof)).toBe(true);
        expect(verifyInclusion(leaf(index + 1), BigInt(index), BigInt(size), rootAt(size), proof)).toBe(false);
      }),
      { numRuns: 20 },
    );
  });

  it('show that a head goes on from an older one', async () => {
    await fc.assert(
      fc.asyncProperty(sizes, sizes, async (a, b) => {
        const [from, to] = [Math.min(a, b), Math.max(a, b)];
        const proof = await kept.consistency(BigInt(from), BigInt(to));
        expect(verifyConsistency(BigInt(from), rootAt(from), BigInt(to), rootAt(to), proof)).toBe(true);
      }),
      { numRuns: 10 },
    );
  });

  it('are the same from tiles that are kept, of which there are never more than were allowed, and full ones are not read twice', async () => {
    const few = new LogProofs(reads, 2);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: SIZE_MAX - 1 }), async (index) => {
        const proof = await few.inclusion(BigInt(index), BigInt(SIZE_MAX));
        expect(proof).toEqual(await new LogProofs(reads).inclusion(BigInt(index), BigInt(SIZE_MAX)));
        expect(verifyInclusion(leaf(index), BigInt(index), BigInt(SIZE_MAX), rootAt(SIZE_MAX), proof)).toBe(true);
      }),
      { numRuns: 20 },
    );
    await kept.inclusion(300n, 65_536n);
    asked.length = 0;
    await kept.inclusion(301n, 65_536n);
    expect(asked).toEqual([]);
  });

  it('agree with the root over the entries themselves', () => {
    for (const size of [1, 2, 3, 300]) expect(rootAt(size)).toEqual(merkleRoot(Array.from({ length: size }, (_, n) => leaf(n))));
  });

  it('are refused for an entry outside of the head, and where a tile is not there whole', async () => {
    expect(() => kept.inclusion(5n, 5n)).toThrow(RangeError);
    expect(() => kept.consistency(0n, 5n)).toThrow(RangeError);
    const nothing = new LogProofs({ tiles: (wanted) => Promise.resolve(wanted.map(() => null)) });
    await expect(nothing.inclusion(5n, 600n)).rejects.toThrow('not stored whole');
  });
});
