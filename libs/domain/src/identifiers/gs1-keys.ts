/**
 * The GS1 identification keys as one table (GS1 General Specifications, section 3; EPC Tag Data Standard 2.0, section 6). A normalised value
 * is the key's application identifier value with its check digit; a qualifier (serial, extension) follows after a dot. The length of the
 * company prefix is no part of it: an EPC URI tells it, a Digital Link URI does not, and both must give the same item. GIAI and GINC may
 * hold dots themselves (GS1 General Specifications, figure 7.11-1), and the body of their EPC URI has one behind the company prefix: a value
 * that could be such a body stands as an element string, `(8004)0614141.5`, and the body, `0614141.5`, is the value `06141415`.
 */
import type { Scheme } from './scheme.ts';

/** GS1 General Specifications, figure 7.11-1 (82 characters) and 7.11-2 (39 characters). */
const CS82 = '[!"%&\'()*+,./0-9:;<=>?A-Z_a-z-]';
const CS39 = '[#/0-9A-Z-]';

export interface Gs1Key {
  readonly scheme: Scheme;
  readonly label: string;
  /** Application identifier, and its name in older Digital Link URIs. */
  readonly ai: string;
  readonly alias?: string;
  /** The whole normalised value; groups: the key, its qualifier. */
  readonly form: RegExp;
  /** Application identifier of the qualifier, and its older name. */
  readonly qualifier?: { readonly ai: string; readonly alias?: string; readonly label: string };
  /** Where the digits start that the check digit ends, and how many they are with it; absent: no check digit. */
  readonly checked?: { readonly start: number; readonly length: number };
}

const form = (key: string, qualifier = '(?!)', optional = true): RegExp =>
  new RegExp(`^(${key})(?:\\.(${qualifier}))${optional ? '?' : ''}$`);

/** The length of a company prefix and a dot: TDS 2.0, section 12.2.3.1. */
const LIKE_EPC_BODY = '[0-9]{6,12}\\.';
const dotted = (ai: string): RegExp => new RegExp(`^(?:\\(${ai}\\)(?=${LIKE_EPC_BODY})|(?!${LIKE_EPC_BODY}))([0-9]{4}${CS82}{1,26})$`);

/** The normalised form of a key's application identifier value, its qualifier after a dot. */
export function normalisedKey({ scheme, ai, form }: Gs1Key, value: string): string {
  // TDS 2.0, section 6.3.3: extension 0 says that there is none.
  if (scheme === 'sgln' && /^[0-9]{13}\.0$/.test(value)) return value.slice(0, 13);
  return form.test(`(${ai})${value}`) ? `(${ai})${value}` : value;
}

