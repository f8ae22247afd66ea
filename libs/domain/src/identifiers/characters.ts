/**
 * Characters that look like others. An identifier is ASCII: a Cyrillic letter that looks like a Latin one would make a second item out of
 * one, unseen, so every character beyond ASCII is refused by name, never mapped. Search alone folds them (search.ts), and says so.
 */
import { printable, refuse, type Refusal } from './scheme.ts';

/** Pairs `xX`: a letter of Greek, Cyrillic, Armenian, Cherokee or Latin Extended, and the ASCII character that it looks like (Unicode UTS 39). */
const CONFUSABLES =
  'ΑAΒBΕEΖZΗHΙIΚKΜMΝNΟOΡPΤTΥYΧXαaιiκkνvοoρpυuχxγyςcϹCϲcϳjͿJ' +
  'АAВBЕEЅSІIЇIЈJКKМMНHОOРPСCТTУYХXаaеeѕsіiјjкkмmнhоoрpсcтtуyхxвbԁdԛqԜWԝwҮYүyҺHһhЗ3Ӏlӏlб6ч4ԌGЬb' +
  'ՏSՍUՕOօoսuցgհhոnՁ2յjᎪAᏴBᏟCᎠDᎬEᏀGᎻHᎫJᏦKᏞLᎷMᏢPᎡRᏚSᎢTᏙVᎳWᏃZ' +
  'ıiſsƖlƽsɑaɡgɩiʏyᴏoᴄcᴠvᴡwᴢzØ0ø0‐-‑-‒-–-—-―-−-⁃-˗-‚,∕/⁄/∶:։:׃:․.';
const confusables = new Map(Array.from(CONFUSABLES.matchAll(/(.)(.)/gsu), ([, odd = '', plain = '']) => [odd, plain]));

/** Decimal digits other than ASCII start at these code points, ten in a row each (Unicode general category Nd, those in use). */
const DIGIT_ZEROS = [
  0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xe50, 0xed0, 0xf20, 0x1040, 0x17e0, 0x1810,
];

/** Not seen at all: soft hyphen, joiners, zero-width blanks, direction marks, variation selectors, fillers, tags. */
const INVISIBLE =
  /^[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\u{e0000}-\u{e0fff}]$/u;

/** The ASCII that a character beyond ASCII looks like; '' for one that cannot be seen; undefined for neither. */
export function looksLike(character: string): string | undefined {
  if (INVISIBLE.test(character)) return '';
  const confusable = confusables.get(character);
  if (confusable !== undefined) return confusable;
  const point = character.codePointAt(0) ?? 0;
  const zero = DIGIT_ZEROS.find((start) => point >= start && point < start + 10);
  if (zero !== undefined) return String(point - zero);
  // Full-width, mathematical, circled, super- and subscript forms, ligatures and odd blanks: Unicode has their plain form.
  const plain = character.normalize('NFKC');
  return plain !== character && /^[ -~]+$/.test(plain) ? plain : undefined;
}

/** Refuses the first character that is not printable ASCII or a blank; undefined where all are. */
export function refusalOfCharacters(text: string): Refusal | undefined {
  let position = 0;
  for (const character of text) {
    if (!/^[ -~\t\r\n]$/.test(character)) return refusalOf(character, position);
    position += character.length;
  }
  return undefined;
}

function refusalOf(character: string, position: number): Refusal {
  const point = character.codePointAt(0) ?? 0;
  if (point < 0x80) return refuse('character', `Control character ${printable(character)} at position ${position}.`, position);
  const plain = looksLike(character);
  if (plain === undefined) return refuse('character', `${printable(character)} at position ${position}: an identifier is ASCII.`, position);
  const likeness = plain === '' ? 'cannot be seen' : plain === ' ' ? 'looks like a blank' : `looks like "${plain}" and is not`;
  return refuse('lookalike', `${printable(character)} at position ${position} ${likeness}.`, position);
}
