/**
 * Several leaves of one RFC 9162 tree, shown by the fewest hashes beside them: one for each greatest subtree in which no leaf is shown,
 * from left to right. So there is one list of hashes for one choice of leaves, and none of it can be left out.
 */
import { innerHash } from './field-leaves.ts';

/** @param shown numbers of the leaves that are shown, ascending; none: the root alone */
export function siblingHashes(leaves: readonly Uint8Array[], shown: readonly number[]): Uint8Array[] {
  const siblings: Uint8Array[] = [];
  const visit = (from: number, size: number, inside: readonly number[]): void => {
    if (inside.length === 0) siblings.push(subtreeRoot(leaves, from, size));
    else if (size > 1) {
      const left = leftSize(size);
      visit(from, left, below(inside, from + left));
      visit(from + left, size - left, notBelow(inside, from + left));
    }
  };
  visit(0, leaves.length, shown);
  return siblings;
}

/** What siblingHashes lets a verifier compute. */
export interface SubtreeRoot {
  /** Undefined where there are too few siblings. */
  readonly root: Uint8Array | undefined;
  /** Siblings that the tree has no place for. */
  readonly left: number;
}

/**
 * The root of a tree of `size` leaves. Cost: a hash for each leaf and sibling.
 * @param shown hashes of the shown leaves by their numbers; what is not below `size` has no place and is not looked at
 */
export function rootFromSiblings(size: number, shown: ReadonlyMap<number, Uint8Array>, siblings: readonly Uint8Array[]): SubtreeRoot {
  let used = 0;
  const visit = (from: number, count: number, inside: readonly number[]): Uint8Array | undefined => {
    if (inside.length === 0) return siblings[used++];
    if (count === 1) return shown.get(from);
    const left = leftSize(count);
    const leftRoot = visit(from, left, below(inside, from + left));
    const rightRoot = leftRoot && visit(from + left, count - left, notBelow(inside, from + left));
    return rightRoot && innerHash(leftRoot as Uint8Array, rightRoot);
  };
  const numbers = [...shown.keys()].filter((n) => Number.isInteger(n) && n >= 0 && n < size);
  const root = visit(0, size, numbers);
  return { root, left: siblings.length - used };
}

/** The root over leaf hashes, at least one. */
export const subtreeRoot = (leaves: readonly Uint8Array[], from = 0, size = leaves.length): Uint8Array => {
  if (size === 1) return leaves[from] as Uint8Array;
  const left = leftSize(size);
  return innerHash(subtreeRoot(leaves, from, left), subtreeRoot(leaves, from + left, size - left));
};

/** RFC 9162, section 2.1.1: the largest power of two smaller than `size`. */
function leftSize(size: number): number {
  let left = 1;
  while (left * 2 < size) left *= 2;
  return left;
}

const below = (numbers: readonly number[], bound: number): number[] => numbers.filter((n) => n < bound);
const notBelow = (numbers: readonly number[], bound: number): number[] => numbers.filter((n) => n >= bound);
