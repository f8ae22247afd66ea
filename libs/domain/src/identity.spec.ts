/** Identity as evidenced claims: against an oracle, and by what must not matter. Identifiers are synthetic. */
import fc from 'fast-check';
import { example, type Example } from './example-sightings.ts';
import {
  claimed,
  claimSaid,
  DAYS,
  HULL,
  OTHER_HULL,
  OTHER_RADIO,
  oneThingOn,
  POOL,
  RADIO,
  saidOf,
  type Made,
} from './identity-oracle.contract.ts';
import {
  claimsFor,
  coveredBy,
  foldClaims,
  foldTimeline,
  formatInstant,
  formatRef,
  identityOf,
  namedBy,
  parseOccurred,
  timelineKey,
} from './index.ts';
import type { FoldInput, Identity, Span, TimelineEntry } from './index.ts';

const of = (inputs: readonly FoldInput[], item: string = HULL as string): Identity => identityOf(item, foldClaims(inputs));
const ref = ({ sighting }: TimelineEntry): string => formatRef(sighting);
const textOf = ({ starts, ends }: Span): string =>
  `${starts === null ? '' : formatInstant(starts, 'day')}..${ends === null ? '' : formatInstant(ends, 'day')}`;
const named = ({ names }: Identity): string[] =>
  names.map(({ id, span, chain }) => `${id} ${textOf(span)} by ${chain.map(ref).join(', ')}`);
const apart = ({ unjoined }: Identity): string[] =>
  unjoined.map(({ claim, span, why, against }) => `${ref(claim)} ${why} ${textOf(span)}${against.map((each) => ` ${ref(each)}`).join('')}`);
const toldOf = (identity: Identity): string =>
  JSON.stringify([named(identity), apart(identity), identity.names.map(({ chain }) => chain.map(({ handling }) => handling))]);

const dayOf = (n: number): Span => {
  const text = `2018-01-0${n + 1}`;
  const read = parseOccurred({ from: text, to: text, precision: 'day' });
  if (!read.ok) throw new Error(read.detail);
  return { starts: read.value.starts, ends: read.value.ends };
};

const claim = (id: string, items: readonly string[], more: Omit<Partial<Example>, 'id' | 'items'> = {}): FoldInput =>
  example({ kind: 'identification', subtype: 'same', day: null, place: null, ...more, id, items });
const during = (from: string, to?: string): Pick<Example, 'occurred'> => ({
  occurred: { from, ...(to === undefined ? {} : { to }), precision: 'day', extent: 'throughout' },
});

