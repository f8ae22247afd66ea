import fc from 'fast-check';
import {
  aliasKeys,
  aliasText,
  parseIdentifier,
  readAliasText,
  readSearch,
  searchKeys,
  type Alias,
  type SearchMatch,
} from '../identifier.ts';
import { RULES } from './rules.ts';

/** What the index gives for a text: every id that has one key of each alternative's keys, whichever is looked up. */
const candidates = (ids: readonly string[], text: string, keysOf: (id: string) => readonly string[] = searchKeys): string[] =>
  ids.filter((id) => {
    const keys = new Set(keysOf(id));
    return readSearch(text).alternatives.some((alternative) => alternative.every((key) => keys.has(key)));
  });

/** What a caller does: candidates by keys, decided by the whole text. */
const find = (ids: readonly string[], text: string, keysOf?: (id: string) => readonly string[]): string[] =>
  candidates(ids, text, keysOf).filter((id) => readSearch(text).matchIdentifier(id) !== null);

const matchOf = (id: string, text: string): SearchMatch | null => readSearch(text).matchIdentifier(id);

const CAR = 'vin:WDDSYNTH9JA000001';
const OTHER = 'vin:WDDSYNTH0JA000002';
const ALL = [
  CAR,
  OTHER,
  'container:SYNU0000014',
  'container:SYNU0000035',
  'imo:0000048',
  'mmsi:671990004',
  'serial:bosch:X12',
  'sgtin:80614141123458.6789',
  'aircraft:DAIMA',
  'lei:5493001KJTIIGC8Y1R12',
];

test.each([
  ['SYNTH9JA0000', [CAR], 'partial'],
  ['9JA000001', [CAR], 'partial'],
  ['wdd synth-9ja 000001', [CAR], 'exact'],
  ['vin:WDDSYNTH9JA000001', [CAR], 'exact'],
  ['VIN WDDSYNTH9JA000001', [CAR], 'exact'],
  ['WDDSYNTHOJAOOOO02', [OTHER], 'look-alike'],
  ['WDDSYNTHQJA0QO0O2', [OTHER], 'look-alike'],
  ['WDD5YNTH9JA00000I', [CAR], 'look-alike'],
  ['WDD5YNTH9JA00000l', [CAR], 'look-alike'],
  ['9JAOOOOOl', [CAR], 'look-alike'],
  ['9jaooooo1', [CAR], 'look-alike'],
  ['WDDSYN', [CAR, OTHER], 'partial'],
  ['SYNU 000001 4', ['container:SYNU0000014'], 'exact'],
  ['container SYNU 000001 4', ['container:SYNU0000014'], 'exact'],
  ['SYNUOOOOO3S', ['container:SYNU0000035'], 'look-alike'],
  ['IMO0000048', ['imo:0000048'], 'exact'],
  ['iso6346:SYNU0000014', ['container:SYNU0000014'], 'exact'],
  ['X12', ['serial:bosch:X12'], 'partial'],
  ['bosch X12', ['serial:bosch:X12'], 'exact'],
  ['urn:epc:id:sgtin:0614141.812345.6789', ['sgtin:80614141123458.6789'], 'exact'],
  ['sgtin:urn:epc:id:sgtin:0614141.812345.6789', ['sgtin:80614141123458.6789'], 'exact'],
  ['80614141123458', ['sgtin:80614141123458.6789'], 'partial'],
  ['D-AIMA', ['aircraft:DAIMA'], 'exact'],
  ['WDDSYNTH9JА000001', [CAR], 'look-alike'],
])('%s finds %j: %s', (text, ids, how) => {
  expect(find(ALL, text)).toEqual(ids);
  for (const id of ids) expect(matchOf(id, text)).toBe(how);
});

test.each(['', ' - ', 'SYN', 'Hamburg', 'imo:WDDSYNTH9JA000001', 'WDDSYNTH9JA000003', 'WDDSYNTH9JA0000011'])('%j finds nothing', (text) =>
  expect(find(ALL, text)).toEqual([]),
);

