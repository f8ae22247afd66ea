/** What an item was inside of, how far that is proved, and what it inherits: exactly that, and nothing behind it. */
import type { FoldInput } from '#lib/domain';
import { containmentsOf, JourneyTooLarge, type KnownItems } from './index.ts';
import {
  CAR,
  BOX,
  SHIP,
  OTHER,
  sighting,
  into,
  outOf,
  seen,
  at,
  world,
  ports,
  of,
  journey,
  text,
  inherited,
  LOADED,
  SEA,
  type PortName,
  type Said,
} from './said.contract.ts';

describe('a containment', () => {
  test('is proved from the end of the loading to the start of the unloading', () => {
    const items = world([into(CAR, SHIP, { day: '2018-08-26' }), outOf(CAR, SHIP, { day: '2018-08-31' })]);
    const { from, until, isOpen, ending } = of(CAR, items);
    expect([text(from), text(until), isOpen, ending?.kind]).toEqual(['2018-08-27T00:00Z', '2018-08-31T00:00Z', false, 'unloaded']);
  });

  test('what lies within the two intervals gives nothing', () => {
    const tracks = {
      [SHIP]: ['2018-08-26T12:00Z', '2018-08-27T12:00Z', '2018-08-30T23:00Z', '2018-08-31T01:00Z'].map((time) => at(time, SEA)),
    };
    const items = world([into(CAR, SHIP, { day: '2018-08-26' }), outOf(CAR, SHIP, { day: '2018-08-31' })], tracks);
    expect(inherited(journey(items))).toEqual(['2018-08-27T12:00Z', '2018-08-30T23:00Z']);
  });

  test('loaded and unloaded on one day, in an order that nobody stated, proves nothing', () => {
    const items = world([into(CAR, SHIP, { day: '2018-08-31' }), outOf(CAR, SHIP, { day: '2018-08-31' })], {
      [SHIP]: [at('2018-08-31T12:00Z', SEA)],
    });
    expect(journey(items).legs).toEqual([]);
  });

  test.each<[string, FoldInput]>([
    ['a plan', into(CAR, SHIP, { at: '2018-10-01T00:30Z', modality: 'planned' })],
    ['a search that found nothing', into(CAR, SHIP, { at: '2018-10-01T00:30Z', modality: 'negative' })],
    ['a statement', into(CAR, SHIP, { at: '2018-10-01T00:30Z', kind: 'statement' })],
    ['an assessment', into(CAR, SHIP, { at: '2018-10-01T00:30Z', kind: 'assessment' })],
  ])('%s is none', (_, said) => {
    expect(containmentsOf(CAR, world([said, seen(SHIP, { at: '2018-10-02T00:00Z', place: 'osaka' })]), ports)).toEqual([]);
  });

  test('whose loading is withdrawn is none, and its legs are gone with it', () => {
    const gone = sighting(
      [
        [CAR, 'subject'],
        [SHIP, 'conveyance'],
      ],
      { kind: 'retraction', target: 'loaded' },
    );
    const all = [LOADED, seen(SHIP, { at: '2018-10-01T06:00Z', place: 'busan' })];
    expect(inherited(journey(world(all)))).toHaveLength(1);
    expect(inherited(journey(world([...all, gone])))).toEqual([]);
  });

  test('without a time proves none, and stays the answer to "in what?"', () => {
    const { legs, inWhat } = journey(world([into(CAR, SHIP, {}), seen(SHIP, { at: '2018-10-02T00:00Z', place: 'osaka' })]));
    expect(legs).toEqual([]);
    expect(inWhat.map(({ carrier }) => carrier)).toEqual([SHIP]);
  });
});

