/** Freight containers: ISO 6346:2022 (owner code, category, serial number, check digit). */
import { containerCheckValue } from './check-digits.ts';
import { accept, compact, refuse, type CheckVerdict, type SchemeRule } from './scheme.ts';

/** ISO 6346, 4.1.2. */
const CATEGORIES: Readonly<Record<string, string>> = { U: 'freight container', J: 'detachable equipment', Z: 'trailer or chassis' };

export const containerRule: SchemeRule = {
  scheme: 'container',
  normalised: /^[A-Z]{3}[UJZ][0-9]{7}$/,
  guess: 'form',
  display: (value) => `container ${value.slice(0, 4)} ${value.slice(4, 10)} ${value.slice(10)}`,
  read: (raw) => {
    const read = compact(raw, 'A container number', /[A-Z0-9]/, [11]);
    if (!read.ok) return read;
    const { value } = read;
    if (!/^[A-Z]{4}[0-9]{7}$/.test(value)) return refuse('malformed', 'A container number is four letters and seven digits.');
    const category = CATEGORIES[value.charAt(3)];
    if (category === undefined) return refuse('malformed', `The fourth letter of a container number is U, J or Z, not ${value.charAt(3)}.`);
    const computed = containerCheckValue(value);
    return accept(value, checkOf(computed, value.charAt(10)), {
      owner: value.slice(0, 3),
      category,
      serial: value.slice(4, 10),
      checkDigit: String(computed % 10),
    });
  },
};

/**
 * A check value of 10 is written 0 (ISO 6346, annex A), so that 0 stands for both: of errors that change one value into the other, none
 * is detected. Owners are advised to leave out serial numbers whose value is 10; where one is used the verdict says valid all the same.
 */
function checkOf(computed: number, actual: string): CheckVerdict {
  const expected = String(computed % 10);
  if (expected === actual) return { verdict: 'valid' };
  return { verdict: 'invalid', reason: `The check digit is ${actual}, computed ${expected}.`, expected, actual };
}
