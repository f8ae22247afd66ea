/**
 * Hangul by its syllables (Unicode 3.12: each is a number of initial, vowel and final) and two tables: the Revised Romanization of South Korea (2000) with
 * the sound changes that it writes, and without them as it has names of persons; and McCune-Reischauer (1939), from which names of the North
 * come (Pyongyang, Nampo, Chongjin), with its breves and apostrophes folded away. How a person spells his own name (Lee, Park) is no rule.
 */
import type { Romanised } from './romanised.ts';

const SYLLABLES_FROM = 0xac00;
const SYLLABLES_TO = 0xd7a3;
const VOWELS_COUNT = 21;
const FINALS_COUNT = 28;

const INITIALS = 'g kk n d tt r m b pp s ss - j jj ch k t p h'.split(' ');
const VOWELS = 'a ae ya yae eo e yeo ye o wa wae oe yo u wo we wi yu eu ui i'.split(' ');
/** A final as it is heard at the end of a syllable. */
const FINALS = ['', ...'k k k n n n t l k m l l l p l m p p t t ng t t k t p t'.split(' ')];
/** A final as it is heard before a syllable that begins with a vowel: it goes over into it. */
const LINKED = ['', ...'g kk ks n nj n d r lg lm lb ls lt lp r m b ps s ss ng j ch k t p -'.split(' ')];
/** ㅎ in a final: what follows is breathed. */
const H_FINALS = new Set([6, 15, 27]);
const BREATHED: Readonly<Record<string, string>> = { g: 'k', d: 't', j: 'ch' };

const MR_VOWELS = 'a ae ya yae o e yo ye o wa wae oe yo u wo we wi yu u ui i'.split(' ');
/** Plain consonants at the beginning of a word and behind what is not voiced; between voiced sounds they are g, d, b, j. */
const MR_UNVOICED: Readonly<Record<string, string>> = { g: 'k', d: 't', b: 'p', j: 'ch', jj: 'tch' };
const MR_LINKED: Readonly<Record<string, string>> = { jj: 'tch' };

interface Syllable {
  readonly initial: number;
  readonly vowel: number;
  readonly final: number;
}

/** @param word of syllables of Hangul; what is none stands as it is */
export function romaniseHangul(word: string): Romanised[] {
  const syllables = Array.from(word.normalize('NFC'), syllableOf);
  if (syllables.some((each) => each === undefined)) return [];
  const known = syllables as Syllable[];
  return [
    { rule: 'Revised Romanization', text: joined(known, VOWELS, (initial) => initial) },
    { rule: 'Revised Romanization, by syllables', text: known.map(alone).join('') },
    { rule: 'McCune-Reischauer', text: joined(known, MR_VOWELS, unvoiced) },
  ];
}

function syllableOf(character: string): Syllable | undefined {
  const point = character.codePointAt(0) ?? 0;
  if (point < SYLLABLES_FROM || point > SYLLABLES_TO) return undefined;
  const number = point - SYLLABLES_FROM;
  const final = number % FINALS_COUNT;
  const vowel = Math.floor(number / FINALS_COUNT) % VOWELS_COUNT;
  return { initial: Math.floor(number / FINALS_COUNT / VOWELS_COUNT), vowel, final };
}

const SILENT = 11;
const initialOf = ({ initial }: Syllable): string => (initial === SILENT ? '' : (INITIALS[initial] ?? ''));
const alone = (syllable: Syllable): string => initialOf(syllable) + (VOWELS[syllable.vowel] ?? '') + (FINALS[syllable.final] ?? '');

const unvoiced = (initial: string, isVoiced: boolean): string =>
  isVoiced ? (MR_LINKED[initial] ?? initial) : (MR_UNVOICED[initial] ?? initial);

/** With what finals and initials make of each other. */
function joined(syllables: readonly Syllable[], vowels: readonly string[], spelt: (initial: string, isVoiced: boolean) => string): string {
  let text = spelt(initialOf(syllables[0] as Syllable), false);
  for (const [at, syllable] of syllables.entries()) {
    text += vowels[syllable.vowel] ?? '';
    const next = syllables[at + 1];
    text += next === undefined ? (FINALS[syllable.final] ?? '') : between(syllable.final, next, spelt);
  }
  return text;
}

function between(final: number, next: Syllable, spelt: (initial: string, isVoiced: boolean) => string): string {
  const initial = initialOf(next);
  if (final === 0) return spelt(initial, true);
  if (next.initial === SILENT) return linked(final, next);
  const heard = FINALS[final] ?? '';
  if (H_FINALS.has(final) && BREATHED[initial] !== undefined) return `${final === 27 ? '' : heard}${BREATHED[initial]}`;
  const [end, begin] = changed(heard, initial);
  return end + (begin === initial ? spelt(begin, /^(?:n|m|ng|l)$/.test(end)) : begin);
}

/** ㄷ and ㅌ before i are j and ch. */
const I = 20;
function linked(final: number, { vowel }: Syllable): string {
  if (vowel === I && final === 7) return 'j';
  if (vowel === I && final === 25) return 'ch';
  const over = LINKED[final] ?? '';
  return over === '-' ? '' : over;
}

const NASAL: Readonly<Record<string, string>> = { k: 'ng', t: 'n', p: 'm' };

/** Sounds that become alike. */
function changed(end: string, begin: string): readonly [string, string] {
  const nasal = NASAL[end];
  if (begin === 'n' || begin === 'm') {
    if (end === 'l' && begin === 'n') return ['l', 'l'];
    return [nasal ?? end, begin];
  }
  if (begin === 'r') {
    if (end === 'n' || end === 'l') return ['l', 'l'];
    return [nasal ?? end, 'n'];
  }
  return [end, begin];
}
