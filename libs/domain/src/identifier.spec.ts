import fc from 'fast-check';
import {
  canonicalDigitalLink,
  displayIdentifier,
  guessIdentifiers,
  isNormalised,
  parseIdentifier,
  parseIdentifierValue,
  SCHEMES,
  type ParsedIdentifier,
} from './identifier.ts';

const idOf = (parsed: ParsedIdentifier): string => (parsed.ok ? parsed.identifier.id : parsed.code);
const verdictOf = (parsed: ParsedIdentifier): string => (parsed.ok ? parsed.check.verdict : parsed.code);

/** One of each scheme and form, normalised, with what its check digit says. */
const EXAMPLES: readonly (readonly [id: string, verdict: string, display: string])[] = [
  ['vin:1M8GDM9AXKP042788', 'valid', 'VIN 1M8GDM9AXKP042788'],
  ['vin:WDDSYNTH9JA000001', 'not-checkable', 'VIN WDDSYNTH9JA000001'],
  ['imei:490154203237518', 'valid', 'IMEI 49-015420-323751-8'],
  ['imei:49015420323751', 'not-checkable', 'IMEI 49-015420-323751'],
  ['imei:3520990017614823', 'not-checkable', 'IMEI 35-209900-176148-23'],
  ['container:CSQU3054383', 'valid', 'container CSQU 305438 3'],
  ['container:SYNU0000041', 'invalid', 'container SYNU 000004 1'],
  ['imo:9074729', 'valid', 'IMO 9074729'],
  ['imo:0000048', 'valid', 'IMO 0000048'],
  ['mmsi:671990004', 'not-checkable', 'MMSI 671990004'],
  ['hin:ABC12345D404', 'not-checkable', 'HIN ABC12345D404'],
  ['hin:FRABC12345D404', 'not-checkable', 'HIN FR-ABC12345D404'],
  ['hin:YUABC12345D404', 'not-checkable', 'HIN YU-ABC12345D404'],
  ['aircraft:DAIMA', 'not-checkable', 'aircraft D-AIMA'],
  ['aircraft:VPBXY', 'not-checkable', 'aircraft VP-BXY'],
  ['aircraft:N123AB', 'not-checkable', 'aircraft N123AB'],
  ['aircraft:P885', 'not-checkable', 'aircraft P-885'],
  ['aircraft:RDPL34188', 'not-checkable', 'aircraft RDPL-34188'],
  ['icao24:3C65A1', 'not-checkable', 'ICAO 24-bit address 3C65A1'],
  ['lei:5493001KJTIIGC8Y1R12', 'valid', 'LEI 5493001KJTIIGC8Y1R12'],
  ['serial:bosch:AB-123/4', 'not-checkable', 'bosch serial AB-123/4'],
  ['gtin:73513537', 'valid', 'GTIN 73513537'],
  ['sgtin:80614141123458.6789', 'valid', 'SGTIN 80614141123458 serial 6789'],
  ['lgtin:04012345123456.A1', 'valid', 'GTIN 04012345123456 lot A1'],
  ['sscc:340123453111111115', 'valid', 'SSCC 340123453111111115'],
  ['giai:061414112345400', 'not-checkable', 'GIAI 061414112345400'],
  ['giai:(8004)0614141.12345400', 'not-checkable', 'GIAI (8004)0614141.12345400'],
  ['grai:04012345000221334455', 'valid', 'GRAI 04012345000221334455'],
  ['sgln:4012345000054.122', 'valid', 'SGLN 4012345000054 extension 122'],
  ['pgln:9999999999994', 'valid', 'PGLN 9999999999994'],
  ['gsrn:401234500000067657', 'valid', 'GSRN 401234500000067657'],
  ['gsrnp:401234500000067657', 'valid', 'GSRN of a provider 401234500000067657'],
  ['gdti:4012345000092PO-4711', 'valid', 'GDTI 4012345000092PO-4711'],
  ['cpi:0614141123ABC.123456789', 'not-checkable', 'CPID 0614141123ABC serial 123456789'],
  ['gsin:40123452223334442', 'valid', 'GSIN 40123452223334442'],
  ['ginc:4012345XYZ', 'not-checkable', 'GINC 4012345XYZ'],
  ['ginc:(401)4012345.XYZ', 'not-checkable', 'GINC (401)4012345.XYZ'],
  ['upui:01234567987651.51qI', 'valid', 'UPUI 01234567987651 serial 51qI'],
  ['itip:040123451234560102.443322', 'valid', 'ITIP 040123451234560102 serial 443322'],
  ['litip:040123451234560102.XYZ', 'valid', 'ITIP 040123451234560102 lot XYZ'],
  ['sgcn:4012345000092123', 'valid', 'GCN 4012345000092123'],
];

