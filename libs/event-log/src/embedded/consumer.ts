/** Reading from the embedded log: one read ahead per partition, and a look at the topic when something was appended. */
import { pause } from '../back-off.ts';
import { FatalLogError, LogUnavailable } from '../errors.ts';
import { runPartition, type Slice } from '../partition-run.ts';
import { consumerOf, PartitionSet } from '../partition-set.ts';
import type { ConsumeOptions, LogConsumer, LogRecord } from '../port.ts';
import type { Report } from '../report.ts';
import type { SqlPool } from '../sql-port.ts';
import { CHANNEL } from './appender.ts';
import { GroupMember } from './group-member.ts';
import { readRecordRows } from './record-rows.ts';
import { existingTopic, readTopic, type TopicState, withClient } from './topics.ts';

/** Where a notification was lost, or is not for us. */
const POLL_MS = 500;

export interface EmbeddedConsumerContext {
  readonly pool: SqlPool;
  readonly sessionTimeoutMs: number;
  readonly report: Report;
  /** Calls `onNotify` with each payload of the log's channel, and with '' after a gap. */
  readonly subscribe: (onNotify: (payload: string) => void) => Promise<() => void>;
}

export async function consumeEmbedded(context: EmbeddedConsumerContext, options: ConsumeOptions): Promise<LogConsumer> {
  const { pool, report } = context;
  const topic = await existingTopic(pool, options.topic);
  const watch = new TopicWatch(pool, topic);
  const set = new PartitionSet((partition, signal) => {
    const reader = new PartitionReader(pool, watch, options, partition);
    const { clusterId, topicId } = topic;
    return runPartition({
      partition: { clusterId, topicId, topic: options.topic, partition }, startAt: options.startAt, onBatch: options.onBatch,
      read: (from, aborted) => reader.read(from, aborted), signal, report,
    }); // prettier-ignore
  });
  const word = `group ${topic.topicNo} ${options.group}`;
  const member = new GroupMember({
    pool, set, topicNo: topic.topicNo, group: options.group, partitions: topic.ends.length, sessionTimeoutMs: context.sessionTimeoutMs, report,
    announce: (client) => client.query('select pg_notify($1, $2)', [CHANNEL, word]),
  }); // prettier-ignore
  const unsubscribe = await context.subscribe((payload) => {
    if (payload === String(topic.topicNo) || payload === '') watch.look();
    if (payload === word || payload === '') member.look();
  });
  member.start();
  const watching = watch.run((error) => report('warn', 'The topic could not be looked at; trying again.', { topic: options.topic, error }));
  return consumerOf(set, async () => {
    unsubscribe();
    await member.leave();
    watch.stop();
    await watching;
  });
}

/**
 * One look that fails is no outage: a process that is starved (a start on a busy machine) gives up a connection that stands. What lasts shows
 * at the next look, half a second later.
 */
const LOOKS_FAILED = 2;

/** The topic's ends as last read; read again when told to, and now and then. */
class TopicWatch {
  #state: TopicState | null;
  readonly #pool: SqlPool;
  readonly #topic: TopicState;
  readonly #ending = new AbortController();
  #wake = new AbortController();
  #changed: (() => void)[] = [];

  constructor(pool: SqlPool, topic: TopicState) {
    this.#pool = pool;
    this.#topic = topic;
    this.#state = topic;
  }

  look(): void {
    this.#wake.abort();
  }

  stop(): void {
    this.#ending.abort();
    this.#wake.abort();
  }

