/** Records that speak against each other: the demo's five conflicts, where they stand, and until when. */
import { readDemo } from './demo.contract.ts';
import { foldTimeline } from '#lib/domain';
import {
  againstAt,
  carriersOf,
  conflictsOf,
  contradictionsOf,
  isDisputed,
  journeyAt,
  journeyOf,
  knownAround,
  lastConveyanceOf,
  portsIn,
  travelOf,
  type Against,
  type Conflict,
  type KnownItems,
} from './index.ts';
import { knownOf, lookIn } from './cases.contract.ts';
import { at, BOX, CAR, into, journey, LOADED, of, ofFile, OTHER, outOf, seen, SHIP, sighting, world } from './said.contract.ts';

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

describe('a containment that a record ended', () => {
  const ship = { [SHIP]: ['01:00', '11:00', '20:00'].map((time) => at(`2018-10-01T${time}Z`, 'busan')) };
  const unloaded = outOf(CAR, SHIP, { at: '2018-10-02T00:00Z', id: 'out' });
  const told = (items: KnownItems): unknown[] =>
    contradictionsOf([of(CAR, items)]).map(({ kind, by, against, isOpen, handling }) => [
      kind,
      by.sighting.id,
      against.sighting.id,
      isOpen,
      handling,
    ]);

  test('is contradicted by a record that puts the item where the conveyance was not meanwhile; both stand', () => {
    const away = seen(CAR, { at: '2018-10-01T10:00Z', place: 'dalian', id: 'away' });
    expect(told(world([LOADED, unloaded, away], ship))).toEqual([['elsewhere', 'away', 'loaded', true, 'GREEN']]);
    expect(told(world([LOADED, unloaded, away], { [SHIP]: ofFile(ship[SHIP] ?? [], 'AMBER') }))).toEqual([
      ['elsewhere', 'away', 'loaded', true, 'AMBER'],
    ]);
    // Behind the unloading it may be.
    const later = seen(CAR, { at: '2018-10-02T03:00Z', place: 'dalian' });
    expect(told(world([LOADED, unloaded, later], ship))).toEqual([]);
    expect(journey(world([LOADED, unloaded, away], ship)).legs).toHaveLength(1);
  });

  test('is contradicted by a loading into something else meanwhile', () => {
    const elsewhere = [into(CAR, OTHER, { at: '2018-10-01T05:00Z', id: 'other' }), outOf(CAR, OTHER, { at: '2018-10-01T06:00Z' })];
    expect(told(world([LOADED, unloaded, ...elsewhere]))).toEqual([['moved-on', 'other', 'loaded', true, 'GREEN']]);
  });

  test('is so until a resolution settles both records together', () => {
    const away = seen(CAR, { at: '2018-10-01T10:00Z', place: 'dalian', id: 'away' });
    const { sighting: made } = sighting([[CAR, 'subject']], { kind: 'resolution', id: 'settles' });
    const refs = ['away', 'loaded'].map((id) => ({ agency: 'alpha', id }));
    const settles = { sighting: { ...made, relations: { ...made.relations, resolves: refs, upholds: refs.slice(0, 1) } } };
    expect(told(world([LOADED, unloaded, away, settles], ship))).toEqual([['elsewhere', 'away', 'loaded', false, 'GREEN']]);
  });
});

describe('what speaks against the records that an answer of one time names', () => {
  const dispute = (target: string) => sighting([[BOX, 'subject']], { kind: 'dispute', target, id: `doubt-${target}` });
  const inputs = [
    into(CAR, BOX, { at: '2018-10-01T00:30Z', id: 'boxed' }),
    seen(BOX, { at: '2018-10-02T06:00Z', place: 'busan', id: 'box' }),
    seen(CAR, { at: '2018-10-02T06:10Z', place: 'dalian', id: 'car' }),
    seen(CAR, { at: '2018-11-01T00:00Z', place: 'dalian', id: 'later' }),
    outOf(CAR, BOX, { at: '2018-10-03T00:00Z', id: 'out' }),
  ];
  const against = (items: KnownItems, text: string): Against => {
    const made = journey(items);
    const time = at(text, 'busan').at;
    return againstAt(journeyAt(made, items, [], { starts: time, ends: time + 60_000_000 }), items, travelOf(made, items));
  };

  test('is a dispute of an inherited record and of a loading, and not one of another record', () => {
    const of_ = (target: string, text = '2018-10-02T06:00Z'): string[] =>
      pairs(against(world([...inputs.slice(0, 2), dispute(target), ...inputs.slice(3)]), text).conflicts);
    expect(of_('box')).toEqual(['doubt-box box']);
    expect(of_('boxed')).toEqual(['doubt-boxed boxed']);
    // It is the first behind.
    expect(of_('later', '2018-10-15T00:00Z')).toEqual(['doubt-later later']);
    expect(of_('later', '2018-10-01T12:00Z')).toEqual([]);
    const items = world([...inputs.slice(0, 2), dispute('box')]);
    const [placing] = journey(items).placings.filter(({ leg }) => leg !== undefined);
    expect([isDisputed(items, placing === undefined ? [] : [placing.fix]), isDisputed(items, [])]).toEqual([true, false]);
  });

  test('is an alarm of two places that cannot both be true', () => {
    const { alarms } = against(world(inputs), '2018-10-02T06:00Z');
    expect(alarms.map(({ kind, isOpen }) => [kind, isOpen])).toEqual([['impossible-travel', true]]);
    expect(against(world(inputs), '2018-12-01T00:00Z').alarms).toEqual([]);
  });
});
