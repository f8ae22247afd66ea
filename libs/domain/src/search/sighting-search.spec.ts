/** What answers a question is among the candidates by its keys, whatever is asked; and what is told of why is what stands there. */
import fc from 'fast-check';
import type { Place } from '../place.ts';
import { parseOccurred } from '../interval.ts';
import type { Sighting } from '../sighting.ts';
import { keyNumber } from './key-numbers.ts';
import { SIGHTING_KEYS_MAX, sightingKeys } from './sighting-keys.ts';
import { readSightingSearch, type SightingQuestion } from './sighting-search.ts';

const SIGHTING: Sighting = {
  agency: 'local',
  id: 's1',
  principal: 'p',
  kind: 'observation',
  modality: 'actual',
  handling: { tlp: 'CLEAR' },
  items: [],
  parties: [],
  source: { kind: 'gate-record' },
  evidence: [],
  relations: { contradicts: [], links: [], basis: [], resolves: [], upholds: [] },
};
const sighting = (more: Partial<Sighting>): Sighting => ({ ...SIGHTING, ...more });

/** On a sphere: near enough for a rule that takes any distance. */
function distance(a: { lat: number; lon: number }, b: { lat: number; lon: number }): number {
  const [x, y] = [a, b].map(({ lat, lon }) => [(lat * Math.PI) / 180, (lon * Math.PI) / 180] as const) as [
    [number, number],
    [number, number],
  ];
  const h = Math.sin((x[0] - y[0]) / 2) ** 2 + Math.cos(x[0]) * Math.cos(y[0]) * Math.sin((x[1] - y[1]) / 2) ** 2;
  return 2 * 6_371_008 * Math.asin(Math.min(1, Math.sqrt(h)));
}

const ask = (question: SightingQuestion, of: Sighting) => readSightingSearch(question, distance).match(of);
/** Whether the index gives it. */
function isCandidate(question: SightingQuestion, of: Sighting): boolean {
  const keys = new Set(sightingKeys(of));
  return readSightingSearch(question, distance).terms.every((term) => term.some((key) => keys.has(key)));
}
const both = (question: SightingQuestion, of: Sighting): [boolean, boolean] => [ask(question, of) !== null, isCandidate(question, of)];

