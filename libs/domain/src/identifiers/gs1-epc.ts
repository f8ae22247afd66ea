/** EPC pure identity, class and pattern URIs (EPC Tag Data Standard 2.0, sections 6 to 8) as GS1 keys. */
import { asciiLower } from '../ascii.ts';
import { gs1CheckDigit } from './check-digits.ts';
import { gs1Key, normalisedKey, shortestGtin } from './gs1-keys.ts';
import type { Scheme } from './scheme.ts';

/** A scheme and its normalised value. */
export interface SchemeValue {
  readonly scheme: Scheme;
  readonly value: string;
}

const URI = /^urn:epc:(id|class|idpat):([a-z]+):(.+)$/i;
/** TDS 2.0, section 12.2.3.1: a company prefix has 6 to 12 digits. */
const PREFIX = /^[0-9]{6,12}$/;

/**
 * The key that an EPC URI names; undefined where it is none of those known or not well formed. A pattern is read where it leaves open
 * only the serial (`urn:epc:idpat:sgtin:4012345.012345.*`): it is the class. The check digit, which an EPC URI leaves out, is computed.
 */
export function readEpcUri(uri: string): SchemeValue | undefined {
  const [, form, name, body] = URI.exec(uri) ?? [];
  if (form === undefined || name === undefined || body === undefined) return undefined;
  const [kind, type] = [asciiLower(form), asciiLower(name)];
  if ((kind === 'class') !== (type === 'lgtin')) return undefined;
  if (kind !== 'idpat') return readEpcBody(type, body);
  return body.endsWith('.*') ? readEpcClass(type, body.slice(0, -2)) : undefined;
}

/** What follows `urn:epc:id:{type}:`. */
export function readEpcBody(type: string, body: string): SchemeValue | undefined {
  if (type === 'bic' || type === 'imovn') return { scheme: type === 'bic' ? 'container' : 'imo', value: body };
  const parts = splitBody(type, body);
  // TDS 2.0, section 6.3: a serial has at least one character. A reference has none where the prefix is as long as the number.
  return parts?.at(-1) === '' && parts.length > 2 ? undefined : readParts(type, parts);
}

function readParts(type: string, parts: readonly string[] | undefined): SchemeValue | undefined {
  const composed = parts === undefined ? undefined : composers[type]?.(parts);
  const key = gs1Key(type);
  if (composed === undefined || key === undefined) return undefined;
  const value = normalisedKey(key, composed);
  return key.form.test(value) ? { scheme: key.scheme, value } : undefined;
}

function readEpcClass(type: string, body: string): SchemeValue | undefined {
  if (type === 'sgtin' || type === 'upui') {
    const [prefix = '', item = ''] = body.split('.');
    const digits = body.split('.').length === 2 ? gtinOf(prefix, item) : undefined;
    return digits === undefined ? undefined : { scheme: 'gtin', value: shortestGtin(digits) };
  }
  return ['grai', 'gdti', 'cpi', 'itip', 'sgcn', 'sgln'].includes(type) ? readParts(type, splitBody(type, `${body}.`)) : undefined;
}

/** Parts between dots, percent signs decoded; the last part takes all further dots. */
function splitBody(type: string, body: string): readonly string[] | undefined {
  const count = PARTS[type];
  const raw = body.split('.');
  if (count === undefined || raw.length < count) return undefined;
  const parts = [...raw.slice(0, count - 1), raw.slice(count - 1).join('.')];
  try {
    const decoded = parts.map((part) => decodeURIComponent(part));
    return PREFIX.test(decoded[0] ?? '') ? decoded : undefined;
  } catch {
    // decodeURIComponent throws on a percent sign that starts no UTF-8 character: no URI.
    return undefined;
  }
}

const PARTS: Readonly<Record<string, number>> = {
  sgtin: 3,
  lgtin: 3,
  upui: 3,
  itip: 5,
  sscc: 2,
  sgln: 3,
  pgln: 2,
  grai: 3,
  giai: 2,
  gsrn: 2,
  gsrnp: 2,
  gdti: 3,
  sgcn: 3,
  cpi: 3,
  gsin: 2,
  ginc: 2,
};

type Composer = (parts: readonly string[]) => string | undefined;

/** Prefix, indicator + reference and check digit; undefined unless they are 13 digits together. */
function gtinOf(prefix: string, item: string): string | undefined {
  return withCheckDigit(`${item.slice(0, 1)}${prefix}${item.slice(1)}`, 13);
}

function withCheckDigit(digits: string, length: number): string | undefined {
  return digits.length === length && /^[0-9]+$/.test(digits) ? digits + gs1CheckDigit(digits) : undefined;
}

const join = (key: string | undefined, rest: string | undefined, separator = ''): string | undefined =>
  key === undefined ? undefined : rest === undefined || rest === '' ? key : `${key}${separator}${rest}`;

const withSerial: Composer = ([prefix = '', item = '', serial = '']) => join(gtinOf(prefix, item), serial, '.');
const numbered =
  (length: number): Composer =>
  ([prefix = '', reference = '']) =>
    withCheckDigit(prefix + reference, length);
/** TDS 2.0, sections 6.3.5 and 6.3.13: the reference has at least one character. */
const prefixed: Composer = ([prefix = '', reference = '']) => (reference === '' ? undefined : prefix + reference);
const documented: Composer = ([prefix = '', type = '', serial = '']) => join(withCheckDigit(prefix + type, 12), serial);

const composers: Readonly<Record<string, Composer>> = {
  sgtin: withSerial,
  lgtin: withSerial,
  upui: withSerial,
  itip: ([prefix = '', item = '', piece = '', total = '', serial = '']) => {
    const gtin = gtinOf(prefix, item);
    return gtin === undefined || !/^[0-9]{2}$/.test(piece) || !/^[0-9]{2}$/.test(total)
      ? undefined
      : join(`${gtin}${piece}${total}`, serial, '.');
  },
  sscc: ([prefix = '', reference = '']) => withCheckDigit(`${reference.slice(0, 1)}${prefix}${reference.slice(1)}`, 17),
  sgln: ([prefix = '', location = '', extension = '']) => join(withCheckDigit(prefix + location, 12), extension, '.'),
  pgln: numbered(12),
  grai: ([prefix = '', type = '', serial = '']) => {
    const key = withCheckDigit(prefix + type, 12);
    return key === undefined ? undefined : `0${key}${serial}`;
  },
  giai: prefixed,
  gsrn: numbered(17),
  gsrnp: numbered(17),
  gdti: documented,
  sgcn: documented,
  cpi: ([prefix = '', reference = '', serial = '']) => join(prefix + reference, serial, '.'),
  gsin: numbered(16),
  ginc: prefixed,
};
