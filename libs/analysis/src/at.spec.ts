/** What is known of one time: certainly or possibly, and nothing between two records. */
import fc from 'fast-check';
import {
  foldTimeline,
  formatInstant,
  parseAskedTime,
  type FoldInput,
  type Interval,
  type Party,
  type Role,
  type Sighting,
} from '#lib/domain';
import { asReported, lookIn, type CaseWorld } from './cases.contract.ts';
import { readDemo } from './demo.contract.ts';
import {
  carriersOf,
  journeyAt,
  journeyOf,
  knownAround,
  portsIn,
  type Asked,
  type Fix,
  type JourneyAt,
  type Known,
  type Placing,
} from './index.ts';

const demo = readDemo();
const CAR = 'vin:WDDSYNTH9JA000001';
const BOX = 'container:SYNU0000014';
const DN5505 = 'imo:0000048';

function asked(text: string): Asked {
  const read = parseAskedTime(text);
  if (!read.ok) throw new Error(read.code);
  return read.value;
}
async function at(text: string, item = CAR, world: CaseWorld = demo): Promise<JourneyAt> {
  const items = await knownAround(item, lookIn(world), carriersOf);
  const ports = portsIn(items);
  return journeyAt(journeyOf(item, items, ports), items, ports, asked(text));
}
const recordOf = (fix: Fix): string => ('entry' in fix ? fix.entry.sighting.id : `${fix.position.track.sighting.id}#${fix.position.line}`);
const startOf = (placing: Placing | undefined): string =>
  typeof placing?.fix.span.starts === 'number' ? formatInstant(placing.fix.span.starts, 'minute') : 'none';
const chains = ({ legs }: JourneyAt): string[][] => legs.map(({ leg, holds }) => [holds, ...leg.chain.map(({ carrier }) => carrier)]);
const held = ({ containments }: JourneyAt): string[][] =>
  containments.map(({ holds, containment, outer }) => [holds, containment.carrier, ...outer.map(({ carrier }) => carrier)]);

describe('the car of the demo case', () => {
  test('is inferred at a position of its ship, aboard which it is proved by both loadings', async () => {
    const then = await at('2018-10-01T08:30:00Z');
    expect(then).toMatchObject({ where: 'inferred', inWhat: 'inferred' });
    expect(then.placings.map(({ cover, placing }) => [cover, startOf(placing)])).toEqual([['certainly', '2018-10-01T08:30Z']]);
    expect(chains(then).map(([, ...chain]) => chain)).toContainEqual([BOX, DN5505]);
  });

  test('is nowhere between two positions: the one before and the one behind are told, and that it was aboard', async () => {
    const then = await at('2018-10-01T08:10:00Z');
    expect(then).toMatchObject({ where: 'unknown', placings: [], inWhat: 'inferred' });
    expect(chains(then)).toContainEqual(['throughout', BOX, DN5505]);
    const [before, after] = [startOf(then.before), startOf(then.after)];
    expect([before, after]).toEqual(['2018-10-01T08:00Z', '2018-10-01T08:15Z']);
  });

  test('is unknown once its ship is dark: last recorded in its container and that in the ship, and nothing proves it later', async () => {
    for (const text of ['2018-10-01T08:30:01Z', '2018-10-05', '2018-10-19T08:30:00Z', '2019-06-01', '2026-01-01']) {
      const then = await at(text);
      expect({ text, ...then }).toMatchObject({ where: 'unknown', inWhat: 'unknown', legs: [] });
      expect(then.after).toBeUndefined();
      expect(then.placings.filter(({ cover }) => cover === 'certainly')).toEqual([]);
      expect(startOf(then.before)).toBe('2018-10-01T08:30Z');
      expect(held(then).at(-1)).toEqual(['last-recorded', BOX, DN5505]);
    }
  });

  test('of the day on which that happened is aboard for a part of it', async () => {
    const then = await at('2018-10-01');
    expect(then).toMatchObject({ where: 'inferred', inWhat: 'inferred' });
    expect(chains(then)).toContainEqual(['partly', BOX, DN5505]);
    // A day of the place is another one than that of UTC, and lies before the loading is certain.
    expect(chains(await at('2018-09-30+09:00')).map(([, ...chain]) => chain)).not.toContainEqual([BOX, DN5505]);
  });

  test('before anything was recorded is unknown, and the first that proves it is told', async () => {
    const then = await at('2017-01-01');
    expect(then).toMatchObject({ where: 'unknown', inWhat: 'unknown', containments: [] });
    expect(then.before).toBeUndefined();
    expect(then.after).toBeDefined();
  });

  test('is told by what had been reported: the container at Osaka on 31 August only after the correction', async () => {
    const observed = async (reported: string): Promise<string[]> => {
      const { placings } = await at('2018-08-31', BOX, asReported(demo, reported));
      return placings.flatMap(({ placing: { fix, leg }, cover }) =>
        leg === undefined && 'entry' in fix && fix.entry.kind === 'observation' && fix.entry.sighting.place?.unlocode === 'JPOSA'
          ? [cover]
          : [],
      );
    };
    expect(await observed('2019-05-09T12:59:59Z')).toEqual([]);
    expect(await observed('2019-05-09T13:00:00Z')).toEqual(['certainly']);
  });
});

