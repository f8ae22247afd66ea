/**
 * Keys for partial and misread identifiers, for an index that knows equality only (design: Facts already measured: LIKE is not leakproof).
 * A text is folded to letters and digits with characters that scanners and readers mix up made one. An item has every second piece of four
 * characters of its folded value as a key. Whatever five characters somebody asks for, they hold one of these pieces whole: at their first
 * character or at their second. So a question has two alternatives, its pieces from the first and those from the second character on; what
 * the index gives for one piece of each, the rarest, are the candidates, and `readSearch` decides each of them by its whole text.
 *
 * The keys are a form in which data is stored: who changes them says that `custody rebuild` is due.
 */
import { foldLetters } from '../search/letters.ts';
import { romanisedTexts, wordsOf } from '../search/words.ts';
import { looksLike } from './characters.ts';
import { readDigitalLink } from './gs1-digital-link.ts';
import { readEpcUri } from './gs1-epc.ts';
import { readElementString } from './gs1.ts';
import { splitLabel } from './rules.ts';
import { IDENTIFIER_TEXT_LENGTH_MAX } from './scheme.ts';

/** Any so many letters and digits in a row are found; of a shorter text only a value that is no longer itself. */
export const SEARCH_LENGTH_MIN = 5;
/**
 * Seven rows for a VIN. Five characters at every offset were fourteen rows of more bytes each; three at every third would be five rows, but
 * of digits there are only a thousand such pieces, which all identifiers share.
 */
const PIECE_LENGTH = 4;
const PIECE_STRIDE = SEARCH_LENGTH_MIN - PIECE_LENGTH + 1;
/** An alternative has no more pieces: one of these is rare where the text says anything. */
export const PIECES_MAX = 16;
/** No scheme has longer values (`serial:` has the longest, 201); the rest of a longer question is checked, but not looked up. */
const KEYED_LENGTH_MAX = 256;
/** A stated name can be as long as a book: its beginning is indexed, and stands in the index beside each key. */
export const ALIAS_LENGTH_MAX = 64;

/**
 * O and Q are read for 0, I for 1: the letters that VINs leave out for that reason. S for 5, B for 8 and Z for 2 are the next most common
 * misreadings. All only widen the candidates; a match by them is called `look-alike`, never `exact`. A lower-case l is the commonest reading
 * of a printed 1, but of a text typed in lower case it is an L: a question with one is asked both ways (`readingsOf`), and keys are of neither.
 */
const FOLDS: Readonly<Record<string, string>> = { O: '0', Q: '0', I: '1', S: '5', B: '8', Z: '2' };

/** A name or number that an author stated beside an identifier. */
export interface Alias {
  readonly kind: 'name' | 'mmsi' | 'callSign';
  readonly value: string;
}

/**
 * `exact` = the same identifier but for blanks, hyphens and case, `partial` = the text is a part of it as written, `look-alike` = either, once
 * misreadings are folded.
 */
export type SearchMatch = 'exact' | 'partial' | 'look-alike';

/** A text that somebody typed, pasted or scanned, with or without a scheme, read once. */
export interface SearchText {
  /** Lists of keys. Whatever is meant has all keys of one of the lists; none: the text has no letter or digit. */
  readonly alternatives: readonly (readonly string[])[];
  /** Too short for a part of anything: only whole values answer it. */
  readonly short: boolean;
  /** How an identifier (normalised) answers; null = not at all, or of another scheme than the text names. */
  matchIdentifier(id: string): SearchMatch | null;
  /** Whether the text is a part of an alias, once misreadings are folded or either is romanised; not where it names a scheme of which the alias is none. */
  matchesAlias(alias: Alias): boolean;
  /** Of an alias that matches by another script or without its marks alone: by which table; `letters`: but for marks. */
  aliasRule(alias: Alias): string | undefined;
}

/** Keys of a normalised id, once each: every second piece of its folded value, or `=` and the whole of a value that is too short for pieces. */
export function searchKeys(id: string): string[] {
  const { scheme, value } = split(id);
  const keys = keysOf(fold(value));
  if (scheme !== 'serial') return keys;
  const number = fold(numberOf(value));
  return number.length < SEARCH_LENGTH_MIN ? [...new Set([...keys, ...keysOf(number)])] : keys;
}

/** What the index keeps of an alias: `kind:` and the beginning of its value, as stated. */
export const aliasText = ({ kind, value }: Alias): string => `${kind}:${Array.from(value).slice(0, ALIAS_LENGTH_MAX).join('')}`;

/** The alias in a text that `aliasText` made. */
export function readAliasText(text: string): Alias {
  const colon = text.indexOf(':');
  return { kind: text.slice(0, colon) as Alias['kind'], value: text.slice(colon + 1) };
}

/**
 * Keys of what `aliasText` keeps, once each: of the text as it stands, without a scheme that it names (`MMSI 244990001`), without marks, and in Latin
 * letters by each table that there is for its script. None for a name without letters that are read so.
 */
