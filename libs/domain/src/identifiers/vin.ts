/** Vehicle identification numbers: ISO 3779 (structure), ISO 3780 (maker), 49 CFR part 565 (check digit, model year). */
import { countryName } from '../tables/countries.ts';
import { countryOfWmi, regionOfWmi } from '../tables/wmi-countries.ts';
import { makerOfVin, makesLightVehicles } from '../tables/wmi.ts';
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
 * Only where the law asks for a check digit is a wrong one an error: North America (WMI 1 to 5 and 7F to 70: 49 CFR 565.15) and China
 * (WMI L: GB 16735). Elsewhere the ninth character is the maker's own, and one that agrees may do so by chance (1 in 11).
 */
function checkOf(vin: string, computed: string): CheckVerdict {
  if (vin.startsWith('L') || regionOfWmi(vin.slice(0, 3)) === 'North America')
    return compareCheck('The check digit (position 9)', computed, vin.charAt(8));
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
    maker: makerOfVin(vin),
    ...modelYearOf(vin),
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
 * Position 10, and by what it is read. North American law asks for it, and of cars and light trucks position 7 tells its two rounds apart
 * (49 CFR 565.15(b)(3)); trucks, buses, motorcycles and trailers have what they like there, so that an unknown maker's VIN decides nothing.
 * Elsewhere ISO 3779 only recommends the position, so that it may be no year at all: both rounds are named.
 */
function modelYearOf(vin: string): { readonly modelYear?: string; readonly modelYearBasis?: string } {
  const index = YEAR_CODES.indexOf(vin.charAt(9));
  if (index < 0) return {};
  const [first, second] = [YEAR_FIRST + index, YEAR_FIRST + 30 + index];
  const years = (second <= YEAR_LAST ? [first, second] : [first]).join(' or ');
  const wmi = vin.slice(0, 3);
  if (regionOfWmi(wmi) !== 'North America')
    return {
      modelYear: years,
      modelYearBasis: 'Position 10, if its maker has the year there: outside North America none has to (ISO 3779).',
    };
  if (!makesLightVehicles(wmi))
    return {
      modelYear: years,
      modelYearBasis: 'Position 10; position 7 tells the two rounds apart of cars and light trucks only (49 CFR 565.15).',
    };
  if (/[0-9]/.test(vin.charAt(6)))
    return { modelYear: String(first), modelYearBasis: 'Position 10; a digit in position 7 says 1980 to 2009 (49 CFR 565.15).' };
  return second <= YEAR_LAST
    ? { modelYear: String(second), modelYearBasis: 'Position 10; a letter in position 7 says 2010 to 2039 (49 CFR 565.15).' }
    : {
        modelYear: `${first} or ${second}`,
        modelYearBasis: `Position 10; a letter in position 7 says 2010 to 2039 (49 CFR 565.15), which is ${second}.`,
      };
}