/** Histories in whole ticks, each of a microsecond, of one thing that is put into boxes one after the other. */
const THING = 'serial:demo:thing';
interface Stay {
  readonly load: readonly [number, number];
  /** undefined: it was never recorded as taken out. */
  readonly unload: readonly [number, number] | undefined;
}
interface Seen {
  /** null: the thing itself. */
  readonly box: number | null;
  readonly span: readonly [number, number];
  readonly isThroughout: boolean;
}
interface History {
  readonly stays: readonly Stay[];
  readonly seen: readonly Seen[];
}

const histories: fc.Arbitrary<History> = fc
  .record({
    stays: fc.array(
      fc.record({
        gap: fc.integer({ min: 0, max: 4 }),
        load: fc.integer({ min: 1, max: 4 }),
        stay: fc.integer({ min: -1, max: 6 }),
        unload: fc.integer({ min: 1, max: 4 }),
      }),
      { minLength: 1, maxLength: 3 },
    ),
    isOpen: fc.boolean(),
    seen: fc.array(
      fc.record({
        box: fc.option(fc.nat(2), { nil: null, freq: 3 }),
        from: fc.nat(36),
        length: fc.integer({ min: 1, max: 5 }),
        isThroughout: fc.boolean(),
      }),
      { maxLength: 6 },
    ),
  })
  .map(({ stays, isOpen, seen }) => {
    let now = 2;
    const made = stays.map(({ gap, load, stay, unload }, n): Stay => {
      const begin = now + gap;
      const out = begin + load + stay;
      now = out + unload;
      const isLast = n === stays.length - 1;
      return { load: [begin, begin + load], unload: isLast && isOpen ? undefined : [out, out + unload] };
    });
    return {
      stays: made,
      seen: seen.map(({ box, from, length, isThroughout }) => ({
        box: box === null || box >= made.length ? null : box,
        span: [from, from + length],
        isThroughout,
      })),
    };
  });

const boxOf = (n: number): string => `serial:demo:box-${n}`;

function inputOf(
  id: string,
  items: readonly (readonly [string, Role])[],
  [starts, ends]: readonly [number, number],
  more: Partial<Sighting> = {},
  extent: Interval['extent'] = 'within',
): FoldInput {
  return {
    sighting: {
      ...{ agency: 'alpha', principal: 'ann', id, kind: 'observation', modality: 'actual', handling: { tlp: 'GREEN' } },
      occurred: { starts, ends, precision: 'microsecond', extent },
      ...{ items: items.map(([of, role]) => ({ id: of, role })), parties: [], source: { kind: 'test' }, evidence: [] },
      relations: { contradicts: [], links: [], basis: [], resolves: [], upholds: [] },
      ...more,
    },
  };
}

function inputsOf({ stays, seen }: History): FoldInput[] {
  const moves = stays.flatMap(({ load, unload }, n) => {
    const items = [
      [THING, 'subject'],
      [boxOf(n), 'container'],
    ] as const;
    const move = (id: string, span: readonly [number, number], action: 'ADD' | 'DELETE') =>
      inputOf(id, items, span, { kind: 'aggregation', action });
    return [move(`in-${n}`, load, 'ADD'), ...(unload === undefined ? [] : [move(`out-${n}`, unload, 'DELETE')])];
  });
  const sightings = seen.map(({ box, span, isThroughout }, n) =>
    inputOf(
      `seen-${n}`,
      [[box === null ? THING : boxOf(box), 'subject']],
      span,
      { place: { name: 'somewhere' } },
      isThroughout ? 'throughout' : 'within',
    ),
  );
  return [...moves, ...sightings];
}

