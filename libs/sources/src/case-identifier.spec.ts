/** The maker beside a number belongs to it where the number is a serial number, and is one more thing that the author says anywhere else. */
import type { JsonObject, SightingDocument } from '#lib/contracts';
import { mapCaseLine } from './case-file.ts';
import { exportCaseLine } from './case-export.ts';

const map = (item: JsonObject): SightingDocument => {
  const line = { id: 'x-1', kind: 'observation', item, source: { kind: 'ais' }, tlp: 'GREEN' };
  const mapped = mapCaseLine(line, { targetOf: () => undefined });
  if (!mapped.ok) throw new Error(JSON.stringify(mapped.faults));
  expect(exportCaseLine(mapped.document)).toEqual({ line, foreign: false });
  return mapped.document;
};

describe('a maker', () => {
  it.each<[string, string, string, string]>([
    ['vin', 'WDDSYNTH9JA000001', 'Mercedes-Benz', 'vin:WDDSYNTH9JA000001'],
    ['imei', '490154203237518', 'Nokia', 'imei:490154203237518'],
    ['iso6346', 'SYNU0000014', 'CIMC', 'container:SYNU0000014'],
  ])('beside the number of scheme %s is kept and shown, and is no part of it', (scheme, value, maker, id) => {
    expect(map({ scheme, value, maker })).toMatchObject({ items: [{ id, role: 'subject' }], extension: { x: { 'item[0]': { maker } } } });
  });

  it('beside a serial number is part of it, however the scheme is written', () => {
    for (const scheme of ['serial', 'Serial', ' SERIAL '])
      expect(map({ scheme, value: 'A-12', maker: 'Bosch' }).items?.[0]?.id).toBe('serial:bosch:A-12');
    expect(map({ scheme: 'serial', value: 'A-12', maker: 'Bosch' }).extension).not.toHaveProperty('x');
  });
});
