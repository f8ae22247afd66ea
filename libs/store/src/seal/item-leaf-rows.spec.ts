import { ItemLeafRows } from './item-leaf-rows.ts';

/** A row as PostgreSQL's documentation of the binary format has it. */
const field = (value: Buffer): Buffer => Buffer.concat([int4(value.length), value]);
const int4 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
};
const int8 = (value: number): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(BigInt(value));
  return bytes;
};
const HEADER = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1');
const rowOf = (item: number, n: number, logIndex: number, hashes: Buffer): Buffer =>
  Buffer.concat([Buffer.from([0, 4]), field(int4(item)), field(int4(n)), field(int8(logIndex)), field(hashes)]);
const hashesOf = (count: number, seed: number): Buffer => Buffer.from(Array.from({ length: 32 * count }, (_, at) => (at * 7 + seed) % 256));

function add(rows: ItemLeafRows, item: number, n: number, logIndex: number, hashes: Buffer): void {
  const { target, at } = rows.room();
  hashes.copy(target, at);
  rows.add(item, n, logIndex, hashes.length / 32);
}

test('rows are written as COPY takes and gives them, by log index and, within one, by item', () => {
  const rows = new ItemLeafRows(6);
  add(rows, 4, 0, 10, hashesOf(1, 1));
  add(rows, 9, 7, 12, hashesOf(4, 2));
  add(rows, 2, 1, 12, hashesOf(2, 3));
  add(rows, 5, 0, 12, hashesOf(1, 4));
  add(rows, 4, 1, 2 ** 40, hashesOf(2, 5));
  add(rows, 1, 0, 11, hashesOf(1, 6));
  expect(rows).toHaveLength(6);
  expect(rows.payload()).toEqual(
    Buffer.concat([
      HEADER,
      rowOf(4, 0, 10, hashesOf(1, 1)),
      rowOf(1, 0, 11, hashesOf(1, 6)),
      rowOf(2, 1, 12, hashesOf(2, 3)),
      rowOf(5, 0, 12, hashesOf(1, 4)),
      rowOf(9, 7, 12, hashesOf(4, 2)),
      rowOf(4, 1, 2 ** 40, hashesOf(2, 5)),
      Buffer.from([0xff, 0xff]),
    ]),
  );
});

test('there is room for the largest row each time, and none beyond what was announced', () => {
  const rows = new ItemLeafRows(40);
  for (let n = 0; n < 40; n++) add(rows, n, n, n, hashesOf(32, n));
  const payload = rows.payload();
  for (let n = 0; n < 40; n++) expect(payload.includes(rowOf(n, n, n, hashesOf(32, n)))).toBe(true);
  expect(() => rows.add(1, 1, 1, 1)).toThrow(RangeError);
  expect(new ItemLeafRows(0).payload()).toEqual(Buffer.concat([HEADER, Buffer.from([0xff, 0xff])]));
});
