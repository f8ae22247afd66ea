import fc from 'fast-check';
import { FirstEntries } from './first-entries.ts';

test('a pair is before a log index exactly when a smaller one was learnt, and another group of the item is another pair', () => {
  const fact = fc.record({ item: fc.constantFrom('imo:1', 'vin:2'), grp: fc.integer({ min: 1, max: 3 }), at: fc.nat(50) });
  fc.assert(
    fc.property(fc.array(fact), fact, (facts, asked) => {
      const firsts = new FirstEntries();
      for (const { at, ...pair } of facts) firsts.learn(pair, at);
      const smaller = facts.some(({ item, grp, at }) => item === asked.item && grp === asked.grp && at < asked.at);
      expect(firsts.isBefore(asked, asked.at)).toBe(smaller);
    }),
  );
});

test('memory is bounded: after more pairs than it keeps, old ones are unknown again and none is ever claimed wrongly', () => {
  const firsts = new FirstEntries();
  for (let n = 0; n < 50_001; n += 1) firsts.learn({ item: `item ${n}`, grp: 1 }, n);
  expect(firsts.isBefore({ item: 'item 0', grp: 1 }, 10)).toBe(false);
  expect(firsts.isBefore({ item: 'item 50000', grp: 1 }, 50_001)).toBe(true);
});
