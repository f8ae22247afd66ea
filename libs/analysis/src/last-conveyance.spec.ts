/** The last conveyance is told of from where the item was last proved to be in it, and proved is what the records prove of the item. */
import type { TlpLabel } from '#lib/domain';
import { journeyOf, lastConveyanceOf, type KnownItems } from './index.ts';
import { at, BOX, CAR, instant, into, ofFile, SHIP, world } from './said.contract.ts';

const HEARD = ['2018-07-01T12:00Z', '2018-07-01T18:00Z', '2018-07-02T00:00Z'].map((time) => at(time, 'dalian'));
const BOARDED = into(BOX, SHIP, { at: '2018-07-01T11:00Z', id: 'boarded' });
const stuffed = (time: string) => into(CAR, BOX, { at: time, id: 'stuffed' });
const lastOf = (items: KnownItems) => lastConveyanceOf(journeyOf(CAR, items).inWhat, items, []);

test('of a car that was put into the box before the ship fell silent it is told from there on', () => {
  const last = lastOf(world([stuffed('2018-06-30T08:00Z'), BOARDED], { [SHIP]: HEARD }));
  expect([last?.carrier, last?.since]).toEqual([SHIP, instant('2018-07-02T00:00Z')]);
});

test('of a car that was put into the box after the ship fell silent nothing is proved to have been in the ship', () => {
  const last = lastOf(world([stuffed('2018-09-01T08:00Z'), BOARDED], { [SHIP]: HEARD }));
  expect([last?.carrier, last?.since]).toEqual([SHIP, null]);
  // What is counted lies behind the loading of the car: nothing of July does.
  expect([last?.entries, last?.gaps.map(({ until }) => until)]).toEqual([[], [null]]);
});

test('it and the legs are for nobody whom a position, a silence or a loading that they follow from is not for', () => {
  const labels = (tlp: TlpLabel) => {
    const items = world([stuffed('2018-06-30T08:00Z'), BOARDED], { [SHIP]: ofFile(HEARD, tlp) });
    return [...journeyOf(CAR, items).legs.map(({ handling }) => handling), lastOf(items)?.handling];
  };
  expect(labels('GREEN')).toEqual(['GREEN', 'GREEN', 'GREEN']);
  // The leg of the box alone rests on nothing of the ship.
  expect(labels('AMBER')).toEqual(['GREEN', 'AMBER', 'AMBER']);
});
