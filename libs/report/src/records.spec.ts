/** What a record is to the item: none is called as another. */
import type { EventView } from '#lib/contracts';
import { recordsOf, sortOf, type Sort } from './records.ts';
import { conflict, entry, journey, placed, saying, timeline } from './told.contract.ts';

test.each<[string, EventView, Sort]>([
  ['a record that places it', entry('a'), 'observed'],
  ['hearsay', saying('a', 'statement'), 'stated'],
  ['a conclusion', saying('a', 'assessment'), 'assessed'],
  ['a plan', saying('a', 'planned'), 'planned'],
  ['a search that found nothing', saying('a', 'negative'), 'negative'],
  ['hearsay that was withdrawn', saying('a', 'statement', { standing: 'withdrawn' }), 'withdrawn'],
  ['an observation that was corrected', saying('a', 'observed', { standing: 'corrected' }), 'withdrawn'],
  ['an observation of the conveyance in the background', saying('a', 'observed', { why: 'background' }), 'unplaced'],
  ['a retraction', saying('a', 'relation'), 'unplaced'],
  ['an identification', saying('a', 'identification'), 'unplaced'],
])('%s', (_, record, sort) => {
  expect(sortOf(record)).toBe(sort);
});

test('a record that the journey places is told once, with what the journey says of it, and its entry', () => {
  const seen = recordsOf(timeline([entry('seen'), saying('said', 'statement')]), journey());
  expect(seen.map(({ event, line, sort }) => [event.id, line, sort])).toEqual([
    ['seen', undefined, 'observed'],
    ['track', 1, 'inferred'],
    ['track', 2, 'inferred'],
    ['track', 32, 'inferred'],
    ['said', undefined, 'stated'],
  ]);
  expect(seen[0]).toMatchObject({ entry: { id: 'seen' }, point: { radiusMetres: 25_000, isRadiusStated: false } });
});

test('an inherited record of the same agency is no entry of the item', () => {
  const placings = [placed('box', { basis: 'inferred', leg: 0 })];
  const [inherited, own] = recordsOf(timeline([entry('box')]), journey({ placings }));
  expect([inherited?.sort, inherited?.entry, own?.sort, own?.entry?.id]).toEqual(['inferred', undefined, 'observed', 'box']);
});

test('both sides of a conflict that nobody settled are contradicted, and of one that is settled neither', () => {
  const of = timeline([saying('a', 'statement'), saying('b', 'statement'), saying('c', 'statement', { flags: ['disputed'] })]);
  const marked = (isOpen: boolean): string[] =>
    recordsOf(of, journey({ placings: [], conflicts: [{ ...conflict('a', 'b'), isOpen }] }))
      .filter(({ isContradicted }) => isContradicted)
      .map(({ event }) => event.id);
  expect([marked(true), marked(false)]).toEqual([['a', 'b', 'c'], ['c']]);
});
