/**
 * Appending to Kafka: produce requests without a producer id. kafkajs' idempotent producer acknowledges records without writing them after
 * a lost reply (its sequence numbers are rolled back though the broker had appended; 10 of 10 tries, lost-reply.kafka.spec.ts). What a
 * plain one may do is write twice, which the event id makes harmless.
 */
import { backOffMs, pause } from '../back-off.ts';
import { FatalLogError, LogUnavailable } from '../errors.ts';
import { createPartitioner } from '../partitioner.ts';
import type { OutgoingRecord } from '../port.ts';
import { unavailable } from './client.ts';
import type { Connections } from './connections.ts';
import { existingTopic } from './metadata.ts';
import { KafkaError, produceRequest, type TopicMetadata } from './protocol.ts';
import { BATCH_HEADER_BYTES, encodeBatch, recordBound } from './record-batch.ts';

export interface Appender {
  /** As the port's `append`. */
  append(topic: string, records: readonly OutgoingRecord[], timeoutMs: number): Promise<void>;
  close(): Promise<void>;
}

/**
 * One batch of a partition: below the brokers' default of 1 MiB for max.message.bytes. A record that is larger goes alone, and is refused
 * where the topic does not allow it (ensureTopics sees to it).
 */
const BATCH_BYTES = 786_432;
/** What topics take at most (max.message.bytes): one of its records that is refused after others were acknowledged leaves half an append. */
export interface MessageSizes {
  /** As last read; undefined: never (no right to read settings). */
  known(topic: string): number | undefined;
  /** Asks the brokers. */
  read(topic: string): Promise<number | undefined>;
}
/** How long a broker waits for its replicas. */
const REPLICAS_TIMEOUT_MS = 10_000;
/** Between tries of one append; longer only makes an outage last longer for its caller. */
const RETRY_MAX_MS = 1_000;
/** Leaders and partitions are asked for again after this, where no error has told of a change: partitions may be added. */
const METADATA_AGE_MS = 60_000;

interface Batch {
  readonly partition: number;
  readonly bytes: Buffer;
}

export function createAppender(connections: Connections, sizes: MessageSizes): Appender {
  const partitionOf = createPartitioner();
  const ending = new AbortController();
  const known = new Map<string, { readonly topic: TopicMetadata; readonly until: number }>();

  async function lookUp(name: string): Promise<TopicMetadata> {
    const found = known.get(name);
    if (found !== undefined && found.until > Date.now()) return found.topic;
    const topic = await existingTopic(connections, name);
    known.set(name, { topic, until: Date.now() + METADATA_AGE_MS });
    return topic;
  }
  /** Those not acknowledged. FatalLogError where no retry helps. */
  async function send(name: string, batches: readonly Batch[], timeoutMs: number): Promise<readonly Batch[]> {
    const topic = await lookUp(name);
    const leaderOf = new Map(topic.partitions.map(({ partition, leader }) => [partition, leader]));
    const byLeader = new Map<number, Batch[]>();
    for (const batch of batches) {
      const leader = leaderOf.get(batch.partition) ?? NONE;
      byLeader.set(leader, [...(byLeader.get(leader) ?? []), batch]);
    }
    const left = await Promise.all([...byLeader].map(async ([leader, mine]) => {
      if (leader === NONE) return mine;
      const answer = await connections.askNode(leader, name, produceRequest(name, new Map(mine.map(({ partition, bytes }) => [partition, bytes])), timeoutMs));
      return mine.filter(({ partition }) => !acknowledged(answer.get(partition)));
    })); // prettier-ignore
    return left.flat();
  }
  /** Tries again until all are acknowledged, or the deadline passes: then the last attempt may still end either way. */
  async function sendAll(name: string, batches: readonly Batch[], deadline: number): Promise<void> {
    let left = batches;
    let last: unknown;
    for (let failed = 1; ; failed++) {
      const leftMs = deadline - Date.now();
      if (leftMs <= 0 || ending.signal.aborted) throw unavailable('Kafka did not acknowledge in time', last);
      try {
        left = await within(leftMs, send(name, left, Math.min(leftMs, REPLICAS_TIMEOUT_MS)));
        if (left.length === 0) return;
        last = new Error(`partitions ${left.map(({ partition }) => partition).join(', ')} refused the records`);
      } catch (error) {
        if (error instanceof FatalLogError) throw error;
        last = error;
      }
      known.delete(name);
      await pause(Math.min(backOffMs(failed, RETRY_MAX_MS), Math.max(deadline - Date.now(), 0)), ending.signal);
    }
  }
  return {
    async append(name, records, timeoutMs) {
      const deadline = Date.now() + timeoutMs;
      const { partitions } = await within(
        timeoutMs,
        lookUpPatiently(() => lookUp(name), deadline, ending.signal),
      );
      await refuseTooLarge(name, records, sizes);
      const batchBytes = Math.min(BATCH_BYTES, sizes.known(name) ?? BATCH_BYTES);
      const rounds = roundsOf(records, (record) => partitionOf(record.key, partitions.length), batchBytes);
      // One after the other: requests in flight together may be written in another order after a retry.
      for (const round of rounds) {
        const now = Date.now();
        await sendAll(
          name,
          round.map(({ partition, records: mine }) => ({ partition, bytes: encodeBatch(mine, now) })),
          deadline,
        );
      }
    },
    async close() {
      ending.abort();
      await connections.close();
    },
  };
}

