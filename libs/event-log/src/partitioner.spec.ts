import fc from 'fast-check';
import kafkajs, { type PartitionMetadata } from 'kafkajs';
import { createPartitioner, murmur2 } from './partitioner.ts';

test("a key goes to the partition to which Kafka's own clients send it", () => {
  const theirs = kafkajs.Partitioners.DefaultPartitioner();
  const ours = createPartitioner();
  fc.assert(fc.property(fc.uint8Array({ maxLength: 80 }), fc.integer({ min: 1, max: 200 }), (bytes, partitions) => {
    const key = Buffer.from(bytes);
    const partitionMetadata = Array.from({ length: partitions }, (_, partitionId) => ({ partitionId, leader: 0 }) as PartitionMetadata);
    expect(ours(key, partitions)).toBe(theirs({ topic: 't', partitionMetadata, message: { key, value: null } }));
  })); // prettier-ignore
});

test('the hash is that of org.apache.kafka.common.utils.Utils', () => {
  // From UtilsTest.testMurmur2 of Apache Kafka.
  const published: Record<string, number> = { '21': -973932308, foobar: -790332482, 'a-little-bit-long-string': -985981536, 'a-little-bit-longer-string': -1486304829, lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8: -58897971, abc: 479470107 }; // prettier-ignore
  for (const [text, hash] of Object.entries(published)) expect(murmur2(Buffer.from(text))).toBe(hash);
});

test('records without a key take the partitions in turn', () => {
  const partitionOf = createPartitioner(7);
  expect(Array.from({ length: 8 }, () => partitionOf(null, 4))).toEqual([3, 0, 1, 2, 3, 0, 1, 2]);
});
