/** Vehicle identification numbers: ISO 3779 (structure), ISO 3780 (maker), 49 CFR part 565 (check digit, model year). */
import { countryName } from '../tables/countries.ts';
import { countryOfWmi, regionOfWmi } from '../tables/wmi-countries.ts';
import { makerOfWmi } from '../tables/wmi.ts';
import { vinCheckDigit } from './check-digits.ts';
import { accept, compact, compareCheck, notCheckable, type CheckVerdict, type SchemeRule } from './scheme.ts';

/** No I, O, Q: ISO 3779, 4.4. */
const CHARACTER = /[A-HJ-NPR-Z0-9]/;

export const vinRule: SchemeRule = {
  scheme: 'vin',
  normalised: /^[A-HJ-NPR-Z0-9]{17}$/,
  guess: 'form',
  display: (value) => `VIN ${value}`,
  read: (raw) => {
    const read = compact(raw, 'A VIN', CHARACTER, [17]);
    if (!read.ok) return read;
    const computed = vinCheckDigit(read.value);
    return accept(read.value, checkOf(read.value, computed), factsOf(read.value, computed));
  },
};

/**
 * Only where the law asks for a check digit is a wrong one an error: North America (WMI 1 to 5: 49 CFR 565.15) and China (WMI L:
 * GB 16735). Elsewhere the ninth character is the maker's own, and one that agrees may do so by chance (1 in 11).
 */
function checkOf(vin: string, computed: string): CheckVerdict {
  if (/^[1-5L]/.test(vin)) return compareCheck('The check digit (position 9)', computed, vin.charAt(8));
  return notCheckable('The check digit is mandatory in North America and China only.');
}

function factsOf(vin: string, computed: string): Record<string, string | undefined> {
  const wmi = vin.slice(0, 3);
  const country = countryOfWmi(wmi);
  return {
    wmi,
    region: regionOfWmi(wmi),
    country,
    countryName: country === undefined ? undefined : countryName(country),
    maker: makerOfWmi(wmi),
    modelYear: modelYearsOf(vin).join(' or ') || undefined,
    serial: vin.slice(11),
    checkDigit: computed,
    checkDigitStated: vin.charAt(8),
  };
}

/** 49 CFR 565.15(d)(1), table VII: position 10, from 1980 on. */
const YEAR_CODES = 'ABCDEFGHJKLMNPRSTVWXY123456789';
const YEAR_FIRST = 1980;
/** Codes repeat after 30 years. The digits of the second round start with 2031 and are named from then on. */
const YEAR_LAST = 2030;

/**
 * In North America a digit in position 7 says 1980-2009, a letter 2010-2039 (of cars and light trucks: 49 CFR 565.15(b)(3)); elsewhere
 * both rounds are possible, and a maker may use position 10 for something else.
 */
function modelYearsOf(vin: string): readonly number[] {
  const index = YEAR_CODES.indexOf(vin.charAt(9));
  if (index < 0) return [];
  const rounds = [YEAR_FIRST + index, YEAR_FIRST + 30 + index].filter((year) => year <= YEAR_LAST);
  if (!/^[1-5]/.test(vin) || rounds.length === 1) return rounds;
  return [/\d/.test(vin.charAt(6)) ? (rounds[0] ?? YEAR_FIRST) : (rounds[1] ?? YEAR_FIRST)];
}
