import fc from 'fast-check';
import * as reference from '../vectors/reference.mjs';
import { mapRootOf } from './item-map.ts';
import { MapBuilder, type MapChange, type TileNodes } from './map-builder.ts';
import { decodeMapProof, encodeMapProof } from './map-proof.ts';
import { sha256 } from './primitives.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 });

/** Keys of which many share their first bits, up to all but the last one, on purpose. */
const key = fc.tuple(fc.nat(2), fc.integer({ min: 0, max: 256 }), bytes32).map(([base, shared, rest]) => {
  const made = Buffer.from(rest);
  for (let at = 0; at < shared; at++) {
    const mask = 0x80 >> (at & 7);
    made[at >> 3] = ((made[at >> 3] as number) & ~mask) | ((base * 0x55) & mask);
  }
  return made;
});
const change = fc.record({ key, n: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), root: bytes32 });
const batches = fc.array(fc.array(change, { maxLength: 20 }), { minLength: 1, maxLength: 5 });

/** The last change of each key. */
function setOf(changes: readonly MapChange[]): { key: Uint8Array; n: bigint; root: Uint8Array }[] {
  const last = new Map(changes.map((one) => [hex(one.key), one]));
  return [...last.values()].map((one) => ({ key: one.key, n: BigInt(one.n), root: one.root }));
}

test('the root is that of the plain recursion over the set, however it came: in batches, at once, or one by one in another order', () => {
  fc.assert(
    fc.property(batches, (given) => {
      const [inBatches, atOnce, oneByOne] = [new MapBuilder(), new MapBuilder(4), new MapBuilder()];
      const so: MapChange[] = [];
      for (const batch of given) {
        so.push(...batch);
        const set = setOf(so);
        const updated = inBatches.update(batch);
        expect(hex(updated.root)).toBe(hex(reference.mapRoot(set)));
        expect([updated.size, inBatches.size]).toEqual([set.length, set.length]);
      }
      const root = hex(inBatches.root());
      expect(hex(atOnce.update(so).root)).toBe(root);
      for (const { key: itemKey, n, root: itemRoot } of setOf(so).reverse())
        oneByOne.update([{ key: itemKey, n: Number(n), root: itemRoot }]);
      expect(hex(oneByOne.root())).toBe(root);
    }),
  );
});

test('in turns it is the same map, with the same tiles, and others have their turns meanwhile', async () => {
  await fc.assert(
    fc.asyncProperty(batches, fc.integer({ min: 1, max: 4 }), async (given, turnItems) => {
      const [whole, inTurns] = [new MapBuilder(), new MapBuilder(undefined, turnItems)];
      for (const batch of given) {
        let turns = 0;
        for (const { key: itemKey, n, root } of batch) inTurns.set(inTurns.keys.numberOf(itemKey), n, root);
        const updated = await inTurns.commitInTurns(async () => {
          turns++;
          await Promise.resolve();
        });
        expect(updated).toEqual(whole.update(batch));
        expect(turns).toBeGreaterThanOrEqual(Math.ceil(setOf(batch).length / turnItems));
      }
      for (const { key: itemKey } of setOf(given.flat())) expect(inTurns.prove(itemKey)).toEqual(whole.prove(itemKey));
    }),
  );
});

test('each item is proved with what it holds, any other key as absent; the proof is the one of the plain recursion', () => {
  fc.assert(
    fc.property(batches, fc.array(key, { maxLength: 10 }), (given, others) => {
      const map = new MapBuilder();
      for (const batch of given) map.update(batch);
      const set = setOf(given.flat());
      for (const asked of [...set.map((item) => item.key), ...others]) {
        const proof = map.prove(asked);
        const { siblings } = reference.mapPath(set, asked);
        expect(proof.siblings.map((sibling) => sibling && hex(sibling))).toEqual(siblings.map((sibling) => sibling && hex(sibling)));
        const decoded = decodeMapProof(encodeMapProof(proof));
        const said = decoded.ok ? mapRootOf(decoded.proof, asked) : decoded;
        const item = set.find((one) => hex(one.key) === hex(asked));
        expect(said.ok && hex(said.root)).toBe(hex(map.root()));
        expect(said.ok && said.found && [said.found.n, hex(said.found.root)]).toEqual(item ? [item.n, hex(item.root)] : null);
      }
    }),
    { numRuns: 40 },
  );
});

interface Node {
  readonly kind: number;
  readonly hash: Uint8Array;
}
type Tile = (Node | undefined)[];

/** What stands above two nodes: a leaf that is alone moves up, nothing stays nothing. */
function above(left: Node | undefined, right: Node | undefined): Node | undefined {
  if (left === undefined && right === undefined) return undefined;
  if (left === undefined && right?.kind === 1) return right;
  if (right === undefined && left?.kind === 1) return left;
  const zeros = Buffer.alloc(32);
  return { kind: 2, hash: sha256(Buffer.concat([Buffer.from('custody/node/v1\x01'), left?.hash ?? zeros, right?.hash ?? zeros])) };
}
function fold(tile: Tile): Node | undefined {
  let level = tile;
  while (level.length > 1) level = Array.from({ length: level.length / 2 }, (_, n) => above(level[2 * n], level[2 * n + 1]));
  return level[0];
}
function lay(tile: Tile, { prefixes, kinds, hashes }: TileNodes): void {
  prefixes.forEach((prefix, n) => (tile[prefix] = { kind: kinds[n] as number, hash: hashes.subarray(32 * n, 32 * n + 32) }));
}

