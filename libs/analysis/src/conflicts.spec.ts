/** Records that speak against each other: the demo's five conflicts, where they stand, and until when. */
import { readDemo } from './demo.contract.ts';
import { foldTimeline } from '#lib/domain';
import { conflictsOf, journeyOf, knownAround, carriersOf, lastConveyanceOf, portsIn, type Conflict } from './index.ts';
import { knownOf, lookIn } from './cases.contract.ts';

const demo = readDemo();
const CARS = ['vin:WDDSYNTH9JA000001', 'vin:WDDSYNTH0JA000002'];
const DN5505 = 'imo:0000048';
const pairs = (conflicts: readonly Conflict[]): string[] =>
  conflicts.map(({ by, against, isOpen }) => `${by.sighting.id} ${against.sighting.id}${isOpen ? '' : ' settled'}`).sort();

test.each(CARS)('C1, C4 and C5 are in view on %s, each with both grades', (car) => {
  const conflicts = conflictsOf(knownOf(demo, car).timeline);
  expect(pairs(conflicts)).toEqual(expect.arrayContaining(['lux-0020 lux-0017', 'lux-0050 lux-0049', 'lux-0057 lux-0015']));
  for (const { by, against } of conflicts) expect([by.sighting.grade, against.sighting.grade]).not.toContain(undefined);
});

test('C2 and C3 are on DN5505', () => {
  expect(pairs(conflictsOf(knownOf(demo, DN5505).timeline))).toEqual(['lux-0042 lux-0041', 'lux-0045 lux-0044']);
});

test.each(CARS)('DN5505 is the last conveyance of %s, with what is recorded of it since', async (car) => {
  const items = await knownAround(car, lookIn(demo), carriersOf);
  const ports = portsIn(items);
  const last = lastConveyanceOf(journeyOf(car, items, ports).inWhat, items, ports);
  expect(last?.carrier).toBe(DN5505);
  expect(pairs(last?.conflicts ?? [])).toEqual(['lux-0042 lux-0041', 'lux-0045 lux-0044']);
  // Silent for eighteen days, and again behind its last position.
  expect(last?.gaps.map(({ until }) => until === null)).toEqual([false, true]);
  expect(last?.entries.map(({ sighting }) => sighting.id)).toContain('lux-0046');
});

test('a resolution settles a conflict, and opens it again when it is withdrawn', () => {
  const [by, against] = ['lux-0045', 'lux-0044'].map((id) => demo.inputs.find(({ sighting }) => sighting.id === id));
  if (by === undefined || against === undefined) throw new Error('the demo has no such lines');
  const { sighting } = by;
  const refs = [by, against].map(({ sighting: { agency, id } }) => ({ agency, id }));
  const relations = { contradicts: [], links: [], basis: [], resolves: refs, upholds: refs.slice(0, 1) };
  const resolution = { sighting: { ...sighting, id: 'settles', kind: 'resolution' as const, relations }, logIndex: 1_000 };
  const target = { agency: sighting.agency, id: 'settles' };
  const undone = {
    sighting: { ...sighting, id: 'undone', kind: 'retraction' as const, relations: { ...relations, resolves: [], upholds: [], target } },
    logIndex: 1_001,
  };
  const of = (...more: (typeof resolution | typeof undone)[]): string[] =>
    pairs(conflictsOf(foldTimeline(DN5505, [...demo.inputs, ...more])));
  expect(of()).toContain('lux-0045 lux-0044');
  expect(of(resolution)).toContain('lux-0045 lux-0044 settled');
  expect(of(resolution, undone)).toContain('lux-0045 lux-0044');
});