test('every scheme has an example', () => {
  expect([...new Set(EXAMPLES.map(([id]) => id.slice(0, id.indexOf(':'))))].sort()).toEqual([...SCHEMES].sort());
});

test.each(EXAMPLES)('%s is normalised, %s, and shown as "%s"', (id, verdict, display) => {
  const parsed = parseIdentifier(id);
  expect([idOf(parsed), verdictOf(parsed)]).toEqual([id, verdict]);
  expect(isNormalised(id)).toBe(true);
  expect(displayIdentifier(id)).toBe(display);
});

test.each(
  EXAMPLES.filter(
    ([id]) => !/^(?:aircraft:P|(?:upui|sgtin|lgtin|l?itip|cpi|sgln|ginc|gsrn|gdti|grai|giai|sgcn|gsin|pgln|sscc)[a-z]*:)/.test(id),
  ),
)('what is shown of %s is found again', (id, _, display) => {
  expect(guessIdentifiers(display).map(idOf)).toContain(id);
});

test.each([
  ['vin:WDD SYNTH-9JA000001', 'vin:WDDSYNTH9JA000001'],
  [' VIN: 1m8gdm9axkp042788 ', 'vin:1M8GDM9AXKP042788'],
  ['iso6346:SYNU 000001 4', 'container:SYNU0000014'],
  ['imo:IMO 9319466', 'imo:9319466'],
  ['aircraft:d-aima', 'aircraft:DAIMA'],
  ['icao24:3c65a1', 'icao24:3C65A1'],
  ['hin:US-ABC12345D404', 'hin:ABC12345D404'],
  ['serial:Robert Bosch : ab 123', 'serial:robert-bosch:AB123'],
  ['gtin:00000073513537', 'gtin:73513537'],
  ['sgtin:0614141.812345.6789', 'sgtin:80614141123458.6789'],
  ['urn:epc:id:sgtin:0614141.812345.6789', 'sgtin:80614141123458.6789'],
  ['https://shop.example/x/01/80614141123458/10/L1/21/6789?a=b', 'sgtin:80614141123458.6789'],
  ['urn:epc:id:giai:0614141.12345400', 'giai:061414112345400'],
  // GS1 General Specifications, section 7.8: element strings as people read them.
  ['sgtin:(01)80614141123458(21)6789', 'sgtin:80614141123458.6789'],
  ['lgtin:(01)80614141123458(10)A(1)', 'lgtin:80614141123458.A(1)'],
  ['sgln:(414)4012345000054(254)122', 'sgln:4012345000054.122'],
  ['sgln:(414)4012345000054', 'sgln:4012345000054'],
  ['itip:(8006)040123451234560102(21)443322', 'itip:040123451234560102.443322'],
  ['litip:(8006)040123451234560102(10)XYZ', 'litip:040123451234560102.XYZ'],
  ['cpi:(8010)0614141123ABC(8011)12', 'cpi:0614141123ABC.12'],
  ['sgtin:(01)4012345111118(21)98', 'sgtin:04012345111118.98'],
  ['sgtin:4012345111118.98', 'sgtin:04012345111118.98'],
  ['sgtin:73513537.9.8', 'sgtin:00000073513537.9.8'],
  // Twelve digits, a dot, a digit, a dot: the body of an EPC URI before anything else.
  ['sgtin:614141123452.1.6789', 'sgtin:16141411234521.6789'],
  // EPC Tag Data Standard 2.0, section 7.4.
  ['urn:epc:id:sscc:0614141.1234567890', 'sscc:106141412345678908'],
  ['urn:epc:id:bic:CSQU3054383', 'container:CSQU3054383'],
  ['urn:epc:id:imovn:9176187', 'imo:9176187'],
])('%s is read as %s', (written, id) => {
  expect(idOf(parseIdentifier(written))).toBe(id);
  expect(isNormalised(written)).toBe(false);
});

