import { displayPlace, parsePlace, type PlaceText } from './index.ts';

test.each([
  [{ name: 'Rotterdam', lat: 51.95, lon: 4.05, country: 'NL', unlocode: 'NLRTM' }, 'Rotterdam (NLRTM), Netherlands'],
  [{ country: 'KP' }, 'North Korea'],
  [{ unlocode: 'JPOSA' }, 'JPOSA'],
  [{ unlocode: 'XZABC', country: 'NL' }, 'XZABC, Netherlands'],
  [{ lat: -90, lon: 180, radiusMetres: 500 }, '-90, 180 ± 500 m'],
  [{ text: 'a quay, unnamed' }, 'a quay, unnamed'],
])('%j is a place, shown as %j', (place, shown) => {
  expect(parsePlace({ ...place, text: (place as PlaceText).text })).toEqual({ ok: true, value: place });
  expect(displayPlace(place)).toBe(shown);
});

test.each([
  [{}, 'place.empty', undefined],
  [{ name: undefined }, 'place.empty', undefined],
  [{ country: 'ZZ' }, 'place.country', '/country'],
  [{ country: 'nl' }, 'place.country', '/country'],
  [{ country: 'NLD' }, 'place.country', '/country'],
  [{ unlocode: 'NL RTM' }, 'place.unlocode', '/unlocode'],
  [{ unlocode: 'NLRT1' }, 'place.unlocode', '/unlocode'],
  [{ unlocode: 'ZZRTM' }, 'place.unlocode', '/unlocode'],
  [{ unlocode: 'NLRTM', country: 'BE' }, 'place.country-mismatch', '/country'],
  [{ lat: 1 }, 'place.coordinates', '/lon'],
  [{ lon: 1 }, 'place.coordinates', '/lat'],
  [{ lat: 90.1, lon: 0 }, 'place.coordinates', '/lat'],
  [{ lat: 0, lon: -180.1 }, 'place.coordinates', '/lon'],
  [{ lat: Number.NaN, lon: 0 }, 'place.coordinates', '/lat'],
  [{ radiusMetres: 5 }, 'place.radius', '/radiusMetres'],
  [{ lat: 0, lon: 0, radiusMetres: -1 }, 'place.radius', '/radiusMetres'],
])('%j is refused: %s', (place, code, pointer) => {
  const result = parsePlace(place);
  expect([result.ok, !result.ok && result.code, !result.ok && result.pointer]).toEqual([false, code, pointer]);
});

test('no place says so', () => expect(displayPlace(undefined)).toBe('no place'));