/** Before the first record is sent. What is known is asked for again before it refuses: raising it is what an operator is told to do. */
async function refuseTooLarge(topic: string, records: readonly OutgoingRecord[], sizes: MessageSizes): Promise<void> {
  const most = sizes.known(topic);
  if (most === undefined) return;
  const exceeds = (bytesMax: number) => (record: OutgoingRecord) =>
    BATCH_HEADER_BYTES + recordBound(record) > bytesMax && encodeBatch([record], 0).length > bytesMax;
  if (!records.some(exceeds(most))) return;
  const now = (await sizes.read(topic)) ?? most;
  if (records.some(exceeds(now)))
    throw new FatalLogError('record.too-large', `The topic takes no record of this size: its max.message.bytes is ${now}.`);
}

const NONE = -1;

function acknowledged(errorCode: number | undefined): boolean {
  if (errorCode === KafkaError.none) return true;
  if (errorCode === KafkaError.messageTooLarge || errorCode === KafkaError.recordListTooLarge) {
    throw new FatalLogError('record.too-large', 'The topic refuses a record of this size.');
  }
  if (errorCode === KafkaError.topicAuthorizationFailed || errorCode === KafkaError.invalidRecord) {
    throw new FatalLogError('append.refused', `Kafka refuses the records with error code ${errorCode}.`);
  }
  return false;
}

/** A broker hears of a topic that was just made a moment after the one that made it (seen: 0.2 s on a machine under load). */
const MISSING_GRACE_MS = 2_000;

async function lookUpPatiently(lookUp: () => Promise<TopicMetadata>, deadline: number, ending: AbortSignal): Promise<TopicMetadata> {
  const missingUntil = Date.now() + MISSING_GRACE_MS;
  for (let failed = 1; ; failed++) {
    try {
      return await lookUp();
    } catch (error) {
      const isMissing = error instanceof FatalLogError && error.code === 'topic.missing';
      if (isMissing ? Date.now() >= missingUntil : error instanceof FatalLogError) throw error;
      if (ending.aborted || Date.now() >= deadline) throw error;
      await pause(backOffMs(failed, RETRY_MAX_MS), ending);
    }
  }
}

async function within<T>(ms: number, attempt: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new LogUnavailable(`Kafka did not acknowledge within ${ms} ms.`)), ms);
  });
  attempt.catch(() => {}); // It may fail after the deadline, when nobody waits for it.
  return Promise.race([attempt, late]).finally(() => clearTimeout(timer));
}

interface Part {
  readonly partition: number;
  readonly records: OutgoingRecord[];
}

/** The records by partition, each partition's cut into batches: the first round has the first batch of each, and so on. */
function roundsOf(records: readonly OutgoingRecord[], partitionOf: (record: OutgoingRecord) => number, batchBytes: number): Part[][] {
  const rounds: Part[][] = [];
  const open = new Map<number, { part: Part; bytes: number; round: number }>();
  for (const record of records) {
    const partition = partitionOf(record);
    const bytes = recordBound(record);
    let last = open.get(partition);
    if (last === undefined || last.bytes + bytes > batchBytes) {
      last = { part: { partition, records: [] }, bytes: BATCH_HEADER_BYTES, round: (last?.round ?? -1) + 1 };
      open.set(partition, last);
      (rounds[last.round] ??= []).push(last.part);
    }
    last.part.records.push(record);
    last.bytes += bytes;
  }
  return rounds;
}
