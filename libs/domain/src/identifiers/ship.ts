/** Ships: IMO ship identification numbers (resolution A.1117(30)) and maritime mobile service identities (ITU-R M.585-9). */
import { countryName } from '../tables/countries.ts';
import { areaOfMid, countryOfMid } from '../tables/mid.ts';
import { imoCheckDigit } from './check-digits.ts';
import { accept, compact, compareCheck, notCheckable, type CheckVerdict, type SchemeRule } from './scheme.ts';

export const imoRule: SchemeRule = {
  scheme: 'imo',
  normalised: /^[0-9]{7}$/,
  guess: 'form',
  display: (value) => `IMO ${value}`,
  read: (raw) => {
    const read = compact(blankPrefix(raw, /^\s*IMO(?:[\s:.]*(?:NO|NUMBER)\b)?[\s:.-]*/i), 'An IMO number', /[0-9]/, [7]);
    if (!read.ok) return read;
    if (read.value === '0000000')
      return accept(read.value, { verdict: 'invalid', reason: 'Seven zeros are no ship; AIS sends them for "not available".' });
    return accept(read.value, compareCheck('The check digit', imoCheckDigit(read.value), read.value.charAt(6)), {
      checkDigit: imoCheckDigit(read.value),
    });
  },
};

export const mmsiRule: SchemeRule = {
  scheme: 'mmsi',
  normalised: /^[0-9]{9}$/,
  guess: 'form',
  display: (value) => `MMSI ${value}`,
  read: (raw) => {
    const read = compact(blankPrefix(raw, /^\s*MMSI[\s:.-]*/i), 'An MMSI', /[0-9]/, [9]);
    return read.ok ? readMmsi(read.value) : read;
  },
};

/** Keeps the length, so that positions still point into what was given. */
const blankPrefix = (raw: string, prefix: RegExp): string => raw.replace(prefix, (found) => ' '.repeat(found.length));

interface MmsiForm {
  readonly kind: string;
  readonly pattern: RegExp;
  /** Where a country is part of the form: without an allocated one the number is wrong. */
  readonly country: 'required' | 'if known' | 'none';
}

/**
 * ITU-R M.585-9, annexes 1 and 2; the first pattern that fits. Its first group is the country's digits (MID). Of coast stations and search
 * and rescue aircraft the last digits 0 call all of a country, and 009990000 calls every coast station that listens on VHF.
 */
const MMSI_FORMS: readonly MmsiForm[] = [
  { kind: 'all_coast_stations', pattern: /^009990000$/, country: 'none' },
  { kind: 'group_of_coast_stations', pattern: /^00(\d{3})0000$/, country: 'required' },
  { kind: 'coast_station', pattern: /^00(\d{3})\d{4}$/, country: 'required' },
  { kind: 'group', pattern: /^0(\d{3})\d{5}$/, country: 'required' },
  { kind: 'group_of_sar_aircraft', pattern: /^111(\d{3})000$/, country: 'required' },
  { kind: 'sar_aircraft', pattern: /^111(\d{3})\d{3}$/, country: 'required' },
  { kind: 'ship', pattern: /^([2-7]\d{2})\d{6}$/, country: 'required' },
  { kind: 'handheld_vhf', pattern: /^8(\d{3})\d{5}$/, country: 'if known' },
  { kind: 'sart', pattern: /^970\d{6}$/, country: 'none' },
  { kind: 'mob', pattern: /^972\d{6}$/, country: 'none' },
  { kind: 'epirb', pattern: /^974\d{6}$/, country: 'none' },
  { kind: 'amrd_group_b', pattern: /^979\d{6}$/, country: 'none' },
  { kind: 'craft_of_parent_ship', pattern: /^98(\d{3})\d{4}$/, country: 'required' },
  { kind: 'aid_to_navigation', pattern: /^99(\d{3})\d{4}$/, country: 'required' },
];

/**
 * An MMSI has no check digit. Nine digits of no form, or of a country that is not allocated, are read all the same and called invalid:
 * receivers record what misconfigured transponders send.
 */
function readMmsi(value: string) {
  const form = MMSI_FORMS.find(({ pattern }) => pattern.test(value));
  if (form === undefined) return accept(value, { verdict: 'invalid', reason: 'No form of ITU-R M.585 has these digits.' });
  const mid = form.country === 'none' ? undefined : form.pattern.exec(value)?.[1];
  const country = mid === undefined ? undefined : countryOfMid(mid);
  const facts = country === undefined || mid === undefined ? {} : { mid, country, countryName: countryName(country), area: areaOfMid(mid) };
  const check: CheckVerdict =
    form.country === 'required' && country === undefined
      ? { verdict: 'invalid', reason: `${mid} is allocated to no country (maritime identification digits).` }
      : notCheckable(`An MMSI has no check digit; its form ${country === undefined ? 'is' : 'and country digits are'} right.`);
  return accept(value, check, { kind: form.kind, ...facts });
}
