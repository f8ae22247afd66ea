import { BOX, CAR, example, type Example } from './example-sightings.ts';
import { corrected, entry, fold, placing, retracted, rule, ruled, seen, standings } from './fold-rule.contract.ts';
import { foldEvent, RULES } from './index.ts';
import { placingContract } from './placing.contract.ts';

const DAY_1 = '2019-01-01T00:00:00Z';
const DAY_2 = '2019-01-02T00:00:00Z';

describe('who may say what', () => {
  rule(
    'ownAgencyOnly',
    'a correction by another agency counts as a dispute',
    [seen, { ...corrected, agency: 'beta', target: 'alpha/seen' }],
    (timeline) => {
      expect(entry(timeline, 'seen')).toMatchObject({ standing: 'stands', places: true, flags: ['disputed'] });
      expect(entry(timeline, 'seen').disputedBy).toEqual([{ agency: 'beta', id: 'fix', standing: 'stands', inForce: true }]);
      expect(entry(timeline, 'fix')).toMatchObject({ kind: 'dispute', places: false, mark: 'relation', flags: ['foreign-correction'] });
    },
  );

  test.each(['retraction', 'marking'] as const)('a %s by another agency counts as a dispute', (kind) => {
    const timeline = fold([seen, { id: 'theirs', agency: 'beta', kind, target: 'alpha/seen', marks: { tlp: 'RED' } }]);
    expect(entry(timeline, 'seen')).toMatchObject({ standing: 'stands', places: true, handling: { tlp: 'GREEN' }, flags: ['disputed'] });
    expect(entry(timeline, 'theirs').flags).toEqual([`foreign-${kind}`]);
  });

  test('a foreign correction that its agency corrects into an observation still only disputes', () => {
    const timeline = fold([
      seen,
      { ...corrected, agency: 'beta', target: 'alpha/seen' },
      { id: 'again', agency: 'beta', kind: 'correction', as: 'observation', target: 'fix' },
    ]);
    expect(placing(timeline)).toEqual(['seen']);
    expect(entry(timeline, 'again').kind).toBe('dispute');
    expect(entry(timeline, 'seen').flags).toEqual(['disputed']);
  });
});

