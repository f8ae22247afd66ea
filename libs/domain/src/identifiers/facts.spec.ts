import { displayIdentifier, parseIdentifier } from '../identifier.ts';

const factsOf = (id: string): Readonly<Record<string, string>> => {
  const parsed = parseIdentifier(id);
  return parsed.ok ? parsed.facts : { refused: parsed.code };
};

test.each([
  [
    'vin:WDDSYNTH9JA000001',
    { wmi: 'WDD', region: 'Europe', country: 'DE', countryName: 'Germany', maker: 'Mercedes-Benz', modelYear: '1988 or 2018' },
  ],
  ['vin:1HGCM82633A004352', { region: 'North America', country: 'US', maker: 'Honda', modelYear: '2003' }],
  ['vin:5YJSA1E28HF000337', { maker: 'Tesla', modelYear: '2017' }],
  ['vin:LRW3E7FA0LC000001', { country: 'CN', region: 'Asia', maker: 'Tesla' }],
  ['vin:7SAYGDEE0NA000001', { country: 'US', region: 'North America', maker: 'Tesla' }],
  ['mmsi:671990004', { kind: 'ship', mid: '671', country: 'TG', countryName: 'Togo' }],
  ['mmsi:002241000', { kind: 'coast_station', country: 'ES' }],
  ['mmsi:009990000', { kind: 'all_coast_stations' }],
  ['mmsi:002110000', { kind: 'group_of_coast_stations', country: 'DE' }],
  ['mmsi:002111234', { kind: 'coast_station', country: 'DE' }],
  ['mmsi:021112345', { kind: 'group', country: 'DE' }],
  ['mmsi:111211000', { kind: 'group_of_sar_aircraft', country: 'DE' }],
  ['mmsi:111211501', { kind: 'sar_aircraft', country: 'DE' }],
  ['mmsi:821112345', { kind: 'handheld_vhf', country: 'DE' }],
  ['mmsi:982111234', { kind: 'craft_of_parent_ship', country: 'DE' }],
  ['mmsi:992116001', { kind: 'aid_to_navigation', country: 'DE' }],
  ['mmsi:970123456', { kind: 'sart' }],
  ['mmsi:972123456', { kind: 'mob' }],
  ['mmsi:974123456', { kind: 'epirb' }],
  ['mmsi:979123456', { kind: 'amrd_group_b' }],
  ['mmsi:204123456', { country: 'PT', area: 'Azores' }],
  ['icao24:3C65A1', { country: 'DE' }],
  ['icao24:A00001', { country: 'US' }],
  ['icao24:720001', { country: 'KP' }],
  ['aircraft:D-AIMA', { nationalityMark: 'D', country: 'DE' }],
  ['aircraft:9M-MRO', { nationalityMark: '9M', country: 'MY' }],
  ['aircraft:B-HXA', { country: 'HK' }],
  ['aircraft:B-18001', { country: 'TW' }],
  ['aircraft:B-2447', { country: 'CN' }],
  ['aircraft:HL7742', { country: 'KR' }],
  ['aircraft:RDPL-34188', { nationalityMark: 'RDPL', country: 'LA' }],
  ['aircraft:XV-A123', { nationalityMark: 'XV', country: 'VN' }],
  ['aircraft:4W-ABC', { nationalityMark: '4W', country: 'TL' }],
  // Digits behind the letter: gliders of Germany, aircraft of North Korea; D4, D2, D6, P4 and P2 go on with letters.
  ['aircraft:D-4567', { nationalityMark: 'D', country: 'DE' }],
  ['aircraft:D-2345', { nationalityMark: 'D', country: 'DE' }],
  ['aircraft:D-6789', { nationalityMark: 'D', country: 'DE' }],
  ['aircraft:D-0001', { nationalityMark: 'D', country: 'DE' }],
  ['aircraft:P-412', { nationalityMark: 'P', country: 'KP' }],
  ['aircraft:P-237', { nationalityMark: 'P', country: 'KP' }],
  ['aircraft:D4-CBA', { nationalityMark: 'D4', country: 'CV' }],
  ['aircraft:D2-TEA', { nationalityMark: 'D2', country: 'AO' }],
  ['aircraft:P4-KBA', { nationalityMark: 'P4', country: 'AW' }],
  ['aircraft:P2-PXE', { nationalityMark: 'P2', country: 'PG' }],
  ['aircraft:Z-WPF', { nationalityMark: 'Z', country: 'ZW' }],
  ['aircraft:Z3-AAM', { nationalityMark: 'Z3', country: 'MK' }],
  ['aircraft:VP-BXY', { nationalityMark: 'VP', country: 'BM' }],
  ['hin:FRXYZAB123L919', { country: 'FR', countryName: 'France' }],
  ['hin:YUXYZAB123L919', { country: 'YU', countryName: 'Yugoslavia (until 2003)' }],
  ['hin:XYZAB123L919', { form: 'current', month: '12', modelYear: '2019' }],
  ['hin:ABC12345M78G', { form: 'model year, 1972 to 1984', month: '02', modelYear: '1978' }],
  ['hin:ABC123450976', { form: 'straight year, 1972 to 1984', month: '09', year: '1976' }],
  ['container:SYNU0000014', { owner: 'SYN', category: 'freight container', serial: '000001' }],
  ['imei:49015420323751', { form: 'IMEI without check digit', typeAllocationCode: '49015420' }],
  ['sgtin:04012345111118.98"', { digitalLink: 'https://id.gs1.org/01/04012345111118/21/98%22', serial: '98"' }],
])('%s tells %j', (id, facts) => expect(factsOf(id)).toMatchObject(facts));

