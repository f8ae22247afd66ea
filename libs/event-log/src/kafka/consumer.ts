/**
 * Reading from Kafka. kafkajs brings membership of the group and fetching; where to read, and what becomes of a batch, is decided here:
 *
 * - A partition that was just assigned is paused in the same turn in which kafkajs says so, and resumed after a seek to `startAt`. So
 *   nothing is ever read from an offset that Kafka has for the group; offsets committed there are for lag tools alone.
 * - Fetched batches go into a buffer per partition and kafkajs goes on: its loop never waits for a handler for longer than PATIENCE_MS,
 *   then the partition is paused until there is room. So heartbeats go out however long a handler takes, and a partition whose batch is
 *   refused again and again holds up no other. No error of a handler reaches kafkajs, which would stop for ever at a TypeError.
 * - What was fetched is handed over only after the broker confirmed the topic's id: offsets of a topic that was deleted and made again
 *   fit, its records do not. (A broker whose metadata lag behind the leader's may confirm wrongly, for as long as it lags.)
 * - kafkajs answers an offset out of range by going to the first one. Every fetch that does not begin where it should, and every word of
 *   kafkajs of such a reset, is checked against the log's ends, and ends the consumer.
 */
import type { Admin, Consumer, EachBatchPayload, Kafka, KafkaMessage, LogEntry, RetryOptions } from 'kafkajs';
import { FatalLogError } from '../errors.ts';
import { runPartition, type Slice } from '../partition-run.ts';
import { consumerOf, PartitionSet } from '../partition-set.ts';
import type { ConsumeOptions, LogConsumer, LogRecord, PartitionId } from '../port.ts';
import type { Report } from '../report.ts';
import { PATIENT } from './client.ts';
import { faultOf } from './codecs.ts';
import type { MetadataReader } from './metadata.ts';
import { PartitionBuffer } from './partition-buffer.ts';

/** Silent members lose their partitions after this long; a process that was killed holds them up for as long. */
export const SESSION_TIMEOUT_MS = 10_000;
/** Also how soon a member hears that the group has changed. */
const HEARTBEAT_MS = 1_000;
/** A fetch with nothing to bring ends after this; also how long kafkajs sleeps when all partitions are paused. */
const FETCH_WAIT_MS = 200;
/** Larger fetches cost memory and bring no speed (256 KiB: 382,000 records/s in one process). A larger record comes all the same, alone. */
const FETCH_PARTITION_BYTES = 524_288;
const FETCH_BYTES = 8 * 1_048_576;
const PATIENCE_MS = 200;
/** More than any broker leads partitions of our topic; each costs an idle promise. */
const PARTITIONS_AT_ONCE = 256;
/** How far behind lag tools may be. */
const COMMIT_EVERY_MS = 5_000;

export interface ConsumerContext {
  /** A client of its own: `onLine` sees what kafkajs logs. */
  newKafka(retry: RetryOptions, onLine: (entry: LogEntry) => void): Kafka;
  readonly admin: Admin;
  readonly metadata: MetadataReader;
  readonly sessionTimeoutMs: number;
  readonly report: Report;
}

export async function consumeTopic(context: ConsumerContext, options: ConsumeOptions): Promise<LogConsumer> {
  const { clusterId, topicId } = await context.metadata.topic(options.topic);
  const reader = new TopicReader(context, options, { clusterId, topicId, topic: options.topic });
  return reader.start();
}

class TopicReader {
  readonly #context: ConsumerContext;
  readonly #options: ConsumeOptions;
  readonly #topic: Omit<PartitionId, 'partition'>;
  readonly #consumer: Consumer;
  readonly #set: PartitionSet;
  readonly #buffers = new Map<number, PartitionBuffer>();
  /** Where the next batch of each partition held begins, for lag tools. */
  readonly #taken = new Map<number, number>();
  #memberId = '';
  #committing: NodeJS.Timeout | undefined;

