import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { countryCode, countryName } from './countries.ts';
import { portByCode, portsByName } from './ports.ts';

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

test('a country is known by both codes and by its name; what is not assigned is not known', () => {
  expect(countryName('TG')).toBe('Togo');
  expect(countryName('tg')).toBeUndefined();
  expect(countryName('ZZ')).toBeUndefined();
  expect(['TGO', 'tg', 'togo'].map(countryCode)).toEqual(['TG', 'TG', 'TG']);
  expect(countryCode('constructor')).toBeUndefined();
});
