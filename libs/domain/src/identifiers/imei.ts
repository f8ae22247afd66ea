/** International mobile equipment identities: 3GPP TS 23.003, clause 6.2 (IMEI with and without check digit, IMEISV). */
import { luhnCheckDigit } from './check-digits.ts';
import { accept, compact, compareCheck, notCheckable, type SchemeRule } from './scheme.ts';

const FORMS: Readonly<Record<number, string>> = { 14: 'IMEI without check digit', 15: 'IMEI', 16: 'IMEISV' };

/**
 * The three forms are kept apart, as they were stated: 14 digits and the software version of 16 digits have no check digit, and a check
 * digit that nobody stated is not made up. Search finds each from the others by their common digits.
 */
export const imeiRule: SchemeRule = {
  scheme: 'imei',
  normalised: /^[0-9]{14,16}$/,
  guess: 'form',
  display: (value) =>
    `IMEI ${[value.slice(0, 2), value.slice(2, 8), value.slice(8, 14), value.slice(14)].filter((part) => part !== '').join('-')}`,
  read: (raw) => {
    const read = compact(
      raw.replace(/^\s*IMEI(?:SV)?[\s:]+/i, (prefix) => ' '.repeat(prefix.length)),
      'An IMEI',
      /[0-9]/,
      [14, 15, 16],
    );
    if (!read.ok) return read;
    const { value } = read;
    const facts = { typeAllocationCode: value.slice(0, 8), serial: value.slice(8, 14) };
    if (/^0+$/.test(value))
      return accept(
        value,
        { verdict: 'invalid', reason: 'Zeros alone are no equipment; software writes them where it knows no IMEI.' },
        { form: FORMS[value.length], ...facts },
      );
    if (value.length === 14)
      return accept(value, notCheckable('An IMEI of 14 digits is without its check digit.'), {
        form: FORMS[14],
        ...facts,
      });
    if (value.length === 16)
      return accept(value, notCheckable('An IMEISV has no check digit.'), { form: FORMS[16], ...facts, softwareVersion: value.slice(14) });
    return accept(value, compareCheck('The check digit', luhnCheckDigit(value.slice(0, 14)), value.charAt(14)), {
      form: FORMS[15],
      ...facts,
    });
  },
};