describe('a filter finds', () => {
  const party = sighting({
    parties: [
      { role: 'consignee', name: 'ООО «Южный Порт»', lei: '5493001KJTIIGC8Y1R12' },
      { role: 'notify', name: 'Port Agency' },
    ],
  });

  test('a party by its name in another script, and says how its author wrote it', () => {
    expect(ask({ party: 'yuzhny port' }, party)).toEqual([
      {
        filter: 'party',
        pointer: '/parties/0/name',
        text: 'ООО «Южный Порт»',
        words: [
          { asked: 'yuzhny', found: 'Южный', key: 'yuzhny', rule: 'BGN/PCGN, simplified' },
          { asked: 'port', found: 'Порт', key: 'port', rule: 'ISO 9' },
        ],
      },
    ]);
    expect(isCandidate({ party: 'yuzhny port' }, party)).toBe(true);
  });

  test('a party by all words in one name, and by its LEI', () => {
    expect(both({ party: 'yuzhny agency' }, party)).toEqual([false, true]);
    expect(ask({ party: '5493001kjtiigc8y1r12' }, party)).toEqual([
      { filter: 'party', pointer: '/parties/0/lei', text: '5493001KJTIIGC8Y1R12' },
    ]);
    expect(both({ party: '5493001KJTIIGC8Y1R12' }, party)).toEqual([true, true]);
    expect(both({ party: '549300GKFG0RYRRQ1414' }, party)).toEqual([false, false]);
  });

  test('text wherever it stands: sentences, names, what an extension says of the goods', () => {
    const of = sighting({
      statement: 'Seen near the gate.',
      extension: { case: { itemDescription: 'Mercedes-Maybach S600, VIN unknown', other: 'hidden' } },
    });
    expect(ask({ text: 's600 maybach gate' }, of)?.map(({ pointer }) => pointer)).toEqual([
      '/extension/case/itemDescription',
      '/statement',
    ]);
    expect(both({ text: 'unknown s600' }, of)).toEqual([true, true]);
    expect(both({ text: 'hidden' }, of)).toEqual([false, false]);
  });

  test('what names no item', () => {
    expect(both({ unidentified: true, text: 's600' }, sighting({ statement: 'S600' }))).toEqual([true, true]);
    expect(both({ unidentified: true }, sighting({ items: [{ id: 'vin:X', role: 'subject' }] }))).toEqual([false, false]);
  });

  test('goods by a code or its beginning', () => {
    const of = sighting({ extension: { x: { quantity: { hs: '8703.24' } }, case: { quantity: { hs: '8703.24' } } } });
    expect(ask({ hs: '8703' }, of)).toEqual([{ filter: 'hs', pointer: '/extension/x/quantity/hs', text: '870324' }]);
    for (const hs of ['87', '870324']) expect(both({ hs }, of)).toEqual([true, true]);
    for (const hs of ['88', '870325', '87032410']) expect(both({ hs }, of)).toEqual([false, false]);
  });

  test('a source by its kind, its family, or words of its title', () => {
    const of = sighting({ source: { kind: 'gate-record', family: 'trade', title: 'Gate record 7' } });
    expect(['gate-record', 'trade', 'record 7', 'Gate'].map((source) => both({ source }, of))).toEqual(
      Array.from({ length: 4 }, () => [true, true]),
    );
    expect(['registry', 'record 8', 'bill-of-lading'].map((source) => both({ source }, of)[0])).toEqual([false, false, false]);
  });

  test('a place by code, country and name, of the voyage too', () => {
    const of = sighting({ place: { unlocode: 'KRPUS', name: '부산' }, conveyance: { discharge: { unlocode: 'JPOSA' } } });
    for (const question of [{ unlocode: 'JPOSA' }, { country: 'JP' }, { country: 'KR' }, { place: 'Pusan' }, { place: 'Busan' }])
      expect([question, both(question, of)]).toEqual([question, [true, true]]);
    expect(ask({ country: 'JP' }, of)).toEqual([{ filter: 'country', pointer: '/conveyance/discharge/unlocode', text: 'JPOSA' }]);
    expect(both({ country: 'CN' }, of)).toEqual([false, false]);
  });

  test('a place near a point, surely where it is stated and inside, possibly where a table has the port or the radius reaches in', () => {
    const near = { lat: 51.95, lon: 4.14, metres: 20_000 };
    const certaintyOf = (place: Place) => ask({ near }, sighting({ place }))?.map(({ certainty, point }) => `${certainty} ${point}`);
    expect(certaintyOf({ lat: 51.9, lon: 4.2 })).toEqual(['certainly stated']);
    expect(certaintyOf({ lat: 51.5, lon: 4.2, radiusMetres: 40_000 })).toEqual(['possibly stated']);
    expect(certaintyOf({ lat: 51.5, lon: 4.2 })).toBeUndefined();
    const port = sighting({ place: { unlocode: 'NLRTM' } });
    expect(ask({ near: { ...near, metres: 60_000 } }, port)).toMatchObject([{ certainty: 'possibly', point: 'unlocode' }]);
  });

  test('a time, surely or possibly; what is undated by none', () => {
    const time = { starts: Date.UTC(2018, 7, 1) * 1_000, ends: Date.UTC(2018, 8, 1) * 1_000 };
    const certaintyOf = (from: string, to: string): unknown => {
      const occurred = parseOccurred({ from, to, precision: 'day' });
      return occurred.ok ? ask({ time }, sighting({ occurred: occurred.value }))?.[0]?.certainty : occurred;
    };
    expect([
      certaintyOf('2018-08-26', '2018-08-26'),
      certaintyOf('2018-07-30', '2018-08-02'),
      certaintyOf('2018-09-01', '2018-09-01'),
    ]).toEqual(['certainly', 'possibly', undefined]);
    expect(both({ time }, SIGHTING)).toEqual([false, false]);
  });
});

