/** Generated histories for the property specs of the fold. */
import fc from 'fast-check';
import { BOX, CAR, example, type Example } from './example-sightings.ts';
import type { FoldInput } from './resolved.ts';

const word = fc.record({
  agency: fc.constantFrom('alpha', 'alpha', 'alpha', 'beta'),
  kind: fc.constantFrom('correction', 'correction', 'retraction', 'retraction', 'dispute', 'resolution', 'marking'),
  about: fc.nat(9),
  reported: fc.constantFrom(undefined, '2019-01-01T00:00:00Z', '2019-01-02T00:00:00Z'),
  as: fc.constantFrom(undefined, undefined, 'observation', 'statement'),
  item: fc.constantFrom(CAR, CAR, BOX),
  day: fc.constantFrom('2018-06-14', '2018-06-15', null),
  absent: fc.constantFrom(false, false, false, false, true),
  somewhere: fc.constantFrom(true, true, true, false),
});
type Word = typeof word extends fc.Arbitrary<infer T> ? T : never;

/**
 * Two sightings of two agencies, then up to eight words about any of the history, themselves included (so that circles come up), or about
 * one that never comes. `backwards`: only about what stands before them, so that there is no circle.
 */
export const histories = (backwards = false) =>
  fc.array(word, { minLength: 1, maxLength: 8 }).map((words) => {
    const agencies = ['alpha', 'beta', ...words.map(({ agency }) => agency)];
    return [
      example({ id: 'e0' }),
      example({ id: 'e1', agency: 'beta', items: [BOX, CAR] }),
      ...words.map((each, at) => spoken(each, at + 2, agencies.slice(0, backwards ? at + 2 : agencies.length))),
    ];
  });

function spoken(
  { agency, kind, about, reported, as, item, day, absent, somewhere }: Word,
  at: number,
  agencies: readonly string[],
): FoldInput {
  const number = about % agencies.length;
  const target = absent ? 'alpha/absent' : `${agencies[number]}/e${number}`;
  const marks = { tlp: at % 2 === 0 ? 'RED' : 'CLEAR' } as const;
  const stated: Example = {
    id: `e${at}`,
    agency,
    kind: kind as NonNullable<Example['kind']>,
    day,
    items: [item],
    target,
    resolves: [target],
    marks,
  };
  return example({
    ...stated,
    ...(somewhere ? {} : { place: null }),
    ...(reported === undefined ? {} : { reported }),
    ...(as === undefined ? {} : { as: as as NonNullable<Example['as']> }),
  });
}
