import { parseIdentifier } from '../identifier.ts';

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
  ['mmsi:970123456', { kind: 'sart' }],
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
  ['aircraft:VP-BXY', { nationalityMark: 'VP', country: 'BM' }],
  ['hin:XYZAB123L919', { form: 'current', month: '12', modelYear: '2019' }],
  ['hin:ABC12345M78G', { form: 'model year, 1972 to 1984', month: '02', modelYear: '1978' }],
  ['hin:ABC123450976', { form: 'straight year, 1972 to 1984', month: '09', year: '1976' }],
  ['container:SYNU0000014', { owner: 'SYN', category: 'freight container', serial: '000001' }],
  ['imei:49015420323751', { form: 'IMEI without check digit', typeAllocationCode: '49015420' }],
  ['sgtin:04012345111118.98"', { digitalLink: 'https://id.gs1.org/01/04012345111118/21/98%22', serial: '98"' }],
])('%s tells %j', (id, facts) => expect(factsOf(id)).toMatchObject(facts));

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
  'icao24:000000',
  'icao24:FFFFFF',
  'aircraft:N0123',
  'aircraft:N12O',
])('%s cannot be, and is kept with that verdict', (id) =>
  expect(parseIdentifier(id)).toMatchObject({ ok: true, identifier: { id }, check: { verdict: 'invalid' } }),
);
