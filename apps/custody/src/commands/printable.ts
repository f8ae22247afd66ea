/** Text that somebody submitted, on a terminal: shown, never obeyed. */

/**
 * Controls (C0, C1), format characters (bidi overrides and isolates, zero-width ones), line and paragraph separators, halves of surrogate
 * pairs, and whatever else has no glyph (Unicode Default_Ignorable_Code_Point): each could move the cursor, hide words or reorder them.
 */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{DI}]/gu;

/**
 * The text as one line with everything unseen in it made visible: a line break as ` ⏎ `, any other such character as `⟨U+001B⟩`. What a
 * record says can thus neither begin a line of its own nor drive the terminal. Ordinary text comes back unchanged. Linear in its length.
 */
export function printable(text: string): string {
  return text.replaceAll(/\r?\n/g, ' ⏎ ').replaceAll(UNSEEN, named);
}

const named = (character: string): string => `⟨U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}⟩`;
