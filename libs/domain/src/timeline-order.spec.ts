import fc from 'fast-check';
import { histories } from './histories.contract.ts';
import { BOX, CAR, example, type Example } from './example-sightings.ts';
import { foldTimeline, rulesWithout, targetsOf, timelineKey, type FoldInput } from './index.ts';

/** With the two told in full below (10,080 permutations), 150 histories of 24 permutations, each folded for two items. */
const HISTORIES = 150;
const PERMUTATIONS = 24;

const permuted = histories().chain((given) =>
  fc.tuple(
    fc.constant(given),
    fc.array(fc.shuffledSubarray(given, { minLength: given.length, maxLength: given.length }), {
      minLength: PERMUTATIONS,
      maxLength: PERMUTATIONS,
    }),
  ),
);

const logged = (inputs: readonly FoldInput[]): readonly FoldInput[] => inputs.map((input, logIndex) => ({ ...input, logIndex }));

function* permutations<T>(all: readonly T[]): Generator<readonly T[]> {
  if (all.length <= 1) yield all;
  else for (const [at, first] of all.entries()) for (const rest of permutations(all.toSpliced(at, 1))) yield [first, ...rest];
}

const seen: Example = { id: 'seen' };
const spokenAbout: readonly Example[] = [
  seen,
  { id: 'fix-1', kind: 'correction', target: 'seen', reported: '2019-01-02T00:00:00Z' },
  { id: 'fix-2', kind: 'correction', target: 'seen', reported: '2019-01-01T00:00:00Z', day: '2018-06-15' },
  { id: 'undo', kind: 'retraction', target: 'fix-1' },
  { id: 'theirs', agency: 'beta', kind: 'correction', target: 'alpha/seen' },
  { id: 'settle', agency: 'beta', kind: 'resolution', resolves: ['theirs'] },
  { id: 'mark', kind: 'marking', target: 'seen', marks: { tlp: 'RED' } },
];
const withdrawn: readonly Example[] = [
  seen,
  { id: 'fix', kind: 'correction', target: 'seen' },
  { id: 'fix-fix', kind: 'correction', target: 'fix', day: null },
  { id: 'gone', kind: 'retraction', target: 'seen' },
  { id: 'no', agency: 'beta', kind: 'dispute', target: 'alpha/seen' },
  { id: 'no-more', agency: 'beta', kind: 'retraction', target: 'no' },
  { id: 'and-yet', agency: 'beta', kind: 'statement', contradicts: ['alpha/seen'] },
];

test.each([
  ['corrections, a retraction of one, a foreign correction, a resolution and a marking', spokenAbout],
  ['a correction of a correction, a retraction, a dispute taken back and a contradiction', withdrawn],
])('%s fold to one timeline in every order', (_, given) => {
  const inputs = given.map(example);
  const expected = JSON.stringify(foldTimeline(CAR, inputs));
  for (const order of permutations(inputs)) expect(JSON.stringify(foldTimeline(CAR, order)) === expected).toBe(true);
});

test('any history folds to one timeline, in whatever order it arrives and is logged', () => {
  const property = fc.property(permuted, ([given, orders]) => {
    for (const item of [CAR, BOX]) {
      const plain = JSON.stringify(foldTimeline(item, given));
      const key = timelineKey(foldTimeline(item, given));
      for (const order of orders) {
        expect(JSON.stringify(foldTimeline(item, order)) === plain).toBe(true);
        expect(timelineKey(foldTimeline(item, logged(order))) === key).toBe(true);
      }
    }
  });
  fc.assert(property, { numRuns: HISTORIES });
});

test('nothing disappears from view: whatever names the item or speaks about an entry is an entry, once', () => {
  const property = fc.property(histories(), (given) => {
    for (const item of [CAR, BOX]) {
      const shown = foldTimeline(item, given).entries.map(({ sighting }) => sighting);
      expect(new Set(shown).size).toBe(shown.length);
      const due = given
        .map(({ sighting }) => sighting)
        .filter(
          (each) =>
            each.items.some(({ id }) => id === item) ||
            targetsOf(each).some((ref) => shown.some(({ agency, id }) => agency === ref.agency && id === ref.id)),
        );
      expect(due.filter((each) => !shown.includes(each))).toEqual([]);
      expect(shown.filter((each) => !due.includes(each))).toEqual([]);
    }
  });
  fc.assert(property, { numRuns: HISTORIES });
});

test('without the rule on order, the order of arrival shows', () => {
  const arrival = fc.property(permuted, ([given, orders]) => {
    const rules = rulesWithout('orderedByTime');
    const expected = JSON.stringify(foldTimeline(CAR, given, rules));
    return orders.every((order) => JSON.stringify(foldTimeline(CAR, order, rules)) === expected);
  });
  expect(fc.check(arrival, { numRuns: 50 }).failed).toBe(true);
});

test('log indexes are shown, and are no part of the key', () => {
  const [one, other] = [logged(spokenAbout.map(example)), logged(spokenAbout.toReversed().map(example))].map((inputs) =>
    foldTimeline(CAR, inputs),
  );
  expect(JSON.stringify(one)).not.toBe(JSON.stringify(other));
  expect(one && timelineKey(one)).toBe(other && timelineKey(other));
});
