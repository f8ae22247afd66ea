import fc from 'fast-check';
import { shareOf } from './group-member.ts';

test('the shares of all members add up to the partitions and differ by one at most', () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 200 }), (members, partitions) => {
    const shares = Array.from({ length: members }, (_, rank) => shareOf(rank, members, partitions));
    expect(shares.reduce((sum, share) => sum + share, 0)).toBe(partitions);
    expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(1);
  })); // prettier-ignore
});
