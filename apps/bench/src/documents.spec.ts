import { parseIdentifier } from '#lib/domain';
import { indexSighting, readSighting, validateDocument } from '#lib/contracts';
import { sightings } from './documents.ts';
import { parseOptions } from './options.ts';

const options = { seed: 1, count: 500, items: 100, itemsPerSighting: 3 } as const;

test('the same seed gives the same sightings, another seed others', () => {
  const text = (seed: number) => JSON.stringify([...sightings({ ...options, seed })]);
  expect(text(1)).toBe(text(1));
  expect(text(2)).not.toBe(text(1));
});

test('every sighting of a run is one that capture accepts, with the items it should have, and about as large as those of the field', () => {
  for (const itemsPerSighting of [1, 3] as const) {
    const documents = [...sightings({ ...options, itemsPerSighting })];
    for (const document of documents) {
      expect(validateDocument(document)).toEqual([]);
      const read = readSighting(document, { agency: 'local', id: document.id, principal: 'operator' });
      expect(read.ok && indexSighting(read.sighting)).toMatchObject({ groups: ['green'] });
      expect(document.items).toHaveLength(itemsPerSighting);
    }
    const bytes = documents.reduce((sum, document) => sum + JSON.stringify(document).length, 0) / documents.length;
    expect(bytes).toBeGreaterThan(600);
    expect(bytes).toBeLessThan(900);
    expect(new Set(documents.map(({ id }) => id)).size).toBe(documents.length);
  }
});

test('containers and ships carry right check digits', () => {
  for (const document of sightings(options)) {
    for (const { id } of (document.items ?? []).slice(1))
      expect(parseIdentifier(id)).toMatchObject({ ok: true, check: { verdict: 'valid' } });
  }
});

test('the command line says no to what it does not know', () => {
  expect(parseOptions(['--quick', '--only', 'a,c', '--seed', '7'])).toMatchObject({ seed: 7, only: ['a', 'c'], sizes: { name: 'quick' } });
  expect(parseOptions(['--travel', '--seed', '7'])).toMatchObject({ mode: 'travel', seed: 7 });
  expect(() => parseOptions(['--only', 'z'])).toThrow('--only');
  expect(() => parseOptions(['--rounds', '0'])).toThrow('--rounds');
  expect(() => parseOptions(['--quik'])).toThrow('Unknown option');
});