export function aliasKeys(text: string): string[] {
  const { value } = readAliasText(text);
  const folded = [value, question(value).value].map(fold);
  return [...new Set([...[...folded, ...spellings(value).map((each) => each.folded)].flatMap(keysOf), ...ownWords(value)])];
}

/** Words in other letters than Latin ones, without marks; of Han each two characters that stand together. */
const ownWords = (text: string): string[] =>
  ASCII.test(text)
    ? []
    : wordsOf(text)
        .map(foldLetters)
        .filter((word) => !ASCII.test(word));

interface Spelling {
  readonly rule: string;
  readonly folded: string;
}

/** Other spellings of a text that is not ASCII, folded, each once; none where nothing but look-alikes makes it another. */
function spellings(text: string): Spelling[] {
  if (ASCII.test(text)) return [];
  const by = new Map<string, Spelling>();
  for (const { rule, text: spelt } of [{ rule: 'letters', text: foldLetters(text) }, ...romanisedTexts(text)]) {
    const folded = fold(spelt);
    if (folded !== '' && !by.has(folded)) by.set(folded, { rule, folded });
  }
  return [...by.values()];
}

function keysOf(folded: string): string[] {
  if (folded.length >= SEARCH_LENGTH_MIN) return piecesOf(folded, 0);
  return folded === '' ? [] : [`=${folded}`];
}

function piecesOf(folded: string, from: number): string[] {
  const pieces = new Set<string>();
  for (let at = from; at + PIECE_LENGTH <= folded.length; at += PIECE_STRIDE) pieces.add(folded.slice(at, at + PIECE_LENGTH));
  return [...pieces];
}

/** What to look up, and how to decide what is found. Cost below 0.2 ms; of each match below 4 µs. */
export function readSearch(text: string): SearchText {
  const wanted = question(text);
  const asked = searchFor(text, wanted);
  const written = writtenQuestion(text);
  if (elementOf(written) === undefined) return asked;
  // A number of another scheme may look like an element string: what holds the text as it stands is found beside the key that it names.
  const asWritten = searchFor(text, written);
  return {
    alternatives: [...asked.alternatives, ...asWritten.alternatives],
    short: asWritten.short,
    matchIdentifier: (id) => asked.matchIdentifier(id) ?? asWritten.matchIdentifier(id),
    matchesAlias: (alias) => asked.matchesAlias(alias) || asWritten.matchesAlias(alias),
    aliasRule: (alias) => (asWritten.matchesAlias(alias) ? asWritten.aliasRule(alias) : asked.aliasRule(alias)),
  };
}

function searchFor(text: string, wanted: Question): SearchText {
  const part = strip(wanted.value);
  const readings = readingsOf(wanted.value);
  const wholes = readingsOf(text.slice(0, IDENTIFIER_TEXT_LENGTH_MAX));
  const spelt = spellings(text.slice(0, IDENTIFIER_TEXT_LENGTH_MAX));
  const own = ownWords(text.slice(0, IDENTIFIER_TEXT_LENGTH_MAX)).slice(0, PIECES_MAX);
  const short = part.length < SEARCH_LENGTH_MIN;
  const alternatives = [
    ...(own.length > 0 ? [own] : []),
    ...spelt.flatMap(({ folded }) => (folded.length < SEARCH_LENGTH_MIN ? [[`=${folded}`]] : alternativesOf(folded))),
    ...(short && part !== '' ? readings.map((folded) => [`=${folded}`]) : []),
    // A name may begin like a scheme ("IMO STAR"): its pieces are those of the text as it stands.
    ...(short ? wholes : readings).flatMap(alternativesOf),
  ];
  const trimmed = wanted.value.trim();
  const ascii = ASCII.test(wanted.value);
  const spelling = ({ value }: Alias): string | undefined =>
    ascii && ASCII.test(value) ? undefined : spelledAlike(text.trim(), wholes, spelt, value);
  return {
    alternatives,
    short: short && own.length === 0 && spelt.every(({ folded }) => folded.length < SEARCH_LENGTH_MIN),
    matchIdentifier(id) {
      const { scheme, value } = split(id);
      if (part === '' || (wanted.scheme !== undefined && wanted.scheme !== scheme)) return null;
      const stripped = strip(value);
      if (short && ![stripped, strip(numberOf(value))].some((each) => readings.includes(foldStripped(each)))) return null;
      if (ascii) {
        if (value === trimmed || (stripped === part && !CASE_MATTERS.test(scheme))) return 'exact';
        if (stripped.includes(part)) return 'partial';
      }
      const folded = foldStripped(stripped);
      return readings.some((reading) => folded.includes(reading)) ? 'look-alike' : null;
    },
    matchesAlias(alias) {
      const { kind, value } = alias;
      if (spelling(alias) !== undefined) return true;
      const stated = fold(value);
      if (wholes.some((whole) => whole !== '' && (whole.length < SEARCH_LENGTH_MIN ? stated === whole : stated.includes(whole))))
        return true;
      const named = question(value);
      if (wanted.scheme !== undefined && wanted.scheme !== kind && wanted.scheme !== named.scheme) return false;
      const number = fold(named.value);
      return readings.some((folded) =>
        short ? folded !== '' && (number === folded || stated === folded) : stated.includes(folded) || number.includes(folded),
      );
    },
    aliasRule: spelling,
  };
}

