import { SIGHTINGS_PER_ITEM } from '../synthetic-ledger.ts';
import { inTurns } from './timeline.ts';

test("ways that are compared take turns read by read, each first as often as the others: a cold cache is nobody's own", async () => {
  const order: string[] = [];
  const way = (name: string) => () => {
    order.push(name);
    return Promise.resolve(SIGHTINGS_PER_ITEM);
  };
  const micros = await inTurns(3, { bare: way('bare'), store: way('store'), open: way('open') });
  expect(order.slice(0, 9).join(' ')).toBe('bare store open store open bare open bare store');
  // The reads before the clock starts are not among the figures.
  expect(Object.entries(micros).map(([name, each]) => [name, each.length])).toEqual([['bare', 3], ['store', 3], ['open', 3]]); // prettier-ignore
  const firsts = order.filter((_, place) => place % 3 === 0);
  expect(['bare', 'store', 'open'].map((name) => firsts.filter((first) => first === name).length)).toEqual([101, 101, 101]);
});

test('a read that does not find the whole timeline is an error and no figure', async () => {
  await expect(inTurns(1, { store: () => Promise.resolve(SIGHTINGS_PER_ITEM - 1) })).rejects.toThrow('49 of 50');
});
