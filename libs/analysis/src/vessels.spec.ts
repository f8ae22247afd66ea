/** What the ships of a journey did, and how far that is the item's: while it was provably aboard, and no further. */
import { formatInstant, type TlpLabel } from '#lib/domain';
import { lookIn, neighboursIn } from './cases.contract.ts';
import { readDemo } from './demo.contract.ts';
import {
  carriersOf,
  journeyOf,
  knownAround,
  lastConveyanceOf,
  portsIn,
  vesselsOf,
  type KnownItems,
  type TrackPosition,
  type Vessels,
} from './index.ts';
import { at as fixAt, BOX, CAR, into, SEA, SHIP, world } from './said.contract.ts';

const demo = readDemo();
const [DEMO_CAR, DN5505] = ['vin:WDDSYNTH9JA000001', 'imo:0000048'];
const neighbours = neighboursIn(demo);
const text = (at: number | undefined): string => formatInstant(at ?? 0, 'minute');

function shipsOf(item: string, items: KnownItems): Vessels {
  const ports = portsIn(items);
  const journey = journeyOf(item, items, ports);
  return vesselsOf(journey, items, ports, lastConveyanceOf(journey.inWhat, items, ports), neighbours);
}
const demoShips = async (item: string): Promise<Vessels> => shipsOf(item, await knownAround(item, lookIn(demo), carriersOf));

describe('DN5505', () => {
  test('has one dark gap at sea, of exactly eighteen days, and whether it could have been heard is not known', async () => {
    const [ship, ...more] = (await demoShips(DN5505)).vessels;
    expect([ship?.id, more]).toEqual([DN5505, []]);
    expect(ship?.gaps.filter(({ micros }) => micros !== null)).toMatchObject([
      { micros: 18 * 24 * 3_600_000_000, doubts: [], coverage: { state: 'unknown', heardBefore: 31, othersADay: 0 }, legs: [] },
    ]);
    const [dark] = ship?.gaps ?? [];
    expect([text(dark?.gap.since.at), text(dark?.gap.until?.at)]).toEqual(['2018-10-01T08:30Z', '2018-10-19T08:30Z']);
    // Behind its last position nothing is heard either, and nothing says for how long.
    expect(ship?.gaps.map(({ doubts }) => doubts)).toEqual([[], ['end']]);
  });

  test('called at Busan from 19 October on, seen to come and to leave, and silent between', async () => {
    const [ship] = (await demoShips(DN5505)).vessels;
    expect(
      ship?.portVisits.map(({ port, since, until, confidence, doubts }) => [
        port.unlocode,
        text(since.at),
        text(until.at),
        confidence,
        doubts,
      ]),
    ).toEqual([['KRPUS', '2018-10-19T16:30Z', '2018-10-22T00:00Z', 4, ['silence']]]);
  });

  test('met nobody, and did not loiter, as far as these tracks say', async () => {
    const [ship] = (await demoShips(DN5505)).vessels;
    expect(ship).toMatchObject({ encounters: [], loitering: [], isPartial: false });
  });
});

describe('the car', () => {
  test('was aboard a ship that was dark for 18 days, and is told nothing of it that came later', async () => {
    const { vessels, more } = await demoShips(DEMO_CAR);
    expect([vessels.map(({ id }) => id), more]).toEqual([['imo:0000012', 'imo:0000024', 'imo:0000036', DN5505], 0]);
    const last = vessels.at(-1);
    expect(last?.gaps).toMatchObject([{ micros: 18 * 24 * 3_600_000_000, doubts: [], legs: [{ isOpen: true }] }]);
    expect(last?.gaps[0]?.legs[0]?.chain.at(-1)?.carrier).toBe(DN5505);
    expect(last?.portVisits).toEqual([]);
  });

  test('is told what became of DN5505 since apart, as the last conveyance', async () => {
    const { since } = await demoShips(DEMO_CAR);
    expect(since?.gaps.map(({ doubts, legs }) => [doubts, legs])).toEqual([
      [[], []],
      [['end'], []],
    ]);
    expect(since?.portVisits).toMatchObject([{ port: { unlocode: 'KRPUS' }, legs: [] }]);
  });
});

const HEARD = ['2018-07-01T12:00Z', '2018-07-01T18:00Z', '2018-07-04T00:00Z', '2018-07-04T06:00Z'].map((time) => fixAt(time, SEA));
const aboard = (tlp: TlpLabel, loading: TlpLabel): KnownItems => {
  const { sighting } = into(BOX, SHIP, { at: '2018-07-01T11:00Z', id: 'boarded' });
  const track: TrackPosition[] = HEARD.map((row) => ({ ...row, track: { ...row.track, handling: { tlp } } }));
  return world([into(CAR, BOX, { at: '2018-06-30T08:00Z', id: 'stuffed' }), { sighting: { ...sighting, handling: { tlp: loading } } }], {
    [SHIP]: track,
  });
};

test('an event is for nobody whom a position, or a loading that puts the item aboard, is not for', () => {
  const labels = (tlp: TlpLabel, loading: TlpLabel): unknown => {
    const { vessels, since } = shipsOf(CAR, aboard(tlp, loading));
    return [vessels.map(({ gaps }) => gaps.map(({ handling }) => handling)), since?.handling];
  };
  expect(labels('GREEN', 'GREEN')).toEqual([[['GREEN']], 'GREEN']);
  expect(labels('AMBER', 'GREEN')).toEqual([[['AMBER']], 'AMBER']);
  expect(labels('GREEN', 'AMBER')).toEqual([[['AMBER']], 'AMBER']);
  // Of the ship itself the loading says nothing.
  expect(shipsOf(SHIP, aboard('GREEN', 'AMBER')).vessels[0]?.gaps.map(({ handling }) => handling)).toEqual(['GREEN', 'GREEN']);
});

test('a ship of which no position is known is not told as one that did nothing', () => {
  const items = world([into(CAR, SHIP, { at: '2018-07-01T11:00Z' })]);
  expect(shipsOf(CAR, items)).toMatchObject({ vessels: [], more: 0 });
});
