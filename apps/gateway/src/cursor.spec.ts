import fc from 'fast-check';
import { decodeCursor, encodeCursor } from './cursor.ts';

const POSITION = { after: { starts: 1, id: 'a' }, logSize: 62 };
const refusal = { code: 'cursor.malformed' };

describe('a cursor', () => {
  it('gives back the position that it was made of, for its question', () => {
    const text = encodeCursor('timeline of a', POSITION);
    expect(text).toMatch(/^[A-Za-z0-9_-]+$/);
    expect(decodeCursor('timeline of a', text)).toEqual(POSITION);
  });

  it('is refused for any other question', () => {
    const text = encodeCursor('timeline of a', POSITION);
    expect(() => decodeCursor('timeline of b', text)).toThrow(expect.objectContaining(refusal));
  });

  it('cut off, changed or made up is refused and never throws otherwise', () => {
    const text = encodeCursor('q', POSITION);
    expect(() => decodeCursor('q', text.slice(0, -3))).toThrow(expect.objectContaining(refusal));
    expect(() => decodeCursor('q', 'x'.repeat(5_000))).toThrow(expect.objectContaining(refusal));
    expect(() => decodeCursor('q', Buffer.from('[1,2]').toString('base64url'))).toThrow(expect.objectContaining(refusal));
    fc.assert(
      fc.property(fc.string(), (made) => {
        expect(() => decodeCursor('q', made)).toThrow(expect.objectContaining(refusal));
      }),
    );
  });
});
