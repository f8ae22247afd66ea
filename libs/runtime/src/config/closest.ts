/** The suggestion in "did you mean". */

/** More edits than this make another word, not a slip of the keyboard. */
const EDITS_MAX = 4;

/** The known word fewest edits away (Levenshtein, capitals aside); undefined when none is near. @param prefix of all of them, which says nothing */
export function closestTo(word: string, known: readonly string[], prefix = ''): string | undefined {
  const own = (text: string): string => (text.startsWith(prefix) ? text.slice(prefix.length) : text).toLowerCase();
  const bound = Math.min(EDITS_MAX, Math.ceil(own(word).length / 3));
  const ranked = known.map((candidate) => ({ candidate, edits: editsBetween(own(word), own(candidate)) }));
  const best = ranked.reduce<{ candidate: string; edits: number } | undefined>(
    (left, right) => (left === undefined || right.edits < left.edits ? right : left),
    undefined,
  );
  return best === undefined || best.edits > bound ? undefined : best.candidate;
}

function editsBetween(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let i = 1; i <= left.length; i++) {
    const next = [i];
    for (let j = 1; j <= right.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (left[i - 1] === right[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[right.length] ?? 0;
}
