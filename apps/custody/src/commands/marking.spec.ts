import type { SightingDocument } from '#lib/contracts';
import { markingOf } from './marking.ts';

test('a marking stands in the lists of the items where it takes, and in none where it waits for its approval', () => {
  const document = {
    kind: 'observation',
    handling: { tlp: 'AMBER' },
    source: { kind: 'photo' },
    items: [
      { id: 'vin:WDDSYNTH9JA000001', role: 'subject' },
      { id: 'vin:WDDSYNTH9JA000001', role: 'background' },
    ],
  } satisfies SightingDocument;
  const listed = (gives: 'RED' | 'GREEN', waits: boolean): unknown =>
    markingOf({ id: 'a', document }, { handling: { tlp: 'AMBER' }, gives: { tlp: gives }, waits }, undefined).items;
  expect(listed('RED', false)).toEqual([{ id: 'vin:WDDSYNTH9JA000001', role: 'background' }]);
  expect(listed('GREEN', true)).toBeUndefined();
});