describe('an open containment', () => {
  const track = ['2018-10-01T01:00Z', '2018-10-01T08:30Z', '2018-10-19T08:30Z', '2018-10-19T09:00Z'].map((time, n) =>
    at(time, [35.5 + n / 10, 129.9]),
  );

  test('proves nothing behind the last position before a dark gap; a record that closes it restores the stretch', () => {
    const items = world([LOADED], { [SHIP]: track });
    expect(of(CAR, items)).toMatchObject({ isOpen: true, ending: { kind: 'dark' } });
    expect(inherited(journey(items)).at(-1)).toBe('2018-10-01T08:30Z');
    const closed = journey(world([LOADED, outOf(CAR, SHIP, { at: '2018-10-19T18:00Z' })], { [SHIP]: track }));
    expect(inherited(closed).at(-1)).toBe('2018-10-19T09:00Z');
    expect(closed.legs[0]?.gaps).toHaveLength(1);
  });

  test('is not ended by a silence in port, and by one at sea it is', () => {
    const quiet = (place: PortName | readonly [number, number]): KnownItems =>
      world([LOADED], { [SHIP]: [at('2018-10-01T01:00Z', place), at('2018-10-03T01:00Z', place), at('2018-10-03T05:00Z', SEA)] });
    expect(inherited(journey(quiet('busan')))).toHaveLength(3);
    expect(inherited(journey(quiet([36, 131])))).toHaveLength(1);
  });

  test('of a ship ends at its call at the port of discharge that the loading names', () => {
    const called = [at('2018-10-01T06:00Z', SEA), at('2018-10-01T12:00Z', 'osaka'), at('2018-10-01T18:00Z', SEA)];
    const named = into(CAR, SHIP, { at: '2018-10-01T00:30Z', place: 'busan', discharge: 'osaka' });
    expect(of(CAR, world([named], { [SHIP]: called }))).toMatchObject({ ending: { kind: 'called' } });
    expect(inherited(journey(world([named], { [SHIP]: called })))).toEqual(['2018-10-01T06:00Z', '2018-10-01T12:00Z']);
    expect(inherited(journey(world([LOADED], { [SHIP]: called })))).toHaveLength(3);
  });

  test('of a container ends at no call: its own moves never end what is inside it', () => {
    const named = into(CAR, BOX, { at: '2018-10-01T00:30Z', discharge: 'osaka' });
    const items = world([
      named,
      seen(BOX, { at: '2018-10-02T00:00Z', place: 'osaka' }),
      seen(BOX, { at: '2018-11-02T00:00Z', place: 'dalian' }),
    ]);
    expect(of(CAR, items)).toMatchObject({ isOpen: true, until: null });
    expect(inherited(journey(items))).toHaveLength(2);
  });

  test('ends where the item is seen at a place where the conveyance cannot have been, at the end of that interval', () => {
    const ship = [at('2018-10-01T01:00Z', 'busan'), at('2018-10-01T11:00Z', 'busan'), at('2018-10-01T20:00Z', 'busan')];
    const away = seen(CAR, { at: '2018-10-01T10:00Z', place: 'dalian' });
    const items = world([LOADED, away], { [SHIP]: ship });
    expect(of(CAR, items)).toMatchObject({ ending: { kind: 'elsewhere' } });
    expect(text(of(CAR, items).until)).toBe('2018-10-01T10:01Z');
    expect(inherited(journey(items))).toEqual(['2018-10-01T01:00Z']);
    // Where it can have been there in between, nothing is certain.
    const slow = world([LOADED, seen(CAR, { at: '2018-10-09T00:00Z', place: 'dalian' })], { [SHIP]: [at('2018-10-01T01:00Z', 'busan')] });
    expect(of(CAR, slow).ending?.kind).not.toBe('elsewhere');
  });

  test('ends there too where the last record of the conveyance is too near in time, and none is behind', () => {
    const away = seen(CAR, { at: '2018-10-01T10:00Z', place: 'dalian' });
    const items = world([LOADED, away, seen(SHIP, { at: '2018-10-01T09:00Z', place: 'busan' })]);
    expect(of(CAR, items)).toMatchObject({ isLeft: true });
    const slow = world([LOADED, seen(CAR, { at: '2018-10-09T00:00Z', place: 'dalian' })]);
    expect(of(CAR, slow)).toMatchObject({ isLeft: false });
  });

  test.each<[string, Said]>([
    ['a statement', { kind: 'statement' }],
    ['a plan', { modality: 'planned' }],
    ['an assessment', { kind: 'assessment' }],
    ['a search that found nothing', { modality: 'negative' }],
  ])('is not ended by %s', (_, said) => {
    const ship = [at('2018-10-01T01:00Z', 'busan'), at('2018-10-01T11:00Z', 'busan'), at('2018-10-01T20:00Z', 'busan')];
    const items = world([LOADED, seen(CAR, { at: '2018-10-01T10:00Z', place: 'dalian', ...said })], { [SHIP]: ship });
    expect(of(CAR, items).ending?.kind).not.toBe('elsewhere');
  });

  test('ends where the item is put into something else', () => {
    const items = world([LOADED, into(CAR, OTHER, { at: '2018-10-05T00:00Z', place: 'osaka' })]);
    expect(of(CAR, items)).toMatchObject({ ending: { kind: 'unheard' }, isLeft: true });
    expect(journey(items).inWhat.map(({ carrier }) => carrier)).toEqual([OTHER]);
  });
});

