/**
 * Cyrillic by published tables, letter by letter; what each gives is folded (letters.ts), so that its marks and primes do not count.
 * ISO 9:1995 (one letter each, any language) and the scholarly ISO/R 9:1968 before it; BGN/PCGN 1947 for Russian, and the same as signs and news have it (е always e, -ый and -ий as -y);
 * ICAO Doc 9303 (passports); where the letters say so the Ukrainian table of 2010 and Serbian Latin. A word does not say its language, so each that
 * may be meant is a key.
 */
import type { Romanised } from './romanised.ts';

const table = (pairs: string): ReadonlyMap<string, string> =>
  new Map(
    pairs.split(' ').map((pair): [string, string] => {
      const [letter = '', ...latin] = Array.from(pair);
      return [letter, latin.join('')];
    }),
  );

const COMMON = 'аa бb вv гg дd зz иi кk лl мm нn оo пp рr сs тt уu фf';
/** Letters of other languages than Russian, as ISO 9 has them without its marks. */
const OTHERS = 'іi їi єe ґg ѓg ѕz јj ќk љl њn ћc ђd џd ўu ѣe ѫa ѵy ѳf әa өo үu ұu қk ғg ңn һh';
const ISO_9 = table(`${COMMON} ${OTHERS} еe ёe жz йj хh цc чc шs щs ъ ыy ь эe юu яa`);
const SCHOLARLY = table(`${COMMON} ${OTHERS} еe ёe жz йj хch цc чc шs щsc ъ ыy ь эe юju яja`);
const ENGLISH = `${COMMON} ${OTHERS} жzh хkh цts чch шsh ыy ь эe`;
const BGN = table(`${ENGLISH} еe ёe йy щshch ъ юyu яya`);
const ICAO = table(`${ENGLISH} еe ёe йi щshch ъie юiu яia`);
const UKRAINIAN = table('аa бb вv гh ґg дd еe єie жzh зz иy іi їi йi кk лl мm нn оo пp рr сs тt уu фf хkh цts чch шsh щshch ь юiu яia');
const SERBIAN = table('аa бb вv гg дd ђd еe жz зz иi јj кk лl љlj мm нn њnj оo пp рr сs тt ћc уu фf хh цc чc џdz шs ѓg ќk ѕdz');

/** After these and at the beginning of a word Russian е is ye. */
const VOWELS_AND_SIGNS = /[аеёиоуыэюяйъь]/;

/** @param word lower case, NFC */
export function romaniseCyrillic(word: string): Romanised[] {
  const spelt = Array.from(word);
  const by = (letters: ReadonlyMap<string, string>): string => spelt.map((letter) => letters.get(letter) ?? letter).join('');
  const bgn = spelt
    .map((letter, at) => {
      const before = spelt[at - 1];
      const iotated = before === undefined || VOWELS_AND_SIGNS.test(before);
      return (letter === 'е' || letter === 'ё') && iotated ? 'ye' : (BGN.get(letter) ?? letter);
    })
    .join('');
  const found: Romanised[] = [
    { rule: 'ISO 9', text: by(ISO_9) },
    { rule: 'ISO/R 9:1968', text: by(SCHOLARLY) },
    { rule: 'BGN/PCGN', text: bgn },
    { rule: 'BGN/PCGN, simplified', text: by(BGN).replace(/[yi]y$/, 'y') },
    { rule: 'ICAO 9303', text: by(ICAO) },
  ];
  if (/[іїєґ]/.test(word)) {
    const begun = word
      .replace(/^є/, 'yе')
      .replace(/^ї/, 'yі')
      .replace(/^й/, 'y')
      .replace(/^ю/, 'yу')
      .replace(/^я/, 'yа')
      .replaceAll('зг', 'зgh');
    found.push({ rule: 'Ukrainian 2010', text: Array.from(begun, (letter) => UKRAINIAN.get(letter) ?? letter).join('') });
  }
  if (/[ђјљњћџ]/.test(word)) found.push({ rule: 'Serbian Latin', text: by(SERBIAN) });
  return found;
}