describe('corrections and retractions', () => {
  test('a correction takes the place of its target, and both stay in view', () => {
    const timeline = fold([seen, corrected]);
    expect(entry(timeline, 'seen')).toMatchObject({
      standing: 'corrected',
      by: { agency: 'alpha', id: 'fix' },
      inPlace: { id: 'fix' },
      places: false,
      why: 'corrected',
    });
    expect(entry(timeline, 'fix')).toMatchObject({ standing: 'stands', kind: 'observation', mark: 'observed', places: true });
    expect(entry(timeline, 'fix').targets).toEqual([{ agency: 'alpha', id: 'seen', standing: 'corrected' }]);
  });

  rule(
    'onlyStandingPlaces',
    'what was corrected or withdrawn places nothing',
    [seen, corrected, { id: 'other' }, { ...retracted, target: 'other' }],
    (timeline) => {
      expect(placing(timeline)).toEqual(['fix']);
    },
  );

  rule(
    'retractionPrevails',
    'a retraction prevails over a later correction',
    [seen, { ...retracted, reported: DAY_1 }, { ...corrected, reported: DAY_2 }],
    (timeline) => {
      expect(standings(timeline)).toEqual({ seen: 'withdrawn', gone: 'stands', fix: 'void' });
      expect(placing(timeline)).toEqual([]);
    },
  );

  test('a retraction prevails over an earlier correction just the same', () => {
    const timeline = fold([seen, { ...retracted, reported: DAY_2 }, { ...corrected, reported: DAY_1 }]);
    expect(standings(timeline)).toEqual({ seen: 'withdrawn', gone: 'stands', fix: 'void' });
    expect(entry(timeline, 'fix')).toMatchObject({ by: { id: 'gone' }, why: 'void' });
  });

  rule(
    'laterReportedStands',
    'of two corrections the later reported stands',
    [seen, { ...corrected, id: 'b', reported: DAY_1 }, { ...corrected, id: 'a', reported: DAY_2 }],
    (timeline) => {
      expect(standings(timeline)).toEqual({ seen: 'corrected', a: 'stands', b: 'superseded' });
      expect(entry(timeline, 'b').supersededBy).toEqual([{ agency: 'alpha', id: 'a', standing: 'stands' }]);
    },
  );

  rule(
    'greaterIdStands',
    'of two corrections reported at one time the greater id stands',
    [seen, { ...corrected, id: 'a' }, { ...corrected, id: 'b' }],
    (timeline) => {
      expect(standings(timeline)).toEqual({ seen: 'corrected', a: 'superseded', b: 'stands' });
    },
  );

  test('a correction without a reported time counts as the earliest', () => {
    expect(standings(fold([seen, { ...corrected, id: 'z' }, { ...corrected, id: 'a', reported: DAY_1 }]))).toEqual({
      seen: 'corrected',
      a: 'stands',
      z: 'superseded',
    });
  });

  rule(
    'withdrawnHasNoEffect',
    'retracting a correction restores its target',
    [seen, corrected, { ...retracted, target: 'fix' }],
    (timeline) => {
      expect(standings(timeline)).toEqual({ seen: 'stands', fix: 'withdrawn', gone: 'stands' });
      expect(placing(timeline)).toEqual(['seen']);
    },
  );

  test('retracting the correction that won lets the other stand', () => {
    const timeline = fold([seen, { ...corrected, id: 'a' }, { ...corrected, id: 'b' }, { ...retracted, target: 'b' }]);
    expect(standings(timeline)).toEqual({ seen: 'corrected', a: 'stands', b: 'withdrawn', gone: 'stands' });
  });

  test('retracting a retraction restores its target, and retracting that withdraws it again', () => {
    const twice = [seen, retracted, { ...retracted, id: 'gone-2', target: 'gone' }];
    expect(placing(fold(twice))).toEqual(['seen']);
    expect(placing(fold([...twice, { ...retracted, id: 'gone-3', target: 'gone-2' }]))).toEqual([]);
  });

  rule(
    'outermostStands',
    'a correction of a correction takes the place',
    [seen, corrected, { ...corrected, id: 'fix-2', target: 'fix' }],
    (timeline) => {
      expect(standings(timeline)).toEqual({ seen: 'corrected', fix: 'corrected', 'fix-2': 'stands' });
      expect(entry(timeline, 'seen')).toMatchObject({ by: { id: 'fix' }, inPlace: { id: 'fix-2' } });
      expect(placing(timeline)).toEqual(['fix-2']);
    },
  );

  test('what corrects a superseded correction is superseded with it', () => {
    const timeline = fold([seen, { ...corrected, id: 'a' }, { ...corrected, id: 'b' }, { ...corrected, id: 'c', target: 'a' }]);
    expect(standings(timeline)).toEqual({ seen: 'corrected', a: 'superseded', b: 'stands', c: 'superseded' });
  });

  rule(
    'kindFollowsTarget',
    'a correction that names no kind keeps its target’s',
    [{ ...seen, kind: 'statement' }, corrected],
    (timeline) => {
      expect(entry(timeline, 'fix')).toMatchObject({ kind: 'statement', mark: 'statement', places: false, why: 'kind' });
    },
  );

  test('a correction puts in place the kind it names', () => {
    expect(
      entry(
        fold([
          { ...seen, kind: 'statement' },
          { ...corrected, as: 'registration' },
        ]),
        'fix',
      ),
    ).toMatchObject({ kind: 'registration', places: true });
  });

  test('a corrected retraction still withdraws, unless it is corrected into another kind', () => {
    const given: Example[] = [seen, retracted, { ...corrected, target: 'gone' }];
    expect(standings(fold(given))).toEqual({ seen: 'withdrawn', gone: 'corrected', fix: 'stands' });
    const turned = fold([...given.slice(0, 2), { ...corrected, target: 'gone', as: 'observation' }]);
    expect(standings(turned)).toEqual({ seen: 'stands', gone: 'corrected', fix: 'stands' });
    expect(placing(turned)).toEqual(['seen', 'fix']);
  });
});

