import fc from 'fast-check';
import { aliasKeys, matchesSearch, searchKeys, searchProbes } from '../identifier.ts';

/** What a caller does: candidates by keys, decided by `matchesSearch`. */
function find(ids: readonly string[], text: string, keysOf: (id: string) => readonly string[] = searchKeys): string[] {
  const { keys, minimum } = searchProbes(text);
  return ids.filter(
    (id) =>
      minimum > 0 &&
      keys.filter((key) => keysOf(id).includes(key)).length >= minimum &&
      keys.length > 0 &&
      matchesSearch(id, text) !== null,
  );
}

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
  ['WDDSYNTHOJAOOOO02', [OTHER], 'ocr'],
  ['WDDSYNTHQJA0QO0O2', [OTHER], 'ocr'],
  ['WDD5YNTH9JA00000I', [CAR], 'ocr'],
  ['WDDSYN', [CAR, OTHER], 'partial'],
  ['SYNU 000001 4', ['container:SYNU0000014'], 'exact'],
  ['container SYNU 000001 4', ['container:SYNU0000014'], 'exact'],
  ['SYNUOOOOO3S', ['container:SYNU0000035'], 'ocr'],
  ['IMO0000048', ['imo:0000048'], 'exact'],
  ['iso6346:SYNU0000014', ['container:SYNU0000014'], 'exact'],
  ['X12', ['serial:bosch:X12'], 'partial'],
  ['bosch X12', ['serial:bosch:X12'], 'exact'],
  ['urn:epc:id:sgtin:0614141.812345.6789', ['sgtin:80614141123458.6789'], 'exact'],
  ['80614141123458', ['sgtin:80614141123458.6789'], 'partial'],
  ['D-AIMA', ['aircraft:DAIMA'], 'exact'],
  ['WDDSYNTH9JА000001', [CAR], 'ocr'],
])('%s finds %j: %s', (text, ids, how) => {
  expect(find(ALL, text)).toEqual(ids);
  for (const id of ids) expect(matchesSearch(id, text)).toBe(how);
});

test.each(['', ' - ', 'SYN', 'Hamburg', 'imo:WDDSYNTH9JA000001', 'WDDSYNTH9JA000003', 'WDDSYNTH9JA0000011'])('%j finds nothing', (text) =>
  expect(find(ALL, text)).toEqual([]),
);

test('control: without folding the keys, a misread identifier is not found', () => {
  const unfolded = (id: string): string[] => {
    const value = id.slice(id.indexOf(':') + 1);
    return [`=${value}`, ...Array.from({ length: value.length - 4 }, (_, at) => `~${value.slice(at, at + 5)}`)];
  };
  expect(find([OTHER], 'WDDSYNTHOJAOOOO02')).toEqual([OTHER]);
  expect(find([OTHER], 'WDDSYNTHOJAOOOO02', unfolded)).toEqual([]);
});

test('a near match is never the same item: two digits exchanged find neither', () => {
  expect(find(ALL, 'SYNU0000041')).toEqual([]);
});

test('a name or number that was stated beside an identifier is found by its parts, and is no match of the identifier', () => {
  const keys = [...searchKeys('imo:0000012'), ...aliasKeys('MV SYNTHETIC LINER'), ...aliasKeys('mmsi:244990001')];
  for (const text of ['synthetic liner', 'mv synthetic', '24499', 'MMSI 244990001']) {
    expect(searchProbes(text).keys.filter((key) => !keys.includes(key))).toEqual([]);
    expect(matchesSearch('imo:0000012', text)).toBeNull();
  }
  expect(searchProbes('SYNTHETIC FEEDER').keys.every((key) => keys.includes(key))).toBe(false);
  expect(aliasKeys('평양')).toEqual([]);
});

const VIN = fc
  .array(fc.constantFrom(...'ABCDEFGHJKLMNPRSTUVWXYZ0123456789'), { minLength: 17, maxLength: 17 })
  .map((characters) => characters.join(''));

test('every part of five characters and more finds its VIN, read right or misread', () => {
  const misread: Readonly<Record<string, string>> = { 0: 'O', 1: 'I', 5: 'S', 8: 'B', 2: 'Z', S: '5', B: '8', Z: '2' };
  fc.assert(
    fc.property(VIN, fc.nat(12), fc.nat(12), fc.nat(0xffff), (vin, start, more, mask) => {
      const part = vin.slice(start, start + 5 + more);
      const seen = [...part]
        .map((character, at) => (((mask >> (at % 16)) & 1) === 1 ? (misread[character] ?? character) : character))
        .join('');
      expect(find([`vin:${vin}`], part)).toEqual([`vin:${vin}`]);
      expect(find([`vin:${vin}`], seen)).toEqual([`vin:${vin}`]);
      expect(matchesSearch(`vin:${vin}`, seen)).toBe(seen === part ? (part.length === 17 ? 'exact' : 'partial') : 'ocr');
    }),
  );
});

test('keys and look-ups are bounded, whatever is pasted', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 2_000 }), (text) => {
      expect(searchKeys(`serial:x:${text}`).length).toBeLessThanOrEqual(63);
      expect(searchProbes(text).keys.length).toBeLessThanOrEqual(16);
    }),
  );
  expect(searchKeys(CAR)).toHaveLength(14);
});
