/** A journey as GeoJSON: by the rules of RFC 7946, and with no geometry that says more than the records. */
import { journeyGeoJson, type Feature, type GeoJson, type Geometry } from './geojson.ts';
import { conflict, entry, journey, LEG, placed, position, saying, timeline } from './told.contract.ts';

const ALL = timeline([
  entry('seen'),
  saying('said', 'statement'),
  saying('concluded', 'assessment'),
  saying('planned', 'planned'),
  saying('not-found', 'negative'),
  saying('tip', 'statement', { standing: 'withdrawn', handling: { tlp: 'AMBER+STRICT', agencies: [] } }),
]);
const featuresOf = (json: GeoJson, kind: string): Feature[] => json.features.filter(({ properties }) => properties['kind'] === kind);

/** What RFC 7946 does not allow, by pointer. */
function faultsOf(json: GeoJson): string[] {
  const faults: string[] = [];
  const position_ = (at: string, [lon, lat, ...more]: readonly number[]): void => {
    if (more.length > 0 || lon === undefined || lat === undefined || Math.abs(lon) > 180 || Math.abs(lat) > 90)
      faults.push(`${at}: position`);
  };
  const line = (at: string, points: readonly (readonly number[])[]): void => {
    if (points.length < 2) faults.push(`${at}: line of ${points.length}`);
    points.forEach((point, n) => position_(`${at}/${n}`, point));
    for (const [n, point] of points.entries())
      if (n > 0 && Math.abs((point[0] ?? 0) - (points[n - 1]?.[0] ?? 0)) > 180) faults.push(`${at}/${n}: over the antimeridian`);
  };
  const geometry = (at: string, of: Geometry | null): void => {
    if (of === null) return;
    if (of.type === 'Point') position_(at, of.coordinates);
    else if (of.type === 'LineString') line(at, of.coordinates);
    else of.coordinates.forEach((part, n) => line(`${at}/${n}`, part));
  };
  // Section 7.1: members of other types.
  for (const name of ['coordinates', 'geometries', 'geometry', 'properties']) if (name in json) faults.push(`/${name}`);
  json.features.forEach((feature, at) => {
    for (const name of ['coordinates', 'geometries', 'features']) if (name in feature) faults.push(`/features/${at}/${name}`);
    geometry(`/features/${at}/geometry`, feature.geometry);
  });
  if (new Set(json.features.map(({ id }) => id)).size !== json.features.length) faults.push('/features: an id twice');
  return faults;
}

test('it keeps the rules of RFC 7946, also over the antimeridian, and the check finds what does not', () => {
  const placings = [position(1, '2018-10-01T00:31', 179), position(2, '2018-10-01T04:30', -179)];
  for (const json of [journeyGeoJson(ALL, journey()), journeyGeoJson(ALL, journey({ placings })), journeyGeoJson(ALL, null)])
    expect(faultsOf(json)).toEqual([]);
  const cut = featuresOf(journeyGeoJson(ALL, journey({ placings })), 'leg');
  expect(cut.map(({ geometry }) => geometry?.type)).toEqual(['MultiLineString']);
  const uncut = {
    type: 'LineString',
    coordinates: [
      [179, 35],
      [-179, 35],
    ],
  } as const;
  const planted = { ...journeyGeoJson(ALL, null), features: [{ ...(cut[0] as Feature), geometry: uncut }] };
  expect(faultsOf(planted)).toEqual(['/features/0/geometry/1: over the antimeridian']);
});

test('what places nothing is listed with what it is, and without a geometry', () => {
  const records = featuresOf(journeyGeoJson(ALL, journey()), 'record').filter(({ properties }) => properties['line'] === undefined);
  expect(records.map(({ geometry, properties }) => [properties['event'], properties['class'], geometry?.type ?? null])).toEqual([
    ['local/seen', 'observed', 'Point'],
    ['local/said', 'stated', null],
    ['local/concluded', 'assessed', null],
    ['local/planned', 'planned', null],
    ['local/not-found', 'negative', null],
    ['local/tip', 'withdrawn', null],
  ]);
  for (const { geometry, properties } of records) {
    expect('place' in properties).toBe(geometry !== null);
    expect('speaksOf' in properties).toBe(geometry === null);
    expect('radiusMetres' in properties).toBe(geometry !== null);
  }
});

