import { durabilityOf, refusalOf } from './topics.ts';

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

describe('a topic that was not made', () => {
  const answer = (type: string, retriable: boolean) => ({ errors: [{ type, retriable, message: 'as the brokers say' }] });

  it.each(['INVALID_REPLICATION_FACTOR', 'TOPIC_AUTHORIZATION_FAILED', 'CLUSTER_AUTHORIZATION_FAILED', 'POLICY_VIOLATION'])(
    'for %s is refused: asking again changes nothing',
    (type) => {
      expect(refusalOf(answer(type, false))).toBe(`as the brokers say (${type}).`);
    },
  );

  it('for what passes, or since another made it, is asked for again', () => {
    for (const error of [answer('REQUEST_TIMED_OUT', true), answer('TOPIC_ALREADY_EXISTS', false), new Error('Connection timeout')])
      expect(refusalOf(error)).toBeNull();
  });
});
