/** Hull identification numbers of recreational craft: 33 CFR 181.25, and its form with a country code before it (ISO 10087). */
import { COUNTRY_CODES, countryName } from '../tables/countries.ts';
import { FORMER_COUNTRY_CODES, formerCountryName } from '../tables/former-countries.ts';
import { accept, compact, notCheckable, refuse, type SchemeRule } from './scheme.ts';

/** Month letters, January to December. */
const MONTHS = 'ABCDEFGHIJKL';
/** Model years began in August: 33 CFR 181.25 as it stood until 1984. */
const MODEL_MONTHS = 'ABCDEFGHIJKL';

/** Manufacturer, serial number without I, O, Q; then what tells the form. */
const BODY = '[A-Z]{3}[A-HJ-NPR-Z0-9]{5}';
/** Month letter and year digit of certification, two digits of the model year: since 1984. */
const CURRENT = new RegExp(`^${BODY}[A-L][0-9]{3}$`);
/** Month and year in digits: 1972 to 1984. */
const STRAIGHT_YEAR = new RegExp(`^${BODY}(?:0[1-9]|1[0-2])(?:7[2-9]|8[0-4])$`);
/** M, model year, month from August = A: 1972 to 1984. */
const MODEL_YEAR = new RegExp(`^${BODY}M(?:7[2-9]|8[0-4])[A-L]$`);

const PREFIXES: readonly string[] = [...COUNTRY_CODES, ...FORMER_COUNTRY_CODES];

export const hinRule: SchemeRule = {
  scheme: 'hin',
  normalised: new RegExp(
    `^(?!US[A-Z]{3}[A-Z0-9]{9}$)(?:${PREFIXES.join('|')})?${BODY}(?:[A-L][0-9]{3}|(?:0[1-9]|1[0-2])(?:7[2-9]|8[0-4])|M(?:7[2-9]|8[0-4])[A-L])$`,
  ),
  guess: 'form',
  display: (value) => `HIN ${value.length === 14 ? `${value.slice(0, 2)}-${value.slice(2)}` : value}`,
  read: (raw) => {
    const read = compact(raw, 'A HIN', /[A-Z0-9]/, [12, 14]);
    if (!read.ok) return read;
    const prefix = read.value.length === 14 ? read.value.slice(0, 2) : undefined;
    const hull = read.value.slice(-12);
    if (prefix !== undefined && !PREFIXES.includes(prefix))
      return refuse('malformed', `A HIN of 14 characters starts with a country (ISO 10087, by ISO 3166-1); ${prefix} is none.`);
    const facts = factsOf(hull);
    if (facts === undefined)
      return refuse('malformed', 'A HIN is three letters, five of 0-9 and A-Z without I, O, Q, and a date such as D404 (33 CFR 181.25).');
    // The code US is customary and no part of the number: with and without it is one hull.
    const country = prefix === 'US' ? undefined : prefix;
    const value = country === undefined ? hull : read.value;
    return accept(value, notCheckable('A HIN has no check digit.'), {
      ...facts,
      country,
      countryName: country === undefined ? undefined : (countryName(country) ?? formerCountryName(country)),
    });
  },
};

function factsOf(hull: string): Record<string, string> | undefined {
  const common = { manufacturerCode: hull.slice(0, 3), serial: hull.slice(3, 8) };
  if (CURRENT.test(hull)) {
    const month = String(MONTHS.indexOf(hull.charAt(8)) + 1).padStart(2, '0');
    return { ...common, form: 'current', month, yearDigit: hull.charAt(9), modelYear: modelYear(hull.slice(10)) };
  }
  if (STRAIGHT_YEAR.test(hull))
    return { ...common, form: 'straight year, 1972 to 1984', month: hull.slice(8, 10), year: `19${hull.slice(10)}` };
  if (MODEL_YEAR.test(hull)) {
    const month = String(((MODEL_MONTHS.indexOf(hull.charAt(11)) + 7) % 12) + 1).padStart(2, '0');
    return { ...common, form: 'model year, 1972 to 1984', month, modelYear: `19${hull.slice(9, 11)}` };
  }
  return undefined;
}

/** The current form began with 1984, so that two digits name one year until 2083. */
const modelYear = (digits: string): string => (Number(digits) >= 84 ? `19${digits}` : `20${digits}`);
