import { pageOf } from './page.ts';

const rows = (...sizes: number[]): { n: number; content: Uint8Array }[] => sizes.map((size, n) => ({ n, content: new Uint8Array(size) }));
const shape = (page: ReturnType<typeof pageOf>): [number, boolean] => [page.shown.length, page.more];

describe('a page', () => {
  it('ends at its number of results, and says whether there are more', () => {
    expect(shape(pageOf(rows(1, 1, 1), 2, 100))).toEqual([2, true]);
    expect(shape(pageOf(rows(1, 1), 2, 100))).toEqual([2, false]);
    expect(shape(pageOf([], 2, 100))).toEqual([0, false]);
  });

  it('ends before the document that makes it too large, which is the first of the next', () => {
    expect(shape(pageOf(rows(60, 40, 1), 10, 100))).toEqual([2, true]);
    expect(shape(pageOf(rows(60, 40), 10, 100))).toEqual([2, false]);
    expect(shape(pageOf(rows(60, 41), 10, 100))).toEqual([1, true]);
  });

  it('holds at least one, or a walk over pages would stand still', () => {
    expect(shape(pageOf(rows(500, 1), 10, 100))).toEqual([1, true]);
    // What lies behind it was not read: rather an empty page at the end than one too few.
    expect(shape(pageOf(rows(500), 10, 100))).toEqual([1, true]);
  });
});
