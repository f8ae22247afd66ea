import fc from 'fast-check';
import { concatBytes, equalBytes, fromBase64, fromHex, toBase64, toHex, uint64Bytes, utf8, utf8Text } from './bytes.ts';

const bytes = fc.uint8Array({ maxLength: 9_000, size: 'max' });

test('texts of bytes are those of Node, and come back as they were', () => {
  fc.assert(
    fc.property(bytes, (given) => {
      expect(toHex(given)).toBe(Buffer.from(given).toString('hex'));
      expect(toBase64(given)).toBe(Buffer.from(given).toString('base64'));
      for (const back of [fromHex(toHex(given)), fromBase64(toBase64(given))]) expect(Buffer.compare(back ?? Buffer.of(0), given)).toBe(0);
    }),
    { numRuns: 10 },
  );
});

test('bytes have one text: other digits, no padding, loose bits and spaces are refused', () => {
  expect(['AB', 'a', 'zz', ' 00'].map(fromHex)).toEqual([null, null, null, null]);
  expect(['QQ', 'QR==', 'Q Q=', 'QQ==\n', 'QQ-_', '=', 'QUE=='].map(fromBase64)).toEqual(Array(7).fill(null));
  expect(fromBase64('QQ==')).toEqual(Uint8Array.of(0x41));
});

test('texts of many millions of digits are read, or refused, as short ones are', () => {
  const [hex, base64] = ['0f'.repeat(5_000_000), 'QUFB'.repeat(2_500_000)];
  expect([fromHex(hex)?.length, fromBase64(base64)?.length]).toEqual([5_000_000, 7_500_000]);
  expect([fromHex(`${hex}0g`), fromBase64(`${base64}QU=A`)]).toEqual([null, null]);
});

test('only UTF-8 is text', () => {
  expect(utf8Text(utf8('\ufeff— é'))).toBe('\ufeff— é');
  expect(utf8Text(Uint8Array.of(0xff))).toBeNull();
});

test('bytes are equal where all are, joined in order, and numbers have eight of them', () => {
  expect([equalBytes(utf8('ab'), utf8('ab')), equalBytes(utf8('ab'), utf8('ac')), equalBytes(utf8('a'), utf8('ab'))]).toEqual([
    true,
    false,
    false,
  ]);
  expect(concatBytes(utf8('a'), new Uint8Array(), utf8('bc'))).toEqual(utf8('abc'));
  expect(toHex(uint64Bytes(2n ** 63n + 5n))).toBe('8000000000000005');
  expect(() => uint64Bytes(-1n)).toThrow(RangeError);
  expect(() => uint64Bytes(1n << 64n)).toThrow(RangeError);
});