async function ourAnswer(history: History, time: Asked) {
  const inputs = inputsOf(history);
  const look = (items: readonly string[]) =>
    Promise.resolve(new Map(items.map((item): [string, Known] => [item, { timeline: foldTimeline(item, inputs), track: [] }])));
  const items = await knownAround(THING, look, carriersOf);
  const then = journeyAt(journeyOf(THING, items), items, [], time);
  return {
    where: then.where,
    placings: then.placings.map(({ placing, cover }) => `${cover} ${recordOf(placing.fix)}`).sort(),
    containments: then.containments.map(({ containment, holds }) => `${holds} ${containment.loading.sighting.id}`),
    legs: then.legs.map(({ leg, holds }) => `${holds} ${leg.chain.map(({ loading }) => loading.sighting.id).join()}`),
    before: then.before === undefined ? 'none' : recordOf(then.before.fix),
    after: then.after === undefined ? 'none' : recordOf(then.after.fix),
  };
}

/** By trying out every true time that each record can have, in half ticks, and by nothing of the product. */
class Oracle {
  private readonly history: History;
  private readonly from: number;
  private readonly to: number;

  constructor(history: History, { starts, ends }: Asked) {
    this.history = history;
    this.from = starts;
    this.to = ends;
  }

  answer() {
    const { seen, stays } = this.history;
    const own = seen.flatMap((each, n) => (each.box === null || this.isInherited(each) ? [{ each, n }] : []));
    const placings = own.flatMap(({ each, n }) => {
      const cover = this.coverOf(each);
      return cover === undefined ? [] : [{ cover, n, isOwn: each.box === null }];
    });
    const certain = placings.filter(({ cover }) => cover === 'certainly');
    const held = stays.map((_, n) => ({ n, holds: this.holds(n) })).filter(({ holds }) => holds !== undefined);
    return {
      where: certain.some(({ isOwn }) => isOwn) ? 'observed' : certain.length > 0 ? 'inferred' : 'unknown',
      placings: placings.map(({ cover, n }) => `${cover} seen-${n}`).sort(),
      containments: held.map(({ n, holds }) => `${holds ?? ''} in-${n}`),
      legs: held.filter(({ holds }) => holds === 'throughout' || holds === 'partly').map(({ n, holds }) => `${holds ?? ''} in-${n}`),
      before: own.filter(({ each }) =>
        this.instantsOf(each)
          .flat()
          .every((tick) => tick < this.from),
      ),
      after: own.filter(({ each }) =>
        this.instantsOf(each)
          .flat()
          .every((tick) => tick >= this.to),
      ),
    };
  }

  private instantsOf({ span: [from, to], isThroughout }: Seen): number[][] {
    const all = Array.from({ length: to - from }, (_, n) => from + n);
    return isThroughout ? [all] : all.map((tick) => [tick]);
  }

  private coverOf(seen: Seen): string | undefined {
    const isThen = this.instantsOf(seen).map((ticks) => ticks.some((tick) => tick >= this.from && tick < this.to));
    return isThen.every(Boolean) ? 'certainly' : isThen.some(Boolean) ? 'possibly' : undefined;
  }

  /** All of it lies where the thing is in the box whatever the true times are. */
  private isInherited({ box, span: [from, to] }: Seen): boolean {
    const ticks = Array.from({ length: to - from }, (_, n) => from + n);
    return box !== null && ticks.every((tick) => this.isAlwaysIn(box, tick));
  }

  private halves([from, to]: readonly [number, number]): number[] {
    return Array.from({ length: 2 * (to - from) }, (_, n) => from + n / 2);
  }

  /** Whether it is inside at a tick, for every choice of when it was put in and taken out. */
  private choicesAt(n: number, tick: number): boolean[] {
    const { load, unload } = this.history.stays[n] as Stay;
    return this.halves(load).flatMap((put) =>
      (unload === undefined ? [Infinity] : this.halves(unload)).map((out) => put <= tick && tick < out),
    );
  }

  private isAlwaysIn = (n: number, tick: number): boolean => this.choicesAt(n, tick).every(Boolean);

