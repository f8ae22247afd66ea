import { durabilityOf } from './topics.ts';

describe('an acknowledged record', () => {
  it.each([
    ['replicated', [3, 3], '2'],
    ['replicated', [2], '2'],
    ['single-node', [3, 3], '1'],
    ['single-node', [3, 1], '2'],
    ['single-node', [1], '1'],
    // Not known is not claimed.
    ['single-node', [3, 3], undefined],
    ['single-node', [3, 3], 'many'],
  ] as const)('is %s where the partitions have %j replicas and min.insync.replicas is %s', (durability, replicas, minInsync) => {
    const settings: Record<string, string> = minInsync === undefined ? {} : { 'min.insync.replicas': minInsync };
    expect(durabilityOf(replicas, settings)).toBe(durability);
  });

  it('is single-node where the settings of its topic may not be read', () => {
    expect(durabilityOf([3, 3, 3], null)).toBe('single-node');
  });
});
