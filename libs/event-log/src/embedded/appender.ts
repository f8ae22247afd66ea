/**
 * Appending to the embedded log. What is waiting is written together, in one transaction (group commit): one flush to disk serves all who
 * wait, and one append alone waits for nobody. Partitions are locked in order of their number, so processes never wait in a circle.
 */
import { backOffMs, pause } from '../back-off.ts';
import { FatalLogError, LogUnavailable } from '../errors.ts';
import { createPartitioner } from '../partitioner.ts';
import type { OutgoingRecord } from '../port.ts';
import type { SqlClient, SqlPool } from '../sql-port.ts';
import { RecordRowsWriter } from './record-rows.ts';
import { existingTopic, type TopicState, withClient } from './topics.ts';

/** NOTIFY on this channel, with the topic's number, says that records came. */
export const CHANNEL = 'event_log';

/** One transaction. More would hold the partitions' locks for longer than a tenth of a second, and the memory of its rows. */
const GROUP_RECORDS = 5_000;
const GROUP_BYTES = 8 * 1_048_576;
/** Between tries of one group. */
const RETRY_MAX_MS = 1_000;

interface Waiting {
  readonly topic: string;
  readonly records: readonly OutgoingRecord[];
  readonly bytes: number;
  readonly deadline: number;
  settled: boolean;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

export class EmbeddedAppender {
  readonly #pool: SqlPool;
  readonly #topics = new Map<string, TopicState>();
  readonly #partitionOf = createPartitioner();
  readonly #rows = new RecordRowsWriter();
  readonly #ending = new AbortController();
  #queue: Waiting[] = [];
  #running: Promise<void> | undefined;

  constructor(pool: SqlPool) {
    this.#pool = pool;
  }

  append(topic: string, records: readonly OutgoingRecord[], timeoutMs: number): Promise<void> {
    if (records.length === 0) return Promise.resolve();
    if (this.#ending.signal.aborted) return Promise.reject(new LogUnavailable('The log is closed.'));
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => settle(() => reject(new LogUnavailable(`The records were not written within ${timeoutMs} ms.`))),
        timeoutMs,
      );
      const settle = (how: () => void): void => {
        if (waiting.settled) return;
        waiting.settled = true;
        clearTimeout(timer);
        how();
      };
      const waiting: Waiting = {
        topic, records, bytes: sizeOf(records), deadline: Date.now() + timeoutMs, settled: false,
        resolve: () => settle(resolve),
        reject: (error) => settle(() => reject(error)),
      }; // prettier-ignore
      this.#queue.push(waiting);
      this.#running ??= this.#run();
    });
  }

  /** Waits for what is being written; what still waits is refused. */
  async close(): Promise<void> {
    this.#ending.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    await Promise.resolve(); // whoever appends in the same turn comes along
    while (this.#queue.length > 0) {
      const group = this.#nextGroup();
      if (group.length > 0) await this.#writeGroup(group);
    }
    this.#running = undefined; // in the turn that found the queue empty: an append after it begins a run of its own
  }

  /** Those that wait for the first one's topic, in their order, as many as one transaction takes. */
  #nextGroup(): Waiting[] {
    this.#queue = this.#queue.filter((waiting) => !waiting.settled);
    const group: Waiting[] = [];
    let records = 0;
    let bytes = 0;
    for (const waiting of this.#queue) {
      if (waiting.topic !== this.#queue[0]?.topic) continue;
      records += waiting.records.length;
      bytes += waiting.bytes;
      if (group.length > 0 && (records > GROUP_RECORDS || bytes > GROUP_BYTES)) break;
      group.push(waiting);
    }
    const taken = new Set(group);
    this.#queue = this.#queue.filter((waiting) => !taken.has(waiting));
    return group;
  }

  async #writeGroup(group: readonly Waiting[]): Promise<void> {
    for (let failed = 1; ; failed++) {
      const waiting = group.filter((one) => !one.settled);
      if (waiting.length === 0) return;
      try {
        await this.#write(waiting);
        for (const one of waiting) one.resolve();
        return;
      } catch (error) {
        const final = error instanceof FatalLogError || this.#ending.signal.aborted;
        for (const one of waiting) {
          if (final || Date.now() >= one.deadline) one.reject(error as Error);
        }
        if (!final) await pause(backOffMs(failed, RETRY_MAX_MS), this.#ending.signal);
      }
    }
  }

  async #write(group: readonly Waiting[]): Promise<void> {
    const [{ topic }] = group as [Waiting];
    const state = this.#topics.get(topic) ?? (await existingTopic(this.#pool, topic));
    this.#topics.set(topic, state);
    this.#rows.begin();
    for (const { records } of group) {
      for (const record of records) this.#rows.add(state.topicNo, this.#partitionOf(record.key, state.ends.length), record);
    }
    try {
      await withClient(this.#pool, (client) => writeRows(client, state.topicNo, this.#rows));
    } catch (error) {
      this.#topics.delete(topic); // it may have been made again
      throw error;
    }
  }
}

const LOCK = `select partition, next from event_log.partitions where topic_no = $1 and partition = any($2::int[]) order by partition for update`;
const COPY = `copy event_log.records (topic_no, partition, "offset", key, headers, value) from stdin (format binary)`;
const MOVE = `
with moved as (
  update event_log.partitions p set next = p.next + w.n
  from unnest($2::int[], $3::bigint[]) as w (partition, n)
  where p.topic_no = $1 and p.partition = w.partition
)
select pg_notify('${CHANNEL}', $1::text)`;

/** Rejections say nothing about the outcome once the commit was sent. A connection in the middle of a transaction is closed by `withClient`. */
async function writeRows(client: SqlClient, topicNo: number, rows: RecordRowsWriter): Promise<void> {
  const counts = rows.counts();
  const partitions = [...counts.keys()];
  await client.query('begin');
  const locked = await client.query<{ partition: number; next: number }>(LOCK, [topicNo, partitions]);
  if (locked.rows.length !== partitions.length) throw new LogUnavailable('The topic is not there any more.');
  await client.copyIn(COPY, rows.finish(new Map(locked.rows.map(({ partition, next }) => [partition, next]))));
  await client.query(MOVE, [topicNo, partitions, [...counts.values()]]);
  await client.query('commit');
}

function sizeOf(records: readonly OutgoingRecord[]): number {
  let bytes = 0;
  for (const { key, value } of records) bytes += value.length + (key?.length ?? 0);
  return bytes;
}
