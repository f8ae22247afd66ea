/**
 * Keys for partial and misread identifiers, for an index that knows equality only (design: Facts already measured: LIKE is not leakproof).
 * A text is folded to letters and digits with characters that scanners and readers mix up made one; an item has its folded value as a key
 * and every five characters of it. A query looks up its own five-character pieces: an item that has all of them is a candidate, and
 * `matchesSearch` decides.
 */
import { looksLike } from './characters.ts';
import { readDigitalLink } from './gs1-digital-link.ts';
import { readEpcUri } from './gs1-epc.ts';
import { splitLabel } from './rules.ts';
import { IDENTIFIER_TEXT_LENGTH_MAX } from './scheme.ts';

/**
 * Five characters: with four the pieces of a maker's VINs are shared by too many, with six a search for the last five digits finds
 * nothing. A value shorter than this has its whole as its only key.
 */
export const GRAM_LENGTH = 5;
/** A query looks up no more pieces: sixteen cover a VIN and leave few candidates of anything longer. */
export const PROBE_KEYS_MAX = 16;
/** Longest value that is cut into pieces; the rest of a longer one is found by its beginning. */
const KEYED_LENGTH_MAX = 64;

/**
 * O and Q are read for 0, I for 1: the letters that VINs leave out for that reason. S for 5, B for 8 and Z for 2 are the next most common
 * misreadings. All only widen the candidates; a match by them is called `ocr`, never `exact`.
 */
const FOLDS: Readonly<Record<string, string>> = { O: '0', Q: '0', I: '1', S: '5', B: '8', Z: '2' };

export interface SearchProbes {
  /** Keys of pieces, likely rarest first, at most PROBE_KEYS_MAX; none where the text is too short. */
  readonly keys: string[];
  /** Key of the whole value: one look-up that finds a complete, perhaps misread identifier; try it first. */
  readonly whole: string;
  /** Whether a candidate must have all the keys. */
  readonly all: boolean;
  /** How many of the keys a candidate must have. */
  readonly minimum: number;
}

/** Rows of the index for a normalised id: `=` + the folded whole, and `~` + each piece, once each; at most 62. */
export function searchKeys(id: string): string[] {
  const { scheme, value } = split(id);
  return scheme === 'serial' ? [...new Set([...keysOf(value), ...keysOf(value.slice(value.indexOf(':') + 1)).slice(0, 1)])] : keysOf(value);
}

/**
 * Rows of the index for a name or number that an author stated beside an identifier (`MV SYNTHETIC LINER`, `mmsi:244990001`); at most 61.
 * `matchesSearch` knows no aliases: a candidate that it answers with null was found by one of them. None for a name without Latin letters
 * or digits.
 */
export function aliasKeys(alias: string): string[] {
  return keysOf(query(alias).value);
}

function keysOf(value: string): string[] {
  const folded = fold(value).slice(0, KEYED_LENGTH_MAX);
  return folded === '' ? [] : [...new Set([`=${folded}`, ...grams(folded).map((gram) => `~${gram}`)])];
}

/**
 * What to look up for a text that somebody typed, pasted or scanned, with or without a scheme. Under five letters and digits only a whole
 * value can be found.
 */
export function searchProbes(text: string): SearchProbes {
  const folded = fold(query(text).value).slice(0, KEYED_LENGTH_MAX);
  const keys = [...new Set(grams(folded))]
    .map((gram, index) => ({ gram, index, variety: new Set(gram).size }))
    .sort((a, b) => b.variety - a.variety || b.index - a.index)
    .slice(0, PROBE_KEYS_MAX)
    .map(({ gram }) => `~${gram}`);
  if (keys.length > 0) return { keys, whole: `=${folded}`, all: true, minimum: keys.length };
  return { keys: folded === '' ? [] : [`=${folded}`], whole: `=${folded}`, all: true, minimum: 1 };
}

/**
 * How a candidate answers a query: `exact` = the same identifier but for blanks, hyphens and case, `partial` = the text is a part of it as
 * written, `ocr` = either, once misreadings are folded; null = not at all, or of another scheme than the text names.
 */
export function matchesSearch(id: string, text: string): 'exact' | 'partial' | 'ocr' | null {
  const item = split(id);
  const wanted = query(text);
  if (wanted.scheme !== undefined && wanted.scheme !== item.scheme) return null;
  const [whole, part] = [strip(item.value), strip(wanted.value)];
  if (part === '') return null;
  if (ASCII.test(wanted.value)) {
    if (item.value === wanted.value.trim() || (whole === part && !CASE_MATTERS.test(item.scheme))) return 'exact';
    if (whole.includes(part)) return 'partial';
  }
  return fold(item.value).includes(fold(wanted.value)) ? 'ocr' : null;
}

/** A text with look-alikes is misread, however well it fits. */
const ASCII = /^[\0-\x7f]*$/;

/** GS1 serials tell a from A. */
const CASE_MATTERS = /^(?:sgtin|lgtin|upui|itip|sgln|grai|giai|gdti|ginc)$/;

function split(id: string): { readonly scheme: string; readonly value: string } {
  const colon = id.indexOf(':');
  return { scheme: id.slice(0, colon), value: id.slice(colon + 1) };
}

/**
 * A scheme before a colon, or a scheme's name before blanks, is not a part of the value; a URI becomes the key it names. What lies beyond
 * the longest identifier is not looked at, so that the cost is bounded (below 0.1 ms).
 */
function query(pasted: string): { readonly scheme?: string; readonly value: string } {
  const text = pasted.trim().slice(0, IDENTIFIER_TEXT_LENGTH_MAX);
  const read = readEpcUri(text) ?? readDigitalLink(text);
  if (read !== undefined) return read;
  const labelled = splitLabel(text);
  return labelled === undefined ? { value: text } : { scheme: labelled.rule.scheme, value: labelled.value };
}

/** Letters and digits in upper case; characters that look like ASCII become what they look like, for search alone. */
function strip(text: string): string {
  return Array.from(text, (character) => (character <= '\u007f' ? character : (looksLike(character) ?? '')))
    .join('')
    .toUpperCase()
    .replace(/[^A-Z0-9]/g, '');
}

const fold = (text: string): string => strip(text).replace(/[OQISBZ]/g, (character) => FOLDS[character] ?? character);

function grams(folded: string): string[] {
  return Array.from({ length: Math.max(0, folded.length - GRAM_LENGTH + 1) }, (_, start) => folded.slice(start, start + GRAM_LENGTH));
}