/** By which table the one is a part of the other; `letters`: but for marks and case. */
function spelledAlike(text: string, wholes: readonly string[], spelt: readonly Spelling[], value: string): string | undefined {
  const letters = foldLetters(text);
  const isPart = letters.length >= SEARCH_LENGTH_MIN || !ASCII.test(letters);
  if (isPart ? foldLetters(value).includes(letters) : foldLetters(value) === letters) return 'letters';
  const stated = [{ rule: 'letters', folded: fold(value) }, ...spellings(value)];
  const asked = [...wholes.flatMap((folded) => (folded === '' ? [] : [{ rule: 'letters', folded }])), ...spelt];
  for (const one of stated)
    for (const other of asked) {
      if (other.folded.length < SEARCH_LENGTH_MIN ? one.folded !== other.folded : !one.folded.includes(other.folded)) continue;
      return [...new Set([one.rule, other.rule].filter((rule) => rule !== 'letters'))].join(' = ') || 'letters';
    }
  return undefined;
}

/** Pieces from the first character on and from the second: one list is in step with the item's. Likely rarest first. */
function alternativesOf(folded: string): string[][] {
  if (folded.length < SEARCH_LENGTH_MIN) return [];
  return Array.from({ length: PIECE_STRIDE }, (_, from) =>
    piecesOf(folded.slice(0, KEYED_LENGTH_MAX), from)
      .map((piece, index) => ({ piece, index, variety: new Set(piece).size }))
      .sort((a, b) => b.variety - a.variety || b.index - a.index)
      .slice(0, PIECES_MAX)
      .map(({ piece }) => piece),
  );
}

/** A text with look-alikes is misread, however well it fits. */
const ASCII = /^[\0-\x7f]*$/;

/** GS1 serials tell a from A. */
const CASE_MATTERS = /^(?:sgtin|lgtin|upui|itip|litip|sgln|grai|giai|gdti|ginc)$/;

function split(id: string): { readonly scheme: string; readonly value: string } {
  const colon = id.indexOf(':');
  return { scheme: id.slice(0, colon), value: id.slice(colon + 1) };
}

/** Of a serial number its part behind the maker, which is what people copy; of others the whole value. */
const numberOf = (value: string): string => value.slice(value.indexOf(':') + 1);

interface Question {
  readonly scheme?: string;
  readonly value: string;
}

/**
 * What a text asks for: a URI or an element string becomes the key that it names. What lies beyond the longest identifier is not looked at,
 * so that the cost is bounded (below 0.1 ms).
 */
function question(pasted: string): Question {
  const text = limited(pasted);
  const written = writtenQuestion(text);
  const uri = written.value.trim();
  return readEpcUri(text) ?? readDigitalLink(text) ?? readEpcUri(uri) ?? readDigitalLink(uri) ?? elementOf(written) ?? written;
}

/** As it stands; a scheme before a colon, or a scheme's name before blanks, is not a part of the value. */
function writtenQuestion(pasted: string): Question {
  const text = limited(pasted);
  const labelled = splitLabel(text);
  return labelled === undefined ? { value: text } : { scheme: labelled.rule.scheme, value: labelled.value };
}

const limited = (pasted: string): string => pasted.trim().slice(0, IDENTIFIER_TEXT_LENGTH_MAX);

const elementOf = ({ scheme, value }: Question): Question | undefined => readElementString(value.trim(), scheme);

/** A text folded: each lower-case l as the letter that was typed, and, where there is one, as a 1 that was misread. */
function readingsOf(text: string): readonly string[] {
  const typed = plain(text);
  return [...new Set([typed, typed.replaceAll('l', '1')].map(fold))];
}

/** Letters and digits in upper case; characters that look like ASCII become what they look like, for search alone. */
const strip = (text: string): string =>
  plain(text)
    .toUpperCase()
    .replace(/[^A-Z0-9]/g, '');

function plain(text: string): string {
  if (ASCII.test(text)) return text;
  return Array.from(text, (character) => (character <= '\u007f' ? character : (looksLike(character) ?? ''))).join('');
}

const foldStripped = (stripped: string): string => stripped.replace(/[OQISBZ]/g, (character) => FOLDS[character] ?? character);
const fold = (text: string): string => foldStripped(strip(text));
