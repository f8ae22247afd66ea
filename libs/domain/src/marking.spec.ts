/** What markings make of a handling: nothing is given by one person's word, in whatever order things come. */
import fc from 'fast-check';
import {
  isNotWider,
  MARKINGS_MAX,
  narrowed,
  readerGroups,
  TLP_LABELS,
  weighMarkings,
  type Approval,
  type Handling,
  type Marking,
} from './index.ts';

const OF = { agency: 'alpha', principal: 'ann' };
const marking = (id: string, handling: Handling, more: Partial<Marking> = {}): Marking => ({
  id,
  captured: 1,
  logIndex: 0,
  handling,
  approvedAt: null,
  isUndone: false,
  isLifted: false,
  ...more,
});
const effect = (handling: Handling, ...markings: Marking[]): Handling => weighMarkings({ ...OF, handling }, markings).handling;

const AMBER: Handling = { tlp: 'AMBER', agencies: ['bravo', 'charlie'] };

describe('a change of handling', () => {
  test.each<[string, Handling, Handling, Handling]>([
    ['to a stricter label', { tlp: 'GREEN' }, AMBER, AMBER],
    ['to a wider one', AMBER, { tlp: 'GREEN' }, AMBER],
    ['to fewer agencies', AMBER, { tlp: 'AMBER', agencies: ['bravo'] }, { tlp: 'AMBER', agencies: ['bravo'] }],
    ['to other agencies', AMBER, { tlp: 'AMBER', agencies: ['charlie', 'delta'] }, { tlp: 'AMBER', agencies: ['charlie'] }],
    ['to what may not be passed on', AMBER, { ...AMBER, tlp: 'AMBER+STRICT' }, { ...AMBER, tlp: 'AMBER+STRICT' }],
    ['from what may not be passed on', { ...AMBER, tlp: 'AMBER+STRICT' }, AMBER, { ...AMBER, tlp: 'AMBER+STRICT' }],
    ['to a community', { tlp: 'GREEN' }, { tlp: 'GREEN', community: 'cars' }, { tlp: 'GREEN', community: 'cars' }],
    // Nobody knows who is in both, or will be: an empty community gives nothing.
    ['to another community', { tlp: 'GREEN', community: 'cars' }, { tlp: 'GREEN', community: 'ports' }, { tlp: 'AMBER' }],
    ['from agencies to a community', AMBER, { tlp: 'GREEN', community: 'nobody' }, { tlp: 'AMBER' }],
    [
      'to named persons',
      AMBER,
      { tlp: 'RED', agencies: ['bravo'], principals: ['p'] },
      { tlp: 'RED', agencies: ['bravo'], principals: ['p'] },
    ],
    ['to other persons', { tlp: 'RED', principals: ['p'] }, { tlp: 'RED', principals: ['q'] }, { tlp: 'RED', principals: ['alpha/ann'] }],
    ['to nobody named', { tlp: 'RED', principals: ['p'] }, { tlp: 'RED' }, { tlp: 'RED', principals: ['p'] }],
  ])('%s', (_, held, said, left) => {
    expect(narrowed(held, said, OF)).toEqual(left);
    expect(isNotWider(held, said, OF)).toBe(JSON.stringify(left) === JSON.stringify(said));
    // With an approver it is what was said.
    expect(effect(held, marking('m', said, { approvedAt: 1 }))).toEqual(said);
  });
});

const names = fc.uniqueArray(fc.constantFrom('bravo', 'charlie', 'delta'), { maxLength: 3 });
const anyHandling: fc.Arbitrary<Handling> = fc
  .tuple(
    fc.constantFrom(...TLP_LABELS),
    names,
    fc.constantFrom(undefined, 'cars', 'ports'),
    fc.uniqueArray(fc.constantFrom('p', 'q'), { maxLength: 2 }),
  )
  .map(([tlp, agencies, community, principals]): Handling => {
    if (tlp === 'CLEAR') return { tlp };
    if (tlp === 'GREEN') return community === undefined ? { tlp } : { tlp, community };
    return { tlp, agencies, ...(tlp === 'RED' ? { principals } : {}) };
  });
const anyMarkings = fc.array(
  fc.record({
    handling: anyHandling,
    captured: fc.nat(2),
    logIndex: fc.nat(9),
    approvedAt: fc.option(fc.nat(9)),
    isUndone: fc.boolean(),
    isLifted: fc.boolean(),
  }),
  { maxLength: 5 },
);
const numbered = (list: readonly Omit<Marking, 'id'>[]): Marking[] => list.map((each, n) => ({ ...each, id: `m${n}` }));

