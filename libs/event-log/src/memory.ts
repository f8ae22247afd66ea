/** The event log in this process's memory, with faults to order: for tests and simulation. */
import { randomUUID } from 'node:crypto';
import { batchLength, recordBytes } from './batch-bounds.ts';
import { pause } from './back-off.ts';
import { FatalLogError, LogUnavailable } from './errors.ts';
import { runPartition, type Slice } from './partition-run.ts';
import { consumerOf, PartitionSet } from './partition-set.ts';
import { createPartitioner } from './partitioner.ts';
import type {
  ConsumeOptions,
  Durability,
  EventLog,
  LogConsumer,
  LogRecord,
  OutgoingRecord,
  PartitionId,
  TopicFinding,
  TopicSpec,
} from './port.ts';
import { RawHeaders } from './raw-headers.ts';
import { type Report, silent } from './report.ts';

/** Orders for trouble. Each counts down as it is carried out. */
export interface MemoryFaults {
  /** The next appends are kept, and the caller hears LogUnavailable. */
  loseReplies(appends: number): void;
  /** The next appends are not kept, and the caller hears LogUnavailable. */
  rejectAppends(appends: number): void;
  /** The next batches that are taken come a second time. */
  deliverTwice(batches: number): void;
  /** Every consumer of the topic reads on from this offset in all its partitions, as after a reset of the group. */
  deliverAgain(topic: string, from?: number): void;
  /** Nothing is delivered until `resume`. */
  pause(): void;
  resume(): void;
  /** Deletes the topic and makes it again, empty, with another topic id. */
  recreateTopic(topic: string): void;
  /** What retention does: records below `offset` are gone. */
  removeBefore(topic: string, partition: number, offset: number): void;
}

/** The event log in memory, with what a test may do to it. */
export interface MemoryLog extends EventLog {
  readonly adapter: 'memory';
  readonly faults: MemoryFaults;
}

interface Partition {
  low: number;
  readonly records: LogRecord[];
}

interface Topic {
  readonly id: string;
  readonly partitions: readonly Partition[];
}

/** What is waited for has no event of its own where a fault holds it back. */
const POLL_MS = 5;

/** For tests: nothing survives the process. Passes the same contract suite as the others. */
export function createMemoryLog(options: { readonly log?: Report } = {}): MemoryLog {
  return new InMemoryLog(options.log ?? silent);
}

class InMemoryLog implements MemoryLog {
  readonly adapter = 'memory';
  readonly #clusterId = randomUUID();
  readonly #topics = new Map<string, Topic>();
  readonly #groups = new Map<string, PartitionSet[]>();
  readonly #consumers = new Set<LogConsumer>();
  readonly #rewinds = new Map<string, Map<PartitionSet, Map<number, number>>>();
  readonly #partitionOf = createPartitioner();
  readonly #report: Report;
  #lostReplies = 0;
  #rejected = 0;
  #twice = 0;
  #paused = false;