describe('what comes early or goes round', () => {
  rule('waitingPlacesNothing', 'a correction waits for its target, visibly', [{ ...corrected, as: 'observation' }], (timeline) => {
    expect(entry(timeline, 'fix')).toMatchObject({ standing: 'waiting', places: false, why: 'waiting' });
    expect(timeline.waiting).toEqual([{ agency: 'alpha', id: 'fix', kind: 'correction', target: { agency: 'alpha', id: 'seen' } }]);
  });

  test('a resolution that names two waits only for the one that is not there', () => {
    const timeline = fold([seen, { id: 'settle', kind: 'resolution', resolves: ['seen', 'absent'] }]);
    expect(entry(timeline, 'settle').standing).toBe('stands');
    expect(timeline.waiting.map(({ target }) => target.id)).toEqual(['absent']);
  });

  rule(
    'cyclesAreVoid',
    'retractions of each other are void',
    [
      { id: 'a', kind: 'retraction', target: 'b' },
      { id: 'b', kind: 'retraction', target: 'a' },
    ],
    (timeline) => {
      expect(standings(timeline)).toEqual({ a: 'void', b: 'void' });
      expect(entry(timeline, 'a').flags).toEqual(['relation-cycle']);
      expect(timeline.openQuestions.map(({ code }) => code)).toEqual(['relation-cycle', 'relation-cycle']);
    },
  );

  test('a correction of itself is void, and a retraction from outside still withdraws it', () => {
    expect(standings(fold([{ ...corrected, target: 'fix', as: 'observation' }]))).toEqual({ fix: 'void' });
    expect(
      standings(
        fold([
          { ...corrected, target: 'fix' },
          { ...retracted, target: 'fix' },
        ]),
      ),
    ).toEqual({ fix: 'withdrawn', gone: 'stands' });
  });

  test('a chain of 100,000 retractions is resolved', () => {
    const chain = Array.from({ length: 100_000 }, (_, at): Example => ({ id: `r${at + 1}`, kind: 'retraction', target: `r${at}` }));
    const timeline = fold([{ id: 'r0' }, ...chain]);
    expect(entry(timeline, 'r0').standing).toBe('stands');
    expect(entry(timeline, 'r1').standing).toBe('withdrawn');
  });
});

