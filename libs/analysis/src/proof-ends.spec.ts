/** Where the proof of a containment ends for want of records, and what is not certain enough to end more than that. */
import type { FoldInput, Sighting } from '#lib/domain';
import { containmentsOf, gapsOf, journeyOf, portsIn, type Known } from './index.ts';
import {
  CAR,
  BOX,
  SHIP,
  OTHER,
  sighting,
  into,
  outOf,
  seen,
  instant,
  at,
  world,
  ports,
  of,
  journey,
  inherited,
  LOADED,
  SEA,
  type Said,
} from './said.contract.ts';

describe('what is not known of a conveyance proves nothing', () => {
  test('a ship without a track gives what is recorded of it within twelve hours, and nothing of later years', () => {
    const items = world([
      LOADED,
      seen(SHIP, { at: '2018-10-01T06:00Z', place: 'busan' }),
      seen(SHIP, { at: '2018-10-01T17:00Z', place: 'osaka' }),
      seen(SHIP, { at: '2023-05-05T00:00Z', place: 'dalian' }),
    ]);
    expect(inherited(journey(items))).toEqual(['2018-10-01T06:00Z', '2018-10-01T17:00Z']);
    expect(of(CAR, items)).toMatchObject({ isOpen: true, ending: { kind: 'unheard' } });
  });

  test('a track that begins long after the loading says no more of the time between than none does', () => {
    const late = { [SHIP]: [at('2023-01-01T00:00Z', SEA), at('2023-01-01T06:00Z', SEA)] };
    const items = world([LOADED, seen(SHIP, { at: '2021-05-05T00:00Z', place: 'osaka' })], late);
    expect(inherited(journey(items))).toEqual([]);
    expect(of(CAR, items)).toMatchObject({ isOpen: true, ending: { kind: 'unheard', at: instant('2018-10-01T00:31Z') } });
  });

  test('records that lead from the loading to the track within twelve hours each leave the end to the track', () => {
    const track = { [SHIP]: [at('2018-10-01T18:00Z', SEA), at('2018-10-02T02:00Z', SEA)] };
    const early = seen(SHIP, { at: '2018-10-01T10:00Z', place: 'busan' });
    expect(inherited(journey(world([LOADED, early], track)))).toEqual(['2018-10-01T10:00Z', '2018-10-01T18:00Z', '2018-10-02T02:00Z']);
    expect(inherited(journey(world([LOADED], track)))).toEqual([]);
  });

  test.each<[string, Said]>([
    ['of that year', { year: '2018' }],
    ['of a month that begins before the loading', { month: '2018-09', to: '2018-10' }],
    ['of some time until 2025', { until: '2025' }],
  ])('a record %s says of no time behind the loading that the ship was heard', (_, said) => {
    const later = seen(SHIP, { at: '2018-10-30T00:00Z', place: 'osaka' });
    const items = world([LOADED, seen(SHIP, { ...said, place: 'dalian' }), later]);
    expect(inherited(journey(items))).toEqual([]);
    expect(of(CAR, items).ending).toMatchObject({ kind: 'unheard', at: instant('2018-10-01T00:31Z') });
    // What says so of all of that time does.
    expect(inherited(journey(world([LOADED, seen(SHIP, { ...said, place: 'dalian', throughout: true }), later])))).toHaveLength(1);
  });

  test('a record of one day is heard that day, and leads to none of the day behind', () => {
    const day = (on: string): FoldInput => seen(SHIP, { day: on, place: 'osaka' });
    const items = world([into(CAR, SHIP, { day: '2018-10-01', place: 'busan' }), day('2018-10-02'), day('2018-10-03')]);
    expect(inherited(journey(items))).toEqual(['2018-10-02T00:00Z']);
  });

  test('a track that ended before the loading is none', () => {
    const later = seen(SHIP, { at: '2023-05-05T00:00Z', place: 'dalian' });
    expect(inherited(journey(world([LOADED, later], { [SHIP]: [at('2018-09-01T00:00Z', SEA)] })))).toEqual([]);
  });

  test('a recorded unloading gives what lies between all the same', () => {
    const unloaded = outOf(CAR, SHIP, { at: '2018-11-01T00:00Z', place: 'dalian' });
    expect(inherited(journey(world([LOADED, seen(SHIP, { at: '2018-10-20T00:00Z', place: 'osaka' }), unloaded])))).toContain(
      '2018-10-20T00:00Z',
    );
  });

  test('a track that is cited and not read proves nothing behind the loading', () => {
    const items = new Map(world([LOADED, seen(SHIP, { at: '2018-10-01T06:00Z', place: 'busan' })]));
    items.set(SHIP, { ...(items.get(SHIP) as Known), isTrackMissing: true });
    expect(inherited(journey(items))).toEqual([]);
    expect(of(CAR, items).ending).toMatchObject({ kind: 'unread', at: instant('2018-10-01T00:31Z') });
  });

  test('seen by itself in a country where its box was neither before nor behind, nothing follows from the box, which may have called there', () => {
    const boxed = into(CAR, BOX, { at: '2018-09-20T00:00Z', place: 'busan' });
    const garage = seen(CAR, { day: '2018-12-01', country: 'DE' });
    const later = seen(BOX, { at: '2019-05-05T00:00Z', place: 'dalian' });
    const items = world([boxed, garage, later]);
    expect(inherited(journey(items))).toEqual([]);
    expect(of(CAR, items).ending).toMatchObject({ kind: 'may-be-elsewhere', by: { sighting: { id: garage.sighting.id } } });
    expect(journey(items).inWhat.map(({ carrier }) => carrier)).toEqual([BOX]);
    // Where the box was before or is behind it may have been seen in the box; and a record of both says so.
    for (const country of ['KR', 'CN'])
      expect(inherited(journey(world([boxed, seen(CAR, { day: '2018-12-01', country }), later])))).toHaveLength(1);
    const both = sighting(
      [
        [CAR, 'subject'],
        [BOX, 'container'],
      ],
      { day: '2018-12-01', country: 'DE' },
    );
    expect(inherited(journey(world([boxed, both, later])))).toContain('2019-05-05T00:00Z');
  });
});