test.each([
  'sgtin:(01)09506000134352(21)12345(10)ABC',
  'sgtin:(01)09506000134352(10)ABC(21)12345',
  'upui:(01)09506000134352(235)X2d(7040)1ABC',
  'lgtin:(01)09506000134352(10)L1(21)S1',
  'lgtin:(01)09506000134352(10)L1(17)261231',
  'sgln:(414)4012345000054(254)122(7040)1',
  'itip:(8006)040123451234560102(21)443322(10)L1',
  'gdti:(253)4602443000331XYZ(10)A',
  'giai:(8004)061414112345400(10)A',
])('%s is refused: another element is no part of a serial', (text) => {
  expect(parseIdentifier(text)).toMatchObject({
    ok: false,
    code: 'identifier.malformed',
    detail: expect.stringMatching(/goes on with \((?:10|21|17|7040)\)/) as string,
  });
});

test('brackets that are no application identifier, or are in no element string, stay in a value', () => {
  const ids = ['lgtin:(01)80614141123458(10)A(1)(B)(12345)', 'sgtin:80614141123458.A(10)B', 'giai:(8004)0614141.5(10)A'];
  expect(ids.map((text) => idOf(parseIdentifier(text)))).toEqual(['lgtin:80614141123458.A(1)(B)(12345)', ids[1], ids[2]]);
});

/** EPC Tag Data Standard 2.0, section 6.3: one body of each scheme, and GIAIs whose reference has a dot, a slash, or another length of prefix. */
const EPC_BODIES = [
  ['sgtin', '0614141.812345.6789'],
  ['upui', '1234567.098765.51qI'],
  ['itip', '4012345.012345.01.02.987'],
  ['sscc', '0614141.1234567890'],
  ['sgln', '0614141.12345.400'],
  ['pgln', '1234567.89012'],
  ['grai', '0614141.12345.400'],
  ['giai', '0614141.12345400'],
  ['giai', '061414112345.400'],
  ['giai', '0614141.12.5'],
  ['giai', '0614141..5'],
  ['giai', '0614141.12%2F5'],
  ['gsrn', '0614141.1234567890'],
  ['gsrnp', '0614141.1234567890'],
  ['gdti', '0614141.12345.006847'],
  ['sgcn', '4012345.67890.04711'],
  ['cpi', '0614141.123ABC.123456789'],
  ['gsin', '4012345.222333444'],
  ['ginc', '4012345.XYZ'],
  ['ginc', '4012345.1.XYZ'],
  ['bic', 'CSQU3054383'],
  ['imovn', '9176187'],
] as const;

test.each(EPC_BODIES)('%s:%s is the item that its EPC URI names, with the scheme before it or not', (scheme, body) => {
  const ids = [
    `urn:epc:id:${scheme}:${body}`,
    `${scheme}:${body}`,
    `${scheme}:urn:epc:id:${scheme}:${body}`,
    `epc:urn:epc:id:${scheme}:${body}`,
  ];
  const [id = ''] = ids.map((each) => idOf(parseIdentifier(each)));
  expect(ids.map((each) => idOf(parseIdentifier(each)))).toEqual(ids.map(() => id));
  expect(idOf(parseIdentifierValue(scheme, `urn:epc:id:${scheme}:${body}`))).toBe(id);
  expect([isNormalised(id), idOf(parseIdentifier(id))]).toEqual([true, id]);
});

