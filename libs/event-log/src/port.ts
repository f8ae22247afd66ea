/**
 * The event log: where capture appends and from where the projector reads. Three adapters (Kafka, embedded in Postgres, in memory)
 * share this port and one contract suite, and nothing else.
 */

export interface OutgoingRecord {
  /** Records of one key keep their order: they share a partition. */
  readonly key: Buffer | null;
  readonly value: Buffer;
  /** Text, or raw bytes where a record is passed on as it came: another publisher's header need not be UTF-8. */
  readonly headers: Readonly<Record<string, string | Buffer>>;
}

/** A record as the log holds it: raw bytes, as they were written. */
export interface LogRecord {
  readonly offset: number;
  readonly key: Buffer | null;
  readonly value: Buffer;
  /**
   * Raw bytes, as a text with one character (U+0000 to U+00FF) for each: nine Buffers cost more than all the rest of a record. A header is
   * what the producer wrote, checked by whoever relies on it. May be decoded at each access: keep the record, or ask once.
   */
  readonly headers: Readonly<Record<string, string>>;
  /**
   * The log has the record but cannot decode it (`record.codec`: its batch is compressed in a way that this program cannot read). `value`
   * is then the whole undecoded batch at its first record, empty at the others. Belongs with the dead letters.
   */
  readonly fault?: { readonly code: 'record.codec'; readonly detail: string } | undefined;
}

/** What an offset belongs to: a topic that was deleted and made again has another `topicId`, so old offsets never meet new records. */
export interface PartitionId {
  readonly clusterId: string;
  readonly topicId: string;
  readonly topic: string;
  readonly partition: number;
}

/** Consecutive records of one partition, handed to a consumer together. */
export interface Batch extends PartitionId {
  /** Rising offsets, usually dense (Kafka leaves holes: markers of transactions, and what was aborted); never empty. */
  readonly records: readonly LogRecord[];
  /** Where reading went on: what a compare-and-set compares with. The first record is here or, behind a hole, later. */
  readonly from: number;
  /** Where this partition goes on after the batch, holes that are known included. */
  readonly next: number;
  /** First offset not yet written to this partition when the batch was read; lag = highWatermark - next. */
  readonly highWatermark: number;
  /** Aborted when the partition is taken away or the consumer closes. A handler may finish; the compare-and-set decides. */
  readonly signal: AbortSignal;
}

/** Where to go on in this partition. Not the end of the batch = read again from there (after a fence, or part of a batch). */
export interface BatchResult {
  readonly next: number;
}

/** What a consumer reads, from where, and what it does with it. */
export interface ConsumeOptions {
  readonly topic: string;
  /** Members of one group share the partitions; nothing more is promised: two members may hold one partition for a while. */
  readonly group: string;
  /** Upper bound of one batch; a handler's memory follows from it. */
  readonly maxRecords: number;
  readonly maxBytes: number;
  /**
   * First offset to read of a partition that was just assigned. The consumer's own state is the truth, not the log's.
   * An offset outside of the log's range stops the consumer with `offset.out-of-range`; it never seeks by itself.
   */
  startAt(partition: PartitionId): Promise<number>;
  /**
   * Called with one batch of a partition at a time (several partitions may run at once). The session is kept alive while it works.
   * Throws `FatalLogError`: the consumer stops, `ended` rejects. Throws anything else: the same batch comes again after a back-off
   * (100 ms doubling to 5 s), for ever: a batch is never skipped.
   */
  onBatch(batch: Batch): Promise<BatchResult>;
}

/** A running consumer: one member of its group. */
export interface LogConsumer {
  /** Partitions held now. */
  assignment(): readonly number[];
  /** Settles only when the consumer ends: resolves after close, rejects when it stopped for good (an operator must look). */
  readonly ended: Promise<void>;
  /** Waits for running handlers, leaves the group, returns. */
  close(): Promise<void>;
}

/** A topic as this program needs it. */
export interface TopicSpec {
  readonly topic: string;
  readonly partitions: number;
}

/** What is wrong with a topic that is there. */
export interface TopicFinding {
  readonly severity: 'warning' | 'error';
  /** As in the error catalogue. */
  readonly code: string;
  readonly detail: string;
}

/** What an acknowledged append has survived to: one machine's disk, or more than one. */
export type Durability = 'single-node' | 'replicated';

/** The port: append batches, consume batches, see how far partitions reach. */
export interface EventLog {
  /** One word for logs and metrics: `kafka`, `embedded`, `memory`. */
  readonly adapter: string;
  /**
   * Resolves when every record is durable (Kafka: all in-sync replicas; embedded: committed). Rejects with `LogUnavailable` when that is
   * not known: some, all or none of the records may be in the log, and whoever appends again must be deduplicated by event id. With
   * `FatalLogError` where no retry helps: `topic.missing`, `append.refused` (rights; earlier records may be in the log), `record.too-large`
   * (none is in the log; on Kafka as far as ensureTopics could read what the topic takes, and it was not lowered since).
   * Transient errors are retried inside for at most `timeoutMs`.
   */
  append(topic: string, records: readonly OutgoingRecord[], timeoutMs?: number): Promise<void>;
  consume(options: ConsumeOptions): Promise<LogConsumer>;
  /** Every partition of a topic with its first offset kept and its high watermark. */
  ends(topic: string): Promise<readonly (PartitionId & { low: number; high: number })[]>;
  /** Creates missing topics (safe to race) and reports what is wrong with the ones that are there (replication, min in-sync replicas, retention). */
  ensureTopics(specs: readonly TopicSpec[]): Promise<readonly TopicFinding[]>;
  /**
   * Of an append to this topic that was acknowledged, as the topic is now: `replicated` only where it is known that no acknowledgement comes
   * before two brokers have the record. Rejects with `LogUnavailable`, `topic.missing`.
   */
  durability(topic: string): Promise<Durability>;
  /** Resolves when a round trip to the log works; rejects with `LogUnavailable`. */
  ping(): Promise<void>;
  close(): Promise<void>;
}
