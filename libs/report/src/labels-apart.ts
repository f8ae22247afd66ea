/**
 * Where labels go on a drawing that grows with the page while its letters do not: the anchor of a box is a fraction of the drawing, its sides are pixels
 * from there. Two boxes are apart only if they are at every width that the drawing can have.
 */

/** Widths in pixels between which a drawing is laid out. `style.ts` keeps it there. */
export const WIDTH_MIN = 300;
export const WIDTH_MAX = 1_200;
/** Height of a drawing, of its width. `style.ts` has the same. */
export const HEIGHT_RATIO = 0.625;

export interface Anchored {
  /** Of the width and of the height, 0 to 1. */
  readonly x: number;
  readonly y: number;
  /** Pixels from the anchor, right and down positive. */
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** At some width they share more than an edge: each side lies beyond the other's by an amount that grows evenly with the width. */
export function everMeet(a: Anchored, b: Anchored): boolean {
  const down = (b.y - a.y) * HEIGHT_RATIO;
  const overlaps: readonly (readonly [atZero: number, byWidth: number])[] = [
    [b.right - a.left, b.x - a.x],
    [a.right - b.left, a.x - b.x],
    [b.bottom - a.top, down],
    [a.bottom - b.top, -down],
  ];
  let [from, to] = [WIDTH_MIN, WIDTH_MAX];
  for (const [atZero, byWidth] of overlaps) {
    if (byWidth === 0 && atZero <= 0) return false;
    if (byWidth > 0) from = Math.max(from, -atZero / byWidth);
    if (byWidth < 0) to = Math.min(to, -atZero / byWidth);
  }
  return from < to;
}

/** It lies inside of the drawing at every width. */
export const isInside = ({ x, y, left, top, right, bottom }: Anchored): boolean =>
  [WIDTH_MIN, WIDTH_MAX].every((width) => {
    const [across, down] = [x * width, y * width * HEIGHT_RATIO];
    return across + left >= 0 && across + right <= width && down + top >= 0 && down + bottom <= width * HEIGHT_RATIO;
  });

/** Letters of a label, at 12 px: what a browser draws is no wider. */
const LETTER_PX = 8;
/** W and its like. Of letters that are not plain ones nobody knows: a label with such is drawn as long as this says (`textLength`). */
const WIDE_LETTER_PX = 13;
export const ASCENT_PX = 11;
export const DESCENT_PX = 4;

/** Plain letters alone. */
export const isPlain = (text: string): boolean => /^[\x20-\x7e…°]*$/.test(text);
export const widthOf = (text: string): number =>
  [...text].reduce((sum, sign) => sum + (/^[\x20-\x7e…°]$/.test(sign) && !/^[WMmw@%…]$/.test(sign) ? LETTER_PX : WIDE_LETTER_PX), 0);

export interface Label extends Anchored {
  readonly text: string;
}

/** Pixels between a mark and its label. */
const SPACE_PX = 3;

/**
 * A label at the mark, beside, above or below it, that meets nothing of `taken` at any width: the first of the texts for which there is one.
 * Undefined: there is none.
 */
export function labelAt(mark: Anchored, texts: readonly string[], taken: readonly Anchored[]): Label | undefined {
  for (const text of texts) {
    for (const label of around(mark, text)) {
      if (isInside(label) && !taken.some((other) => everMeet(label, other))) return label;
    }
  }
  return undefined;
}

function around(mark: Anchored, text: string): readonly Label[] {
  const width = widthOf(text);
  const height = ASCENT_PX + DESCENT_PX;
  const [right, left] = [mark.right + SPACE_PX, mark.left - SPACE_PX - width];
  const middle = -width / 2;
  const [level, above, below] = [-height / 2, mark.top - SPACE_PX - height, mark.bottom + SPACE_PX];
  const at = (l: number, t: number): Label => ({ text, x: mark.x, y: mark.y, left: l, top: t, right: l + width, bottom: t + height });
  return [
    at(right, level),
    at(left, level),
    at(middle, above),
    at(middle, below),
    at(right, above),
    at(right, below),
    at(left, above),
    at(left, below),
  ];
}