describe('in what the item is', () => {
  const dark = [at('2018-10-01T01:00Z', SEA), at('2018-10-03T01:00Z', [36, 131])];

  test('is no ship from which it was put into another since, though that proof had ended in the dark before', () => {
    const moved = [LOADED, into(CAR, OTHER, { at: '2018-10-10T00:00Z' }), outOf(CAR, OTHER, { at: '2018-10-20T00:00Z' })];
    const left = journey(world(moved, { [SHIP]: dark }));
    expect(left.containments.map(({ ending }) => ending?.kind)).toEqual(['dark', 'unloaded']);
    expect(left.inWhat).toEqual([]);
  });

  test('is still its crate where a record puts it straight aboard the ship that carries the crate in a container', () => {
    const items = world([
      into(CAR, 'serial:demo:crate', { at: '2018-09-28T00:00Z' }),
      into('serial:demo:crate', BOX, { at: '2018-09-29T00:00Z' }),
      into(BOX, SHIP, { at: '2018-10-01T00:30Z' }),
      into(CAR, SHIP, { at: '2018-10-01T00:30Z' }),
    ]);
    expect(containmentsOf(CAR, items, ports).map(({ isLeft }) => isLeft)).toEqual([false, false]);
  });
});

describe('an unloading', () => {
  const inside = (items: KnownItems): unknown[] =>
    containmentsOf(CAR, items, ports).map(({ carrier, until, ending }) => [carrier, text(until), ending?.kind]);

  test('that does not say out of what ends no loading that the item had left for another', () => {
    const unsaid = sighting([[CAR, 'subject']], { at: '2018-10-20T00:00Z', place: 'osaka' }, 'DELETE');
    const items = world([LOADED, into(CAR, OTHER, { at: '2018-10-10T00:00Z', place: 'osaka' }), unsaid]);
    expect(inside(items)).toEqual([
      [SHIP, '2018-10-01T00:31Z', 'unheard'],
      [OTHER, '2018-10-20T00:00Z', 'unloaded'],
    ]);
  });

  test('ends no earlier time aboard the same ship where the item was in another in between', () => {
    const items = world([
      LOADED,
      into(CAR, OTHER, { at: '2018-10-10T00:00Z', place: 'osaka' }),
      outOf(CAR, OTHER, { at: '2018-10-15T00:00Z', place: 'busan' }),
      into(CAR, SHIP, { at: '2018-10-20T00:00Z', place: 'busan' }),
      outOf(CAR, SHIP, { at: '2018-10-25T00:00Z', place: 'dalian' }),
    ]);
    expect(inside(items)).toEqual([
      [SHIP, '2018-10-01T00:31Z', 'unheard'],
      [OTHER, '2018-10-15T00:00Z', 'unloaded'],
      [SHIP, '2018-10-25T00:00Z', 'unloaded'],
    ]);
  });

  test('ends all loadings into the same ship that several report', () => {
    const again = into(CAR, SHIP, { at: '2018-10-01T02:00Z', place: 'busan' });
    expect(inside(world([LOADED, again, outOf(CAR, SHIP, { at: '2018-10-25T00:00Z' })]))).toEqual([
      [SHIP, '2018-10-25T00:00Z', 'unloaded'],
      [SHIP, '2018-10-25T00:00Z', 'unloaded'],
    ]);
  });
});