test('the changed nodes at depths 8 and 16, laid over the ones before, give the map again', () => {
  fc.assert(
    fc.property(batches, (given) => {
      const map = new MapBuilder(7);
      const [at8, at16]: [Tile, Tile] = [new Array<undefined>(256).fill(undefined), new Array<undefined>(65_536).fill(undefined)];
      for (const batch of given) {
        const { root, depth8, depth16 } = map.update(batch);
        lay(at8, depth8);
        lay(at16, depth16);
        const changed = (bytes: number) =>
          [...new Set(batch.map((one) => Buffer.from(one.key).readUIntBE(0, bytes)))].sort((a, b) => a - b);
        expect([...depth8.prefixes]).toEqual(changed(1));
        expect([...depth16.prefixes]).toEqual(changed(2));
        expect(hex(fold(at8)?.hash ?? Buffer.alloc(32))).toBe(hex(root));
        for (const prefix of new Set(depth16.prefixes.map((path) => path >> 8)))
          expect(fold(at16.slice(prefix << 8, (prefix + 1) << 8))).toEqual(at8[prefix]);
      }
      const snapshot: Tile = new Array<undefined>(256).fill(undefined);
      lay(snapshot, map.tile(null));
      expect(snapshot).toEqual(at8);
      const first = at8.findIndex((node) => node !== undefined);
      if (first < 0) return;
      const tile = map.tile(first);
      expect([...tile.prefixes]).toEqual([...at16.keys()].filter((path) => at16[path] !== undefined && path >> 8 === first));
    }),
    { numRuns: 40 },
  );
});

test('a map of thousands that grew in batches of all sizes is that of its set', () => {
  const changes = Array.from({ length: 6_000 }, (_, n) => ({
    key: sha256(Buffer.from(`${n % 4_500}`)),
    n: n + 1,
    root: sha256(Buffer.from(`r${n}`)),
  }));
  const map = new MapBuilder();
  for (let from = 0, size = 1; from < changes.length; from += size, size = (size * 3) % 1_009) map.update(changes.slice(from, from + size));
  const set = setOf(changes);
  expect(map.size).toBe(4_500);
  expect(hex(map.root())).toBe(hex(reference.mapRoot(set)));
  for (let n = 4_000; n < 5_000; n += 7) {
    const asked = sha256(Buffer.from(`${n}`));
    const said = mapRootOf(map.prove(asked), asked);
    expect(said.ok && [hex(said.root), said.found !== null]).toEqual([hex(map.root()), n < 4_500]);
  }
});

test('an empty map has the root of nothing, and an update of nothing changes nothing', () => {
  const map = new MapBuilder();
  const { root, size, depth8, depth16 } = map.update([]);
  expect([hex(root), size, depth8.prefixes.length, depth16.prefixes.length]).toEqual(['00'.repeat(32), 0, 0, 0]);
  expect(map.prove(Buffer.alloc(32))).toEqual({ siblings: [], terminal: { kind: 'empty' } });
});

test('what is no item is a bug; a key that was only asked for is not in the map; nothing is proved between two roots', () => {
  const map = new MapBuilder();
  const root = Buffer.alloc(32);
  expect(() => map.update([{ key: Buffer.alloc(31), n: 1, root }])).toThrow(RangeError);
  expect(() => map.update([{ key: Buffer.alloc(32), n: 0, root }])).toThrow(RangeError);
  expect(() => map.update([{ key: Buffer.alloc(32), n: 2 ** 53, root }])).toThrow(RangeError);
  expect(() => map.update([{ key: Buffer.alloc(32), n: 1, root: Buffer.alloc(33) }])).toThrow(RangeError);
  expect(map.keys.size).toBe(1);
  expect(map.commit().size).toBe(0);
  map.set(map.keys.numberOf(Buffer.alloc(32)), 1, root);
  expect(() => map.prove(Buffer.alloc(32))).toThrow('commit before proving');
  expect(map.commit().size).toBe(1);
  expect(map.keys.find(Buffer.alloc(32))).toBe(0);
  expect(map.keys.find(Buffer.alloc(32, 1))).toBe(-1);
  expect(() => map.prove(Buffer.alloc(31))).toThrow(RangeError);
});

test('what a builder gave out is not changed by the next update', () => {
  const map = new MapBuilder();
  const at = (byte: number) => ({ key: Buffer.alloc(32, byte), n: 1, root: Buffer.alloc(32, byte) });
  const first = map.update([at(1), at(2)]);
  const proof = map.prove(Buffer.alloc(32, 1));
  const before = [hex(first.root), hex(first.depth8.hashes), hex(encodeMapProof(proof))];
  map.update([{ ...at(1), n: 9 }, { ...at(2), n: 9 }, at(3)]);
  expect([hex(first.root), hex(first.depth8.hashes), hex(encodeMapProof(proof))]).toEqual(before);
});
