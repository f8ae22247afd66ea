import type { SightingDocument } from '#lib/contracts';
import { markingOf, namesItself } from './marking.ts';
import { entry } from './shown-entry.contract.ts';

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

test('of an item what names it itself is marked, and nothing that is of it by a claim, or is a marking', () => {
  const through = { id: 'mmsi:671990004', display: 'MMSI 671990004', claims: [{ agency: 'other', id: 'claim' }] };
  const marking = { ...entry('a').document, kind: 'marking' } as SightingDocument;
  expect([entry('a'), entry('a', { through }), entry('a', { roles: [] }), entry('a', { document: marking })].map(namesItself)).toEqual([
    ...[true, false, false, false],
  ]);
});
