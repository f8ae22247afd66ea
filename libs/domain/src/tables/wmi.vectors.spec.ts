/** Makers by another list, beside the repository: this table names the same ones, but where it means to differ, and says nothing where it has no code. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { makerOfWmi } from './wmi.ts';

const file = join(import.meta.dirname, '../../../../../shared/data/identifiers/wmi.json');

/** No word is shared, and that is meant. */
const NAMED_OTHERWISE: Readonly<Record<string, string>> = {
  'the same company: the other list has its older name, its parent, a plant, or both words in one': '1ZV 2CN 2CT 4UZ 6FP 8AG 9BG LGH MAJ NM4 SUL VNE WD3 WD4 WDA WDC WDD WKK WMX WUA ZAC',
  'the brand, where its maker keeps the code apart for it; the other list has the maker': '5N3 JNK JNR',
  'whom the code is assigned to; the other list has the brand or the name under which the cars were sold': '1C4 3C3 3C4 3N6 6G1 JTK JTL JTN KLA KMH MBH UU1 VNV WD0 WD2 WD5 WDW WDX X96 Y6D',
  'another company: cars of Ford in Germany for America': 'WF1',
};

/** A code that is missing here says nothing about the vehicle. */
const LEFT_OPEN: Readonly<Record<string, string>> = {
  'the letter O is in no VIN': 'WFO WOL ZOM',
  'shared by makers of few vehicles: positions 12 to 14 tell them apart': '119 1F9 1G9 1M9 1R9 2G9 309 CL9 SU9 TK9 TM9 TN9 VF9 VS9 VV9 W09 XL9 ZA9',
  'no code at all': 'X'.repeat(3),
  'not in this table of common makers':
    '000 04W 0VF 112 115 117 123 124 137 178 17V 1CN 1F2 1JN 1L4 1TK 1V4 1Z3 210 2C7 3GV 460 5NA 601 602 6AL 92T 99Z B01 CF1 DA4 EDB FM2 FSM FV1 FV3 FV7 G4G G61 GA1 ' +
    'GKA JFS JGN JNT JNX JTS KC4 KLM KN1 KRX L4C L56 MA7 SAH SNE SNT STE SUR TC3 TNB USY V0L VF0 VFB VFF VFG VFJ VFZ VS1 VSY VSZ VW1 VW2 VWG VY1 W00 W0S WAV WAX WBD ' +
    'WE0 WF3 WF7 WMB WNK WS0 WSS WUW WV0 WVZ WWD WWW WYG WYW WZW XNC XWF YMB Z12 Z3B ZAF ZSA',
};

const codesOf = (groups: Readonly<Record<string, string>>): string[] => Object.values(groups).flatMap((codes) => codes.split(' ')).sort();
const words = (name: string): string[] => name.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().split(/[^a-z]+/).filter((word) => word !== '');

(existsSync(file) ? describe : describe.skip)('makers of the other list (needs ../shared/data)', () => {
  const theirs = existsSync(file) ? Object.entries(JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>) : [];
  // The others are the first two characters of many codes, which name nobody by themselves.
  const whole = theirs.filter(([code]) => code.length === 3);

  test('are the ones of this table, but for those that it names otherwise on purpose', () => {
    expect(whole.length).toBeGreaterThan(600);
    const differing = whole.filter(([code, maker]) => {
      const ours = makerOfWmi(code);
      return ours !== undefined && !words(ours).some((word) => words(maker).includes(word));
    });
    expect(differing.map(([code]) => code).sort()).toEqual(codesOf(NAMED_OTHERWISE));
  });

  test('have codes that this table leaves open, and no others', () => {
    expect(whole.flatMap(([code]) => (makerOfWmi(code) === undefined ? [code] : [])).sort()).toEqual(codesOf(LEFT_OPEN));
  });
});
