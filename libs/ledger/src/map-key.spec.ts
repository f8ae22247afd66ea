import fc from 'fast-check';
import * as reference from '../vectors/reference.mjs';
import { equalBytes, mapKey, toHex } from './index.ts';

const salt = Buffer.alloc(32, 3);
const text = fc.string({ unit: 'grapheme', maxLength: 60 });

test('a key is the hash that the format says, for any group and identifier', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), text, text, (any, group, identifier) => {
      expect(toHex(mapKey(any, group, identifier))).toBe(reference.mapKey(any, group, identifier));
    }),
  );
});

test('letters cannot move from the group to the identifier', () => {
  expect(equalBytes(mapKey(salt, 'agency:a', 'bc:1'), mapKey(salt, 'agency:ab', 'c:1'))).toBe(false);
  // Control: without the group's length both would hash the same bytes.
  expect('agency:a' + 'bc:1').toBe('agency:ab' + 'c:1');
});

test('a key is not changed by the next one', () => {
  const first = mapKey(salt, 'clear', 'vin:1');
  const copy = Buffer.from(first);
  mapKey(salt, 'green', 'vin:2');
  expect(copy.equals(first)).toBe(true);
  expect(equalBytes(first, mapKey(Buffer.alloc(32, 4), 'clear', 'vin:1'))).toBe(false);
});

test('the longest identifier of the schema fits, in any script; what does not fit is a bug, never a key of something shorter', () => {
  const longest = '大'.repeat(512);
  expect(toHex(mapKey(salt, 'community:' + 'x'.repeat(128), longest))).toBe(
    reference.mapKey(salt, 'community:' + 'x'.repeat(128), longest),
  );
  expect(() => mapKey(salt, 'clear', 'x'.repeat(5_000))).toThrow(RangeError);
  expect(() => mapKey(salt, 'clear', '大'.repeat(1_400))).toThrow(RangeError);
  expect(() => mapKey(Buffer.alloc(31), 'clear', 'x')).toThrow(RangeError);
});
