/**
 * Greek by the two tables of ISO 843:1997: transcription (type 2, which is ELOT 743 and what passports, road signs and charts have) and
 * transliteration (type 1, letter by letter). Both folded: ē and ō have lost their bars.
 */
import type { Romanised } from './romanised.ts';

const LETTERS: Readonly<Record<string, string>> = {
  α: 'a', β: 'v', γ: 'g', δ: 'd', ε: 'e', ζ: 'z', η: 'i', θ: 'th', ι: 'i', κ: 'k', λ: 'l', μ: 'm', ν: 'n', ξ: 'x', ο: 'o', π: 'p', ρ: 'r', σ: 's',
  ς: 's', τ: 't', υ: 'y', φ: 'f', χ: 'ch', ψ: 'ps', ω: 'o',
}; // prettier-ignore

/** After αυ, ευ, ηυ the υ is v before these and f before all else. */
const VOICED = /^[αεηιουωβγδζλμνρ]/;
const TONOS = '\u0301';
const DIALYTIKA = '\u0308';

interface Letter {
  readonly base: string;
  readonly hasTonos: boolean;
  readonly hasDialytika: boolean;
}

/** @param word lower case, NFC */
export function romaniseGreek(word: string): Romanised[] {
  const letters = lettersOf(word);
  const transliterated = letters.map(({ base }) => LETTERS[base] ?? base).join('');
  return [
    { rule: 'ISO 843 (ELOT 743)', text: transcribed(letters) },
    { rule: 'ISO 843, by letters', text: transliterated },
  ];
}

function lettersOf(word: string): Letter[] {
  return Array.from(word.normalize('NFD').matchAll(/(\P{M})(\p{M}*)/gu), ([, base = '', marks = '']) => ({
    base,
    hasTonos: marks.includes(TONOS),
    hasDialytika: marks.includes(DIALYTIKA),
  }));
}

function transcribed(letters: readonly Letter[]): string {
  let text = '';
  for (let at = 0; at < letters.length; at++) {
    const pair = pairAt(letters, at);
    if (pair === undefined) {
      const { base } = letters[at] as Letter;
      text += LETTERS[base] ?? base;
    } else {
      text += pair;
      at += 1;
    }
  }
  return text;
}

/** Two letters that are read as one sound. A vowel with its own accent, or a dialytika on the second, keeps them apart. */
function pairAt(letters: readonly Letter[], at: number): string | undefined {
  const [first, second] = [letters[at], letters[at + 1]];
  if (first === undefined || second === undefined) return undefined;
  const rest = letters
    .slice(at + 2, at + 3)
    .map(({ base }) => base)
    .join('');
  switch (first.base + second.base) {
    case 'αυ':
    case 'ευ':
    case 'ηυ':
      if (first.hasTonos || second.hasDialytika) return undefined;
      return (LETTERS[first.base] ?? '') + (VOICED.test(rest) ? 'v' : 'f');
    case 'ου':
      return first.hasTonos || second.hasDialytika ? undefined : 'ou';
    case 'γγ':
      return 'ng';
    case 'γξ':
      return 'nx';
    case 'γχ':
      return 'nch';
    case 'μπ':
      return at === 0 || rest === '' ? 'b' : 'mp';
    default:
      return undefined;
  }
}