describe('disputes, resolutions, markings', () => {
  const disputed: Example = { id: 'no', agency: 'beta', kind: 'dispute', target: 'alpha/seen' };
  const settled: Example = { id: 'yes', agency: 'gamma', kind: 'resolution', resolves: ['alpha/seen'], upholds: ['alpha/seen'] };

  rule('disputedStillPlaces', 'a disputed sighting stays and still places, marked', [seen, disputed], (timeline) => {
    expect(entry(timeline, 'seen')).toMatchObject({ standing: 'stands', places: true, flags: ['disputed'] });
    expect(timeline.openQuestions).toEqual([
      {
        code: 'disputed',
        refs: [
          { agency: 'alpha', id: 'seen' },
          { agency: 'beta', id: 'no' },
        ],
      },
    ]);
  });

  test('a dispute is retracted by its own agency, not by the other', () => {
    expect(entry(fold([seen, disputed, { ...retracted, agency: 'beta', target: 'no' }]), 'seen').flags).toEqual([]);
    expect(entry(fold([seen, disputed, { ...retracted, target: 'beta/no' }]), 'seen').flags).toEqual(['disputed']);
  });

  rule('resolutionsSettle', 'a resolution settles what it names, and says by whom', [seen, disputed, settled], (timeline) => {
    expect(entry(timeline, 'seen')).toMatchObject({ places: true, flags: [] });
    expect(entry(timeline, 'seen').resolvedBy).toEqual([{ agency: 'gamma', id: 'yes', standing: 'stands', inForce: true, upheld: true }]);
    expect(timeline.openQuestions).toEqual([]);
  });

  test('a retracted resolution settles nothing', () => {
    const timeline = fold([seen, disputed, settled, { ...retracted, agency: 'gamma', target: 'yes' }]);
    expect(entry(timeline, 'seen').flags).toEqual(['disputed']);
    expect(entry(timeline, 'seen').resolvedBy).toMatchObject([{ id: 'yes', standing: 'withdrawn', inForce: false }]);
  });

  test('a contradiction is shown on both and stays open until one of them falls or it is resolved', () => {
    const given: Example[] = [seen, { id: 'but', agency: 'beta', kind: 'statement', contradicts: ['alpha/seen'] }];
    const open = fold(given);
    expect(entry(open, 'seen').contradictedBy).toMatchObject([{ agency: 'beta', id: 'but' }]);
    expect(entry(open, 'but').contradicts).toMatchObject([{ agency: 'alpha', id: 'seen' }]);
    expect(open.openQuestions.map(({ code }) => code)).toEqual(['contradiction']);
    expect(fold([...given, settled]).openQuestions).toEqual([]);
    expect(fold([...given, retracted]).openQuestions).toEqual([]);
  });

  const marks = (id: string, tlp: 'CLEAR' | 'RED', reported: string): Example => ({
    id,
    kind: 'marking',
    target: 'seen',
    marks: { tlp },
    reported,
  });
  rule(
    'lastMarkingApplies',
    'the marking last reported says the handling',
    [seen, marks('m2', 'CLEAR', DAY_1), marks('m1', 'RED', DAY_2)],
    (timeline) => {
      expect(entry(timeline, 'seen').handling).toEqual({ tlp: 'RED' });
      expect(entry(timeline, 'seen').markedBy.map(({ id }) => id)).toEqual(['m2', 'm1']);
    },
  );

  test('a retracted marking leaves the handling as it was before', () => {
    expect(entry(fold([seen, marks('m1', 'RED', DAY_1), { ...retracted, target: 'm1' }]), 'seen').handling).toEqual({ tlp: 'GREEN' });
  });
});

placingContract();

describe('corrections across items', () => {
  const moved: Example[] = [
    { ...seen, items: [BOX] },
    { ...corrected, items: [CAR, [BOX, 'background']] },
  ];

  test('a correction that moves a sighting shows the old one corrected there and the new content here', () => {
    expect(fold(moved, BOX).entries.map(({ sighting, standing, places }) => [sighting.id, standing, places])).toEqual([
      ['seen', 'corrected', false],
      ['fix', 'stands', false],
    ]);
    expect(fold(moved, CAR).entries.map(({ sighting, standing, places }) => [sighting.id, standing, places])).toEqual([
      ['fix', 'stands', true],
    ]);
  });

  rule(
    'incompleteIsFlagged',
    'a correction that leaves out an item of its target applies and is flagged on both',
    [
      { ...seen, items: [BOX] },
      { ...corrected, items: [CAR] },
    ],
    (timeline) => {
      expect(entry(timeline, 'seen')).toMatchObject({ standing: 'corrected', flags: ['incomplete-correction'] });
      expect(entry(timeline, 'fix')).toMatchObject({ roles: [], places: false, why: 'not-named', flags: ['incomplete-correction'] });
      expect(timeline.openQuestions.map(({ code }) => code)).toEqual(['incomplete-correction']);
    },
    BOX,
  );
});

