import fc from 'fast-check';
import { decodeCursor, encodeCursor, isCount, isRecord, isWord } from './cursor.ts';

const POSITION = { after: { starts: 1, id: 'a' }, logSize: 62 };
const isPosition = isRecord<typeof POSITION>({ after: isRecord({ starts: isCount, id: isWord }), logSize: isCount });
const isAnything = (value: unknown): value is unknown => value !== undefined;
const refusal = { code: 'cursor.malformed' };

describe('a cursor', () => {
  it('gives back the position that it was made of, for its question', () => {
    const text = encodeCursor('timeline of a', POSITION);
    expect(text).toMatch(/^[A-Za-z0-9_-]+$/);
    expect(decodeCursor('timeline of a', text, isPosition)).toEqual(POSITION);
  });

  it('is refused for any other question', () => {
    const text = encodeCursor('timeline of a', POSITION);
    expect(() => decodeCursor('timeline of b', text, isPosition)).toThrow(expect.objectContaining(refusal));
  });

  it('cut off, changed or made up is refused and never throws otherwise', () => {
    const text = encodeCursor('q', POSITION);
    expect(() => decodeCursor('q', text.slice(0, -3), isPosition)).toThrow(expect.objectContaining(refusal));
    expect(() => decodeCursor('q', 'x'.repeat(5_000), isPosition)).toThrow(expect.objectContaining(refusal));
    expect(() => decodeCursor('q', Buffer.from('[1,2]').toString('base64url'), isPosition)).toThrow(expect.objectContaining(refusal));
    fc.assert(
      fc.property(fc.string(), (made) => {
        expect(() => decodeCursor('q', made, isPosition)).toThrow(expect.objectContaining(refusal));
      }),
    );
  });

  it.each([
    { after: { starts: -1, id: 'a' }, logSize: 62 },
    { after: POSITION.after, logSize: 1e300 },
    { logSize: 62 },
    { ...POSITION, more: 1 },
    null,
    'x',
  ])('forged to hold %j, which is no position of its order, is refused; without the check it would be taken', (forged) => {
    const text = encodeCursor('q', forged);
    expect(() => decodeCursor('q', text, isPosition)).toThrow(expect.objectContaining(refusal));
    expect(decodeCursor('q', text, isAnything)).toEqual(forged);
  });
});