test.each([
  'urn:epc:id:itip:4012345.012345.1.234.5',
  'urn:epc:id:itip:4012345.012345.0102..5',
  'itip:4012345.012345.1.234.5',
  'urn:epc:id:itip:4012345.012345.01.02.',
  'urn:epc:id:grai:0614141.12345.',
  'urn:epc:id:gdti:0614141.12345.',
  'urn:epc:id:sgcn:4012345.67890.',
  'urn:epc:id:sgln:0614141.12345.',
  'grai:0614141.12345.',
])('%s is no identity: it lacks a part, or one is too short', (text) => {
  expect(parseIdentifier(text)).toMatchObject({ ok: false });
});

test('a reference is empty where the company prefix is as long as the number', () => {
  expect(['pgln:999999999999.', 'gdti:999999999999..1'].map((body) => idOf(parseIdentifier(`urn:epc:id:${body}`)))).toEqual([
    'pgln:9999999999994',
    'gdti:99999999999941',
  ]);
});

test('a pattern that leaves the serial open is the class, which has none', () => {
  expect(['grai', 'gdti', 'sgcn'].map((type) => idOf(parseIdentifier(`urn:epc:idpat:${type}:0614141.12345.*`)))).toEqual([
    'grai:00614141123452',
    'gdti:0614141123452',
    'sgcn:0614141123452',
  ]);
  expect(idOf(parseIdentifier('urn:epc:idpat:itip:4012345.012345.01.02.*'))).toBe('itip:040123451234560102');
});

test('an extension of 0 says that a location has none, however it is told', () => {
  const told = [
    'urn:epc:id:sgln:4012345.00005.0',
    'https://id.gs1.org/414/4012345000054/254/0',
    'sgln:(414)4012345000054(254)0',
    'https://id.gs1.org/414/4012345000054',
  ];
  expect(told.map((text) => idOf(parseIdentifier(text)))).toEqual(told.map(() => 'sgln:4012345000054'));
  expect(canonicalDigitalLink(told[1] as string)).toBe(told[3]);
  // What an earlier normaliser made of it stays what it was.
  expect(isNormalised('sgln:4012345000054.0')).toBe(true);
  expect(idOf(parseIdentifier('https://id.gs1.org/414/4012345000054/254/00'))).toBe('sgln:4012345000054.00');
});

test('an ITIP is told by its serial, else by its lot; a variant says nothing of which one it is', () => {
  const uri = 'https://id.gs1.org/8006/040123451234560102';
  const told: Readonly<Record<string, string>> = {
    '': '',
    '/22/ABCD': '',
    '/10/XYZ': '/10/XYZ',
    '/lot/XYZ': '/10/XYZ',
    '/22/ABCD/10/XYZ': '/10/XYZ',
    '/10/XYZ/21/7': '/21/7',
    '/22/ABCD/10/XYZ/21/7': '/21/7',
  };
  for (const [path, canonical] of Object.entries(told)) expect(canonicalDigitalLink(uri + path)).toBe(uri + canonical);
  expect([...new Set(Object.keys(told).map((path) => idOf(parseIdentifier(uri + path))))]).toEqual([
    'itip:040123451234560102',
    'litip:040123451234560102.XYZ',
    'itip:040123451234560102.7',
  ]);
  expect(parseIdentifier(`${uri}/10/XYZ`)).toMatchObject({ facts: { ai: '8006', lot: 'XYZ', digitalLink: `${uri}/10/XYZ` } });
  // What an earlier normaliser made of a lot stays what it was.
  expect(isNormalised('itip:040123451234560102')).toBe(true);
});

