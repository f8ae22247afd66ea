/** Journeys of what goes under several names: what they inherit, under which label and grade, and which claim an impossible pair rests on. Synthetic. */
import { foldClaims, foldTimeline, identityOf, RULES, type FoldInput, type TlpLabel } from '#lib/domain';
import type { Known, KnownItems } from './index.ts';
import { custodyOf, journeyOf, travelOf } from './index.ts';
import { CAR, journey, LOADED, outOf, ports, seen, SHIP, sighting, text } from './said.contract.ts';

const RADIO = 'mmsi:671990004';
const same = (items: readonly string[], id: string, tlp: TlpLabel = 'AMBER', grade = 'C3'): FoldInput => {
  const claim = sighting(
    items.map((item) => [item, 'subject']),
    { id, kind: 'identification', tlp, grade },
  );
  return { ...claim, sighting: { ...claim.sighting, subtype: 'same' } };
};

/** As the gateway puts them together: each item under all of its names. */
function world(inputs: readonly FoldInput[]): KnownItems {
  const ids = new Set(inputs.flatMap(({ sighting: { items } }) => items.map(({ id }) => id)));
  const claims = foldClaims(inputs);
  return new Map(
    [...ids].map((id): [string, Known] => {
      const { names } = identityOf(id, claims);
      return [id, { timeline: foldTimeline(id, inputs, RULES, names), track: [], names }];
    }),
  );
}
const told = (items: KnownItems, item = CAR): string[] =>
  journey(items, item).placings.map(
    ({ fix, grade, handling }) => `${'entry' in fix ? fix.entry.sighting.id : ''} ${grade ?? '-'} ${handling}`,
  );

const HEARD = seen(RADIO, { id: 'heard', at: '2018-10-01T06:00Z', place: 'busan' });
const OWN = seen(SHIP, { id: 'own', at: '2018-10-01T02:00Z', place: 'busan' });

test('what is inherited by another name of the ship has the weakest grade and the strictest label of record and claim', () => {
  expect(told(world([LOADED, OWN, HEARD]))).toEqual(['loaded B2 GREEN', 'own B2 GREEN']);
  expect(told(world([LOADED, OWN, HEARD, same([SHIP, RADIO], 'claim')]))).toEqual(['loaded B2 GREEN', 'own B2 GREEN', 'heard C3 AMBER']);
});

test('the leg that ends by a record under another name is under the label of its claim, too', () => {
  const [leg] = journey(world([LOADED, OWN, HEARD, same([SHIP, RADIO], 'claim', 'AMBER+STRICT')])).legs;
  expect([leg?.fixes.length, leg?.handling, text(leg?.span.ends)]).toEqual([2, 'AMBER+STRICT', '2018-10-01T06:01Z']);
});

test('an unloading out of another name of the ship ends the containment, under the label of the claim', () => {
  const out = outOf(CAR, RADIO, { id: 'out', at: '2018-10-01T04:00Z' });
  const ending = (...claims: FoldInput[]) =>
    journey(world([LOADED, OWN, HEARD, out, ...claims])).containments.map((of) => [
      of.ending?.kind,
      of.isOpen,
      text(of.until),
      of.handling,
    ]);
  expect(ending(same([SHIP, RADIO], 'claim'))).toEqual([['unloaded', false, '2018-10-01T04:00Z', 'AMBER']]);
  // Control: out of another ship nothing of this one is unloaded.
  expect(ending()).toEqual([['unheard', true, '2018-10-01T02:01Z', 'GREEN']]);
});

test('who held it by a record under another name is told under the label of the claim', () => {
  const held = seen(RADIO, { id: 'held', at: '2018-10-01T06:00Z', place: 'busan' });
  const inputs = [
    OWN,
    { ...held, sighting: { ...held.sighting, parties: [{ role: 'carrier', name: 'A line' }] } },
    same([SHIP, RADIO], 'claim'),
  ];
  const known = world(inputs).get(SHIP);
  expect(known && custodyOf(known).holdings.map(({ handling }) => handling)).toEqual(['AMBER']);
});

test('where all that is impossible rests on one claim, that is the odd record, and no second thing is told', () => {
  const here = ['a', 'b'].map((id, n) => seen(SHIP, { id, at: `2018-10-01T0${n}:00Z`, place: 'busan' }));
  const there = ['c', 'd'].map((id, n) => seen(RADIO, { id, at: `2018-10-01T0${n}:30Z`, place: 'dalian' }));
  const items = world([...here, ...there, same([SHIP, RADIO], 'wrong')]);
  const { alarms, clones } = travelOf(journeyOf(SHIP, items, ports), items);
  expect(alarms.map(({ without }) => without?.id)).toEqual(alarms.map(() => 'wrong'));
  expect([alarms.length > 0, clones.length]).toEqual([true, 0]);
  // Control: of one identifier they are two things.
  const ofOne = world([...here, ...['c', 'd'].map((id, n) => seen(SHIP, { id, at: `2018-10-01T0${n}:30Z`, place: 'dalian' }))]);
  expect(travelOf(journeyOf(SHIP, ofOne, ports), ofOne).clones).toHaveLength(1);
});