/** Readers of every kind; of RED that names persons only whom it names and its author. */
const READERS = ['nobody', 'alpha', 'bravo', 'charlie', 'delta', 'echo'].flatMap((agency) =>
  [[], ['cars'], ['ports'], ['cars', 'ports']].flatMap((communities) =>
    ['p', 'q', 'ann'].map((person) => ({ agency, communities, person })),
  ),
);
function sees({ agency, communities, person }: (typeof READERS)[number], handling: Handling): boolean {
  const groups = [
    'clear',
    ...(agency === 'nobody' ? [] : ['green', `agency:${agency}`, ...communities.map((name) => `community:${name}`)]),
  ];
  if (!readerGroups(handling, OF.agency).some((group) => groups.includes(group))) return false;
  const { principals = [] } = handling;
  if (handling.tlp !== 'RED' || principals.length === 0 || (agency === OF.agency && person === OF.principal)) return true;
  return principals.includes(person) || principals.includes(`${agency}/${person}`);
}

test('by markings that nobody approved, no reader sees what he did not see before, and a label is never a more open one', () => {
  fc.assert(
    fc.property(anyHandling, anyMarkings, (own, list) => {
      const markings = numbered(list).map((each) => ({ ...each, approvedAt: null, isLifted: false }));
      const now = effect(own, ...markings);
      for (const reader of READERS) if (sees(reader, now) && !sees(reader, own)) return false;
      return TLP_LABELS.indexOf(now.tlp) >= TLP_LABELS.indexOf(own.tlp);
    }),
    { numRuns: 500 },
  );
});

test('and who is excluded by the last of them sees nothing from then on', () => {
  fc.assert(
    fc.property(anyHandling, anyMarkings, anyHandling, (own, list, last) => {
      const now = effect(own, ...numbered(list), marking('z', last, { captured: 9 }));
      return READERS.every((reader) => !sees(reader, now) || sees(reader, last));
    }),
    { numRuns: 500 },
  );
});

test('nor who is excluded by one that came behind the approvals, whatever time capture gave it', () => {
  fc.assert(
    fc.property(anyHandling, anyMarkings, anyHandling, (own, list, last) => {
      const now = effect(own, ...numbered(list), marking('early', last, { captured: -1, logIndex: 10 }));
      return READERS.every((reader) => !sees(reader, now) || sees(reader, last));
    }),
    { numRuns: 500 },
  );
});

test('one of an earlier time gives way to an approval behind it in the log, and not to one before it', () => {
  const wide = marking('w', { tlp: 'GREEN' }, { captured: 5, logIndex: 1, approvedAt: 3 });
  const early = marking('e', { tlp: 'RED' }, { captured: 4, logIndex: 2 });
  expect(effect(AMBER, wide, early)).toEqual({ tlp: 'GREEN' });
  expect(effect(AMBER, wide, { ...early, logIndex: 4 })).toEqual({ tlp: 'RED' });
  // So does one that was approved itself: to approve what closes opens nothing.
  expect(effect(AMBER, wide, { ...early, logIndex: 4, approvedAt: 5 })).toEqual({ tlp: 'RED' });
});

test('the order in which they are told makes no difference', () => {
  fc.assert(
    fc.property(anyHandling, anyMarkings, (own, list) => {
      const markings = numbered(list);
      expect(effect(own, ...markings.toReversed())).toEqual(effect(own, ...markings));
    }),
    { numRuns: 200 },
  );
});

test('of two that capture took in at one moment the greater id is the later', () => {
  const [a, b] = [marking('a', { tlp: 'CLEAR' }, { approvedAt: 1 }), marking('b', { tlp: 'GREEN' }, { approvedAt: 1 })];
  expect(effect(AMBER, b, a)).toEqual({ tlp: 'GREEN' });
  expect(effect(AMBER, b, { ...a, captured: 2 })).toEqual({ tlp: 'CLEAR' });
});

test('what was undone gives nothing more, and goes on taking away until that was approved too', () => {
  const wide = marking('m', { tlp: 'CLEAR' }, { approvedAt: 1, isUndone: true });
  const strict = marking('m', { tlp: 'RED' }, { isUndone: true });
  expect(effect(AMBER, wide)).toEqual(AMBER);
  expect(effect(AMBER, strict)).toEqual({ tlp: 'RED' });
  expect(effect(AMBER, { ...strict, isLifted: true })).toEqual(AMBER);
});

test('more of them than anybody makes in earnest close the sighting', () => {
  const many = Array.from({ length: MARKINGS_MAX + 1 }, (_, n) => marking(`m${n}`, { tlp: 'CLEAR' }, { approvedAt: 1 }));
  // Not merely RED: one of those not weighed may have named persons, and what it took from their colleagues stays taken.
  expect(effect(AMBER, ...many)).toEqual({ tlp: 'RED', principals: ['alpha/ann'] });
  expect(effect({ tlp: 'RED', principals: ['alpha/lead'] }, ...many)).toEqual({ tlp: 'RED', principals: ['alpha/ann'] });
  expect(effect(AMBER, ...many.slice(1))).toEqual({ tlp: 'CLEAR' });
});