export const GS1_KEYS: readonly Gs1Key[] = [
  {
    scheme: 'sgtin',
    label: 'SGTIN',
    ai: '01',
    alias: 'gtin',
    form: form('[0-9]{14}', `${CS82}{1,20}`, false),
    qualifier: { ai: '21', alias: 'ser', label: 'serial' },
    checked: { start: 0, length: 14 },
  },
  {
    scheme: 'upui',
    label: 'UPUI',
    ai: '01',
    alias: 'gtin',
    form: form('[0-9]{14}', `${CS82}{1,28}`, false),
    qualifier: { ai: '235', label: 'serial' },
    checked: { start: 0, length: 14 },
  },
  {
    scheme: 'lgtin',
    label: 'GTIN',
    ai: '01',
    alias: 'gtin',
    form: form('[0-9]{14}', `${CS82}{1,20}`, false),
    qualifier: { ai: '10', alias: 'lot', label: 'lot' },
    checked: { start: 0, length: 14 },
  },
  { scheme: 'gtin', label: 'GTIN', ai: '01', alias: 'gtin', form: form('[0-9]{8}|(?!0000)[0-9]{12}|[1-9][0-9]{12,13}') },
  {
    scheme: 'itip',
    label: 'ITIP',
    ai: '8006',
    alias: 'itip',
    form: form('[0-9]{18}', `${CS82}{1,20}`),
    qualifier: { ai: '21', alias: 'ser', label: 'serial' },
    checked: { start: 0, length: 14 },
  },
  // Beside `itip` as `lgtin` is beside `sgtin`; the Tag Data Standard has no URI for it.
  {
    scheme: 'litip',
    label: 'ITIP',
    ai: '8006',
    alias: 'itip',
    form: form('[0-9]{18}', `${CS82}{1,20}`, false),
    qualifier: { ai: '10', alias: 'lot', label: 'lot' },
    checked: { start: 0, length: 14 },
  },
  { scheme: 'sscc', label: 'SSCC', ai: '00', alias: 'sscc', form: form('[0-9]{18}'), checked: { start: 0, length: 18 } },
  {
    scheme: 'sgln',
    label: 'SGLN',
    ai: '414',
    alias: 'gln',
    form: form('[0-9]{13}', `${CS82}{1,20}`),
    qualifier: { ai: '254', alias: 'glnx', label: 'extension' },
    checked: { start: 0, length: 13 },
  },
  { scheme: 'pgln', label: 'PGLN', ai: '417', alias: 'party', form: form('[0-9]{13}'), checked: { start: 0, length: 13 } },
  { scheme: 'grai', label: 'GRAI', ai: '8003', alias: 'grai', form: form(`0[0-9]{13}${CS82}{0,16}`), checked: { start: 1, length: 13 } },
  { scheme: 'giai', label: 'GIAI', ai: '8004', alias: 'giai', form: dotted('8004') },
  { scheme: 'gsrn', label: 'GSRN', ai: '8018', alias: 'gsrn', form: form('[0-9]{18}'), checked: { start: 0, length: 18 } },
  { scheme: 'gsrnp', label: 'GSRN of a provider', ai: '8017', alias: 'gsrnp', form: form('[0-9]{18}'), checked: { start: 0, length: 18 } },
  { scheme: 'gdti', label: 'GDTI', ai: '253', alias: 'gdti', form: form(`[0-9]{13}${CS82}{0,17}`), checked: { start: 0, length: 13 } },
  { scheme: 'sgcn', label: 'GCN', ai: '255', alias: 'gcn', form: form('[0-9]{13,25}'), checked: { start: 0, length: 13 } },
  {
    scheme: 'cpi',
    label: 'CPID',
    ai: '8010',
    alias: 'cpid',
    form: form(`[0-9]{4}${CS39}{1,26}`, '[0-9]{1,12}'),
    qualifier: { ai: '8011', alias: 'cpsn', label: 'serial' },
  },
  { scheme: 'gsin', label: 'GSIN', ai: '402', alias: 'gsin', form: form('[0-9]{17}'), checked: { start: 0, length: 17 } },
  { scheme: 'ginc', label: 'GINC', ai: '401', alias: 'ginc', form: dotted('401') },
];

const byScheme = new Map(GS1_KEYS.map((key) => [key.scheme, key]));

/** The key of a scheme; undefined for schemes that are not GS1's. */
export const gs1Key = (scheme: string): Gs1Key | undefined => byScheme.get(scheme as Scheme);

const GTIN_DIGITS = /^(?:[0-9]{8}|[0-9]{12,14})$/;

/** A GTIN of any length with the leading zeros of a GTIN-14; anything else as it is. */
export const wholeGtin = (text: string): string => (GTIN_DIGITS.test(text) ? text.padStart(14, '0') : text);

/**
 * The shortest of GTIN-8, -12, -13 and -14 that holds the same number: the four are one number with leading zeros (GS1 General
 * Specifications 3.3.2). Digits of one of those lengths.
 */
export function shortestGtin(digits: string): string {
  const whole = digits.padStart(14, '0');
  if (whole.startsWith('000000')) return whole.slice(6);
  if (whole.startsWith('00')) return whole.slice(2);
  return whole.startsWith('0') ? whole.slice(1) : whole;
}
