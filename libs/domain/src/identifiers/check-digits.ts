/** Check digit algorithms. Each takes what it names, in the characters that it names; anything else is a bug of the caller. */

const digit = (text: string, index: number): number => text.charCodeAt(index) - 48;

/** GS1 General Specifications 7.9: weights 3, 1, 3, ... from the right. Digits without the check digit. */
export function gs1CheckDigit(digits: string): string {
  let sum = 0;
  for (let index = digits.length - 1, weight = 3; index >= 0; index -= 1, weight = 4 - weight) sum += digit(digits, index) * weight;
  return String((10 - (sum % 10)) % 10);
}

/** Luhn (ISO/IEC 7812-1 annex B): every second digit from the right doubled. Digits without the check digit. */
export function luhnCheckDigit(digits: string): string {
  let sum = 0;
  for (let index = digits.length - 1, twice = true; index >= 0; index -= 1, twice = !twice) {
    const value = digit(digits, index) * (twice ? 2 : 1);
    sum += value > 9 ? value - 9 : value;
  }
  return String((10 - (sum % 10)) % 10);
}

/** IMO ship number (resolution A.1117(30)): weights 7 to 2, last digit of the sum. The first six digits. */
export function imoCheckDigit(digits: string): string {
  let sum = 0;
  for (let index = 0; index < 6; index += 1) sum += digit(digits, index) * (7 - index);
  return String(sum % 10);
}

/** Letters of ISO 6346 count from A = 10 and leave out the multiples of 11. */
const CONTAINER_LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'.split('').reduce<readonly number[]>((values) => {
  const next = (values.at(-1) ?? 9) + 1;
  return [...values, next % 11 === 0 ? next + 1 : next];
}, []);

/** ISO 6346 annex A: weights 2^0 to 2^9, modulo 11. Four letters and six digits; 0 to 10, where 10 is written 0. */
export function containerCheckValue(text: string): number {
  let sum = 0;
  for (let index = 0; index < 10; index += 1) {
    const value = index < 4 ? (CONTAINER_LETTERS[text.charCodeAt(index) - 65] ?? 0) : digit(text, index);
    sum += value * 2 ** index;
  }
  return sum % 11;
}

/** 49 CFR 565.15(c) table III, letters A to Z; I, O and Q are not used. */
const VIN_LETTERS = '12345678012345070923456789';
/** 49 CFR 565.15(c) table IV; position 9 is the check digit itself. */
const VIN_WEIGHTS = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];

/** 49 CFR 565.15(c): the check digit of a VIN, 0-9 or X. Seventeen characters in upper case; the ninth does not count. */
export function vinCheckDigit(vin: string): string {
  let sum = 0;
  for (let index = 0; index < 17; index += 1) {
    const code = vin.charCodeAt(index);
    sum += (code < 65 ? code - 48 : digit(VIN_LETTERS, code - 65)) * (VIN_WEIGHTS[index] ?? 0);
  }
  return sum % 11 === 10 ? 'X' : String(sum % 11);
}

/** ISO/IEC 7064 MOD 97-10 as ISO 17442 uses it: the two check digits of 18 characters A-Z, 0-9. */
export function mod97CheckDigits(text: string): string {
  let remainder = 0;
  for (const character of `${text}00`) {
    const value = Number.parseInt(character, 36);
    remainder = (remainder * (value > 9 ? 100 : 10) + value) % 97;
  }
  return String(98 - remainder).padStart(2, '0');
}