  async run(onError: (error: unknown) => void): Promise<void> {
    let failed = 0;
    while (!this.#ending.signal.aborted) {
      await pause(POLL_MS, this.#wake.signal);
      this.#wake = new AbortController();
      if (this.#ending.signal.aborted) return;
      try {
        await this.refresh();
        failed = 0;
      } catch (error) {
        if (++failed >= LOOKS_FAILED) onError(error);
      }
    }
  }

  async refresh(): Promise<void> {
    this.#state = await readTopic(this.#pool, this.#topic.topic);
    const waiting = this.#changed;
    this.#changed = [];
    for (const done of waiting) done();
  }

  /** Ends of a partition. FatalLogError `topic.changed`; LogUnavailable while the topic is away. */
  ends(partition: number): { readonly low: number; readonly next: number; readonly topicNo: number } {
    if (this.#state === null) throw new LogUnavailable(`There is no topic ${this.#topic.topic} any more.`);
    if (this.#state.topicId !== this.#topic.topicId)
      throw new FatalLogError('topic.changed', `The topic ${this.#topic.topic} was deleted and made again.`);
    const ends = this.#state.ends[partition];
    if (ends === undefined) throw new FatalLogError('offset.out-of-range', `${this.#topic.topic} has no partition ${partition}.`);
    return { ...ends, topicNo: this.#state.topicNo };
  }

  async changed(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        signal.removeEventListener('abort', done);
        resolve();
      };
      signal.addEventListener('abort', done);
      this.#changed.push(done);
    });
  }
}

class PartitionReader {
  readonly #pool: SqlPool;
  readonly #watch: TopicWatch;
  readonly #options: Pick<ConsumeOptions, 'maxRecords' | 'maxBytes' | 'topic'>;
  readonly #partition: number;
  /** The next batch, read while the handler works on the last one. */
  #ahead: { readonly from: number; readonly records: Promise<LogRecord[]> } | undefined;

  constructor(pool: SqlPool, watch: TopicWatch, options: ConsumeOptions, partition: number) {
    this.#pool = pool;
    this.#watch = watch;
    this.#options = options;
    this.#partition = partition;
  }

  async read(from: number, signal: AbortSignal): Promise<Slice | null> {
    const { low, next } = this.#watch.ends(this.#partition);
    if (from < low || from > next) await this.#checkRange(from);
    while (!signal.aborted) {
      const { next: high } = this.#watch.ends(this.#partition);
      if (from < high) return this.#slice(from, high);
      await this.#watch.changed(signal);
    }
    return null;
  }

  async #slice(from: number, high: number): Promise<Slice> {
    const ahead = this.#ahead?.from === from ? this.#ahead : undefined;
    this.#ahead = undefined;
    const records = await (ahead?.records ?? this.#rows(from));
    const end = from + records.length;
    // Rising and distinct, so dense where both ends fit.
    if (records[0]?.offset !== from || records.at(-1)?.offset !== end - 1) {
      await this.#checkRange(from);
      const missing =
        from +
        Math.max(
          records.findIndex(({ offset }, index) => offset !== from + index),
          0,
        );
      throw new FatalLogError(
        'offset.out-of-range',
        `${this.#options.topic} ${this.#partition} has no record ${missing}, though it lies between its ends.`,
      );
    }
    if (end < high) {
      this.#ahead = { from: end, records: this.#rows(end) };
      this.#ahead.records.catch(() => {}); // met when it is its turn, if it ever is
    }
    return { records, from, next: end, highWatermark: Math.max(high, end) };
  }

  /** By what is true now: what was last seen may be old. */
  async #checkRange(from: number): Promise<void> {
    await this.#watch.refresh();
    const { low, next } = this.#watch.ends(this.#partition);
    if (from >= low && from <= next) return;
    throw new FatalLogError(
      'offset.out-of-range',
      `${this.#options.topic} ${this.#partition} has the offsets ${low} to ${next}; the next to read is ${from}.`,
    );
  }

  async #rows(from: number): Promise<LogRecord[]> {
    const { topicNo } = this.#watch.ends(this.#partition);
    const { maxRecords, maxBytes } = this.#options;
    return withClient(this.#pool, async (client) =>
      readRecordRows(await client.copyOut(batchQuery([topicNo, this.#partition, from, maxRecords, maxBytes]))),
    );
  }
}

/**
 * A range of the primary key. The running sum stops at `maxBytes` on the server, which knows lengths without reading what is stored out of
 * line. COPY takes no parameters: whole numbers are written into its text.
 */
function batchQuery(numbers: readonly [topicNo: number, partition: number, from: number, maxRecords: number, maxBytes: number]): string {
  if (!numbers.every(Number.isSafeInteger)) throw new TypeError('only whole numbers go into the text of a query');
  const [topicNo, partition, from, maxRecords, maxBytes] = numbers;
  return `copy (
    select "offset", key, headers, value
    from (
      select "offset", key, headers, value,
        sum(octet_length(value) + octet_length(headers) + coalesce(octet_length(key), 0)) over (order by "offset" rows unbounded preceding) as bytes
      from event_log.records
      where topic_no = ${topicNo} and partition = ${partition} and "offset" >= ${from} and "offset" < ${from + maxRecords}
    ) as batch
    where bytes <= ${maxBytes} or "offset" = ${from}
    order by "offset"
  ) to stdout (format binary)`;
}