describe('a lower-case l', () => {
  const HONDA = 'vin:1HGCM82633A004352';
  const GAC = 'vin:LHGCM82633A004352';
  const BOTH = [HONDA, GAC];

  test('of a scan is read as the 1 that it looks like, and of a text in lower case as the L that it is', () => {
    expect(find(BOTH, 'lHGCM82633AOO4352')).toEqual(BOTH);
    expect(BOTH.map((id) => matchOf(id, 'lHGCM82633AOO4352'))).toEqual(['look-alike', 'look-alike']);
    expect(find(BOTH, 'lhgcm82633a004352')).toEqual(BOTH);
    // Never equal: a car of another maker has exactly these letters.
    expect(BOTH.map((id) => matchOf(id, 'lhgcm82633a004352'))).toEqual(['look-alike', 'exact']);
    expect([find(BOTH, 'lHGCM8'), matchOf(HONDA, 'lHGCM8'), matchOf(GAC, 'lHGCM8')]).toEqual([BOTH, 'look-alike', 'partial']);
    expect(parseIdentifier('vin:lHGCM82633AOO4352')).toMatchObject({ ok: false, code: 'identifier.character' });
  });

  test('is no licence for the capital: that is one of its own', () => {
    expect(find(BOTH, 'LHGCM82633A004352')).toEqual([GAC]);
    expect(matchOf(HONDA, 'LHGCM82633A004352')).toBeNull();
  });

  test('control: with the text as it was typed alone, the car is no candidate', () => {
    const typed = readSearch('LHGCM82633AOO4352').alternatives;
    const asked = readSearch('lHGCM82633AOO4352').alternatives;
    const keys = new Set(searchKeys(HONDA));
    const finds = (lists: typeof asked) => lists.some((list) => list.every((key) => keys.has(key)));
    expect([finds(typed), finds(asked), asked.length]).toEqual([false, true, 4]);
  });
});

test('control: without folding the keys, a misread identifier is not found', () => {
  const unfolded = (id: string): string[] => {
    const value = id.slice(id.indexOf(':') + 1);
    return Array.from({ length: value.length - 3 }, (_, at) => value.slice(at, at + 4));
  };
  expect(find([OTHER], 'WDDSYNTHOJAOOOO02')).toEqual([OTHER]);
  expect(find([OTHER], 'WDDSYNTHOJAOOOO02', unfolded)).toEqual([]);
});

test('a near match is never the same item: two digits exchanged find neither', () => {
  expect(find(ALL, 'SYNU0000041')).toEqual([]);
});

const SHIP = 'imo:0000012';
const name = (value: string): Alias => ({ kind: 'name', value });
const finds = (alias: Alias, text: string): boolean => {
  const kept = aliasText(alias);
  const keys = aliasKeys(kept);
  const asked = readSearch(text);
  return (
    asked.alternatives.some((alternative) => alternative.every((key) => keys.includes(key))) && asked.matchesAlias(readAliasText(kept))
  );
};

test.each<[Alias, string]>([
  [name('MV SYNTHETIC LINER'), 'synthetic liner'],
  [name('MV SYNTHETIC LINER'), 'mv synthetic'],
  [name('MV SYNTHETIC LINER'), 'ETICL'],
  [name('DN5505'), 'DN5505'],
  [name('DN5505'), 'DNSSO5'],
  [name('DN5511'), 'DN55ll'],
  [name('IMO STAR'), 'imo star'],
  [name('IMO STAR'), 'MOSTA'],
  [name('IMO STAR'), 'star'],
  [name('Ada'), 'ADA'],
  [{ kind: 'mmsi', value: '244990001' }, '24499'],
  [{ kind: 'mmsi', value: '244990001' }, 'MMSI 244990001'],
  [{ kind: 'mmsi', value: 'mmsi:244990001' }, 'mmsi:244990001'],
  [{ kind: 'callSign', value: 'PABC' }, 'pabc'],
])('what was stated beside an identifier, %j, is found by %j and is no match of the identifier', (alias, text) => {
  expect([finds(alias, text), matchOf(SHIP, text)]).toEqual([true, null]);
});

test.each<[string, string, string]>([
  ['Южный Порт', 'yuzhnyy port', 'BGN/PCGN'],
  ['Yuzhny Port', 'Южный Порт', 'BGN/PCGN, simplified'],
  ['Южный Порт', 'южный порт', 'letters'],
  ['Находка', 'NAKHODKA', 'BGN/PCGN'],
  ['MV Αγία Μαρίνα', 'agia marina', 'ISO 843 (ELOT 743)'],
  ['평양호', 'Pyongyang', 'McCune-Reischauer'],
  ['Müller Łódź', 'muller lodz', 'letters'],
  ['Muller', 'Müller', 'letters'],
  ['ユニコーン', 'unikon', 'Hepburn'],
  ['평양', '평양', 'letters'],
  ['新上海輪', '上海', 'letters'],
  ['ميناء العقبة', 'العقبة', 'letters'],
])('a name that was stated in one script is found in another: %s by %s', (stated, text, rule) => {
  expect([finds(name(stated), text), readSearch(text).aliasRule(name(stated))]).toEqual([true, rule]);
});

