import fc from 'fast-check';
import { Pieces } from './copy-protocol.ts';

test('pieces stand one behind the other, whatever their sizes, and are not held by what they were views of', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(255), fc.nat(40_000)), { maxLength: 12 }), (given) => {
      const pieces = new Pieces();
      const expected: Buffer[] = [];
      for (const [byte, length] of given) {
        const piece = Buffer.alloc(length, byte);
        expected.push(Buffer.from(piece));
        pieces.add(piece);
        piece.fill(0);
      }
      expect(pieces.whole().equals(Buffer.concat(expected))).toBe(true);
    }),
  );
});
