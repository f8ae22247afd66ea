/**
 * Fetching the partitions that a consumer holds: one request at a time to each broker that leads some of them, for those whose buffer has
 * room. Requests name the topic by its id, so a topic that was deleted and made again is an error of the broker's and never other records.
 */
import { backOffMs, pause } from '../back-off.ts';
import { FatalLogError, LogUnavailable } from '../errors.ts';
import type { PartitionId } from '../port.ts';
import type { Report } from '../report.ts';
import type { Connections } from './connections.ts';
import { findTopic } from './metadata.ts';
import type { PartitionBuffer } from './partition-buffer.ts';
import { type FetchedPartition, fetchRequest, KafkaError } from './protocol.ts';
import { decodeBatches } from './record-batch.ts';

/** A fetch with nothing to bring ends after this. Partitions that are given or get room in the meantime wait for it. */
const IDLE_WAIT_MS = 200;
/** While a partition with a full buffer is left out: it must not wait for the idle ones. */
const BUSY_WAIT_MS = 10;
/** Larger fetches cost memory and bring no speed. A larger batch comes all the same, alone. */
const PARTITION_BYTES = 524_288;
const FETCH_BYTES = 8 * 1_048_576;
const RETRY_MAX_MS = 1_000;

export class Fetcher {
  readonly #connections: Connections;
  readonly #topic: Omit<PartitionId, 'partition'>;
  readonly #report: Report;
  readonly #fail: (error: FatalLogError) => void;
  readonly #buffers = new Map<number, PartitionBuffer>();
  #leaders = new Map<number, number>();
  /** Requests under way, by node; `LEADERS`: the question who leads. */
  readonly #underWay = new Map<number, Promise<void>>();
  readonly #ending = new AbortController();
  #failed = 0;
  #turn = 0;

  constructor(options: {
    connections: Connections;
    topic: Omit<PartitionId, 'partition'>;
    report: Report;
    fail: (error: FatalLogError) => void;
  }) {
    this.#connections = options.connections;
    this.#topic = options.topic;
    this.#report = options.report;
    this.#fail = options.fail;
  }

  add(partition: number, buffer: PartitionBuffer): void {
    this.#buffers.set(partition, buffer);
  }

