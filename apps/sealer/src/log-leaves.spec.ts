import { ItemTrees, MapBuilder } from '#lib/ledger';
import { growItems } from './log-leaves.ts';

test('numbers items by their first entry, that of the keys among them', () => {
  const key = (n: number): Buffer => Buffer.alloc(32, n);
  const rows = [
    { logIndex: 10, hash: key(1) },
    { logIndex: 12, hash: key(2) },
    { logIndex: 13, hash: key(1) },
  ];
  const links = {
    length: rows.length,
    logIndex: (row: number) => rows[row]?.logIndex ?? 0,
    hash: (row: number) => rows[row]?.hash ?? key(0),
  };
  const leaves = Array.from({ length: 6 }, (_, n) => String.fromCharCode(n).repeat(32));
  const { items } = growItems(new ItemTrees(), new MapBuilder(), links as never, { key: key(9), indexes: [11, 14] }, 10, leaves);
  expect(items).toEqual([
    { item: 0, mapKey: key(1) },
    { item: 1, mapKey: key(9) },
    { item: 2, mapKey: key(2) },
  ]);
});