test('a GIAI with a dot where a company prefix may end is one item, however it is told, and never the one without the dot', () => {
  const told = [
    'https://id.gs1.org/8004/0614141.12345400',
    'giai:https://id.gs1.org/8004/0614141.12345400',
    'giai:(8004)0614141.12345400',
    // The dot is the reference's first character.
    'urn:epc:id:giai:0614141..12345400',
    'giai:0614141..12345400',
  ];
  expect(told.map((text) => idOf(parseIdentifier(text)))).toEqual(told.map(() => 'giai:(8004)0614141.12345400'));
  expect(idOf(parseIdentifier('giai:0614141.12345400'))).toBe('giai:061414112345400');
  const parsed = parseIdentifier(told[0] as string);
  expect(parsed).toMatchObject({ facts: { key: '0614141.12345400', digitalLink: told[0] } });
  expect(guessIdentifiers('GIAI (8004)0614141.12345400').map(idOf)).toEqual(['giai:(8004)0614141.12345400']);
  // No prefix is shorter or longer: nothing else could be meant.
  expect(['giai:0614.1', 'giai:0614141000000.1'].map((text) => idOf(parseIdentifier(text)))).toEqual([
    'giai:0614.1',
    'giai:0614141000000.1',
  ]);
  expect(idOf(parseIdentifier('sscc:(00)106141412345678908'))).toBe('sscc:106141412345678908');
});

describe('a scheme before a URI', () => {
  const agreeing = [
    ['sgtin', 'https://id.gs1.org/01/80614141123458/21/6789', 'sgtin:80614141123458.6789'],
    ['SGTIN', ' urn:epc:id:sgtin:0614141.812345.6789 ', 'sgtin:80614141123458.6789'],
    ['giai', 'urn:epc:id:giai:0614141.12345400', 'giai:061414112345400'],
    ['container', 'urn:epc:id:bic:CSQU3054383', 'container:CSQU3054383'],
    ['iso6346', 'urn:epc:id:bic:CSQU3054383', 'container:CSQU3054383'],
    ['imo', 'urn:epc:id:imovn:9176187', 'imo:9176187'],
    ['epc', 'urn:epc:id:sgtin:0614141.812345.6789', 'sgtin:80614141123458.6789'],
  ] as const;
  test.each(agreeing)('%s and %s are %s, as one text and as two', (scheme, uri, id) => {
    expect([idOf(parseIdentifier(`${scheme}:${uri}`)), idOf(parseIdentifierValue(scheme, uri))]).toEqual([id, id]);
  });

  test.each([
    ['giai:urn:epc:id:sgtin:0614141.812345.6789', 'The scheme says giai, the URI names sgtin:80614141123458.6789.'],
    ['gtin:https://id.gs1.org/01/80614141123458/21/6789', 'The scheme says gtin, the URI names sgtin:80614141123458.6789.'],
    ['vin:urn:epc:id:bic:CSQU3054383', 'The scheme says vin, the URI names container:CSQU3054383.'],
  ])('that disagrees with it is refused: %s', (text, detail) => {
    expect(parseIdentifier(text)).toEqual({ ok: false, code: 'identifier.scheme-mismatch', detail });
  });

  test('that nobody knows is refused, and so is a URI that names no key; a maker may be called urn or http', () => {
    expect(idOf(parseIdentifier('car:urn:epc:id:bic:CSQU3054383'))).toBe('identifier.scheme-unknown');
    expect(idOf(parseIdentifier('epc:CSQU3054383'))).toBe('identifier.scheme-unknown');
    expect(idOf(parseIdentifier('sgtin:https://example.com/123/456'))).toBe('identifier.malformed');
    expect(['serial:urn:5', 'serial:http:5'].map((text) => [idOf(parseIdentifier(text)), isNormalised(text)])).toEqual([
      ['serial:urn:5', true],
      ['serial:http:5', true],
    ]);
  });

  test('leaves the position of a wrong character where it is in the text', () => {
    const uri = 'urn:epc:id:imovn:91761x7';
    expect(parseIdentifier(uri)).toMatchObject({ code: 'identifier.character', position: uri.indexOf('x') });
    expect(parseIdentifier(` imo: ${uri} `)).toMatchObject({ code: 'identifier.character', position: ` imo: ${uri}`.indexOf('x') });
  });
});

