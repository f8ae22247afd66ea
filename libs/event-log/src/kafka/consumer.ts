/**
 * Reading from Kafka. kafkajs keeps the membership of the group and nothing else: it holds every partition paused, so it never fetches, and
 * offsets that are committed to Kafka are for lag tools alone. Its loop is free of handlers: heartbeats go out however long they take,
 * and no error of a handler (a TypeError stops kafkajs for ever) ever reaches it. Fetching is fetcher.ts.
 */
import type { Consumer, Kafka } from 'kafkajs';
import { FatalLogError } from '../errors.ts';
import { runPartition, type Slice } from '../partition-run.ts';
import { consumerOf, PartitionSet } from '../partition-set.ts';
import type { ConsumeOptions, LogConsumer, PartitionId } from '../port.ts';
import type { Report } from '../report.ts';
import { PATIENT, unavailable } from './client.ts';
import type { Connections } from './connections.ts';
import { Fetcher } from './fetcher.ts';
import { existingTopic } from './metadata.ts';
import { PartitionBuffer } from './partition-buffer.ts';

/** Silent members lose their partitions after this long; a process that was killed holds them up for as long. */
export const SESSION_TIMEOUT_MS = 10_000;
/** Also how soon a member hears that the group has changed. */
const HEARTBEAT_MS = 1_000;
/** How often kafkajs looks whether a heartbeat is due. */
const LOOP_MS = 250;
/** How far behind lag tools may be. */
const COMMIT_EVERY_MS = 5_000;

export interface ConsumerContext {
  readonly kafka: Kafka;
  /** Of this consumer alone: a fetch that waits for records holds up what comes after it on its connection. Closed with the consumer. */
  readonly connections: Connections;
  readonly sessionTimeoutMs: number;
  readonly report: Report;
}

export async function consumeTopic(context: ConsumerContext, options: ConsumeOptions): Promise<LogConsumer> {
  try {
    const { clusterId, topicId } = await existingTopic(context.connections, options.topic);
    return await new GroupReader(context, options, { clusterId, topicId, topic: options.topic }).start();
  } catch (error) {
    await context.connections.close();
    throw error;
  }
}

class GroupReader {
  readonly #context: ConsumerContext;
  readonly #options: ConsumeOptions;
  readonly #topic: Omit<PartitionId, 'partition'>;
  readonly #consumer: Consumer;
  readonly #set: PartitionSet;
  readonly #fetcher: Fetcher;
  /** Where the next batch of each partition held begins, for lag tools. */
  readonly #next = new Map<number, number>();
  #memberId = '';
  #committing: NodeJS.Timeout | undefined;

  constructor(context: ConsumerContext, options: ConsumeOptions, topic: Omit<PartitionId, 'partition'>) {
    this.#context = context;
    this.#options = options;
    this.#topic = topic;
    this.#set = new PartitionSet((partition, signal) => this.#run(partition, signal));
    this.#fetcher = new Fetcher({
      connections: context.connections,
      topic,
      report: context.report,
      fail: (error) => this.#set.fail(error),
    });
    this.#consumer = context.kafka.consumer({
      groupId: options.group,
      allowAutoTopicCreation: false,
      sessionTimeout: context.sessionTimeoutMs,
      heartbeatInterval: HEARTBEAT_MS,
      maxWaitTimeInMs: LOOP_MS,
      retry: PATIENT,
    });
  }

  async start(): Promise<LogConsumer> {
    const consumer = this.#consumer;
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) =>
      this.#onAssignment(payload.memberId, payload.memberAssignment[this.#topic.topic] ?? []),
    );
    consumer.on(consumer.events.CRASH, ({ payload }) => {
      const message = 'The consumer lost its group';
      if (payload.restart) this.#context.report('warn', `${message}; it joins again.`, { topic: this.#topic.topic, error: payload.error });
      else this.#set.fail(new FatalLogError('consumer.stopped', `${message} and cannot go on: ${payload.error.message}`, payload.error));
    });
    try {
      await consumer.connect();
      await consumer.subscribe({ topics: [this.#topic.topic], fromBeginning: true });
      await consumer.run({ autoCommit: false, eachBatch: () => Promise.resolve() });
    } catch (error) {
      await consumer.disconnect().catch(() => {}); // the error that counts is the first
      throw unavailable('The group could not be joined', error);
    }
    this.#committing = setInterval(() => void this.#commit(), COMMIT_EVERY_MS).unref();
    return consumerOf(this.#set, () => this.#leave());
  }

  /** In the same turn as kafkajs' own bookkeeping, before it could fetch. */
  #onAssignment(memberId: string, partitions: readonly number[]): void {
    if (partitions.length > 0) this.#consumer.pause([{ topic: this.#topic.topic, partitions: [...partitions] }]);
    // Another member id: this one was expelled, and others may have read on in the meantime.
    const anew = memberId !== this.#memberId;
    this.#memberId = memberId;
    void this.#set.assign(partitions, anew);
  }

  async #run(partition: number, signal: AbortSignal): Promise<void> {
    const { startAt, onBatch } = this.#options;
    const buffer = new PartitionBuffer(this.#options);
    this.#fetcher.add(partition, buffer);
    try {
      const read = (from: number): Promise<Slice | null> => this.#read(partition, buffer, from, signal);
      await runPartition({ partition: { ...this.#topic, partition }, startAt, onBatch, read, signal, report: this.#context.report });
    } finally {
      this.#fetcher.remove(partition, buffer);
      buffer.end();
      this.#next.delete(partition);
    }
  }

  async #read(partition: number, buffer: PartitionBuffer, from: number, signal: AbortSignal): Promise<Slice | null> {
    this.#next.set(partition, from);
    if (from !== buffer.next) buffer.reset(from);
    this.#fetcher.wake();
    await buffer.filled(signal);
    if (signal.aborted) return null;
    const slice = buffer.take();
    this.#fetcher.wake(); // there is room: the next batch comes while the handler works on this one
    return slice;
  }

  /** A failure is made good by the next. */
  async #commit(): Promise<void> {
    const { topic } = this.#topic;
    const offsets = [...this.#next].map(([partition, next]) => ({ topic, partition, offset: String(next) }));
    if (offsets.length === 0) return;
    await this.#consumer
      .commitOffsets(offsets)
      .catch((error: unknown) => this.#context.report('debug', 'Offsets for lag tools were not committed.', { topic, error }));
  }

  async #leave(): Promise<void> {
    clearInterval(this.#committing);
    await this.#consumer
      .disconnect()
      .catch((error: unknown) =>
        this.#context.report('debug', 'Leaving the group failed; its session runs out.', { topic: this.#topic.topic, error }),
      );
    await this.#fetcher.stop();
    await this.#context.connections.close();
  }
}