  /** The box was seen no later than that: behind it nothing confirms that the thing is in it still. */
  private lastSign(n: number): number {
    const { load } = this.history.stays[n] as Stay;
    return Math.max(load[1] - 1, ...this.history.seen.flatMap(({ box, span: [from] }) => (box === n && from >= load[1] ? [from] : [])));
  }

  private holds(n: number): string | undefined {
    const { unload, load } = this.history.stays[n] as Stay;
    const ticks = Array.from({ length: this.to - this.from }, (_, at) => this.from + at);
    const last = unload === undefined ? this.lastSign(n) : Infinity;
    const proved = ticks.map((tick) => this.isAlwaysIn(n, tick) && tick <= last);
    if (proved.every(Boolean)) return 'throughout';
    if (proved.some(Boolean)) return 'partly';
    if (unload === undefined && this.from > last && this.from >= load[1]) return 'last-recorded';
    const isPossible = ticks.some((tick) => this.choicesAt(n, tick).some(Boolean));
    return isPossible ? 'possibly' : undefined;
  }
}

test('of any history the answer of a time is that of trying out all true times', async () => {
  await fc.assert(
    fc.asyncProperty(histories, fc.nat(40), fc.integer({ min: 1, max: 5 }), async (history, from, length) => {
      const time = { starts: from, ends: from + length };
      const { before, after, ...right } = new Oracle(history, time).answer();
      const { before: ourBefore, after: ourAfter, ...ours } = await ourAnswer(history, time);
      expect(ours).toEqual(right);
      // Of several that are over before the one that is sure to be latest; of those behind the one that is sure to be soonest.
      const early = ({ span: [begin, end], isThroughout }: Seen): number => (isThroughout ? end - 1 : begin);
      const late = ({ span: [begin, end], isThroughout }: Seen): number => (isThroughout ? begin : end - 1);
      const best = Math.max(...before.map(({ each }) => early(each)));
      const next = Math.min(...after.map(({ each }) => late(each)));
      const seenBy = (record: string): Seen | undefined => history.seen[Number(record.slice('seen-'.length))];
      expect([ourBefore === 'none' ? -Infinity : early(seenBy(ourBefore) as Seen), before.length > 0]).toEqual([
        best,
        ourBefore !== 'none',
      ]);
      expect([ourAfter === 'none' ? Infinity : late(seenBy(ourAfter) as Seen), after.length > 0]).toEqual([next, ourAfter !== 'none']);
    }),
    { numRuns: 1_500, seed: 20_181_001 },
  );
});

test('what it was put into last is left where it is put into something else, and is last recorded until then', async () => {
  const into = (n: number, span: readonly [number, number]): FoldInput =>
    inputOf(
      `in-${n}`,
      [
        [THING, 'subject'],
        [boxOf(n), 'container'],
      ],
      span,
      { kind: 'aggregation', action: 'ADD' },
    );
  const seen = inputOf('seen', [[boxOf(0), 'subject']], [6, 8], { place: { name: 'somewhere' } });
  const inputs = [into(0, [2, 4]), seen, into(1, [12, 14])];
  const items = new Map(
    [THING, boxOf(0), boxOf(1)].map((item): [string, Known] => [item, { timeline: foldTimeline(item, inputs), track: [] }]),
  );
  const told = (starts: number): string[] =>
    journeyAt(journeyOf(THING, items), items, [], { starts, ends: starts + 1 }).containments.map(
      ({ holds, containment }) => `${holds} ${containment.carrier}`,
    );
  expect([5, 6].map(told)).toEqual([[`throughout ${boxOf(0)}`], [`throughout ${boxOf(0)}`]]);
  // Seen at some time in 6 to 8, of which 6 is sure.
  expect([7, 11].map(told)).toEqual([[`last-recorded ${boxOf(0)}`], [`last-recorded ${boxOf(0)}`]]);
  expect(told(12)).toEqual([`last-recorded ${boxOf(0)}`, `possibly ${boxOf(1)}`]);
  expect(told(14)).toEqual([`last-recorded ${boxOf(1)}`]);
});

