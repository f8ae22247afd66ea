import fc from 'fast-check';
import * as reference from '../vectors/reference.mjs';
import { ITEM_TREE_RULES, itemLeafData, itemLeafHash, itemLeafHashes, itemRootOf, type ItemEntry } from './item-tree.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 });
const entries = fc
  .uniqueArray(fc.record({ index: fc.bigInt({ min: 0n, max: 2n ** 64n - 2n }), leafHash: bytes32 }), {
    minLength: 1,
    maxLength: 40,
    selector: ({ index }) => index,
  })
  .map((list) => list.sort((a, b) => (a.index < b.index ? -1 : 1)));

test('the tree of an item is the RFC 9162 tree over its entries, each named by its index and its leaf in the log', () => {
  fc.assert(
    fc.property(entries, (list) => {
      const leaves = list.map(({ index, leafHash }) => reference.itemLeaf(index, leafHash));
      const made = itemRootOf(list, 2n ** 64n - 1n);
      expect(made).toMatchObject({ ok: true, n: BigInt(list.length) });
      expect(made.ok && hex(made.root)).toBe(hex(reference.merkleRoot(leaves)));
      const hashes = itemLeafHashes(list, 2n ** 64n - 1n);
      expect(hashes.ok && hashes.hashes.map(hex)).toEqual(leaves.map(hex));
    }),
  );
});

test('the data of a leaf has 55 bytes', () => {
  expect(hex(itemLeafData(258n, Buffer.alloc(32, 7)))).toBe(`${hex(Buffer.from('custody/item/v1'))}0000000000000102${'07'.repeat(32)}`);
  expect(() => itemLeafHash(2n ** 64n, Buffer.alloc(32))).toThrow(RangeError);
});

describe('entries are refused, and without that check taken:', () => {
  const leafHash = Buffer.alloc(32, 1);
  const cases: [keyof typeof ITEM_TREE_RULES, string, string, ItemEntry[]][] = [
    [
      'indexesRise',
      'index-order',
      'one stands twice',
      [
        { index: 3n, leafHash },
        { index: 3n, leafHash },
      ],
    ],
    [
      'indexesRise',
      'index-order',
      'one was put in later',
      [
        { index: 3n, leafHash },
        { index: 2n, leafHash },
      ],
    ],
    ['indexesAreCovered', 'index-not-covered', 'one is not below what the seal covers', [{ index: 10n, leafHash }]],
    ['hashesHave32Bytes', 'hash-length', 'a hash has another length', [{ index: 0n, leafHash: leafHash.subarray(1) }]],
  ];
  test.each(cases)('%s (%s): %s', (rule, name, _, list) => {
    expect(itemRootOf(list, 10n)).toMatchObject({ ok: false, fault: { code: `item-tree.${name}` } });
    expect(itemRootOf(list, 10n, { ...ITEM_TREE_RULES, [rule]: false }).ok).toBe(true);
  });

  test('an item without entries is not in the map, and an index is not negative', () => {
    expect(itemRootOf([], 10n)).toMatchObject({ fault: { code: 'item-tree.no-entries' } });
    expect(itemRootOf([{ index: -1n, leafHash }], 10n)).toMatchObject({ fault: { code: 'item-tree.index-order' } });
    expect(itemRootOf([{ index: 9n, leafHash }], 10n).ok).toBe(true);
  });
});