describe('identifiers that fail their check', () => {
  /** The demo's misread container number: the check digit of SYNU 000004 is 0. */
  const MISREAD = 'container:SYNU0000041';
  rule(
    'failingCheckIsFlagged',
    'a failing check digit stays on the timeline of the identifier as written, flagged, and is an open question',
    [
      { ...seen, items: [MISREAD] },
      { id: 'with', items: [CAR, [MISREAD, 'container']] },
    ],
    (timeline) => {
      expect(timeline.entries.map(({ flags, places }) => [flags, places])).toEqual([
        [['check-digit'], true],
        [['check-digit'], true],
      ]);
      expect(timeline.openQuestions).toEqual([
        {
          code: 'check-digit',
          refs: [
            { agency: 'alpha', id: 'seen' },
            { agency: 'alpha', id: 'with' },
          ],
        },
      ]);
    },
    MISREAD,
  );

  const misread: Example = { id: 'seen', items: [MISREAD, CAR] };
  const rightly: Example = { ...corrected, items: [BOX, CAR, [MISREAD, 'background']] };
  const open = (given: readonly Example[]) =>
    fold(given, MISREAD).openQuestions.flatMap(({ code, refs }) => [code, ...refs.map(({ id }) => id)]);

  rule(
    'correctionClosesCheck',
    'the question is closed once every sighting that says the identifier was corrected or withdrawn; the flag stays',
    [misread, rightly, { id: 'again', items: [MISREAD] }, { ...retracted, target: 'again', items: [MISREAD] }],
    (timeline) => {
      expect(timeline.openQuestions).toEqual([]);
      expect(timeline.entries.map(({ flags }) => flags)).toEqual(timeline.entries.map(() => ['check-digit']));
    },
    MISREAD,
  );

  test('the question stays open as long as one sighting says it, and names those alone that do', () => {
    expect(open([misread, { id: 'other', items: [MISREAD] }, rightly])).toEqual(['check-digit', 'other']);
    expect(open([misread, { ...rightly, items: [CAR, MISREAD] }])).toEqual(['check-digit', 'fix']);
    expect(open([misread, { ...rightly, agency: 'beta', target: 'alpha/seen' }])).toContain('check-digit');
    expect(open([misread, rightly, { ...retracted, target: 'fix', items: [BOX, CAR, MISREAD] }])).toEqual(['check-digit', 'seen']);
    // Context that nobody corrected still says that there was such a container.
    expect(open([{ id: 'near', items: [CAR, [MISREAD, 'background']] }])).toEqual(['check-digit', 'near']);
  });

  test('on the page of an event it is closed by the correction too', () => {
    const page = (given: readonly Example[]) => foldEvent({ agency: 'alpha', id: 'seen' }, given.map(example)).openQuestions;
    expect(page([misread]).map(({ code }) => code)).toEqual(['check-digit']);
    expect(page([misread, rightly])).toEqual([]);
  });

  test('it says nothing about the other items of the sighting', () => {
    expect(entry(fold([{ id: 'with', items: [CAR, [MISREAD, 'container']] }]), 'with').flags).toEqual([]);
  });
});

describe('the order and the page of one event', () => {
  rule(
    'orderedByTime',
    'a timeline is ordered by time, then reference, undated last',
    [{ id: 'undated', day: null }, { id: 'late', day: '2018-07-01' }, { id: 'b' }, { id: 'a' }, { id: 'a', agency: 'beta' }],
    (timeline) => {
      expect(timeline.entries.map(({ sighting }) => `${sighting.agency}/${sighting.id}`)).toEqual([
        'alpha/a',
        'alpha/b',
        'beta/a',
        'alpha/late',
        'alpha/undated',
      ]);
    },
  );

  test('the page of an event tells its standing and everything about it', () => {
    const page = foldEvent({ agency: 'alpha', id: 'fix' }, [seen, corrected, { ...retracted, target: 'fix' }, { id: 'else' }].map(example));
    expect(page.entry).toMatchObject({ standing: 'withdrawn', by: { id: 'gone' } });
    expect(page.about.map(({ sighting }) => sighting.id)).toEqual(['gone', 'seen']);
    expect(foldEvent({ agency: 'alpha', id: 'none' }, []).entry).toBeUndefined();
  });
});

test('every rule has a test that goes red without it', () => {
  expect([...ruled].sort()).toEqual(Object.keys(RULES).sort());
});