describe('who held it then', () => {
  const depot = (name: string): Party[] => [{ role: 'depot', name }];
  const told = (time: Asked, inputs: readonly FoldInput[]): string[] => {
    const items = new Map<string, Known>([[THING, { timeline: foldTimeline(THING, inputs), track: [] }]]);
    const { heldBy, holders, uncovered } = journeyAt(journeyOf(THING, items), items, [], time);
    return [
      heldBy,
      ...holders.map(({ holding, basis, cover }) => `${holding.holder.name ?? ''} ${basis} ${cover}`),
      ...uncovered.map(({ since, until }) => `nobody ${since}-${until}`),
    ];
  };
  const by = (id: string, span: readonly [number, number], name: string) =>
    inputOf(id, [[THING, 'subject']], span, { parties: depot(name) });
  const inputs = [by('a', [0, 4], 'A'), by('b', [10, 14], 'A'), by('c', [20, 24], 'B')];

  test.each([
    [
      [0, 4],
      ['observed', 'A observed certainly'],
    ],
    [
      [1, 2],
      ['unknown', 'A observed possibly'],
    ],
    [
      [5, 6],
      ['unknown', 'A inferred possibly', 'nobody 4-10'],
    ],
    [
      [15, 16],
      ['unknown', 'nobody 14-20'],
    ],
    [
      [12, 22],
      ['unknown', 'A observed possibly', 'B observed possibly', 'nobody 14-20'],
    ],
    [[30, 31], ['unknown']],
  ] as const)('at %j is %j', ([starts, ends], answer) => {
    expect(told({ starts, ends }, inputs)).toEqual(answer);
  });
});

describe('what is not sure of a time', () => {
  const answer = (inputs: readonly FoldInput[], starts: number, ends = starts + 1): JourneyAt => {
    const ids = [...new Set(inputs.flatMap(({ sighting }) => sighting.items.map(({ id }) => id)))];
    const items = new Map(ids.map((item): [string, Known] => [item, { timeline: foldTimeline(item, inputs), track: [] }]));
    return journeyAt(journeyOf(THING, items), items, [], { starts, ends });
  };
  const seen = (id: string, span: readonly [number, number]): FoldInput => inputOf(id, [[THING, 'subject']], span, { place: { name: id } });
  const moved = (id: string, action: 'ADD' | 'DELETE', span: readonly [number, number] | null): FoldInput => {
    const items = [
      [THING, 'subject'],
      [boxOf(0), 'container'],
    ] as const;
    const { sighting } = inputOf(id, items, span ?? [0, 1], { kind: 'aggregation', action });
    const { occurred: _, ...undated } = sighting;
    return { sighting: span === null ? undated : sighting };
  };
  const reasons = ({ containments }: JourneyAt): unknown[] => containments.map(({ holds, reasons: why }) => [holds, ...why]);

  test('the one before is the one that is sure to be the latest, and those that may be later are counted; so behind', () => {
    const inputs = [seen('long', [1, 11]), seen('short', [5, 7]), seen('early', [1, 3]), seen('next', [40, 44]), seen('wide', [38, 60])];
    const then = answer(inputs, 20);
    expect([then.before, then.after].map((placing) => recordOf(placing?.fix as Fix))).toEqual(['short', 'next']);
    expect([then.mayBeLater, then.mayBeEarlier]).toEqual([1, 1]);
    expect(answer([seen('short', [5, 7])], 20)).toMatchObject({ mayBeLater: 0, mayBeEarlier: 0 });
  });

  test('an undated loading says nothing of where it was', () => {
    const [undated] = [seen('somewhere', [1, 2])].map(({ sighting: { occurred: _, ...sighting } }): FoldInput => ({ sighting }));
    expect(answer([moved('in', 'ADD', null)], 5).undated).toBe(0);
    expect(answer([moved('in', 'ADD', null), undated as FoldInput], 5).undated).toBe(1);
  });

  test('a containment that is possible says why: by when it was put in or taken out, or since nobody says when', () => {
    const both = [moved('in', 'ADD', [2, 6]), moved('out', 'DELETE', [10, 14])];
    expect([3, 12].map((time) => reasons(answer(both, time)))).toEqual([[['possibly', 'loading']], [['possibly', 'unloading']]]);
    expect(reasons(answer(both, 7))).toEqual([['throughout']]);
    expect(reasons(answer([moved('in', 'ADD', [2, 6]), moved('out', 'DELETE', [4, 14])], 5))).toEqual([
      ['possibly', 'loading', 'unloading'],
    ]);
    expect(reasons(answer([moved('in', 'ADD', null)], 1_000))).toEqual([['possibly', 'undated']]);
    expect(reasons(answer([moved('in', 'ADD', [2, 6]), moved('out', 'DELETE', null)], 1_000))).toEqual([['possibly', 'left-undated']]);
  });
});
