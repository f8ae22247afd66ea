/** Countries that ISO 3166-1 has withdrawn since ISO 10087 put a country before a hull's number: hulls and records of theirs are still there. */
const names: ReadonlyMap<string, string> = new Map([
  ['AN', 'Netherlands Antilles (until 2010)'],
  ['CS', 'Serbia and Montenegro (until 2006)'],
  ['YU', 'Yugoslavia (until 2003)'],
]);

/** Their alpha-2 codes, ascending. */
export const FORMER_COUNTRY_CODES: readonly string[] = [...names.keys()];

/** English name, and until when it was one, of such a code in upper case; undefined for every other. */
export function formerCountryName(code: string): string | undefined {
  return names.get(code);
}
