import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { canonicalDigitalLink, parseIdentifierValue, type ParsedIdentifier } from '../identifier.ts';

/** Numbers from other people's tests and documentation, beside the repository. */
const folder = join(import.meta.dirname, '../../../../../shared/data/identifiers');

interface Vector {
  readonly input: string;
  readonly valid?: boolean;
  readonly wellFormed?: boolean;
  readonly normalized?: string | null;
  readonly canonical?: string | null;
  readonly checkDigit?: string | null;
  readonly checkDigitOk?: boolean | null;
  readonly kind?: string;
  readonly mid?: string | null;
  readonly country?: string | null;
}

const stands = (parsed: ParsedIdentifier): boolean => parsed.ok && parsed.check.verdict !== 'invalid';
const valueOf = (parsed: ParsedIdentifier): string | null => (parsed.ok ? parsed.identifier.value : null);

function eachVector(file: string, check: (vector: Vector) => void): void {
  const path = join(folder, file);
  if (!existsSync(path)) {
    test.skip(`the vectors of ${file} agree (needs ../shared/data)`, () => undefined);
    return;
  }
  const { vectors } = JSON.parse(readFileSync(path, 'utf8')) as { vectors: Vector[] };
  test(`${file} has vectors`, () => expect(vectors.length).toBeGreaterThan(2));
  test.each(vectors.map((vector) => [vector.input, vector] as const))(`${file}: %s`, (_, vector) => check(vector));
}

eachVector('vin.json', ({ input, wellFormed, normalized, checkDigit, checkDigitOk }) => {
  const parsed = parseIdentifierValue('vin', input);
  expect(parsed.ok).toBe(wellFormed);
  expect(valueOf(parsed)).toBe(normalized);
  if (!parsed.ok) return;
  expect(parsed.facts['checkDigit']).toBe(checkDigit);
  expect(parsed.facts['checkDigit'] === parsed.facts['checkDigitStated']).toBe(checkDigitOk);
  expect(parsed.check.verdict).toBe(
    /^(?:[1-5L]|7[F-Z0-9])/.test(parsed.identifier.value) ? (checkDigitOk === true ? 'valid' : 'invalid') : 'not-checkable',
  );
});

for (const [file, scheme] of [
  ['imei.json', 'imei'],
  ['imo.json', 'imo'],
  ['iso6346.json', 'container'],
  ['lei.json', 'lei'],
  ['gtin.json', 'gtin'],
] as const) {
  eachVector(file, ({ input, valid, normalized }) => {
    const parsed = parseIdentifierValue(scheme, input);
    expect(stands(parsed)).toBe(valid);
    if (valid === true) expect(valueOf(parsed)).toBe(normalized);
  });
}

eachVector('hin.json', ({ input, wellFormed }) => expect(parseIdentifierValue('hin', input).ok).toBe(wellFormed));

/** Where the name of the ITU's list and ours share no word. */
const ALSO_CALLED: Readonly<Record<string, string>> = {
  SZ: 'Swaziland',
  TR: 'Turkey',
  CV: 'Cabo',
  CW: 'Bonaire',
  VN: 'Viet',
  TF: 'France',
  SH: 'Ascension',
  KG: 'Kyrgyz',
};
/** Words that many names of countries have. */
const COMMON = new Set([
  'north',
  'south',
  'island',
  'islands',
  'republic',
  'democratic',
  'islamic',
  'united',
  'saint',
  'states',
  'federated',
  'people',
  'french',
]);
const words = (name: string): string[] =>
  name
    .toLowerCase()
    .split(/[^\p{L}]+/u)
    .filter((word) => word.length > 3 && !COMMON.has(word));

eachVector('mmsi.json', ({ input, valid, kind, mid, country }) => {
  const parsed = parseIdentifierValue('mmsi', input);
  expect(stands(parsed)).toBe(valid);
  if (valid !== true || !parsed.ok) return;
  expect(parsed.facts['kind']).toBe(kind);
  expect(parsed.facts['mid'] ?? null).toBe(mid);
  if (country === null || country === undefined) return;
  const { country: code = '', countryName = '' } = parsed.facts;
  const also = ALSO_CALLED[code];
  const shared = also === undefined ? words(countryName).some((word) => words(country).includes(word)) : country.includes(also);
  expect(shared || country.includes(countryName) ? country : `${code} ${countryName}`).toBe(country);
});

eachVector('gs1-epc-digital-link.json', ({ input, canonical }) => expect(canonicalDigitalLink(input)).toBe(canonical));
