/**
 * Case and blanks of ASCII alone. Unicode's own mapping makes plain letters of others (U+017F becomes S, U+0131 I, U+212A k) and trims what
 * cannot be seen (U+FEFF): a look-alike would be gone before anything could refuse it. So nothing that is checked later is mapped by it.
 */

/** a-z as A-Z; everything else as it is. */
export const asciiUpper = (text: string): string => text.replace(/[a-z]+/g, (letters) => letters.toUpperCase());

/** A-Z as a-z; everything else as it is. */
export const asciiLower = (text: string): string => text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());

/** Without blank, tab, CR and LF at both ends. */
export const asciiTrim = (text: string): string => text.replace(/^[ \t\r\n]+/, '').replace(/[ \t\r\n]+$/, '');