describe('containers in containers', () => {
  const chain = (depth: number): FoldInput[] =>
    Array.from({ length: depth }, (_, n) =>
      into(n === 0 ? CAR : `serial:demo:b${n}`, `serial:demo:b${n + 1}`, { at: '2018-10-01T00:30Z' }),
    );

  test('give the records of the outermost to five deep, and say what lies deeper', () => {
    const five = world([...chain(5), seen('serial:demo:b5', { at: '2018-10-02T00:00Z', place: 'osaka' })]);
    expect(inherited(journey(five))).toEqual(['2018-10-02T00:00Z']);
    expect(journey(five).placings[0]?.leg?.chain).toHaveLength(5);
    const six = journey(world([...chain(6), seen('serial:demo:b6', { at: '2018-10-02T00:00Z', place: 'osaka' })]));
    expect(inherited(six)).toEqual([]);
    expect(six.tooDeep).toHaveLength(1);
  });

  test('that many authors report loading at one time are refused before their product is made', () => {
    const levels = Array.from({ length: 6 }, (_, n) => [n === 0 ? CAR : `serial:demo:b${n}`, `serial:demo:b${n + 1}`] as const);
    const many = levels.flatMap(([item, carrier]) => Array.from({ length: 16 }, () => into(item, carrier, { at: '2018-10-01T00:30Z' })));
    expect(() => journey(world(many))).toThrow(JourneyTooLarge);
  });

  test('that were each put into many are refused as too much to follow, where a record that names a country asks for all of them', () => {
    const at_ = { at: '2018-10-01T00:30Z' };
    const [crates, pallets, lorries] = ['crate', 'pallet', 'lorry'].map((word) =>
      Array.from({ length: 60 }, (_, n) => `serial:demo:${word}${n}`),
    );
    const all = (item: string, carriers: readonly string[] = []): FoldInput =>
      sighting([[item, 'subject'], ...carriers.map((carrier) => [carrier, 'container'] as const)], at_, 'ADD');
    const inputs = [
      into(CAR, BOX, at_),
      all(BOX, ['serial:demo:frame']),
      all('serial:demo:frame', crates),
      ...(crates ?? []).map((crate) => all(crate, pallets)),
      ...(pallets ?? []).map((pallet) => all(pallet, lorries)),
      seen(CAR, { day: '2018-12-01', country: 'DE' }),
    ];
    expect(() => journey(world(inputs))).toThrow(JourneyTooLarge);
  }, 60_000);

  test('of an item that was moved more often than is followed are refused at once', () => {
    const many = Array.from({ length: 600 }, (_, n) => into(CAR, `serial:demo:n${n}`, { at: '2018-10-01T00:30Z' }));
    expect(() => journey(world(many))).toThrow(JourneyTooLarge);
  });

  test('in a ring are told and not followed', () => {
    const ring = journey(world([into(CAR, BOX, { at: '2018-10-01T00:30Z' }), into(BOX, CAR, { at: '2018-10-01T00:40Z' })]));
    expect(ring.rings).toEqual([[CAR, BOX, CAR]]);
    expect(ring.placings.filter(({ leg }) => leg !== undefined)).toEqual([]);
  });

  test('what is nested inside shares the end of what is around it', () => {
    const track = ['2018-10-01T01:00Z', '2018-10-01T08:30Z', '2018-10-19T08:30Z'].map((time) => at(time, SEA));
    const items = world([into(CAR, BOX, { at: '2018-09-01T00:00Z' }), into(BOX, SHIP, { at: '2018-10-01T00:30Z' })], { [SHIP]: track });
    expect(inherited(journey(items)).at(-1)).toBe('2018-10-01T08:30Z');
    expect(journey(items).inWhat.map(({ carrier }) => carrier)).toEqual([BOX, SHIP]);
  });

  test('the same journey comes of the same records in any order', () => {
    const inputs = [
      into(CAR, BOX, { id: 'a', at: '2018-09-01T00:00Z' }),
      into(BOX, SHIP, { id: 'b', at: '2018-10-01T00:30Z' }),
      seen(BOX, { id: 'c', at: '2018-09-02T00:00Z', place: 'osaka' }),
    ];
    expect(journey(world(inputs.toReversed()))).toEqual(journey(world(inputs)));
  });
});