test('names of other letters stay apart, in any script; plain ones have no rule', () => {
  expect([finds(name('Южный'), 'Severny'), finds(name('Severny'), 'Южный'), finds(name('上海'), 'Shanghai')]).toEqual([
    false,
    false,
    false,
  ]);
  expect(readSearch('synthetic').aliasRule(name('MV SYNTHETIC LINER'))).toBeUndefined();
});

test.each<[Alias, string]>([
  [name('MV SYNTHETIC LINER'), 'SYNTHETIC FEEDER'],
  [name('MV SYNTHETIC LINER'), 'linersynth'],
  [name('MV SYNTHETIC LINER'), 'MV'],
  // Of another scheme than the text names: it explains no hit.
  [{ kind: 'mmsi', value: '244990001' }, 'imo:244990001'],
  [{ kind: 'mmsi', value: '244990001' }, 'IMO 2449900'],
  [name('244990001'), 'mmsi:244990001'],
])('what was stated beside an identifier, %j, is not claimed for %j', (alias, text) => {
  expect(finds(alias, text)).toBe(false);
});

test('a stated name is found by its first 64 characters, however long it is', () => {
  const long = name(`${'A'.repeat(59)}BCDEF${'G'.repeat(60_000)}`);
  expect([finds(long, 'ABCDE'), finds(long, 'BCDEF'), finds(long, 'CDEFG')]).toEqual([true, true, false]);
  expect(aliasText(long)).toHaveLength('name:'.length + 64);
  expect(readAliasText(aliasText(name('a:b')))).toEqual(name('a:b'));
});

const VIN = fc
  .array(fc.constantFrom(...'ABCDEFGHJKLMNPRSTUVWXYZ0123456789'), { minLength: 17, maxLength: 17 })
  .map((characters) => `vin:${characters.join('')}`);
const SERIAL = fc
  .tuple(fc.stringMatching(/^[a-z0-9]{1,100}$/), fc.stringMatching(/^[A-Z0-9][-A-Z0-9./]{0,98}[A-Z0-9]$/))
  .map(([maker, number]) => `serial:${maker}:${number}`);
const ANY = fc.oneof(
  VIN,
  fc.stringMatching(/^container:[A-Z]{4}[0-9]{7}$/),
  fc.stringMatching(/^(imo:[0-9]{7}|mmsi:[0-9]{9}|imei:[0-9]{15}|lei:[A-Z0-9]{20})$/),
  fc.stringMatching(/^(sgtin:[0-9]{14}\.[a-zA-Z0-9]{1,20}|giai:[0-9]{6}[a-zA-Z0-9]{1,24}|aircraft:[A-Z]{5})$/),
  SERIAL,
);
const bare = (id: string): string => id.slice(id.indexOf(':') + 1).replaceAll(/[^A-Za-z0-9]/g, '');
const MISREAD: Readonly<Record<string, string>> = { 0: 'O', 1: 'I', 5: 'S', 8: 'B', 2: 'Z', S: '5', B: '8', Z: '2' };
const misread = (text: string, mask: number): string =>
  [...text].map((character, at) => (((mask >> (at % 16)) & 1) === 1 ? (MISREAD[character] ?? character) : character)).join('');

/** Parts of five characters and more of an id that are not found, read right or misread. */
function notFound(id: string, mask: number, keysOf?: (id: string) => readonly string[]): string[] {
  const value = bare(id);
  const lost: string[] = [];
  for (let from = 0; from < value.length; from++) {
    for (const length of new Set([5, 6, 7, 8, 17, value.length - from])) {
      const part = value.slice(from, from + length);
      if (part.length < 5) continue;
      for (const text of [part, misread(part, mask)]) if (find([id], text, keysOf).length === 0) lost.push(text);
    }
  }
  return lost;
}

test('every five characters in a row, and more, find their identifier, read right or misread', () => {
  fc.assert(fc.property(ANY, fc.nat(0xffff), (id, mask) => expect(notFound(id, mask)).toEqual([])));
});

