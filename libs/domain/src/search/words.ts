/**
 * The words of a text and the keys of each, by which a name that was written in one script is found by another. Keys are for search alone: what is stored
 * and shown is what an author wrote. Two words are the same to a search where one key of the one is a key of the other.
 *
 * What has no rule is not guessed: Han characters are their own keys (two by two, since no blank stands between words), Arabic, Hebrew, Thai
 * and other scripts are found as they are written, without their marks; and a name that another language gives a place (Piraeus for Πειραιάς)
 * is another word.
 *
 * The keys are a form in which data is stored: who changes them says that `custody rebuild` is due.
 */
import { romaniseCyrillic } from './cyrillic.ts';
import { romaniseGreek } from './greek.ts';
import { romaniseHangul } from './hangul.ts';
import { romaniseKana } from './kana.ts';
import { foldLetters, speltUmlauts } from './letters.ts';
import type { Romanised } from './romanised.ts';

/** How a key came about: `letters` = as written but for case and marks; else the name of a table of romanisation. */
export interface WordKey {
  readonly key: string;
  readonly rule: string;
}

/** What was made of a word without any table. */
export const BY_LETTERS = 'letters';
const SPELT_UMLAUTS = 'umlauts spelt out';

/** Longer runs are no words: their beginning is a key. */
const WORD_LENGTH_MAX = 40;

type Script = 'han' | 'kana' | 'hangul' | 'other';

const WORD = /[\p{L}\p{N}][\p{L}\p{N}\p{M}'’ʼ]*/gu;
const ASCII = /^[\0-\x7f]*$/;
/** The same of ASCII, which needs no table of characters. */
const ASCII_WORD = /[A-Za-z0-9][A-Za-z0-9']*/g;
const PLAIN = /^[a-z0-9]+$/;
const SCRIPT_RUN =
  /(?<han>[\p{Script=Han}々〆]+)|(?<kana>[\p{Script=Hiragana}\p{Script=Katakana}ー]+)|(?<hangul>\p{Script=Hangul}+)|(?<other>[^\p{Script=Han}々〆\p{Script=Hiragana}\p{Script=Katakana}ー\p{Script=Hangul}]+)/gu;

/** The words of a text in their order, as written; a run of Han characters is a word for each two that stand together. Cost: some 20 ns a letter of ASCII. */
export function wordsOf(text: string): string[] {
  if (ASCII.test(text)) return text.match(ASCII_WORD) ?? [];
  const words: string[] = [];
  for (const [run] of text.normalize('NFC').matchAll(WORD)) {
    const lower = run.toLowerCase();
    if (PLAIN.test(lower)) words.push(run);
    else for (const [part, script] of scriptsOf(run)) words.push(...(script === 'han' ? pairsOf(part) : [part]));
  }
  return words;
}

function scriptsOf(run: string): [string, Script][] {
  return Array.from(run.normalize('NFKC').matchAll(SCRIPT_RUN), ({ 0: part, groups = {} }): [string, Script] => {
    const script = (['han', 'kana', 'hangul'] as const).find((name) => groups[name] !== undefined) ?? 'other';
    return [part, script];
  });
}

function pairsOf(run: string): string[] {
  const characters = Array.from(run);
  if (characters.length < 2) return characters;
  return characters.slice(1).map((character, at) => `${characters[at]}${character}`);
}

/** The keys of one word, each once, that of its own letters first; none of a word without letters or digits. */
export function wordKeys(word: string): WordKey[] {
  const folded = foldLetters(word);
  if (PLAIN.test(folded) && folded.length === word.length) {
    const spelt = speltUmlauts(word);
    return unique([{ key: folded, rule: BY_LETTERS }, ...(spelt === undefined ? [] : [{ key: spelt, rule: SPELT_UMLAUTS }])]);
  }
  const spelt = speltUmlauts(word);
  return unique([
    { key: folded, rule: BY_LETTERS },
    ...(spelt === undefined ? [] : [{ key: spelt, rule: SPELT_UMLAUTS }]),
    ...romanised(word).map(({ rule, text }) => ({ rule, key: foldLetters(text) })),
  ]);
}

function unique(keys: readonly WordKey[]): WordKey[] {
  const found = new Map<string, WordKey>();
  for (const { key, rule } of keys) {
    const cut = Array.from(key).slice(0, WORD_LENGTH_MAX).join('');
    if (cut !== '' && !found.has(cut)) found.set(cut, { key: cut, rule });
  }
  return [...found.values()];
}

function romanised(word: string): Romanised[] {
  const lower = word.normalize('NFC').toLowerCase();
  if (/\p{Script=Cyrillic}/u.test(lower)) return romaniseCyrillic(lower);
  if (/\p{Script=Greek}/u.test(lower)) return romaniseGreek(lower);
  if (/\p{Script=Hangul}/u.test(lower)) return romaniseHangul(lower);
  if (/[\p{Script=Hiragana}\p{Script=Katakana}]/u.test(lower)) return romaniseKana(lower);
  return [];
}

/** The whole text in Latin letters, by each table that one of its words has; none of a text that is in Latin letters. */
export function romanisedTexts(text: string): Romanised[] {
  const words = wordsOf(text).map((word) => {
    const keys = wordKeys(word);
    return { own: keys[0]?.key ?? '', keys: keys.slice(1).filter(({ rule }) => rule !== SPELT_UMLAUTS) };
  });
  const rules = [...new Set(words.flatMap(({ keys }) => keys.map(({ rule }) => rule)))];
  return rules.map((rule) => ({
    rule,
    text: words.map(({ own, keys }) => (keys.find((each) => each.rule === rule) ?? keys[0])?.key ?? own).join(' '),
  }));
}