const letters = fc.constantFrom(
  'Южный',
  'yuzhny',
  '부산',
  'Busan',
  'Pusan',
  'Πειραιάς',
  'port',
  'Müller',
  'Mueller',
  'とうきょう',
  'Tokyo',
  '上海',
  'S600',
);
const words = fc.array(letters, { minLength: 1, maxLength: 3 }).map((all) => all.join(' '));
const degrees = (most: number) => fc.double({ min: -most, max: most, noNaN: true });
const circle = fc.record({
  lat: degrees(90),
  lon: degrees(180),
  metres: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 3e6, noNaN: true })),
});
const place: fc.Arbitrary<Place> = fc.oneof(
  fc.record({ name: words }),
  fc.constantFrom('NLRTM', 'KRPUS', 'JPOSA', 'CNDLC').map((unlocode) => ({ unlocode })),
  circle.map(({ lat, lon, metres }) => ({ lat, lon, radiusMetres: metres })),
);
const micros = fc.integer({ min: Date.UTC(1850, 0, 1), max: Date.UTC(2150, 0, 1) }).map((ms) => ms * 1_000);
const span = fc
  .tuple(fc.option(micros), fc.option(micros))
  .map(([a, b]) => (a !== null && b !== null && a >= b ? { starts: b, ends: a + 1 } : { starts: a, ends: b }));
const drawn: fc.Arbitrary<Sighting> = fc
  .record({
    place: fc.option(place, { nil: undefined }),
    occurred: fc.option(span, { nil: undefined }),
    statement: fc.option(words, { nil: undefined }),
    party: fc.option(words, { nil: undefined }),
    hs: fc.option(fc.constantFrom('8703', '870324', '2701'), { nil: undefined }),
    identified: fc.boolean(),
  })
  .map(({ place: at, occurred, statement, party, hs, identified }) =>
    sighting({
      ...(at === undefined ? {} : { place: at }),
      ...(occurred === undefined || (occurred.starts === null && occurred.ends === null)
        ? {}
        : { occurred: { ...occurred, precision: 'day', extent: 'within' } }),
      ...(statement === undefined ? {} : { statement }),
      parties: party === undefined ? [] : [{ role: 'r', name: party }],
      ...(hs === undefined ? {} : { extension: { x: { hs } } }),
      items: identified ? [{ id: 'vin:X', role: 'subject' }] : [],
    }),
  );
const asked: fc.Arbitrary<SightingQuestion> = fc.oneof(
  words.map((text) => ({ text })),
  words.map((party) => ({ party })),
  words.map((of) => ({ place: of })),
  fc.constantFrom('KR', 'NL', 'JP').map((country) => ({ country })),
  circle.map((near) => ({ near })),
  span.map((time) => ({ time })),
  fc.constantFrom('87', '8703', '2701').map((hs) => ({ hs })),
  fc.constant({ unidentified: true as const }),
);

test('whatever answers has a key of every term', () => {
  const found = new Map<string, number>();
  fc.assert(
    fc.property(drawn, asked, (of, question) => {
      if (ask(question, of) === null) return;
      const name = Object.keys(question)[0] ?? '';
      found.set(name, (found.get(name) ?? 0) + 1);
      expect(isCandidate(question, of)).toBe(true);
    }),
    { numRuns: 20_000 },
  );
  // Control: each filter was answered.
  expect([...found.keys()].sort()).toEqual(['country', 'hs', 'near', 'party', 'place', 'text', 'time', 'unidentified']);
}, 60_000);

test('keys are bounded by reader groups, and none are made of acts and markings', () => {
  const long = sighting({ statement: Array.from({ length: 2_000 }, (_, n) => `w${n}`).join(' ') });
  expect([sightingKeys(long).length, sightingKeys(long, 64).length]).toEqual([SIGHTING_KEYS_MAX, 64]);
  expect([sightingKeys(sighting({ kind: 'policy' })), sightingKeys(sighting({ kind: 'marking' }))]).toEqual([[], []]);
});

test('numbers of keys are those of version 1: stored rows have them', () => {
  expect(['', 'w:port', 'u:NLRTM'].map(keyNumber)).toMatchInlineSnapshot(`
   [
     -1421968373,
     -1806304494,
     -2131853712,
   ]
  `);
});