test('control: with one key less, some part is not found', () => {
  const CASES = [CAR, 'container:SYNU0000014', 'imo:0000048', 'lei:5493001KJTIIGC8Y1R12'];
  for (const id of CASES) {
    for (const dropped of searchKeys(id))
      expect([dropped, notFound(id, 0, (each) => searchKeys(each).filter((key) => key !== dropped)).length]).not.toEqual([dropped, 0]);
  }
});

test('of a VIN, a part is told from the whole, and a misread one from what was written', () => {
  fc.assert(
    fc.property(VIN, fc.nat(12), fc.integer({ min: 5, max: 17 }), fc.nat(0xffff), (id, start, length, mask) => {
      const part = bare(id).slice(start, start + length);
      const seen = misread(part, mask);
      expect(matchOf(id, seen)).toBe(seen === part ? (part.length === 17 ? 'exact' : 'partial') : 'look-alike');
    }),
  );
});

test.each([
  ['(01)80614141123458(21)6789', 'sgtin:80614141123458.6789', 'exact'],
  ['sgtin:(01)80614141123458(21)6789', 'sgtin:80614141123458.6789', 'exact'],
  ['SGTIN (01)80614141123458(21)67', 'sgtin:80614141123458.6789', 'partial'],
  ['(01)4012345111118(21)98', 'sgtin:04012345111118.98', 'exact'],
  ['(01)80614141123458(10)A1', 'lgtin:80614141123458.A1', 'exact'],
  ['(01)80614141123458', 'gtin:80614141123458', 'exact'],
  [' (00) 1 0614141 123456789 0', 'sscc:106141412345678908', null],
  ['(00)106141412345678908', 'sscc:106141412345678908', 'exact'],
  ['(8004)0614141.5', 'giai:(8004)0614141.5', 'exact'],
  ['giai:(8004)061414112345400', 'giai:061414112345400', 'exact'],
  ['(414)4012345000054(254)122', 'sgln:4012345000054.122', 'exact'],
  ['(01)80614141123458(21)6789', 'lgtin:80614141123458.6789', null],
  ['gtin:(01)80614141123458(21)6789', 'sgtin:80614141123458.6789', null],
] as const)('the element string %s answers for %s: %s', (text, id, match) => {
  expect(matchOf(id, text)).toBe(match);
  expect(find([id], text)).toEqual(match === null ? [] : [id]);
});

test.each(['(401)5551234', '(8004)5551234', '(253)4602443000331X', '(00)106141412345678908'])(
  'a number that looks like an element string, %s, finds what holds it as it stands too',
  (text) => {
    const serial = `serial:acme:${text}`;
    expect([find([serial], text), matchOf(serial, text)]).toEqual([[serial], 'partial']);
    expect([find([serial], `acme ${text}`), matchOf(serial, `serial:acme:${text}`)]).toEqual([[serial], 'exact']);
    expect([finds(name(`Lot ${text}`), text), finds(name(text), text)]).toEqual([true, true]);
    // The control: another number does not.
    expect(find([serial], text.replace(/.$/, '7'))).toEqual([]);
  },
);

test('under five letters and digits only a whole value is found', () => {
  const short = ['serial:bosch:X12', 'aircraft:GABC', 'serial:acme:GABC1'];
  expect([find(short, 'X12'), find(short, 'G-ABC'), find(short, '6ABC'), find(short, 'ABC')]).toEqual([
    ['serial:bosch:X12'],
    ['aircraft:GABC'],
    [],
    [],
  ]);
  expect([readSearch('G-ABC').short, readSearch('G-ABC1').short, readSearch(' . ').alternatives]).toEqual([true, false, []]);
});

test('keys and look-ups are bounded, whatever is pasted, and no scheme has longer values than are looked up', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 2_000 }), (text) => {
      const asked = readSearch(text);
      expect(Math.max(0, ...asked.alternatives.map((alternative) => alternative.length))).toBeLessThanOrEqual(16);
      expect(aliasKeys(aliasText(name(text))).length).toBeLessThanOrEqual(64);
    }),
  );
  const longest = `serial:${'a'.repeat(100)}:${'B'.repeat(99)}C`;
  expect(find([longest], longest.slice('serial:'.length))).toEqual([longest]);
  expect(RULES.filter(({ normalised }) => normalised.test('A'.repeat(257)) || normalised.test('1'.repeat(257)))).toEqual([]);
  expect(searchKeys(CAR)).toHaveLength(7);
  expect(searchKeys('container:SYNU0000014')).toHaveLength(4);
});
