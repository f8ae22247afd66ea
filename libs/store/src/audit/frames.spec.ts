import { Frames, numberedValues } from './frames.ts';

const int8 = (value: bigint): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(value);
  return bytes;
};
const int4 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
};

describe('rows side by side', () => {
  it('are read field by field, numbers exactly, of either sign', () => {
    const values = [0n, 1n, -1n, -5n, 2n ** 32n, BigInt(Number.MAX_SAFE_INTEGER), BigInt(Number.MIN_SAFE_INTEGER)];
    const rows = new Frames(Buffer.concat(values.map(int8)));
    for (const value of values) expect(rows.int8()).toBe(Number(value));
    expect(rows.isDone).toBe(true);
  });

  it('hold bytes of any length, none too', () => {
    const rows = new Frames(Buffer.concat([int4(3), Buffer.from('abc'), int4(0), int4(-7)]));
    expect(rows.bytea().toString()).toBe('abc');
    expect(rows.bytea()).toHaveLength(0);
    expect(rows.int4()).toBe(-7);
    expect(rows.isDone).toBe(true);
  });
});

test('numbered values of a binary COPY are found wherever its messages were cut', () => {
  const row = (n: number, value: string): Buffer =>
    Buffer.concat([Buffer.from([0, 2]), int4(4), int4(n), int4(value.length), Buffer.from(value)]);
  const payload = Buffer.concat([Buffer.alloc(19), row(0, ''), row(5, 'five'), row(2, 'two'), Buffer.from([0xff, 0xff])]);
  for (let cut = 1; cut < payload.length; cut++) {
    const values = numberedValues([payload.subarray(0, cut), payload.subarray(cut)]);
    expect([...values].map(([n, value]) => `${n}:${value.toString()}`)).toEqual(['0:', '5:five', '2:two']);
  }
});