describe('what is no identifier is refused by a stable code', () => {
  test.each([
    ['', 'identifier.malformed', undefined],
    ['WDDSYNTH9JA000001', 'identifier.malformed', undefined],
    ['car:1', 'identifier.scheme-unknown', undefined],
    ['__proto__:1', 'identifier.scheme-unknown', undefined],
    ['constructor:1', 'identifier.scheme-unknown', undefined],
    ['vin:WDDSYNTHOJA000001', 'identifier.character', 12],
    ['vin:WDDSYNTH9JA00000', 'identifier.length', undefined],
    ['vin:WDDSYNTH9JA\u0000000001', 'identifier.character', 15],
    ['container:CSQA3054383', 'identifier.malformed', undefined],
    ['container:CSQU305438', 'identifier.length', undefined],
    ['imo:931946', 'identifier.length', undefined],
    ['mmsi:6719900040', 'identifier.length', undefined],
    ['hin:ABC12345M404', 'identifier.malformed', undefined],
    ['hin:ZZABC12345D404', 'identifier.malformed', undefined],
    ['hin:UKABC12345D404', 'identifier.malformed', undefined],
    ['hin:12ABC12345D404', 'identifier.malformed', undefined],
    ['giai:0614141.', 'identifier.malformed', undefined],
    ['urn:epc:id:giai:0614141.', 'identifier.malformed', undefined],
    ['giai:0614141.12%zz', 'identifier.malformed', undefined],
    ['serial:bosch', 'identifier.malformed', undefined],
    ['serial::1', 'identifier.malformed', undefined],
    ['serial:a:b:c', 'identifier.character', 10],
    ['gtin:97803', 'identifier.length', undefined],
    ['sgtin:80614141123458', 'identifier.malformed', undefined],
    ['sgtin:(01)80614141123458', 'identifier.malformed', undefined],
    ['sgtin:(01)80614141123458(10)6789', 'identifier.malformed', undefined],
    ['sgtin:(01)80614141123458(21)', 'identifier.malformed', undefined],
    ['itip:(8006)040123451234560102(10)XYZ', 'identifier.malformed', undefined],
    // The standard has the lot before the serial, and each once.
    ['https://id.gs1.org/01/80614141123458/21/x/10/y', 'identifier.malformed', undefined],
    ['https://id.gs1.org/01/80614141123458/10/y/lot/y', 'identifier.malformed', undefined],
    ['https://id.gs1.org/01/80614141123458/21', 'identifier.malformed', undefined],
    ['urn:epc:id:sgtin:061414.1812345', 'identifier.malformed', undefined],
    ['urn:epc:id:sgtin:0614141.812345.%zz', 'identifier.malformed', undefined],
    ['https://example.com/123/456', 'identifier.malformed', undefined],
    [`vin:${'A'.repeat(5000)}`, 'identifier.length', undefined],
  ])('%j: %s', (text, code, position) => {
    const parsed = parseIdentifier(text);
    expect(parsed).toMatchObject({ ok: false, code });
    if (!parsed.ok) expect(parsed.position).toBe(position);
    expect(isNormalised(text)).toBe(false);
  });
});

