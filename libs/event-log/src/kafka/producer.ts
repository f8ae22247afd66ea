/**
 * Appending to Kafka. A plain producer, never kafkajs' idempotent one: after a lost reply that one acknowledges the next records without
 * writing them (sequence numbers are rolled back though the broker had appended; 10 of 10 tries, lost-reply.kafka.spec.ts). What a plain
 * one may do is write twice, which the event id makes harmless.
 */
import type { Kafka, Message, Producer } from 'kafkajs';
import { backOffMs, pause } from '../back-off.ts';
import { FatalLogError, LogUnavailable } from '../errors.ts';
import { createPartitioner } from '../partitioner.ts';
import type { OutgoingRecord } from '../port.ts';
import { REQUEST_TIMEOUT_MS, unavailable } from './client.ts';

export interface Appender {
  /** As the port's `append`. */
  append(topic: string, records: readonly OutgoingRecord[], timeoutMs: number): Promise<void>;
  close(): Promise<void>;
}

const ALL_IN_SYNC_REPLICAS = -1;
/**
 * One produce request, and so one record batch of a partition: below the brokers' default of 1 MiB for max.message.bytes with room for
 * framing. A record that is larger goes alone, and is refused where the topic does not allow it (ensureTopics sees to it).
 */
const REQUEST_BYTES = 786_432;
/** Between tries of one append; longer only makes an outage last longer for its caller. */
const RETRY_MAX_MS = 1_000;

/** `retries: 0`: one attempt at a time, so that an append that was given up does not go on in the background for a quarter of an hour. */
export function createAppender(kafka: Kafka): Appender {
  const partitionOf = createPartitioner();
  const producer = kafka.producer({
    idempotent: false,
    allowAutoTopicCreation: false,
    retry: { retries: 0 },
    createPartitioner: () => ({ message, partitionMetadata }) => partitionOf(message.key as Buffer | null, partitionMetadata.length),
  });
  const ending = new AbortController();
  let connected: Promise<void> | undefined;
  const connect = (): Promise<void> =>
    (connected ??= producer.connect().catch((error: unknown) => {
      connected = undefined;
      throw error;
    }));
  return {
    async append(topic, records, timeoutMs) {
      const deadline = Date.now() + timeoutMs;
      // One after the other: requests in flight together may be written in another order after a retry.
      for (const messages of requestsOf(records)) {
        await until(deadline, ending.signal, async () => {
          await connect();
          await producer.send({ topic, messages, acks: ALL_IN_SYNC_REPLICAS, timeout: REQUEST_TIMEOUT_MS });
        });
      }
    },
    async close() {
      ending.abort();
      // A connection that is being made to a broker that is down would be waited for.
      if (connected !== undefined) await Promise.race([disconnect(producer, connected), pause(CLOSE_TIMEOUT_MS, new AbortController().signal)]);
    },
  };
}

const CLOSE_TIMEOUT_MS = 5_000;

async function disconnect(producer: Producer, connected: Promise<void>): Promise<void> {
  await connected.catch(() => {});
  await producer.disconnect();
}

/** Tries again until it succeeds, no retry can mend it, or the deadline passes: then the last attempt may still end either way. */
async function until(deadline: number, ending: AbortSignal, attempt: () => Promise<void>): Promise<void> {
  let last: unknown;
  for (let failed = 0; ; failed++) {
    const leftMs = deadline - Date.now();
    if (leftMs <= 0 || ending.aborted) throw unavailable('Kafka did not acknowledge in time', last);
    try {
      await within(leftMs, attempt());
      return;
    } catch (error) {
      last = error;
      const type = finalType(error);
      if (type !== undefined && TOO_LARGE.has(type)) throw new FatalLogError('record.too-large', 'The topic refuses a record of this size.', error);
      if (type !== undefined) throw unavailable('Kafka refuses the records', error);
      await pause(Math.min(backOffMs(failed + 1, RETRY_MAX_MS), Math.max(deadline - Date.now(), 0)), ending);
    }
  }
}

async function within(ms: number, attempt: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new LogUnavailable(`Kafka did not acknowledge within ${ms} ms.`)), ms);
  });
  attempt.catch(() => {}); // It may fail after the deadline, when nobody waits for it.
  await Promise.race([attempt, late]).finally(() => clearTimeout(timer));
}

const TOO_LARGE = new Set(['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE']);
/** kafkajs calls non-retriable, too, what it has given up: a refused connection mends. What the broker says of the records or of us does not. */
const FINAL = new Set([...TOO_LARGE, 'INVALID_RECORD', 'INVALID_TOPIC_EXCEPTION', 'TOPIC_AUTHORIZATION_FAILED', 'CLUSTER_AUTHORIZATION_FAILED']);
/** Errors wrap each other; none of kafkajs' do deeper than three. */
const DEPTH_MAX = 5;

/** Why no retry mends it; `undefined` where one may. */
function finalType(error: unknown): string | undefined {
  for (let cause: unknown = error, depth = 0; cause instanceof Error && depth < DEPTH_MAX; cause = cause.cause, depth++) {
    if ('type' in cause && typeof cause.type === 'string' && FINAL.has(cause.type)) return cause.type;
    if (cause instanceof TypeError || cause instanceof RangeError) return cause.name;
  }
  return undefined;
}

function requestsOf(records: readonly OutgoingRecord[]): Message[][] {
  const requests: Message[][] = [];
  let bytes = Infinity;
  for (const { key, value, headers } of records) {
    const size = value.length + (key?.length ?? 0) + headerBytes(headers);
    if (bytes + size > REQUEST_BYTES) {
      requests.push([]);
      bytes = 0;
    }
    requests.at(-1)?.push({ key, value, headers: { ...headers } });
    bytes += size;
  }
  return requests;
}

/** About: characters, and the framing of a record. */
function headerBytes(headers: OutgoingRecord['headers']): number {
  let bytes = 32;
  for (const name in headers) bytes += name.length + (headers[name]?.length ?? 0) + 4;
  return bytes;
}
