/** A proof made from what a sealer stores of its map is the one that the map itself gives. */
import { mapRootOf } from './item-map.ts';
import { MapBuilder, type TileNodes } from './map-builder.ts';
import { near, seeded } from './proof-world.contract.ts';
import { proveBelow, UpperMap, type MapLeaf, type UpperTile } from './upper-map.ts';

const SEED = Number(process.env['CUSTODY_TEST_SEED'] ?? Math.floor(Math.random() * 2 ** 31));

/** As the sealer's rows have it: each tile once, its nodes in order. */
function tilesOf({ prefixes, kinds, hashes }: TileNodes): UpperTile[] {
  const tiles = new Map<number, number[]>();
  prefixes.forEach((prefix, n) => tiles.set(prefix >>> 8, [...(tiles.get(prefix >>> 8) ?? []), n]));
  return [...tiles].map(([prefix, given]) => {
    const changed = new Uint8Array(32);
    for (const n of given) changed[((prefixes[n] as number) & 255) >> 3]! |= 0x80 >> ((prefixes[n] as number) & 7);
    return {
      prefix,
      changed,
      kinds: Uint8Array.from(given, (n) => kinds[n] as number),
      hashes: Buffer.concat(given.map((n) => hashes.subarray(32 * n, 32 * n + 32))),
    };
  });
}

const shares = (a: Uint8Array, b: Uint8Array, bits: number): boolean =>
  Array.from({ length: bits }, (_, n) => n).every((n) => (((a[n >> 3] as number) ^ (b[n >> 3] as number)) & (0x80 >> (n & 7))) === 0);

test.each([1, 2, 7, 400])(`of %s items, after each of some seals (CUSTODY_TEST_SEED=${SEED})`, (count) => {
  const random = seeded(SEED + count);
  const map = new MapBuilder();
  const leaves = new Map<string, MapLeaf>();
  let upper = UpperMap.empty();
  for (let round = 0; round < 4; round++) {
    const changes = Array.from({ length: Math.ceil(count / 4) }, () => {
      const known = [...leaves.values()];
      const key =
        known.length > 0 && random(3) === 0
          ? random(2) === 0
            ? Buffer.from(random.pick(known).key)
            : near(Buffer.from(random.pick(known).key), random(40), random)
          : random.bytes(32);
      const leaf = { key, n: BigInt((leaves.get(key.toString('hex'))?.n ?? 0n) + 1n), root: random.bytes(32) };
      leaves.set(key.toString('hex'), leaf);
      return leaf;
    });
    const update = map.update(changes.map(({ key, n, root }) => ({ key, n: Number(n), root })));
    upper = upper.with(tilesOf(update.depth16));
    expect(Buffer.from(upper.root()).equals(update.root)).toBe(true);
    const asked = [
      ...[...leaves.values()].map(({ key }) => key),
      ...Array.from({ length: 20 }, () => near(Buffer.from(random.pick([...leaves.values()]).key), random(60), random)),
    ];
    for (const key of asked) {
      const path = upper.path(key);
      const below = proveBelow(
        [...leaves.values()].filter((leaf) => shares(leaf.key, key, path.depth)),
        key,
        path.depth,
      );
      const proof = { siblings: [...path.siblings, ...below.siblings], terminal: below.terminal };
      expect(Buffer.from(below.hash).equals(path.hash)).toBe(true);
      expect(proof).toEqual(map.prove(Buffer.from(key)));
      expect(mapRootOf(proof, key)).toMatchObject({ ok: true });
    }
  }
});
