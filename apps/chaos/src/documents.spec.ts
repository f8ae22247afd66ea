import { readSighting, validateDocument } from '#lib/contracts';
import { mapCaseLine } from '#lib/sources';
import { caseLineAt } from './case-lines.ts';
import { documentAt, documents, rivalAt } from './documents.ts';

const INPUTS = { seed: 20_260_101, count: 1_000 };

test('every sighting of the load is one that capture takes', () => {
  for (const document of [...documents(INPUTS), ...documents({ ...INPUTS, count: 50, namesNothing: true })]) {
    expect(validateDocument(document)).toEqual([]);
    expect(readSighting(document, { agency: 'local', id: document.id, principal: 'operator' }).ok).toBe(true);
  }
});

test('a sighting follows from seed and number alone, and another seed makes others', () => {
  expect(documentAt(INPUTS, 17)).toEqual([...documents(INPUTS)][17]);
  expect(documentAt({ ...INPUTS, seed: 2 }, 17)).not.toEqual(documentAt(INPUTS, 17));
});

test('most sightings concern several items, and a fifth speak about another whose items they list', () => {
  const all = [...documents(INPUTS)];
  expect(all.filter(({ items = [] }) => items.length > 1).length).toBeGreaterThan(INPUTS.count / 2);
  const speaking = all.filter(({ relations }) => relations?.target !== undefined);
  expect(speaking.length).toBeGreaterThan(INPUTS.count / 6);
  for (const { items = [], relations } of speaking) {
    const target = all.find(({ id }) => id === relations?.target);
    const listed = new Set(items.map(({ id }) => id));
    expect((target?.items ?? [{ id: 'no target' }]).filter(({ id }) => !listed.has(id))).toEqual([]);
  }
});

test('what names no item has ids of its own, and all that the load submits was reported in 2019', () => {
  const sayings = [...documents({ ...INPUTS, namesNothing: true })];
  const all = [...sayings, ...documents(INPUTS)];
  expect(sayings.filter(({ items }) => items !== undefined)).toEqual([]);
  expect(new Set(all.map(({ id }) => id)).size).toBe(2 * INPUTS.count);
  expect(new Set(all.map(({ reported }) => reported?.at?.slice(0, 4)))).toEqual(new Set(['2019']));
});

test('a rival has the same id and other bytes', () => {
  const [one, other] = [documentAt(INPUTS, 3), rivalAt(INPUTS, 3)];
  expect(other.id).toBe(one.id);
  expect(other).not.toEqual(one);
  expect(validateDocument(other)).toEqual([]);
});

test('every line of the case file maps to a sighting', () => {
  const lines = Array.from({ length: 200 }, (_, n) => caseLineAt(INPUTS, n));
  const targetOf = (id: string) => lines.find((line) => line.id === id) as never;
  expect(lines.map((line) => mapCaseLine(line as never, { targetOf })).filter(({ ok }) => !ok)).toEqual([]);
  expect(new Set(lines.map(({ id }) => id)).size).toBe(lines.length);
});
