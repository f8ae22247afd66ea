/** Legal entity identifiers of parties: ISO 17442-1, check digits ISO/IEC 7064 MOD 97-10. */
import { mod97CheckDigits } from './check-digits.ts';
import { accept, compact, compareCheck, type SchemeRule } from './scheme.ts';

export const leiRule: SchemeRule = {
  scheme: 'lei',
  normalised: /^[0-9A-Z]{20}$/,
  guess: 'form',
  display: (value) => `LEI ${value}`,
  read: (raw) => {
    const read = compact(raw, 'An LEI', /[0-9A-Z]/, [20]);
    if (!read.ok) return read;
    const { value } = read;
    const expected = mod97CheckDigits(value.slice(0, 18));
    // Letters in place of check digits are a misreading as any other: kept, and said.
    return accept(value, compareCheck('The pair of check digits', expected, value.slice(18)), {
      issuer: value.slice(0, 4),
      checkDigits: expected,
    });
  },
};