describe('characters that look like others never pass', () => {
  const ODD = ['М', 'Α', 'Ａ', '１', '𝐀', '\u200b', '\u00ad', '\ufeff', '\u00a0', '‐', '٣', 'ᎪA'.charAt(0), '\u2066', 'ⅰ', 'ſ', '\u212a'];
  test.each(ODD.map((odd) => [`U+${(odd.codePointAt(0) ?? 0).toString(16)}`, odd]))('%s, in any scheme, at any position', (_, odd) => {
    for (const [id] of EXAMPLES) {
      for (const at of [id.indexOf(':') + 1, id.length - 1, id.length]) {
        const text = id.slice(0, at) + odd + id.slice(at);
        expect(parseIdentifier(text)).toMatchObject({ ok: false, code: 'identifier.lookalike', position: at });
        expect(isNormalised(text)).toBe(false);
      }
    }
  });

  test('nor around the scheme that stands apart from its value', () => {
    for (const scheme of ['\ufeffvin', 'vin\u00a0', '\u3000vin', 'v\u0131n', '\u2028vin'])
      expect(parseIdentifierValue(scheme, '1M8GDM9AXKP042788')).toMatchObject({ ok: false, code: 'identifier.scheme-unknown' });
    for (const scheme of ['\ufeffepc', 'epc\u00a0'])
      expect(parseIdentifierValue(scheme, 'urn:epc:id:bic:CSQU3054383')).toMatchObject({ ok: false, code: 'identifier.scheme-unknown' });
    expect(idOf(parseIdentifierValue(' \tVIN\r\n', '1M8GDM9AXKP042788'))).toBe('vin:1M8GDM9AXKP042788');
  });

  test('the refusal says what the character looks like', () => {
    expect(parseIdentifier('vin:1М8GDM9AXKP042788')).toMatchObject({
      position: 5,
      detail: 'U+041C at position 5 looks like "M" and is not.',
    });
  });

  test('control: Unicode upper-casing and compatibility forms would have let them through', () => {
    expect('ſ'.toUpperCase()).toBe('S');
    expect('Ａ'.normalize('NFKC')).toBe('A');
  });

  test('no text with a character beyond ASCII passes', () => {
    const beyond = fc.string({ unit: 'binary', minLength: 1 }).filter((text) => /[^\0-\u007f]/.test(text));
    fc.assert(
      fc.property(fc.constantFrom(...EXAMPLES), beyond, fc.nat(20), ([id], odd, at) => {
        const parsed = parseIdentifier(id.slice(0, at) + odd + id.slice(at));
        expect(parsed.ok).toBe(false);
      }),
    );
  });
});

/** Texts near to identifiers: examples with characters changed, put in, taken out. */
const nearly = fc
  .tuple(
    fc.constantFrom(...EXAMPLES),
    fc.array(fc.tuple(fc.nat(40), fc.constantFrom('', ...' -.:/%#0159AIMOQUXaz_()+*&'), fc.nat(2)), { maxLength: 3 }),
  )
  .map(([[id], edits]) => edits.reduce((text, [at, character, drop]) => text.slice(0, at) + character + text.slice(at + drop), id));

test('normalising is idempotent, and the fast path knows exactly the normalised ids', () => {
  let read = 0;
  fc.assert(
    fc.property(nearly, (text) => {
      const parsed = parseIdentifier(text);
      expect(isNormalised(text)).toBe(parsed.ok && parsed.identifier.id === text);
      if (!parsed.ok) return;
      read += 1;
      expect(isNormalised(parsed.identifier.id)).toBe(true);
      expect(parseIdentifier(parsed.identifier.id)).toEqual(parsed);
      expect(parseIdentifierValue(parsed.identifier.scheme, parsed.identifier.value)).toEqual(parsed);
    }),
    { numRuns: 5_000 },
  );
  expect(read).toBeGreaterThan(500);
});

describe('a text without a scheme', () => {
  const guesses = (text: string) => guessIdentifiers(text).map(idOf);
  test.each([
    ['WDD SYNTH 9JA 000001', 'vin:WDDSYNTH9JA000001'],
    ['synu 000001-4', 'container:SYNU0000014'],
    ['IMO9319466', 'imo:9319466'],
    ['671990004', 'mmsi:671990004'],
    ['D-AIMA', 'aircraft:DAIMA'],
    ['490154203237518', 'imei:490154203237518'],
    ['5493001KJTIIGC8Y1R12', 'lei:5493001KJTIIGC8Y1R12'],
    ['9780471117094', 'gtin:9780471117094'],
    ['340123453111111115', 'sscc:340123453111111115'],
  ])('%s is first of all %s', (text, id) => expect(guesses(text)[0]).toBe(id));

  test('could be several things: those whose check digit agrees come first', () => {
    expect(guesses('9074729')[0]).toBe('imo:9074729');
    const verdicts = guessIdentifiers('123456789012').map(verdictOf);
    expect(verdicts[0]).toBe('valid');
  });

  test('in plain words is nothing', () => {
    for (const text of ['', 'car', 'Hamburg', 'white Mercedes S600', 'P4ssw0rd?']) expect(guesses(text)).toEqual([]);
  });

  test('with a look-alike is that refusal alone', () => {
    expect(guesses('1М8GDM9AXKP042788')).toEqual(['identifier.lookalike']);
  });
});