  remove(partition: number, buffer: PartitionBuffer): void {
    if (this.#buffers.get(partition) === buffer) this.#buffers.delete(partition);
  }

  /** A buffer has room, or begins elsewhere. */
  wake(): void {
    if (this.#ending.signal.aborted) return;
    const held = new Map<number, number[]>();
    for (const partition of this.#buffers.keys()) {
      const leader = this.#leaders.get(partition) ?? LEADERS;
      held.set(leader, [...(held.get(leader) ?? []), partition]);
    }
    for (const [node, partitions] of held) {
      if (this.#underWay.has(node)) continue;
      const wanting = inTurn(
        partitions.filter((partition) => this.#buffers.get(partition)?.wanting === true),
        this.#turn++,
      );
      if (wanting.length > 0)
        this.#begin(node, node === LEADERS ? this.#findLeaders() : this.#fetch(node, wanting, wanting.length < partitions.length));
    }
  }

  async stop(): Promise<void> {
    this.#ending.abort();
    await Promise.all(this.#underWay.values());
  }

  #begin(node: number, work: Promise<void>): void {
    const done = work
      .then(
        () => void (this.#failed = 0),
        (error: unknown) => this.#failure(error),
      )
      .then(() => {
        this.#underWay.delete(node);
        this.wake();
      });
    this.#underWay.set(node, done);
  }

  async #failure(error: unknown): Promise<void> {
    if (this.#ending.signal.aborted) return;
    if (!(error instanceof LogUnavailable)) {
      this.#fail(
        error instanceof FatalLogError
          ? error
          : new FatalLogError('consumer.stopped', `What ${this.#topic.topic} holds cannot be read: ${(error as Error).message}`, error),
      );
      return;
    }
    this.#failed++;
    this.#report(this.#failed === 1 ? 'warn' : 'debug', 'Fetching failed; trying again.', {
      topic: this.#topic.topic,
      attempt: this.#failed,
      error,
    });
    await pause(backOffMs(this.#failed, RETRY_MAX_MS), this.#ending.signal);
  }

  async #findLeaders(): Promise<void> {
    const { topic, topicId, clusterId } = this.#topic;
    const found = await findTopic(this.#connections, topic);
    // Deleted, and not made again yet: nothing can be read.
    if (found === null) throw new LogUnavailable(`There is no topic ${topic} any more.`);
    if (found.topicId !== topicId || found.clusterId !== clusterId) {
      throw new FatalLogError(
        'topic.changed',
        `The topic ${topic} was deleted and made again: it had the id ${topicId}, now ${found.topicId}.`,
      );
    }
    // Those that have one go on while the others wait.
    this.#leaders = new Map(found.partitions.filter(({ leader }) => leader >= 0).map(({ partition, leader }) => [partition, leader]));
    const unled = [...this.#buffers.keys()].filter((partition) => !this.#leaders.has(partition));
    if (unled.length > 0) throw new LogUnavailable(`The partitions ${unled.join(', ')} of ${topic} have no leader.`);
  }

  async #fetch(node: number, partitions: readonly number[], busy: boolean): Promise<void> {
    const asked = new Map(partitions.map((partition) => {
      const buffer = this.#buffers.get(partition) as PartitionBuffer;
      return [partition, { buffer, epoch: buffer.epoch, offset: buffer.fetchNext }];
    })); // prettier-ignore
    const request = fetchRequest({
      topicId: this.#topic.topicId, maxWaitMs: busy ? BUSY_WAIT_MS : IDLE_WAIT_MS, maxBytes: FETCH_BYTES,
      partitions: [...asked].map(([partition, { offset }]) => ({ partition, offset, maxBytes: PARTITION_BYTES })),
    }); // prettier-ignore
    const answer = await this.#connections.askNode(node, this.#topic.topic, request).catch((error: unknown) => {
      for (const partition of partitions) this.#leaders.delete(partition);
      throw error;
    });
    if (answer.errorCode !== KafkaError.none) {
      for (const partition of partitions) this.#leaders.delete(partition);
      throw new LogUnavailable(`Kafka answers a fetch with error code ${answer.errorCode}.`);
    }
    let failed: LogUnavailable | undefined;
    for (const fetched of answer.partitions) {
      const { buffer, epoch, offset } = asked.get(fetched.partition) ?? {};
      if (buffer === undefined || offset === undefined || buffer.epoch !== epoch) continue;
      failed = this.#take(buffer, offset, fetched) ?? failed;
    }
    // After all that came well was taken: a partition in trouble must not hold up the others.
    if (failed !== undefined) throw failed;
  }

  #take(buffer: PartitionBuffer, offset: number, fetched: FetchedPartition): LogUnavailable | undefined {
    const { partition, errorCode, lowWatermark, highWatermark } = fetched;
    if (errorCode === KafkaError.offsetOutOfRange) {
      throw new FatalLogError(
        'offset.out-of-range',
        `${this.#topic.topic} ${partition} does not hold the offset ${offset}${lowWatermark < 0 ? '' : `, but ${lowWatermark} to ${highWatermark}`}.`,
      );
    }
    // Another leader, a topic id that is not known (any more): who leads what is asked again, and whether it is the same topic.
    if (errorCode !== KafkaError.none) {
      this.#leaders.delete(partition);
      return new LogUnavailable(`Kafka answers for ${this.#topic.topic} ${partition} with error code ${errorCode}.`);
    }
    const { records, sizes, end } = decodeBatches(fetched.records, offset, fetched.aborted);
    buffer.push(records, sizes, end, highWatermark);
    return undefined;
  }
}

const LEADERS = -1;

/** A broker gives a batch that is larger than its partition's share only to the first partition asked for: each comes first in its turn. */
function inTurn(partitions: readonly number[], turn: number): readonly number[] {
  const first = partitions.length === 0 ? 0 : turn % partitions.length;
  return [...partitions.slice(first), ...partitions.slice(0, first)];
}
