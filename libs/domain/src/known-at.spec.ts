import { CAR, example } from './example-sightings.ts';
import { compareTimelines, endOfDay, foldTimeline, knownAtReported } from './index.ts';

const inputs = [
  example({ id: 'seen', reported: '2019-03-27T09:00:00Z', day: '2018-09-03' }),
  example({ id: 'fix', kind: 'correction', target: 'seen', reported: '2019-05-09T13:00:00Z', day: '2018-08-31' }),
  example({ id: 'unsaid' }),
];
const known = (date: string) => {
  const end = endOfDay(date);
  if (!end.ok) throw new Error(end.code);
  return knownAtReported(inputs, end.value);
};

test('what was not yet reported is not known, and what states no time is left out and counted', () => {
  const before = known('2019-05-08');
  expect(before).toMatchObject({ withoutReported: 1 });
  expect(foldTimeline(CAR, before.inputs).entries.map(({ sighting, places }) => [sighting.id, places])).toEqual([['seen', true]]);
});

test('a bare date includes its whole day', () => {
  const then = foldTimeline(CAR, known('2019-05-09').inputs);
  expect(then.entries.map(({ sighting, places }) => [sighting.id, places])).toEqual([
    ['fix', true],
    ['seen', false],
  ]);
});

test('timelines that differ name the entries that do', () => {
  const [all, early] = [foldTimeline(CAR, inputs), foldTimeline(CAR, known('2019-05-08').inputs)];
  expect(compareTimelines(all, all)).toEqual([]);
  expect(compareTimelines(all, early)).toEqual(['alpha/fix', 'alpha/seen', 'alpha/unsaid']);
});
