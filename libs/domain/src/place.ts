/** Where something was, as far as its author says: a name, a UN/LOCODE, a country, coordinates with a radius, or free words. */
import { accept, refuse, type Result } from './result.ts';
import { countryName } from './tables/countries.ts';

/** At least one member; see `parsePlace`. */
export interface Place {
  readonly name?: string;
  /** UN/LOCODE without the blank: `NLRTM`. */
  readonly unlocode?: string;
  /** ISO 3166-1 alpha-2. */
  readonly country?: string;
  /** WGS 84 degrees, north and east positive; both or none. */
  readonly lat?: number;
  readonly lon?: number;
  /** How far from the coordinates it may have been; absent: not stated. */
  readonly radiusMetres?: number;
  readonly text?: string;
}

/** Optional members may also be present and undefined, as a validated document has them. */
export type PlaceText = { readonly [member in keyof Place]?: Place[member] | undefined };

/** Half of the equator: from there on every point of the earth is inside. */
export const RADIUS_METRES_MAX = 20_037_509;
/** UNECE Recommendation 16: two letters of the country, three of A-Z and 2-9. */
const UNLOCODE_PATTERN = /^[A-Z]{2}[A-Z2-9]{3}$/;
/** UN/LOCODE's own prefix for places in no country's waters. */
const UNLOCODE_HIGH_SEAS = 'XZ';

/**
 * Checks a place and drops members that are undefined. Faults: place.empty, place.unlocode, place.country, place.country-mismatch
 * (UN/LOCODE and country disagree), place.coordinates (range, or one without the other), place.radius.
 */
export function parsePlace(document: PlaceText): Result<Place> {
  const place = Object.fromEntries(Object.entries(document).filter(([, value]) => value !== undefined)) as Place;
  if (Object.keys(place).length === 0) return refuse('place.empty', 'A place says something, or it is left out.');
  return refusalOfCodes(place) ?? refusalOfCoordinates(place) ?? accept(place);
}

function refusalOfCodes({ unlocode, country }: Place) {
  if (country !== undefined && countryName(country) === undefined)
    return refuse('place.country', `"${country}" is not a country of ISO 3166-1 alpha-2.`, '/country');
  if (unlocode === undefined) return undefined;
  if (!UNLOCODE_PATTERN.test(unlocode)) return refuse('place.unlocode', `"${unlocode}" is not a UN/LOCODE such as NLRTM.`, '/unlocode');
  const prefix = unlocode.slice(0, 2);
  if (prefix === UNLOCODE_HIGH_SEAS) return undefined;
  if (countryName(prefix) === undefined) return refuse('place.unlocode', `"${unlocode}": no country has the code ${prefix}.`, '/unlocode');
  if (country !== undefined && prefix !== country)
    return refuse('place.country-mismatch', `${unlocode} lies in ${prefix}, not in ${country}.`, '/country');
  return undefined;
}

function refusalOfCoordinates({ lat, lon, radiusMetres }: Place) {
  if ((lat === undefined) !== (lon === undefined))
    return refuse('place.coordinates', 'lat and lon come together or not at all.', lat === undefined ? '/lat' : '/lon');
  if (lat !== undefined && !(lat >= -90 && lat <= 90)) return refuse('place.coordinates', `lat ${lat} lies outside of -90 to 90.`, '/lat');
  if (lon !== undefined && !(lon >= -180 && lon <= 180))
    return refuse('place.coordinates', `lon ${lon} lies outside of -180 to 180.`, '/lon');
  if (radiusMetres === undefined) return undefined;
  if (lat === undefined) return refuse('place.radius', 'A radius needs lat and lon as its centre.', '/radiusMetres');
  if (!(radiusMetres >= 0 && radiusMetres <= RADIUS_METRES_MAX))
    return refuse('place.radius', `A radius is 0 to ${RADIUS_METRES_MAX} metres.`, '/radiusMetres');
  return undefined;
}

/** One line: `Rotterdam (NLRTM), Netherlands`; without a name its words, then its code, then its coordinates; `no place` for none. */
export function displayPlace(place: Place | undefined): string {
  if (place === undefined) return 'no place';
  const { name, unlocode, country, lat, lon, radiusMetres, text } = place;
  const coordinates = lat === undefined ? undefined : `${lat}, ${lon}${radiusMetres === undefined ? '' : ` ± ${radiusMetres} m`}`;
  const named = name ?? text ?? unlocode ?? coordinates;
  const land = country === undefined ? undefined : (countryName(country) ?? country);
  const code = unlocode === undefined || named === unlocode ? undefined : `(${unlocode})`;
  return [[named, code].filter((part) => part !== undefined).join(' '), land]
    .filter((part) => part !== undefined && part !== '')
    .join(', ');
}
