/** Aircraft: registrations (ICAO Annex 7) and 24-bit addresses (ICAO Annex 10, volume III, chapter 9). */
import { countryName } from '../tables/countries.ts';
import { countryOfIcao24 } from '../tables/icao24-blocks.ts';
import { nationalityMark } from '../tables/nationality-marks.ts';
import { accept, compact, notCheckable, refuse, type SchemeRule } from './scheme.ts';

/** The shortest is `N1`, the longest Lao: RDPL and five digits. */
const LENGTHS = [2, 3, 4, 5, 6, 7, 8, 9];

/**
 * Registrations are kept without their hyphen: transponders, flight plans and most databases leave it out. It is shown again where the
 * nationality mark is known.
 */
export const aircraftRule: SchemeRule = {
  scheme: 'aircraft',
  normalised: /^(?=.*[A-Z])[A-Z0-9]{2,9}$/,
  guess: 'form',
  display: (value) => {
    const mark = nationalityMark(value);
    return `aircraft ${mark?.hyphen === true ? `${value.slice(0, mark.length)}-${value.slice(mark.length)}` : value}`;
  },
  read: (raw) => {
    const read = compact(raw, 'A registration', /[A-Z0-9]/, LENGTHS);
    if (!read.ok) return read;
    const { value } = read;
    if (!/[A-Z]/.test(value)) return refuse('malformed', 'A registration has a letter at least: its nationality mark.');
    const mark = nationalityMark(value);
    // China, Taiwan and others share B: five digits are Taiwan's.
    const country = /^B[0-9]{5}$/.test(value) ? 'TW' : mark?.country;
    const facts = {
      nationalityMark: mark === undefined ? undefined : value.slice(0, mark.length),
      country,
      countryName: country === undefined ? undefined : countryName(country),
    };
    if (/^N/.test(value) && !UNITED_STATES.test(value)) {
      return accept(
        value,
        {
          verdict: 'invalid',
          reason:
            'A United States registration is N, 1 to 5 digits not starting with 0, and at most two letters in place of the last digits, without I and O (14 CFR 47.15).',
        },
        facts,
      );
    }
    return accept(value, notCheckable('A registration has no check digit.'), facts);
  },
};

const UNITED_STATES = /^N[1-9](?:[0-9]{0,4}|[0-9]{0,3}[A-HJ-NP-Z]|[0-9]{0,2}[A-HJ-NP-Z]{2})$/;

export const icao24Rule: SchemeRule = {
  scheme: 'icao24',
  normalised: /^[0-9A-F]{6}$/,
  guess: 'form',
  display: (value) => `ICAO 24-bit address ${value}`,
  read: (raw) => {
    const read = compact(
      raw.replace(/^\s*0x/i, (prefix) => ' '.repeat(prefix.length)),
      'An ICAO 24-bit address',
      /[0-9A-F]/,
      [6],
    );
    if (!read.ok) return read;
    const { value } = read;
    if (value === '000000' || value === 'FFFFFF')
      return accept(value, {
        verdict: 'invalid',
        reason: 'All zeros and all ones are assigned to no aircraft (ICAO Annex 10, volume III, 9.2.1).',
      });
    const country = countryOfIcao24(value);
    return accept(value, notCheckable('A 24-bit address has no check digit.'), {
      country,
      countryName: country === undefined ? undefined : countryName(country),
    });
  },
};