describe('what is not certain takes no conveyance from the answer to "in what?"', () => {
  const ship = [at('2018-10-01T01:00Z', 'busan'), at('2018-10-01T11:00Z', 'busan'), at('2018-10-01T20:00Z', 'busan')];

  test('a place of the month in which the item was loaded', () => {
    const away = seen(CAR, { month: '2018-10', place: 'dalian' });
    const days = Array.from({ length: 31 }, (_, n) => `2018-10-${String(n + 1).padStart(2, '0')}`);
    const there = days.flatMap((day) => ['00:00', '10:00', '20:00'].map((time) => at(`${day}T${time}Z`, 'busan')));
    const items = world([LOADED, away], { [SHIP]: [...there, at('2018-11-01T01:00Z', 'busan')] });
    expect(of(CAR, items)).toMatchObject({ ending: { kind: 'may-be-elsewhere', at: instant('2018-11-01T00:00Z') } });
    const certain = seen(CAR, { at: '2018-10-01T10:00Z', place: 'dalian' });
    expect(journey(items).inWhat.map(({ carrier }) => carrier)).toEqual([SHIP]);
    expect(journey(world([LOADED, certain], { [SHIP]: ship })).inWhat).toEqual([]);
  });

  test('a loading into something else of the same month ends the proof, and is no move out of this', () => {
    const crate = into(CAR, OTHER, { month: '2018-10' });
    const box = into(CAR, BOX, { at: '2018-10-01T00:30Z' });
    const items = world([box, crate]);
    const boxed = containmentsOf(CAR, items, ports).find(({ carrier }) => carrier === BOX);
    expect(boxed).toMatchObject({ isLeft: false, ending: { kind: 'may-be-elsewhere', at: instant('2018-11-01T00:00Z') } });
  });

  test('the countries of a ship that the box had left years before', () => {
    const old = 'imo:0000024';
    const before = [
      into(BOX, old, { at: '2015-01-01T00:00Z' }),
      outOf(BOX, old, { at: '2015-02-01T00:00Z' }),
      seen(old, { at: '2018-05-01T00:00Z', country: 'CN' }),
      seen(old, { at: '2019-05-01T00:00Z', country: 'CN' }),
    ];
    const boxed = into(CAR, BOX, { at: '2018-09-20T00:00Z' });
    const items = world([...before, boxed, seen(CAR, { day: '2018-12-01', country: 'DE' })]);
    expect(of(CAR, items)).toMatchObject({ isOpen: true, until: null });
    // Of one that the box is in they count.
    const still = world([
      ...before.filter(({ sighting: { action } }) => action !== 'DELETE'),
      boxed,
      seen(CAR, { day: '2018-12-01', country: 'DE' }),
    ]);
    expect(of(CAR, still).ending?.kind).toBe('may-be-elsewhere');
  });

  test('an unloading that ends a later loading into the same ship ends the answer', () => {
    const items = world(
      [
        LOADED,
        seen(CAR, { at: '2018-10-01T10:00Z', place: 'dalian' }),
        into(CAR, SHIP, { at: '2018-10-20T00:00Z', place: 'busan' }),
        outOf(CAR, SHIP, { at: '2018-10-25T00:00Z', place: 'dalian' }),
      ],
      { [SHIP]: ship },
    );
    expect(journey(items).inWhat).toEqual([]);
  });
});