describe('what is of one thing', () => {
  it('is what the oracle says, on each day, under the label of what is open to most', () => {
    fc.assert(
      fc.property(claimed, fc.constantFrom(...POOL), (claims, item) => {
        const { names } = of(saidOf(claims), item);
        for (let day = 0; day < DAYS; day++) {
          const expected = oneThingOn(item, claims, day);
          const found = POOL.flatMap((id) => {
            const by = id === item ? undefined : claimsFor(names, id, dayOf(day));
            return by === undefined
              ? []
              : [[id, ['CLEAR', 'GREEN', 'AMBER'].findLast((label) => by.some(({ handling }) => handling.tlp === label))]];
          });
          expect(found).toEqual(POOL.flatMap((id) => (expected.has(id) ? [[id, expected.get(id)]] : [])));
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('is the same for each of them', () => {
    fc.assert(
      fc.property(claimed, (claims) => {
        const entries = foldClaims(saidOf(claims));
        const names = new Map(POOL.map((id) => [id, identityOf(id, entries).names]));
        const areOne = (a: string, b: string, day: number): boolean => claimsFor(names.get(a) ?? [], b, dayOf(day)) !== undefined;
        for (const a of POOL) for (const b of POOL) for (let day = 0; day < DAYS; day++) expect(areOne(a, b, day)).toBe(areOne(b, a, day));
      }),
      { numRuns: 200 },
    );
  });

  it('rests on chains of claims, each naming what the one before leads to', () => {
    fc.assert(
      fc.property(claimed, (claims) => {
        for (const { id, chain } of of(saidOf(claims)).names) {
          let reached = new Set([HULL as string]);
          for (const { sighting } of chain) {
            expect(sighting.items.some((item) => reached.has(item.id))).toBe(true);
            reached = new Set(sighting.items.map((item) => item.id));
          }
          expect(reached.has(id)).toBe(true);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('does not depend on the order in which claims and words about them come, or are given', () => {
    const both = claimed.map(saidOf).chain((said) => fc.tuple(fc.constant(said), fc.shuffledSubarray(said, { minLength: said.length })));
    fc.assert(
      fc.property(both, ([said, shuffled]) => {
        expect(toldOf(of(shuffled))).toBe(toldOf(of(said)));
        const order = new Map(shuffled.map(({ sighting }, at) => [formatRef(sighting), at]));
        const entries = foldClaims(said).toSorted((x, y) => (order.get(ref(x)) ?? 0) - (order.get(ref(y)) ?? 0));
        expect(toldOf(identityOf(HULL as string, entries))).toBe(toldOf(of(said)));
      }),
      { numRuns: 1000 },
    );
  });

  it('merged and un-merged is, byte for byte, as never merged', () => {
    const records = [HULL, RADIO, OTHER_RADIO].map((id, n) => example({ id: `r${n}`, items: [id as string], day: `2018-01-0${n + 1}` }));
    fc.assert(
      fc.property(claimed, claimed, (claims, [merge]) => {
        const before = saidOf(claims);
        const done = claimSaid('merge', { ...(merge as Made), fate: 'withdrawn' });
        expect(toldOf(of([...before, ...done]))).toBe(toldOf(of(before)));
        const told = (given: readonly FoldInput[]): string => {
          const timeline = foldTimeline(HULL as string, [...records, ...given], undefined, of(given).names);
          return timelineKey({ ...timeline, entries: timeline.entries.filter(({ sighting }) => !sighting.id.startsWith('merge')) });
        };
        expect(told([...before, ...done])).toBe(told(before));
      }),
      { numRuns: 1000 },
    );
  });

  it('control: a merge that stands is told', () => {
    const merges = {
      items: POOL.slice(0, 3),
      from: null,
      to: null,
      throughout: true,
      subtype: 'same',
      modality: 'actual',
      tlp: 'GREEN',
    } as const;
    const [standing, undone] = (['none', 'withdrawn'] as const).map((fate) => toldOf(of(claimSaid('merge', { ...merges, fate }))));
    expect(standing).not.toBe(undone);
  });
});

describe('ships', () => {
  const [hull, other, first, second] = [HULL, OTHER_HULL, RADIO, OTHER_RADIO] as [string, string, string, string];
  const reflagged = [claim('old', [hull, first], during('2016-01-01', '2018-05-31')), claim('new', [hull, second], during('2018-06-01'))];

  it('re-flagged they keep one hull, with each number while she bore it', () => {
    expect(named(of(reflagged))).toEqual([`${first} 2016-01-01..2018-06-01 by alpha/old`, `${second} 2018-06-01.. by alpha/new`]);
    // What was a number's is no other number's: they never named her at one time.
    expect(named(of(reflagged, first))).toEqual([`${hull} 2016-01-01..2018-06-01 by alpha/old`]);
  });

  it('of one number on two hulls stay two, while both are said to bear it', () => {
    const twice = [claim('one', [hull, first], during('2018-01-01', '2018-12-31')), claim('two', [other, first], during('2018-07-01'))];
    expect(named(of(twice))).toEqual([`${first} 2018-01-01..2018-07-01 by alpha/one`]);
    expect(named(of(twice, first))).toEqual([`${hull} 2018-01-01..2018-07-01 by alpha/one`, `${other} 2019-01-01.. by alpha/two`]);
    // What two others bear besides is no matter of theirs.
    const besides = [claim('x', ['imo:0000012', second], during('2018-01-01')), claim('y', ['imo:0000024', second], during('2018-01-01'))];
    expect(apart(of([...twice, ...besides]))).toEqual(apart(of(twice)));
    expect(apart(of(twice))).toEqual([
      'alpha/one two-things 2018-07-01..2019-01-01 alpha/two',
      'alpha/two two-things 2018-07-01..2019-01-01 alpha/one',
    ]);
  });

  it('say of a claim that somebody denies that he does, also where it is of two hulls', () => {
    const said = [
      claim('one', [hull, first]),
      claim('two', [other, first]),
      claim('not', [hull, first], { agency: 'beta', modality: 'negative' }),
    ];
    expect(apart(of(said, first))).toEqual(['alpha/one denied .. beta/not', 'alpha/two two-things .. alpha/one', 'beta/not denies ..']);
  });

  it('are one where somebody says so of the hulls themselves', () => {
    const said = [claim('one', [hull, first]), claim('two', [other, first]), claim('re-entered', [hull, other])];
    expect(
      of(said)
        .names.map(({ id }) => id)
        .sort(),
    ).toEqual([other, first].sort());
  });
});

describe('a claim', () => {
  const [hull, first] = [HULL, RADIO] as [string, string];
  const why = (more: Omit<Partial<Example>, 'id' | 'items'>, ...words: FoldInput[]): string[] =>
    apart(of([claim('c', [hull, first], more), ...words]));

  it('joins nothing where it is of one of several, planned, or of some time within its interval', () => {
    expect(why({ subtype: 'one-of' })).toEqual(['alpha/c one-of ..']);
    expect(why({ modality: 'planned' })).toEqual(['alpha/c planned ..']);
    expect(why({ day: '2018-01-01' })).toEqual(['alpha/c some-time 2018-01-01..2018-01-02']);
    expect(why({})).toEqual([]);
  });

  it('that somebody denies or disputes joins nothing until that is settled, and again once the settlement is withdrawn', () => {
    const denial = claim('not', [hull, first], { agency: 'beta', modality: 'negative' });
    expect(why({}, denial)).toEqual(['alpha/c denied .. beta/not', 'beta/not denies ..']);
    const settles = example({ id: 'r', kind: 'resolution', items: [hull], resolves: ['c', 'beta/not'], upholds: ['c'] });
    expect(named(of([claim('c', [hull, first]), denial, settles]))).toEqual([`${first} .. by alpha/c`]);
    expect(why({}, denial, settles)).toEqual(['beta/not rejected ..']);
    const undone = example({ id: 'u', kind: 'retraction', target: 'r', items: [hull] });
    expect(why({}, denial, settles, undone)).toEqual(['alpha/c denied .. beta/not', 'beta/not denies ..']);
    expect(why({}, example({ id: 'd', agency: 'beta', kind: 'dispute', target: 'alpha/c' }))).toEqual(['alpha/c disputed ..']);
  });

  it('that is denied leaves what hangs on one end of it alone', () => {
    const said = [
      claim('c', [hull, first]),
      claim('badge', [hull, 'serial:demo:b']),
      claim('not', [hull, first], { modality: 'negative' }),
    ];
    expect(named(of(said))).toEqual(['serial:demo:b .. by alpha/badge']);
  });

  it('is about what it does not only keep in the background', () => {
    const items = [hull, first, ['serial:demo:b', 'background']] as const;
    expect(named(of([example({ id: 'c', kind: 'identification', subtype: 'same', day: null, place: null, items })]))).toEqual([
      `${first} .. by alpha/c`,
    ]);
  });

  it('is ended by its own agency, by a correction', () => {
    const ended = claim('ends', [hull, first], { kind: 'correction', target: 'c', ...during('2016-01-01', '2017-12-31') });
    expect(named(of([claim('c', [hull, first], during('2016-01-01')), ended]))).toEqual([`${first} 2016-01-01..2018-01-01 by alpha/ends`]);
  });

  it('by which more is to be known names it; one that joins nothing does not', () => {
    expect(namedBy(foldClaims([claim('c', [hull, first]), claim('d', [hull, 'serial:demo:b'], { subtype: 'one-of' })]))).toEqual(
      [hull, first].sort(),
    );
  });
});

describe('the timeline of a thing', () => {
  const [hull, first] = [HULL, RADIO] as [string, string];
  const claims = [
    claim('old', [hull, first], during('2018-01-01', '2018-06-30')),
    claim('more', [hull, first], during('2018-07-01', '2018-12-31')),
  ];
  const told = (...records: FoldInput[]): string[] =>
    foldTimeline(hull, [...claims, ...records], undefined, of(claims).names)
      .entries.filter(({ sighting }) => !['old', 'more'].includes(sighting.id))
      .map(({ sighting, through, roles }) =>
        `${sighting.id} ${roles.join()} ${through === undefined ? '' : `${through.id} by ${through.claims.map(ref).join(', ')}`}`.trim(),
      );
  const seen = (id: string, item: string, from: string, to = from): FoldInput =>
    example({ id, items: [item, ['container:SYNU0000014', 'background']], occurred: { from, to, precision: 'day' } });

  it('has what another name of it is in, while that is its name, and says by which claims', () => {
    expect(told(seen('own', hull, '2019-02-01'), seen('then', first, '2018-03-01'), seen('before', first, '2017-12-31'))).toEqual([
      `then subject ${first} by alpha/old`,
      'own subject',
    ]);
  });

  it('has what lies across two claims that meet, by both, and nothing that may lie outside', () => {
    expect(told(seen('across', first, '2018-06-15', '2018-07-15'), seen('out', first, '2018-12-15', '2019-01-15'))).toEqual([
      `across subject ${first} by alpha/old, alpha/more`,
    ]);
    expect(told(example({ id: 'undated', items: [first], day: null }))).toEqual([]);
    expect(coveredBy(of(claims).names).map(({ id, spans }) => `${id} ${spans.map(textOf).join()}`)).toEqual([
      `${first} 2018-01-01..2019-01-01`,
    ]);
  });

  it('has nothing that lies across a time at which the name was not its own', () => {
    const again = [claims[0] as FoldInput, claim('again', [hull, first], during('2018-09-01', '2018-12-31'))];
    const across = seen('across', first, '2018-06-15', '2018-09-15');
    expect(foldTimeline(hull, [across], undefined, of(again).names).entries).toEqual([]);
    expect(coveredBy(of(again).names).map(({ spans }) => spans.map(textOf).join())).toEqual([
      '2018-01-01..2018-07-01,2018-09-01..2019-01-01',
    ]);
  });

  it('is that of the identifier alone where nothing joins', () => {
    const records = [seen('own', hull, '2019-02-01'), seen('then', first, '2018-03-01')];
    expect(timelineKey(foldTimeline(hull, records, undefined, of([]).names))).toBe(timelineKey(foldTimeline(hull, records)));
  });
});
