/** GS1 Digital Link URIs (GS1 Digital Link standard: URI syntax 1.4), uncompressed, with the short names of version 1.1. */
import { readEpcUri, type SchemeValue } from './gs1-epc.ts';
import { GS1_KEYS, gs1Key, normalisedKey, shortestGtin, type Gs1Key } from './gs1-keys.ts';

/** Longest URI that is looked at: four times the longest key, percent-encoded. */
const URI_LENGTH_MAX = 1024;
const URI = /^https?:\/\/[^/?#\s]+\/([^?#]*)/i;

/**
 * The one Digital Link URI of a key at `id.gs1.org`, as the event hash of CBV 2.0 (section 8.9) wants it: of an EPC URI or of any Digital
 * Link URI. Domain, path before the key, query, consumer product variant and a lot beside a serial are left out; everything but unreserved
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

/** Qualifiers that may stand beside the deciding one and say less than it: variant and lot of an item, service instance, party's own. */
const LESSER: Readonly<Record<string, readonly string[]>> = {
  '01': ['22', 'cpv', '10', 'lot', '21', 'ser', '235', 'tpx'],
  '8006': ['22', 'cpv', '10', 'lot', '21', 'ser'],
  '414': ['254', 'glnx', '7040'],
  '417': ['7040'],
  '8010': ['8011', 'cpsn'],
  '8017': ['8019', 'srin'],
  '8018': ['8019', 'srin'],
};

function readPairs([name = '', primary = '', ...rest]: readonly string[]): SchemeValue | undefined {
  const keys = GS1_KEYS.filter(({ ai, alias }) => ai === name || alias === name);
  const allowed = LESSER[keys[0]?.ai ?? ''] ?? [];
  if (keys.length === 0 || rest.length % 2 !== 0) return undefined;
  const qualifiers = new Map<string, string>();
  for (let index = 0; index < rest.length; index += 2) {
    const qualifier = rest[index] ?? '';
    if (!allowed.includes(qualifier) || qualifiers.has(qualifier)) return undefined;
    qualifiers.set(qualifier, rest[index + 1] ?? '');
  }
  for (const key of keys) {
    const value = valueOf(key, primary, qualifiers);
    if (value === 'malformed') return undefined;
    if (value !== undefined) return { scheme: key.scheme, value };
  }
  return undefined;
}

/** undefined where the key needs a qualifier that is not there; the keys stand in the order in which they claim one. */
function valueOf(key: Gs1Key, primary: string, qualifiers: ReadonlyMap<string, string>): string | 'malformed' | undefined {
  const digits = key.ai === '01' && /^(?:[0-9]{8}|[0-9]{12,14})$/.test(primary) ? primary.padStart(14, '0') : primary;
  if (key.scheme === 'gtin') return /^[0-9]{14}$/.test(digits) ? shortestGtin(digits) : 'malformed';
  const qualifier =
    key.qualifier === undefined ? undefined : (qualifiers.get(key.qualifier.ai) ?? qualifiers.get(key.qualifier.alias ?? ''));
  if (qualifier === undefined && !key.form.test(normalisedKey(key, digits))) return key.ai === '01' ? undefined : 'malformed';
  const value = qualifier === undefined ? normalisedKey(key, digits) : `${digits}.${qualifier}`;
  return key.form.test(value) ? value : 'malformed';
}