test('a place is a point with its radius, and whether anybody stated that, its label, grade and handling', () => {
  const [seen] = featuresOf(journeyGeoJson(ALL, journey()), 'record');
  expect(seen).toEqual({
    type: 'Feature',
    id: 'record:local/seen',
    geometry: { type: 'Point', coordinates: [129.08, 35.1] },
    properties: expect.objectContaining({
      class: 'observed',
      isContradicted: false,
      radiusMetres: 25_000,
      isRadiusStated: false,
      label: 'seen: observed, 2018-09-30, Busan, South Korea',
      tlp: 'GREEN',
      standing: 'stands',
    }),
  });
});

test('a place without coordinates has no geometry', () => {
  const { lat: _, lon: __, radiusMetres: ___, isRadiusStated: ____, ...nowhere } = placed('seen');
  const [seen] = featuresOf(journeyGeoJson(ALL, journey({ placings: [nowhere] })), 'record');
  expect([seen?.geometry, seen?.properties['place']]).toEqual([null, 'Busan, South Korea']);
});

test('a leg is the line of its positions, inferred; its silence and what is behind it are unknown, without a geometry', () => {
  const json = journeyGeoJson(ALL, journey());
  const [leg] = featuresOf(json, 'leg');
  expect(leg?.properties).toMatchObject({ class: 'inferred', grade: 'C3', tlp: 'AMBER', isOpen: true, positions: 3 });
  expect(leg?.geometry).toEqual({
    type: 'LineString',
    coordinates: [
      [129.1, 35],
      [129.5, 35],
      [129.95, 35.62],
    ],
  });
  for (const kind of ['gap', 'unknown'])
    expect(featuresOf(json, kind).map(({ geometry, properties }) => [geometry, properties['class']])).toEqual([[null, 'unknown']]);
});

test('no line has a point that is not a position of its leg, nor leads over its silence', () => {
  const placings = [...journey().placings, position(33, '2018-10-19T08:30', 129.97, 35.66), position(34, '2018-10-19T09:30', 129.9, 35.5)];
  const [leg] = featuresOf(journeyGeoJson(ALL, journey({ placings, legs: [{ ...LEG, until: null }] })), 'leg');
  expect(leg?.geometry).toEqual({
    type: 'MultiLineString',
    coordinates: [
      [
        [129.1, 35],
        [129.5, 35],
        [129.95, 35.62],
      ],
      [
        [129.97, 35.66],
        [129.9, 35.5],
      ],
    ],
  });
});

test('a leg that inherits no positions has no geometry', () => {
  const [leg] = featuresOf(
    journeyGeoJson(ALL, journey({ placings: [placed('seen'), placed('box', { basis: 'inferred', leg: 0 })] })),
    'leg',
  );
  expect(leg?.geometry).toBeNull();
});

test('it says whose journey it is, as known when, and the strictest of what it shows', () => {
  expect(journeyGeoJson(ALL, journey())).toMatchObject({
    item: { id: 'vin:X' },
    asOf: { basis: 'log', logSize: 85 },
    tlp: 'AMBER+STRICT',
    isFollowed: true,
  });
  expect(journeyGeoJson(timeline([entry('seen')]), null)).toMatchObject({ tlp: 'GREEN', isFollowed: false });
});

test('records that speak against each other say so', () => {
  const json = journeyGeoJson(ALL, journey({ conflicts: [conflict('said', 'concluded')] }));
  const against = json.features.filter(({ properties }) => properties['isContradicted'] === true).map(({ id }) => id);
  expect(against).toEqual(['record:local/said', 'record:local/concluded']);
});

test('the same answers give the same bytes', () => {
  expect(JSON.stringify(journeyGeoJson(ALL, journey()))).toBe(JSON.stringify(journeyGeoJson(ALL, journey())));
});