  readonly faults: MemoryFaults = {
    loseReplies: (appends) => void (this.#lostReplies = appends),
    rejectAppends: (appends) => void (this.#rejected = appends),
    deliverTwice: (batches) => void (this.#twice = batches),
    deliverAgain: (topic, from = 0) => this.#deliverAgain(topic, from),
    pause: () => void (this.#paused = true),
    resume: () => void (this.#paused = false),
    recreateTopic: (topic) => void this.#topics.set(topic, newTopic(this.#topic(topic).partitions.length)),
    removeBefore: (topic, partition, offset) => {
      const kept = this.#topic(topic).partitions[partition];
      if (kept === undefined) throw new RangeError(`no partition ${partition}`);
      kept.records.splice(0, Math.max(offset - kept.low, 0));
      kept.low = Math.max(kept.low, offset);
    },
  };

  constructor(report: Report) {
    this.#report = report;
  }

  async append(topic: string, records: readonly OutgoingRecord[]): Promise<void> {
    await Promise.resolve(); // as every real log, never done in the caller's own turn
    if (this.#rejected > 0) {
      this.#rejected--;
      throw new LogUnavailable('The append was refused on order.');
    }
    const { partitions } = this.#topic(topic);
    for (const record of records) {
      const partition = partitions[this.#partitionOf(record.key, partitions.length)] as Partition;
      partition.records.push({ offset: highOf(partition), key: record.key, value: record.value, headers: encodeHeaders(record.headers) });
    }
    if (this.#lostReplies > 0) {
      this.#lostReplies--;
      throw new LogUnavailable('The reply was lost on order.');
    }
  }

  async consume(options: ConsumeOptions): Promise<LogConsumer> {
    const { topic, group } = options;
    const { id, partitions } = this.#topic(topic);
    const key = JSON.stringify([group, topic]);
    const members = this.#groups.get(key) ?? [];
    const identity = { clusterId: this.#clusterId, topicId: id, topic };
    const set: PartitionSet = new PartitionSet((partition, signal) => {
      const read = this.#reader(options, { ...identity, partition }, set);
      return runPartition({
        partition: { ...identity, partition },
        startAt: options.startAt,
        onBatch: options.onBatch,
        read,
        signal,
        report: this.#report,
      });
    });
    members.push(set);
    this.#groups.set(key, members);
    share(members, partitions.length);
    const consumer = consumerOf(set, () => {
      members.splice(members.indexOf(set), 1);
      share(members, partitions.length);
      this.#consumers.delete(consumer);
      this.#rewinds.get(topic)?.delete(set);
      return Promise.resolve();
    });
    this.#consumers.add(consumer);
    return await Promise.resolve(consumer);
  }

  async ends(topic: string): Promise<readonly (PartitionId & { low: number; high: number })[]> {
    await Promise.resolve();
    const { id, partitions } = this.#topic(topic);
    return partitions.map((partition, index) => ({
      clusterId: this.#clusterId,
      topicId: id,
      topic,
      partition: index,
      low: partition.low,
      high: highOf(partition),
    }));
  }

  ensureTopics(specs: readonly TopicSpec[]): Promise<readonly TopicFinding[]> {
    const findings = specs.flatMap(({ topic, partitions }): TopicFinding[] => {
      const found = this.#topics.get(topic);
      if (found === undefined) this.#topics.set(topic, newTopic(partitions));
      const have = found?.partitions.length ?? partitions;
      return have === partitions
        ? []
        : [{ severity: 'warning', code: 'topic.partitions', detail: `${topic} has ${have} partitions, not ${partitions}.` }];
    });
    return Promise.resolve(findings);
  }

  durability(topic: string): Promise<Durability> {
    this.#topic(topic);
    return Promise.resolve('single-node');
  }

  ping(): Promise<void> {
    return Promise.resolve();
  }

  async close(): Promise<void> {
    await Promise.all([...this.#consumers].map((consumer) => consumer.close()));
  }

  #topic(topic: string): Topic {
    const found = this.#topics.get(topic);
    if (found === undefined) throw new FatalLogError('topic.missing', `There is no topic ${topic}.`);
    return found;
  }

  #deliverAgain(topic: string, from: number): void {
    const sets = this.#rewinds.get(topic);
    for (const partitions of sets?.values() ?? []) for (const partition of partitions.keys()) partitions.set(partition, from);
  }

  /** Serves from where it is asked, but for what the faults order. */
  #reader(
    { maxRecords, maxBytes }: ConsumeOptions,
    id: PartitionId,
    set: PartitionSet,
  ): (from: number, signal: AbortSignal) => Promise<Slice | null> {
    const sets = this.#rewinds.get(id.topic) ?? new Map<PartitionSet, Map<number, number>>();
    const rewinds = sets.get(set) ?? new Map<number, number>();
    this.#rewinds.set(id.topic, sets.set(set, rewinds.set(id.partition, -1)));
    let last: Slice | null = null;
    return async (asked, signal) => {
      while (!signal.aborted) {
        const partition = this.#checked(id, asked);
        const rewind = rewinds.get(id.partition) ?? -1;
        const from = rewind >= 0 ? Math.max(rewind, partition.low) : asked;
        rewinds.set(id.partition, -1);
        if (last !== null && this.#twice > 0) {
          this.#twice--;
          return last;
        }
        const records = partition.records.slice(from - partition.low, from - partition.low + maxRecords);
        if (!this.#paused && records.length > 0) {
          const length = batchLength(records.map(recordBytes), maxRecords, maxBytes);
          last = { records: records.slice(0, length), from, next: from + length, highWatermark: highOf(partition) };
          return last;
        }
        await pause(POLL_MS, signal);
      }
      return null;
    };
  }

  #checked(id: PartitionId, offset: number): Partition {
    const topic = this.#topic(id.topic);
    if (topic.id !== id.topicId) throw new FatalLogError('topic.changed', `${id.topic} was deleted and made again.`);
    const partition = topic.partitions[id.partition] as Partition;
    if (offset < partition.low || offset > highOf(partition)) {
      throw new FatalLogError(
        'offset.out-of-range',
        `${id.topic} ${id.partition} has ${partition.low} to ${highOf(partition)}, not ${offset}.`,
      );
    }
    return partition;
  }
}

/** Partition p belongs to member p mod members; the old holder's handler may still be at work when the new one begins. */
function share(members: readonly PartitionSet[], partitions: number): void {
  members.forEach((member, index) => {
    const mine = Array.from({ length: partitions }, (_, partition) => partition).filter(
      (partition) => partition % members.length === index,
    );
    void member.assign(mine);
  });
}

const newTopic = (partitions: number): Topic => ({
  id: randomUUID(),
  partitions: Array.from({ length: partitions }, () => ({ low: 0, records: [] })),
});

const highOf = ({ low, records }: Partition): number => low + records.length;

function encodeHeaders(headers: OutgoingRecord['headers']): Record<string, string> {
  return Object.assign(
    new RawHeaders(),
    Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, Buffer.from(text as string).toString('latin1')])),
  );
}