describe('what a marking that needs an approver comes to', () => {
  const strict = marking('strict', { tlp: 'AMBER', agencies: ['bravo'] }, { captured: 2 });
  const wide = marking('wide', { tlp: 'GREEN' }, { captured: 3, logIndex: 3 });
  const mixed = marking('mixed', { tlp: 'AMBER', agencies: ['charlie', 'delta'] }, { captured: 2 });
  const open = marking('open', { tlp: 'CLEAR' }, { captured: 5, logIndex: 5, approvedAt: 6 });
  const lifted = marking('lifted', { tlp: 'RED' }, { isUndone: true, isLifted: true });
  const told = (...markings: Marking[]): Record<string, Approval> =>
    Object.fromEntries([...weighMarkings({ ...OF, handling: AMBER }, markings).approvals].map(([{ id }, approval]) => [id, approval]));

  test.each<[string, Marking[], Record<string, Approval>]>([
    ['nothing of one that only takes away', [strict], {}],
    [
      'awaited, of one that opens, and of one that takes from one and opens to another',
      [mixed, wide],
      { mixed: 'awaited', wide: 'awaited' },
    ],
    ['awaited, of one that opens what another took away', [strict, { ...mixed, captured: 3, handling: AMBER }], { mixed: 'awaited' }],
    ['approved', [{ ...wide, approvedAt: 4 }], { wide: 'approved' }],
    [
      'approved, also where another took away since',
      [
        { ...wide, approvedAt: 4 },
        { ...strict, captured: 9 },
      ],
      { wide: 'approved' },
    ],
    ['void, where a later one was approved: it began anew', [wide, open], { wide: 'void', open: 'approved' }],
    ['void, where it was withdrawn or corrected, approved or not', [{ ...wide, isUndone: true }], { wide: 'void' }],
    ['void, where it was withdrawn or corrected, though it was approved', [{ ...wide, isUndone: true, approvedAt: 4 }], { wide: 'void' }],
    ['still taking away, where nobody approved that it was withdrawn', [{ ...strict, isUndone: true }], { strict: 'undoing-awaited' }],
    ['void, where somebody did', [lifted], { lifted: 'void' }],
  ])('%s', (_, markings, expected) => {
    expect(told(...markings)).toEqual(expected);
    expect(told(...markings.toReversed())).toEqual(expected);
  });

  test('is void of more than anybody makes in earnest: they close the sighting, whatever they say', () => {
    const many = Array.from({ length: MARKINGS_MAX + 1 }, (_, n) => marking(`m${n}`, { tlp: 'CLEAR' }, { approvedAt: 1 }));
    expect(new Set(Object.values(told(...many)))).toEqual(new Set(['void']));
    expect(new Set(Object.values(told(...many.slice(1))))).toEqual(new Set(['approved']));
  });

  /** What readers see of it, where one of them is replaced. */
  const seenWith = (own: Handling, markings: readonly Marking[], at: number, more: Partial<Marking>): string => {
    const now = effect(own, ...markings.map((each, n) => (n === at ? { ...each, ...more } : each)));
    return JSON.stringify(READERS.map((reader) => sees(reader, now)));
  };

  test('by no approval, and by no undoing that is approved, does anybody see more than before, unless that is said to be awaited', () => {
    fc.assert(
      fc.property(anyHandling, anyMarkings, (own, list) => {
        const markings = numbered(list);
        const { approvals } = weighMarkings({ ...OF, handling: own }, markings);
        return markings.every((each, at) => {
          const approval = approvals.get(each);
          const before = seenWith(own, markings, at, {});
          const isApprovedFreely = approval === 'awaited' || approval === 'approved' || each.approvedAt !== null;
          const isUndoneFreely = approval === 'undoing-awaited' || !each.isUndone;
          return (
            (isApprovedFreely || seenWith(own, markings, at, { approvedAt: 100 }) === before) &&
            (isUndoneFreely || seenWith(own, markings, at, { isLifted: true }) === before)
          );
        });
      }),
      { numRuns: 500 },
    );
  });

  test('what is awaited opens something to somebody, where it is approved and nothing stands behind it', () => {
    fc.assert(
      fc.property(anyHandling, anyMarkings, anyHandling, (own, list, said) => {
        const last = marking('z', said, { captured: 9, logIndex: 10 });
        const markings = [...numbered(list), last];
        const isAwaited = weighMarkings({ ...OF, handling: own }, markings).approvals.get(last) === 'awaited';
        const now = effect(own, ...markings);
        const then = effect(own, ...markings.slice(0, -1), { ...last, approvedAt: 11 });
        expect(then).toEqual(said);
        const isOpened = READERS.some((reader) => sees(reader, then) && !sees(reader, now)) || then.tlp !== now.tlp;
        return isAwaited || !isOpened;
      }),
      { numRuns: 500 },
    );
  });
});
