import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { countryCode, countryName } from './countries.ts';
import { ICAO24_BLOCKS } from './icao24-blocks.ts';
import { ALLOCATED_MIDS, countryOfMid } from './mid.ts';
import { NATIONALITY_MARKS } from './nationality-marks.ts';
import { listPorts, portByCode, portsByName, type Port } from './ports.ts';
import { countryOfWmi, regionOfWmi } from './wmi-countries.ts';
import { makerOfWmi, WMI_CODES } from './wmi.ts';

const root = join(import.meta.dirname, '../../../..');
const script = join(root, 'scripts/generate-tables.mjs');
const check = (...args: string[]) => execFileSync(process.execPath, [script, '--check', ...args], { stdio: 'pipe', encoding: 'utf8' });

test('the generated tables are what their packages give', () => {
  expect(() => check()).not.toThrow();
});

test('one changed coordinate in a table is found, and the file is named', () => {
  const copy = mkdtempSync(join(tmpdir(), 'custody-tables-'));
  try {
    cpSync(join(root, 'libs/domain/src/tables'), copy, { recursive: true });
    expect(() => check('--out', copy)).not.toThrow();
    const path = join(copy, 'ports.ts');
    writeFileSync(path, readFileSync(path, 'utf8').replace('NLRTM|Rotterdam|51.92', 'NLRTM|Rotterdam|51.93'));
    expect(() => check('--out', copy)).toThrow(/ports\.ts differs/);
  } finally {
    rmSync(copy, { recursive: true });
  }
});

test('a port is found by its code in any writing, and by its name with and without accents', () => {
  expect(portByCode('NLRTM')).toMatchObject({ name: 'Rotterdam', country: 'NL', lat: 51.92, lon: 4.5 });
  expect(portByCode('nl rtm')).toEqual(portByCode('NLRTM'));
  expect(portByCode('NLXXX')).toBeUndefined();
  expect(portsByName('paranã').map(({ code }) => code)).toContain('BRPNN');
  expect(portsByName('PARANA').map(({ code }) => code)).toContain('BRPNN');
  expect(portsByName('Rott')).toEqual([]);
});

test('a name that several countries use gives every port', () => {
  expect(portsByName('Cartagena').map(({ country }) => country)).toEqual(['CO', 'ES']);
});

/** Kilometres between two ports on a sphere. */
function distanceKm(a: Port, b: Port): number {
  const [aLat, aLon, bLat, bLon] = [a.lat, a.lon, b.lat, b.lon].map((degrees = NaN) => (degrees * Math.PI) / 180) as [number, number, number, number];
  return 6371 * Math.acos(Math.min(1, Math.sin(aLat) * Math.sin(bLat) + Math.cos(aLat) * Math.cos(bLat) * Math.cos(aLon - bLon)));
}

/** Ports over 1,500 km from every other port of their country. */
function remote(ports: readonly Port[]): string[] {
  const placed = ports.filter(({ lat }) => lat !== undefined);
  const neighbours = (port: Port) => placed.filter((other) => other !== port && other.country === port.country);
  return placed.filter((port) => neighbours(port).length > 1 && neighbours(port).every((other) => distanceKm(port, other) > 1500)).map(({ code }) => code);
}

test('no port lies far from all others of its country, but for three that do', () => {
  const ports = listPorts();
  // Easter Island, Magadan, Honolulu.
  expect(remote(ports)).toEqual(['CLIPC', 'RUGDX', 'USHNL']);
  // Control: the source has the two exchanged.
  expect(remote(ports.map((port) => (port.code === 'DZAAE' ? { ...port, lat: 7.6741, lon: 36.9179 } : port)))).toContain('DZAAE');
  expect(portByCode('CDBOA')).toMatchObject({ lat: -5.8347, lon: 13.0229 });
  expect(portByCode('BMSOU')?.lat).toBeUndefined();
});

test('a country is known by both codes and by its name; what is not assigned is not known', () => {
  expect(countryName('TG')).toBe('Togo');
  expect(countryName('tg')).toBeUndefined();
  expect(countryName('ZZ')).toBeUndefined();
  expect(['TGO', 'tg', 'togo'].map(countryCode)).toEqual(['TG', 'TG', 'TG']);
  expect(countryCode('constructor')).toBeUndefined();
  // Letters whose Unicode upper or lower case is a plain one, and blanks that nobody sees, are none.
  expect(['\u0131t', 'u\u017f', '\ufeffTG', 'TG\u00a0', '\u212aenya'].map(countryCode)).toEqual(Array(5).fill(undefined));
  expect(['u\u017fnyc', '\u212aEMBA'].map(portByCode)).toEqual([undefined, undefined]);
});

describe('the tables written by hand', () => {
  test('name countries of ISO 3166-1 only', () => {
    const named = [...ALLOCATED_MIDS.map((mid) => countryOfMid(mid) ?? mid), ...ICAO24_BLOCKS.map(({ country }) => country), ...NATIONALITY_MARKS.map(({ country }) => country)];
    expect(named.filter((code) => countryName(code) === undefined)).toEqual([]);
  });

  test('have no digits of a ship twice, in ascending order, and those that the ITU leaves open are open', () => {
    expect(ALLOCATED_MIDS).toEqual([...new Set(ALLOCATED_MIDS)].sort());
    expect(ALLOCATED_MIDS).toHaveLength(292);
    expect(['200', '217', '300', '600', '799', '999'].map(countryOfMid)).toEqual(Array(6).fill(undefined));
  });

  test('have no address of an aircraft in two blocks', () => {
    const sorted = [...ICAO24_BLOCKS].sort((a, b) => a.first - b.first);
    expect(sorted.filter(({ first }, index) => index > 0 && first <= (sorted[index - 1]?.last ?? 0))).toEqual([]);
  });

  test('have well-formed WMIs, each of one maker, and its country is in its region', () => {
    expect(WMI_CODES.length).toBeGreaterThan(750);
    expect(WMI_CODES.filter((code) => code.endsWith('9'))).toEqual([]);
    expect(new Set(WMI_CODES).size).toBe(WMI_CODES.length);
    expect(WMI_CODES.filter((code) => !/^[A-HJ-NPR-Z0-9]{3}$/.test(code) || makerOfWmi(code) === undefined)).toEqual([]);
    expect(['WDD', '1HG', 'JTD', 'LSV', '93H', '7SA', 'XP7'].map((code) => [countryOfWmi(code), regionOfWmi(code)])).toEqual([
      ['DE', 'Europe'], ['US', 'North America'], ['JP', 'Asia'], ['CN', 'Asia'], ['BR', 'South America'], ['US', 'North America'], ['NL', 'Europe'],
    ]);
  });
});

const mids = join(root, '../shared/data/geo/mmsi-mid.csv');
(existsSync(mids) ? test : test.skip)('every country digits of another list are allocated here (needs ../shared/data)', () => {
  const theirs = readFileSync(mids, 'utf8').trim().split('\n').slice(1).map((line) => line.slice(0, 3));
  expect(theirs.length).toBeGreaterThan(280);
  expect(theirs.filter((mid) => countryOfMid(mid) === undefined)).toEqual([]);
});