const CARS = {
  digit: /a digit in position 7/,
  letter: /a letter in position 7/,
  heavy: /cars and light trucks only/,
  abroad: /outside North America/,
};
test.each<[string, string, RegExp]>([
  ['1HGCM82633A004352', '2003', CARS.digit],
  ['1G1YY32G9Y5100001', '2000', CARS.digit],
  ['5YJSA1E28HF000337', '2017', CARS.letter],
  ['7SAYGDEE0NA000001', '2022', CARS.letter],
  ['2T1BU4EE9AC000001', '2010', CARS.letter],
  // No car of 2003 has a letter there, and 2033 is not yet: neither is kept back.
  ['1HGCM8A633A004352', '2003 or 2033', CARS.letter],
  // A Kenworth of 2010 and a bus of 1989: trucks and buses have what they like in position 7, and so may an unknown maker's vehicle.
  ['1XKAD49X8AJ000001', '1980 or 2010', CARS.heavy],
  ['1M8GDM9AXKP042788', '1989 or 2019', CARS.heavy],
  ['1XXAD49X8AJ000001', '1980 or 2010', CARS.heavy],
  ['WDDSYNTH9JA000001', '1988 or 2018', CARS.abroad],
  ['6FPAAAJL0MSZ00004', '1991 or 2021', CARS.abroad],
  ['VF1KG1PBE34488860', '2003', CARS.abroad],
])('the model year of %s is %s, and why is said', (vin, year, basis) => {
  const { modelYear = '', modelYearBasis = '' } = factsOf(`vin:${vin}`);
  expect([modelYear, basis.test(modelYearBasis)]).toEqual([year, true]);
});

test.each([
  ['1GBJC34K0YF000001', 'Chevrolet'],
  ['1V1ZZZ17ZCV000001', 'Volkswagen'],
  ['2LNHM82W0XY000001', 'Lincoln'],
  ['3MDDJ2HA0FM000001', 'Mazda'],
  ['5S3ET13S072000001', 'Saab'],
  ['7FARW2H50JE000001', 'Honda'],
  ['KL4CJASB0JB000001', 'Buick'],
  ['VF8ZZZ17ZCV000001', 'Matra, Talbot, Simca'],
  ['VS3ZZZ17ZCV000001', 'Peugeot'],
  ['SJKZZZ17ZCV000001', 'Nissan'],
  ['X96ZZZ17ZCV000001', 'GAZ'],
  ['Y6DZZZ17ZCV000001', 'ZAZ'],
  ['1C4ZZZ17ZCV000001', 'Chrysler'],
  // Small makers share a code; three more characters say which one it is.
  ['VF9SA25C28M795001', 'Bugatti'],
  ['YT9NN1U14EA007001', 'Koenigsegg'],
  ['YT9NN1U14EA008001', undefined],
])('%s was made by %s', (vin, maker) => expect(factsOf(`vin:${vin}`)['maker']).toBe(maker));

test.each([
  'aircraft:D2-34A',
  'aircraft:P4-12A',
  'aircraft:Z6-ABC',
  'aircraft:P-ABC',
  'aircraft:PA-XYZ',
  'aircraft:P-12',
  'aircraft:P-12345',
  'aircraft:D-7ABC',
  'aircraft:D-A7BC',
  'aircraft:D-123',
  'aircraft:D-12345',
])('%s is told to be of no State, rather than of a wrong one', (id) => {
  expect(factsOf(id)).toEqual({});
  expect(displayIdentifier(id.replace('-', ''))).toBe(`aircraft ${id.slice(9).replace('-', '')}`);
});

test.each([
  ['aircraft:D4567', 'aircraft D-4567'],
  ['aircraft:P412', 'aircraft P-412'],
  ['aircraft:D4CBA', 'aircraft D4-CBA'],
])('%s is shown as %s', (id, shown) => expect(displayIdentifier(id)).toBe(shown));

test('a VIN whose tenth character is no model year tells none', () => {
  expect(factsOf('vin:WDDSYNTH90A000001')).not.toHaveProperty('modelYear');
});

test.each([
  'mmsi:600123456',
  'mmsi:000000000',
  'mmsi:380999999',
  'mmsi:990000001',
  'mmsi:912345678',
  'imo:0000000',
  'imei:00000000000000',
  'imei:000000000000000',
  'imei:0000000000000000',
  // 49 CFR 565.15 asks for the check digit, which is 3.
  'vin:7SAYGDEE9NF000001',
  'icao24:000000',
  'icao24:FFFFFF',
  'aircraft:N0123',
  'aircraft:N12O',
])('%s cannot be, and is kept with that verdict', (id) =>
  expect(parseIdentifier(id)).toMatchObject({ ok: true, identifier: { id }, check: { verdict: 'invalid' } }),
);
