/**
 * Numbers whose every digit survives (I-JSON, RFC 7493 section 2.2): what was written is what a double gives back, so that no reader
 * of the canonical bytes sees another value than the author wrote.
 */

/** From here on the canonical form (RFC 8785 section 3.2.2.3, ECMAScript Number::toString) has an exponent. */
const EXPONENT_FROM = 1e21;
/** Integers of up to this many digits are below 2^53 whatever the digits are. */
const SAFE_DIGITS = 15;

/**
 * Whether the canonical form of `value` is an integer literal beyond ±(2^53 - 1), which readers with other number types read
 * differently.
 */
export const isUnsafeInteger = (value: number): boolean =>
  (value > Number.MAX_SAFE_INTEGER || value < Number.MIN_SAFE_INTEGER) &&
  value < EXPONENT_FROM &&
  value > -EXPONENT_FROM &&
  Number.isInteger(value);

/**
 * The double that `literal` (the number grammar of RFC 8259 section 6, already checked) denotes exactly in its shortest decimal form,
 * -0 as 0; undefined where digits would be lost (`0.1234567890123456789`), where it overflows or vanishes, and for integers beyond
 * ±(2^53 - 1), also when written as `1e20`: their canonical form is such a literal. `38.93000` and `-1.0e+28` are exact.
 * @param isInteger the literal has neither fraction nor exponent
 */
export function exactNumber(literal: string, isInteger: boolean): number | undefined {
  const value = Number(literal);
  if (isInteger) {
    if (literal.length <= SAFE_DIGITS || Number.isSafeInteger(value)) return value === 0 ? 0 : value;
    return undefined;
  }
  if (!Number.isFinite(value) || isUnsafeInteger(value)) return undefined;
  const shortest = String(value);
  if (shortest !== literal && decimalOf(shortest) !== decimalOf(literal)) return undefined;
  return value === 0 ? 0 : value;
}

/** One spelling of each decimal value: sign, digits without zeros at either end, power of ten. */
function decimalOf(literal: string): string {
  const [mantissa = '', exponent = '0'] = literal.toLowerCase().split('e');
  const [whole = '', fraction = ''] = mantissa.replace('-', '').split('.');
  const digits = `${whole}${fraction}`.replace(/^0+/, '');
  const significant = withoutTrailingZeros(digits);
  if (significant === '') return '0';
  const power = Number(exponent) - fraction.length + (digits.length - significant.length);
  return `${literal.startsWith('-') ? '-' : ''}${significant}e${power}`;
}

/** A loop, because `/0+$/` is quadratic on a hostile megabyte of zeros. */
function withoutTrailingZeros(digits: string): string {
  let end = digits.length;
  while (end > 0 && digits.charCodeAt(end - 1) === 0x30) end--;
  return digits.slice(0, end);
}
