/** The three requests that we encode ourselves (kafka.apache.org/protocol): Metadata 12, Fetch 13, Produce 9. Versions with topic ids, or the nearest flexible one. */
import type { PartitionId } from '../port.ts';
import type { Request } from './connections.ts';
import { type AbortedTransaction } from './record-batch.ts';
import { type Reader, Writer } from './wire.ts';

/** Of the protocol's error codes those that are told apart. */
export const KafkaError = {
  none: 0,
  offsetOutOfRange: 1,
  unknownTopicOrPartition: 3,
  messageTooLarge: 10,
  recordListTooLarge: 18,
  topicAuthorizationFailed: 29,
  invalidRecord: 87,
  unknownTopicId: 100,
} as const;

export interface TopicMetadata extends Omit<PartitionId, 'partition'> {
  readonly errorCode: number;
  /** `leader`: node id, -1 where there is none. */
  readonly partitions: readonly { readonly partition: number; readonly leader: number; readonly replicas: number }[];
}

export function metadataRequest(topics: readonly string[]): Request<TopicMetadata[]> {
  const body = new Writer();
  body.compactArray(topics, (topic) => body.raw(ZERO_UUID).compactBytes(Buffer.from(topic)).tags());
  body.int8(0).int8(0).tags(); // no topic is made by asking; no authorised operations
  return { apiKey: 3, apiVersion: 12, apiName: 'Metadata', body: body.bytes(), decode: readMetadata };
}

const ZERO_UUID = Buffer.alloc(16);

function readMetadata(at: Reader): TopicMetadata[] {
  at.skip(4); // throttle time
  at.compactArray(() => {
    at.skip(4);
    at.compactString();
    at.skip(4);
    at.compactString();
    at.tags();
  });
  const clusterId = at.compactString() ?? '';
  at.skip(4); // controller
  return at.compactArray(() => {
    const errorCode = at.int16();
    const topic = at.compactString() ?? '';
    const topicId = at.uuid();
    at.skip(1);
    const partitions = at.compactArray(() => readPartition(at));
    at.skip(4);
    at.tags();
    return { clusterId, topicId, topic, errorCode, partitions };
  });
}

function readPartition(at: Reader): TopicMetadata['partitions'][number] {
  at.skip(2);
  const partition = at.int32();
  const leader = at.int32();
  at.skip(4);
  const replicas = at.compactArray(() => at.int32()).length;
  at.compactArray(() => at.int32());
  at.compactArray(() => at.int32());
  at.tags();
  return { partition, leader, replicas };
}

export interface FetchOptions {
  readonly topicId: string;
  readonly partitions: readonly { readonly partition: number; readonly offset: number; readonly maxBytes: number }[];
  readonly maxWaitMs: number;
  readonly maxBytes: number;
}

export interface FetchedPartition {
  readonly partition: number;
  readonly errorCode: number;
  readonly highWatermark: number;
  readonly lowWatermark: number;
  readonly aborted: readonly AbortedTransaction[];
  readonly records: Buffer;
}

const CONSUMER = -1;
const READ_COMMITTED = 1;
const NO_SESSION = -1;
const UNKNOWN = -1;

/** Error code of the whole answer, and its partitions. */
export function fetchRequest({
  topicId,
  partitions,
  maxWaitMs,
  maxBytes,
}: FetchOptions): Request<{ errorCode: number; partitions: FetchedPartition[] }> {
  const body = new Writer();
  body.int32(CONSUMER).int32(maxWaitMs).int32(1).int32(maxBytes).int8(READ_COMMITTED).int32(0).int32(NO_SESSION);
  body.compactArray([topicId], (id) => {
    body.uuid(id).compactArray(partitions, (one) => {
      body.int32(one.partition).int32(UNKNOWN).int64(one.offset).int32(UNKNOWN).int64(UNKNOWN).int32(one.maxBytes).tags();
    });
    body.tags();
  });
  body
    .compactArray([], () => {})
    .compactBytes(Buffer.alloc(0))
    .tags(); // nothing forgotten, no rack
  return { apiKey: 1, apiVersion: 13, apiName: 'Fetch', body: body.bytes(), decode: readFetched };
}

function readFetched(at: Reader): { errorCode: number; partitions: FetchedPartition[] } {
  at.skip(4); // throttle time
  const errorCode = at.int16();
  at.skip(4); // session
  const topics = at.compactArray(() => {
    at.uuid();
    const partitions = at.compactArray(() => readFetchedPartition(at));
    at.tags();
    return partitions;
  });
  return { errorCode, partitions: topics.flat() };
}

function readFetchedPartition(at: Reader): FetchedPartition {
  const partition = at.int32();
  const errorCode = at.int16();
  const highWatermark = at.int64();
  at.skip(8); // last stable offset
  const lowWatermark = at.int64();
  const aborted = at.compactArray(() => {
    const producerId = at.int64Exact();
    const firstOffset = at.int64();
    at.tags();
    return { producerId, firstOffset };
  });
  at.skip(4); // preferred replica: only with a rack
  const records = at.compactBytes() ?? Buffer.alloc(0);
  at.tags();
  return { partition, errorCode, highWatermark, lowWatermark, aborted, records };
}

const ALL_IN_SYNC_REPLICAS = -1;

/** Error code by partition. */
export function produceRequest(topic: string, batches: ReadonlyMap<number, Buffer>, timeoutMs: number): Request<Map<number, number>> {
  const body = new Writer([...batches.values()].reduce((bytes, batch) => bytes + batch.length + 32, 512));
  body.uvarint(0).int16(ALL_IN_SYNC_REPLICAS).int32(timeoutMs); // no transaction
  body.compactArray([topic], (name) => {
    body
      .compactBytes(Buffer.from(name))
      .compactArray([...batches], ([partition, batch]) => body.int32(partition).compactBytes(batch).tags());
    body.tags();
  });
  body.tags();
  return { apiKey: 0, apiVersion: 9, apiName: 'Produce', body: body.bytes(), decode: readProduced };
}

function readProduced(at: Reader): Map<number, number> {
  const codes = at.compactArray(() => {
    at.compactString();
    const partitions = at.compactArray((): [number, number] => {
      const partition = at.int32();
      const errorCode = at.int16();
      at.skip(24); // base offset, append time, first offset kept
      at.compactArray(() => {
        at.skip(4);
        at.compactString();
        at.tags();
      });
      at.compactString();
      at.tags();
      return [partition, errorCode];
    });
    at.tags();
    return partitions;
  });
  return new Map(codes.flat());
}