describe('where a port is', () => {
  const discharged = into(CAR, SHIP, { id: 'loaded', at: '2018-10-01T00:30Z', place: 'osaka', discharge: 'busan' });
  const elsewhere = { unlocode: 'KRPUS', lat: 37.5, lon: 127 };
  const track = {
    [SHIP]: ['2018-10-01T06:00Z', '2018-10-01T12:00Z', '2018-10-01T20:00Z'].map((time, n) => at(time, n === 1 ? 'busan' : SEA)),
  };
  const calls = (...more: FoldInput[]): (string | undefined)[] => {
    const items = world([discharged, seen(BOX, { day: '2018-01-01', place: 'busan' }), ...more], track);
    return containmentsOf(CAR, new Map([...items]), portsIn(items)).map(({ ending }) => ending?.kind);
  };
  const says = (kind: Sighting['kind'], modality: Sighting['modality'] = 'actual'): FoldInput => {
    const said = seen(CAR, { id: `aaa-${kind}-${modality}`, day: '2018-01-01', place: 'busan', kind, modality });
    return { sighting: { ...said.sighting, agency: 'aaa', place: elsewhere } };
  };

  test.each([
    ['a statement', says('statement')],
    ['an assessment', says('assessment')],
    ['a plan', says('observation', 'planned')],
    ['a negative finding', says('observation', 'negative')],
  ])('%s says nothing of it', (_, said) => {
    const items = world([discharged, said], track);
    expect(portsIn(items).map(({ lat }) => lat)).not.toContain(elsewhere.lat);
    expect(calls(said)).toEqual(['called']);
  });

  test('of two records that differ each may be right: a call at either ends what is proved', () => {
    expect(calls(says('observation'))).toEqual(['called']);
  });

  test('a silence is a stay in port only where all that say where the port is agree', () => {
    const still = ['2018-10-01T01:00Z', '2018-10-02T01:00Z'].map((time) => at(time, SEA));
    const sea = { ...elsewhere, lat: SEA[0], lon: SEA[1] };
    expect(gapsOf(still, [sea])).toHaveLength(1);
    expect(gapsOf(still, [sea, { unlocode: 'KRPUS', lat: 35.1, lon: 129.08 }])).toHaveLength(2);
  });

  test('a ship that gives her own position at each of a thousand calls has a journey, and two points within 100 m are one', () => {
    const call = (n: number): FoldInput => {
      const { sighting: made } = seen(SHIP, { at: `20${10 + (n % 9)}-0${1 + (n % 9)}-01T00:00Z` });
      return { sighting: { ...made, place: { unlocode: 'KRPUS', lat: 35 + n * 0.001, lon: 129.08 } } };
    };
    const items = world([LOADED, ...Array.from({ length: 1_001 }, (_, n) => call(n))]);
    expect(portsIn(items)).toHaveLength(1_001);
    expect(journeyOf(CAR, items, portsIn(items)).containments).toHaveLength(1);
    const near = [35, 35.0003].map((lat): FoldInput => ({
      sighting: { ...call(0).sighting, place: { unlocode: 'KRPUS', lat, lon: 129.08 } },
    }));
    expect(portsIn(world(near))).toHaveLength(1);
  });
});
