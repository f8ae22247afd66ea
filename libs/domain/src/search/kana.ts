/**
 * Kana by modified Hepburn: long vowels as the table has them (Tōkyō, whose bars are folded away), and as they are typed (Toukyou); and the older m before
 * b, m and p (Shimbun). Which ou is long and which is two sounds no rule says: both are keys.
 */
import type { Romanised } from './romanised.ts';

const ROWS =
  'アa イi ウu エe オo カka キki クku ケke コko ガga ギgi グgu ゲge ゴgo サsa シshi スsu セse ソso ザza ジji ズzu ゼze ゾzo タta チchi ツtsu テte トto ' +
  'ダda ヂji ヅzu デde ドdo ナna ニni ヌnu ネne ノno ハha ヒhi フfu ヘhe ホho バba ビbi ブbu ベbe ボbo パpa ピpi プpu ペpe ポpo マma ミmi ムmu メme ' +
  'モmo ヤya ユyu ヨyo ラra リri ルru レre ロro ワwa ヰi ヱe ヲo ンn ヴvu ァa ィi ゥu ェe ォo ャya ュyu ョyo ヮwa ヵka ヶke';
const SOUNDS: ReadonlyMap<string, string> = new Map(ROWS.split(' ').map((pair): [string, string] => [pair.slice(0, 1), pair.slice(1)]));

const SMALL_Y = /^[ャュョ]$/;
const SMALL_VOWEL = /^[ァィゥェォヮ]$/;
const DOUBLING = 'ッ';
const LENGTHENING = 'ー';
const HIRAGANA_FROM = 0x3041;
const HIRAGANA_TO = 0x3096;
const KATAKANA_SHIFT = 0x60;

/** @param word of kana; what is none stands as it is */
export function romaniseKana(word: string): Romanised[] {
  const typed = read(Array.from(word.normalize('NFKC').normalize('NFC'), katakana));
  const short = typed.replace(/ou|oo/g, 'o').replace(/uu/g, 'u');
  const older = short.replace(/n(?=[bmp])/g, 'm');
  const found: Romanised[] = [{ rule: 'Hepburn', text: short }];
  if (older !== short) found.push({ rule: 'Hepburn, older', text: older });
  if (typed !== short) found.push({ rule: 'Hepburn, as typed', text: typed });
  return found;
}

function katakana(character: string): string {
  const point = character.codePointAt(0) ?? 0;
  return point >= HIRAGANA_FROM && point <= HIRAGANA_TO ? String.fromCodePoint(point + KATAKANA_SHIFT) : character;
}

function read(kana: readonly string[]): string {
  let text = '';
  let isDoubled = false;
  for (const character of kana) {
    if (character === LENGTHENING) continue;
    if (character === DOUBLING) {
      isDoubled = true;
      continue;
    }
    const sound = SOUNDS.get(character) ?? character;
    if (SMALL_Y.test(character) && /[bcdfghjkmnprstvz]i$/.test(text)) text = withGlide(text, sound);
    else if (SMALL_VOWEL.test(character) && /[a-z][aeiou]$/.test(text)) text = text.slice(0, -1) + sound;
    else {
      text += isDoubled ? doubled(sound) + sound : sound;
      isDoubled = false;
    }
  }
  return text;
}

/** ki + ya = kya, but shi + ya = sha. */
function withGlide(text: string, glide: string): string {
  const stem = text.slice(0, -1);
  return /(?:sh|ch|j)$/.test(stem) ? stem + glide.slice(1) : stem + glide;
}

const doubled = (sound: string): string => (sound.startsWith('ch') ? 't' : /^[bcdfghjkmprstvwz]/.test(sound) ? sound.slice(0, 1) : '');
