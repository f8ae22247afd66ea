import fc from 'fast-check';
import { parseHandling, readerGroups, strictest, TLP_LABELS, type Handling, type HandlingText } from './index.ts';

const OWNER = 'alpha';

test.each([
  [{ tlp: 'CLEAR' }, ['clear']],
  [{ tlp: 'GREEN' }, ['green']],
  [{ tlp: 'GREEN', community: 'ports' }, ['agency:alpha', 'community:ports']],
  [{ tlp: 'AMBER' }, ['agency:alpha']],
  [{ tlp: 'AMBER', agencies: [] }, ['agency:alpha']],
  [{ tlp: 'AMBER', agencies: ['gamma', 'beta', 'gamma', 'alpha'] }, ['agency:alpha', 'agency:beta', 'agency:gamma']],
  [{ tlp: 'AMBER+STRICT', agencies: ['beta'] }, ['agency:alpha', 'agency:beta']],
  [{ tlp: 'RED', agencies: ['beta'], principals: ['judge'] }, ['agency:alpha', 'agency:beta']],
] as const)('%j is seen by %j', (handling, groups) => {
  expect(parseHandling(handling)).toEqual({ ok: true, value: handling });
  expect(readerGroups(handling, OWNER)).toEqual(groups);
});

test.each([
  [{ tlp: 'WHITE' }, 'handling.tlp', '/tlp'],
  [{ tlp: 'CLEAR', community: 'ports' }, 'handling.community', '/community'],
  [{ tlp: 'AMBER', community: 'ports' }, 'handling.community', '/community'],
  [{ tlp: 'GREEN', community: 'Ports' }, 'handling.community', '/community'],
  [{ tlp: 'CLEAR', agencies: ['beta'] }, 'handling.agencies', '/agencies'],
  [{ tlp: 'GREEN', agencies: [] }, 'handling.agencies', '/agencies'],
  [{ tlp: 'AMBER', agencies: ['beta', 'Bad'] }, 'handling.agencies', '/agencies/1'],
  [{ tlp: 'AMBER', principals: ['judge'] }, 'handling.principals', '/principals'],
  [{ tlp: 'RED', principals: ['judge', ''] }, 'handling.principals', '/principals/1'],
])('%j is refused: %s', (handling, code, pointer) => {
  expect(parseHandling(handling as HandlingText)).toMatchObject({ ok: false, code, pointer });
});

describe('the stricter of two', () => {
  const AGENCIES = ['alpha', 'beta', 'gamma'];
  const some = (names: readonly string[]) => fc.subarray([...names]);
  const handling = fc
    .record({
      tlp: fc.constantFrom(...TLP_LABELS),
      community: fc.constantFrom(undefined, 'ports', 'banks'),
      agencies: some(AGENCIES),
      principals: some(['p', 'q']),
    })
    .map(({ tlp, community, agencies, principals }): Handling => {
      if (tlp === 'CLEAR') return { tlp };
      if (tlp === 'GREEN') return community === undefined ? { tlp } : { tlp, community };
      return tlp === 'RED' ? { tlp, agencies, principals } : { tlp, agencies };
    });
  /** Every kind of reader there is: in which agency, in which communities. */
  const readers = AGENCIES.flatMap((agency) =>
    [[], ['ports'], ['banks'], ['ports', 'banks']].map(
      (communities) => new Set(['clear', 'green', `agency:${agency}`, ...communities.map((name) => `community:${name}`)]),
    ),
  );
  const seenBy = (given: Handling) => readers.filter((reader) => readerGroups(given, OWNER).some((group) => reader.has(group)));

  test('nobody but the owner sees what he may not see of both, whichever comes first', () => {
    fc.assert(
      fc.property(handling, handling, (a, b) => {
        const both = strictest(a, b);
        expect(parseHandling(both).ok).toBe(true);
        expect(seenBy(strictest(b, a))).toEqual(seenBy(both));
        const [seesA, seesB] = [seenBy(a), seenBy(b)];
        for (const reader of seenBy(both))
          expect(reader.has(`agency:${OWNER}`) || (seesA.includes(reader) && seesB.includes(reader))).toBe(true);
        expect(TLP_LABELS.indexOf(both.tlp)).toBeGreaterThanOrEqual(Math.max(TLP_LABELS.indexOf(a.tlp), TLP_LABELS.indexOf(b.tlp)));
        expect(seenBy(strictest(a, a))).toEqual(seesA);
      }),
      { numRuns: 1000 },
    );
  });

  test('of two that name persons, the persons of both', () => {
    expect(strictest({ tlp: 'RED', principals: ['p', 'q'] }, { tlp: 'RED', principals: ['q'] })).toEqual({ tlp: 'RED', principals: ['q'] });
    expect(strictest({ tlp: 'RED', principals: ['p'] }, { tlp: 'CLEAR' })).toEqual({ tlp: 'RED', principals: ['p'] });
  });
});
