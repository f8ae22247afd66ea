/** The demo case: one withdrawn tip that cannot be true, and no second car and no second ship. */
import { knownOf, lookIn, type CaseWorld } from './cases.contract.ts';
import { readDemo } from './demo.contract.ts';
import { arithmeticOf, carriersOf, eventOf, journeyOf, knownAround, portsIn, travelOf, type Presence, type TravelCheck } from './index.ts';

const demo = readDemo();
const TIPPED = 'vin:WDDSYNTH9JA000001';
const OTHER = 'vin:WDDSYNTH0JA000002';
const DN5505 = 'imo:0000048';

async function check(item: string, world: CaseWorld = demo): Promise<TravelCheck> {
  const items = await knownAround(item, lookIn(world), carriersOf);
  return travelOf(journeyOf(item, items, portsIn(items)), items);
}
const idOf = (presence: Presence): string =>
  'position' in presence.fix ? `${eventOf(presence).id} line ${presence.fix.position.line}` : eventOf(presence).id;

test('the withdrawn tip of Pyongyang cannot be true beside the ship that the car was aboard of, and is settled for it was withdrawn', async () => {
  const { alarms } = await check(TIPPED);
  expect(alarms).toHaveLength(1);
  const [alarm] = alarms as [TravelCheck['alarms'][number]];
  const [tip, ship] = [alarm.first, alarm.second].sort((a, b) => Number(a.places) - Number(b.places)) as [Presence, Presence];
  expect([idOf(tip), idOf(ship)]).toEqual(['lux-0051', 'lux-0040 line 2']);
  expect('entry' in tip.fix && tip.fix.entry).toMatchObject({ mark: 'statement', standing: 'withdrawn', places: false });
  expect([tip.grade, ship.grade]).toEqual(['E5', 'C3']);
  expect(alarm).toMatchObject({ kind: 'two-at-once', isOpen: false, handling: 'AMBER+STRICT', bound: { means: 'ship' } });
  expect(arithmeticOf(alarm)).toBe(
    '527.0 km apart, of which 1.0 km assumed + 25.0 km assumed are uncertain: at least 501.0 km in at most 2.0 min is 15,030 km/h or more; no ship, in which it was meanwhile, goes faster than 111.12 km/h',
  );
});

test('without the file of the ship nothing is impossible: in half an hour by air from the pier nobody says, and nothing excludes', async () => {
  expect((await check(TIPPED, { ...demo, files: new Map() })).alarms).toEqual([]);
});

test.each([OTHER, DN5505, 'container:SYNU0000014', 'container:SYNU0000035'])('nothing of %s is impossible', async (item) => {
  expect((await check(item)).alarms).toEqual([]);
});

test('there is no second car and no second ship', async () => {
  const items = new Set(demo.inputs.flatMap(({ sighting }) => sighting.items.map(({ id }) => id)));
  expect(items.size).toBeGreaterThan(6);
  for (const item of items) expect({ item, clones: (await check(item)).clones }).toEqual({ item, clones: [] });
});

test('what the tip says stays out of the journey', async () => {
  const items = await knownAround(TIPPED, lookIn(demo), carriersOf);
  const { placings } = journeyOf(TIPPED, items, portsIn(items));
  expect(placings.some(({ fix }) => 'entry' in fix && fix.entry.sighting.id === 'lux-0051')).toBe(false);
  expect(knownOf(demo, TIPPED).timeline.entries.some(({ sighting }) => sighting.id === 'lux-0051')).toBe(true);
});
