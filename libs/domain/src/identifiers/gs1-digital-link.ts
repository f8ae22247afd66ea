/** GS1 Digital Link URIs (GS1 Digital Link standard: URI syntax 1.4), uncompressed, with the short names of version 1.1. */
import { readEpcUri, type SchemeValue } from './gs1-epc.ts';
import { GS1_KEYS, gs1Key, normalisedKey, shortestGtin, wholeGtin, type Gs1Key } from './gs1-keys.ts';

/** Longest URI that is looked at: four times the longest key, percent-encoded. */
const URI_LENGTH_MAX = 1024;
const URI = /^https?:\/\/[^/?#\s]+\/([^?#]*)/i;

/**
 * The one Digital Link URI of a key at `id.gs1.org`, as the event hash of CBV 2.0 (section 8.9) wants it: of an EPC URI or of any Digital
 * Link URI. Domain, path before the key, query, consumer product variant and a lot beside a serial are left out (a lot alone is kept); everything but unreserved
 * characters is percent-encoded. null where the URI names no GS1 key. A wrong check digit is kept: the key is what was written.
 */
export function canonicalDigitalLink(uri: string): string | null {
  const read = uri.length > URI_LENGTH_MAX ? undefined : (readEpcUri(uri) ?? readDigitalLink(uri));
  return read === undefined ? null : (formatDigitalLink(read) ?? null);
}

/** The canonical Digital Link URI of a normalised GS1 value; undefined for other schemes. */
export function formatDigitalLink({ scheme, value }: SchemeValue): string | undefined {
  const key = gs1Key(scheme);
  const [, primary, qualifier] = key?.form.exec(value) ?? [];
  if (key === undefined || primary === undefined) return undefined;
  const stem = `https://id.gs1.org/${key.ai}/${encode(scheme === 'gtin' ? primary.padStart(14, '0') : primary)}`;
  return qualifier === undefined || key.qualifier === undefined ? stem : `${stem}/${key.qualifier.ai}/${encode(qualifier)}`;
}

/** RFC 3986, section 2.3: only unreserved characters stay; encodeURIComponent spares five more. */
const encode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);

/** The key that a Digital Link URI names; undefined where it names none. The path may go on before the key, not after its qualifiers. */
export function readDigitalLink(uri: string): SchemeValue | undefined {
  const path = uri.length > URI_LENGTH_MAX ? undefined : URI.exec(uri)?.[1];
  if (path === undefined) return undefined;
  const segments = decodeAll(path.replace(/\/$/, '').split('/'));
  if (segments === undefined) return undefined;
  for (let start = 0; start + 1 < segments.length; start += 1) {
    const read = readPairs(segments.slice(start));
    if (read !== undefined) return read;
  }
  return undefined;
}

function decodeAll(segments: readonly string[]): readonly string[] | undefined {
  try {
    return segments.map((segment) => decodeURIComponent(segment));
  } catch {
    // A percent sign that starts no UTF-8 character: no URI.
    return undefined;
  }
}

/** Qualifiers of each key in the order in which its path has them (the standard's grammar), the older name beside each. */
const QUALIFIERS: Readonly<Record<string, readonly (readonly string[])[]>> = {
  '01': [
    ['22', 'cpv'],
    ['10', 'lot'],
    ['21', 'ser'],
    ['235', 'tpx'],
  ],
  '8006': [
    ['22', 'cpv'],
    ['10', 'lot'],
    ['21', 'ser'],
  ],
  '414': [['254', 'glnx'], ['7040']],
  '417': [['7040']],
  '8010': [['8011', 'cpsn']],
  '8017': [['8019', 'srin']],
  '8018': [['8019', 'srin']],
};

function readPairs([name = '', primary = '', ...rest]: readonly string[]): SchemeValue | undefined {
  const keys = GS1_KEYS.filter(({ ai, alias }) => ai === name || alias === name);
  const qualifiers = keys.length === 0 ? undefined : readQualifiers(QUALIFIERS[keys[0]?.ai ?? ''] ?? [], rest);
  if (qualifiers === undefined) return undefined;
  // A key that has its qualifier comes first: a serial says more than the lot beside it, a lot more than none.
  const named = keys.find(({ qualifier }) => qualifier !== undefined && qualifiers.has(qualifier.ai));
  for (const key of named === undefined ? keys : [named]) {
    const value = valueOf(key, primary, qualifiers.get(key.qualifier?.ai ?? ''));
    if (key.form.test(value)) return { scheme: key.scheme, value };
  }
  return undefined;
}

/** Values by application identifier; undefined where one has no place here, stands twice, or out of order: that is no Digital Link. */
function readQualifiers(allowed: readonly (readonly string[])[], path: readonly string[]): ReadonlyMap<string, string> | undefined {
  const qualifiers = new Map<string, string>();
  let from = 0;
  for (let index = 0; index < path.length; index += 2) {
    const place = allowed.findIndex((names, at) => at >= from && names.includes(path[index] ?? ''));
    const value = path[index + 1];
    if (place < 0 || value === undefined) return undefined;
    qualifiers.set(allowed[place]?.[0] ?? '', value);
    from = place + 1;
  }
  return qualifiers;
}

function valueOf(key: Gs1Key, primary: string, qualifier: string | undefined): string {
  const digits = key.ai === '01' ? wholeGtin(primary) : primary;
  if (key.scheme === 'gtin') return digits.length === 14 ? shortestGtin(digits) : digits;
  return normalisedKey(key, qualifier === undefined ? digits : `${digits}.${qualifier}`);
}