  constructor(context: ConsumerContext, options: ConsumeOptions, topic: Omit<PartitionId, 'partition'>) {
    this.#context = context;
    this.#options = options;
    this.#topic = topic;
    this.#set = new PartitionSet((partition, signal) => this.#run(partition, signal));
    this.#consumer = context.newKafka(PATIENT, (entry) => this.#onLine(entry)).consumer({
      groupId: options.group,
      allowAutoTopicCreation: false,
      sessionTimeout: context.sessionTimeoutMs,
      heartbeatInterval: HEARTBEAT_MS,
      maxWaitTimeInMs: FETCH_WAIT_MS,
      maxBytesPerPartition: FETCH_PARTITION_BYTES,
      maxBytes: FETCH_BYTES,
      retry: PATIENT,
    });
  }

  async start(): Promise<LogConsumer> {
    const consumer = this.#consumer;
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => this.#onAssignment(payload.memberId, payload.memberAssignment[this.#topic.topic] ?? []));
    consumer.on(consumer.events.CRASH, ({ payload }) => {
      const message = 'The consumer lost the group or its connection';
      if (payload.restart) this.#context.report('warn', `${message}; it starts again.`, { topic: this.#topic.topic, error: payload.error });
      else this.#set.fail(new FatalLogError('consumer.stopped', `${message} and cannot go on: ${payload.error.message}`, payload.error));
    });
    await consumer.connect();
    await consumer.subscribe({ topics: [this.#topic.topic], fromBeginning: true });
    await consumer.run({ autoCommit: false, partitionsConsumedConcurrently: PARTITIONS_AT_ONCE, eachBatch: (payload) => this.#onFetched(payload) });
    this.#committing = setInterval(() => void this.#commit(), COMMIT_EVERY_MS).unref();
    return consumerOf(this.#set, () => this.#leave());
  }

  /** In the same turn as kafkajs' own bookkeeping, before it fetches. */
  #onAssignment(memberId: string, partitions: readonly number[]): void {
    this.#pause(partitions);
    // Another member id: this one was expelled, and others may have read on in the meantime.
    const anew = memberId !== this.#memberId;
    this.#memberId = memberId;
    void this.#set.assign(partitions, anew);
    for (const partition of this.#set.held()) {
      const buffer = this.#buffers.get(partition);
      if (!anew && buffer !== undefined && buffer.fetchNext !== NOWHERE) this.#fetchFrom(partition, buffer.fetchNext);
    }
  }

  async #run(partition: number, signal: AbortSignal): Promise<void> {
    const { startAt, onBatch } = this.#options;
    const buffer = new PartitionBuffer(this.#options);
    this.#buffers.set(partition, buffer);
    try {
      const read = (from: number): Promise<Slice | null> => this.#read(partition, buffer, from, signal);
      await runPartition({ partition: { ...this.#topic, partition }, startAt, onBatch, read, signal, report: this.#context.report });
    } finally {
      if (this.#buffers.get(partition) === buffer) this.#buffers.delete(partition);
      buffer.reset(NOWHERE); // ends what still waits for it
      this.#taken.delete(partition);
    }
  }

  async #read(partition: number, buffer: PartitionBuffer, from: number, signal: AbortSignal): Promise<Slice | null> {
    this.#taken.set(partition, from);
    if (from !== buffer.next) {
      this.#pause([partition]);
      await this.#checkRange(partition, from);
      if (signal.aborted) return null;
      buffer.reset(from);
      this.#fetchFrom(partition, from);
    }
    for (let slice = buffer.take(); ; slice = buffer.take()) {
      if (slice !== null || signal.aborted) return slice;
      await buffer.changed(signal);
    }
  }

  /** kafkajs waits for it before it fetches again. Never rejects. */
  async #onFetched({ batch }: EachBatchPayload): Promise<void> {
    const { partition } = batch;
    const buffer = this.#buffers.get(partition);
    if (buffer === undefined || buffer.fetchNext === NOWHERE) return;
    const { epoch } = buffer;
    try {
      const first = Number(batch.firstOffset() ?? buffer.fetchNext);
      if (first === buffer.fetchNext) await this.#context.metadata.confirm(this.#topic);
      else await this.#checkRange(partition, buffer.fetchNext); // a hole of compaction or transactions is in range
      if (buffer.epoch !== epoch) return;
      const records = batch.messages.map(toRecord);
      const fresh = first < buffer.fetchNext ? records.filter(({ offset }) => offset >= buffer.fetchNext) : records;
      buffer.push(fresh, Math.max(Number(batch.lastOffset()) + 1, buffer.fetchNext), Number(batch.highWatermark));
      if (buffer.full) await buffer.changed(NEVER, PATIENCE_MS);
      if (buffer.full) this.#pauseUntilRoom(partition, buffer);
    } catch (error) {
      if (error instanceof FatalLogError) this.#set.fail(error);
      else this.#fetchFrom(partition, buffer.fetchNext); // not confirmed, so not taken: it is fetched again
    }
  }

  #pauseUntilRoom(partition: number, buffer: PartitionBuffer): void {
    const { epoch } = buffer;
    this.#pause([partition]);
    void (async () => {
      while (buffer.full && buffer.epoch === epoch) await buffer.changed(NEVER);
      if (buffer.epoch === epoch) this.#resume(partition);
    })();
  }

  /** The offset may be read and the topic is the same, or it rejects: FatalLogError, LogUnavailable. */
  async #checkRange(partition: number, offset: number): Promise<void> {
    const { topic } = this.#topic;
    await this.#context.metadata.confirm(this.#topic);
    const ends = (await this.#context.admin.fetchTopicOffsets(topic)).find((end) => end.partition === partition);
    if (ends === undefined) throw new FatalLogError('offset.out-of-range', `${topic} has no partition ${partition}.`);
    if (offset < Number(ends.low) || offset > Number(ends.high)) {
      throw new FatalLogError('offset.out-of-range', `${topic} ${partition} has the offsets ${ends.low} to ${ends.high}; the next to read is ${offset}.`);
    }
  }

  /** kafkajs goes to the first offset by itself and only logs it. */
  #onLine({ log }: LogEntry): void {
    if (!log.message.startsWith('Offset out of range')) return;
    const partition = Number(log['partition']);
    const buffer = this.#buffers.get(partition);
    if (buffer === undefined || buffer.fetchNext === NOWHERE) return;
    this.#checkRange(partition, buffer.fetchNext).then(
      () => this.#fetchFrom(partition, buffer.fetchNext),
      (error: unknown) => {
        if (error instanceof FatalLogError) this.#set.fail(error);
        else this.#fetchFrom(partition, buffer.fetchNext);
      },
    );
  }

  #fetchFrom(partition: number, offset: number): void {
    this.#whileRunning(() => this.#consumer.seek({ topic: this.#topic.topic, partition, offset: String(offset) }));
    this.#resume(partition);
  }

  #pause(partitions: readonly number[]): void {
    if (partitions.length > 0) this.#whileRunning(() => this.#consumer.pause([{ topic: this.#topic.topic, partitions: [...partitions] }]));
  }

  #resume(partition: number): void {
    this.#whileRunning(() => this.#consumer.resume([{ topic: this.#topic.topic, partitions: [partition] }]));
  }

  /** Between a crash and the next start kafkajs refuses these; at the start all partitions are assigned anew and paused. */
  #whileRunning(act: () => void): void {
    try {
      act();
    } catch (error) {
      this.#context.report('debug', 'The consumer is not running at the moment.', { topic: this.#topic.topic, error });
    }
  }

  /** For lag tools; nobody reads it back. A failure is made good by the next. */
  async #commit(): Promise<void> {
    const { topic } = this.#topic;
    const offsets = [...this.#taken].map(([partition, next]) => ({ topic, partition, offset: String(next) }));
    if (offsets.length === 0) return;
    await this.#consumer.commitOffsets(offsets).catch((error: unknown) => this.#context.report('debug', 'Offsets for lag tools were not committed.', { topic, error }));
  }

  async #leave(): Promise<void> {
    clearInterval(this.#committing);
    await this.#consumer.disconnect().catch((error: unknown) => this.#context.report('debug', 'Leaving the group failed; its session runs out.', { topic: this.#topic.topic, error }));
  }
}

/** Before a partition's first offset is known, and after it was taken away. */
const NOWHERE = -1;
const NEVER = new AbortController().signal;

/** A value that Kafka has as null (a tombstone) is empty here. Of headers of one name the last counts, as in Kafka's own client. */
function toRecord({ offset, key, value, headers }: KafkaMessage): LogRecord {
  const fault = faultOf(headers);
  return { offset: Number(offset), key, value: value ?? Buffer.alloc(0), headers: fault === undefined ? rawHeaders(headers) : {}, ...(fault === undefined ? {} : { fault }) };
}

function rawHeaders(headers: KafkaMessage['headers']): Record<string, Buffer> {
  const raw = Object.create(null) as Record<string, Buffer>;
  for (const name in headers) {
    const given = headers[name];
    const last = Array.isArray(given) ? given.at(-1) : given;
    if (last !== undefined) raw[name] = typeof last === 'string' ? Buffer.from(last) : last;
  }
  return raw;
}
