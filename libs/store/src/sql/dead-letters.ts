/** Dead letters for the operator: primary key (seq), newest first. */
import type { Statements, StorePool } from '../pool.ts';
import { decodeHeaders } from './insert-dead-letter.ts';

export interface DeadLetterHead {
  readonly seq: number;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly code: string;
  readonly detail: string;
  readonly valueBytes: number;
  /** Microseconds since 1970, by the clock of the database. */
  readonly retriedMicros: number | null;
}

export interface StoredDeadLetter extends DeadLetterHead {
  readonly clusterId: string;
  readonly topicId: string;
  readonly key: Buffer | null;
  readonly headers: Readonly<Record<string, Buffer>>;
  readonly value: Buffer;
}

const HEAD = `seq, topic, partition, "offset", code, detail, octet_length(value) as "valueBytes", retried as "retriedMicros"`;

export const LIST_DEAD_LETTERS = {
  name: 'list_dead_letters',
  text: `select ${HEAD} from ledger.dead_letters
    where seq < $1::bigint order by seq desc limit $2::integer`,
};
const READ = {
  name: 'read_dead_letter',
  text: `select ${HEAD}, cluster_id as "clusterId", topic_id as "topicId", key, headers, value from ledger.dead_letters where seq = $1::bigint`,
};
const MARK = {
  name: 'mark_retried',
  text: `update ledger.dead_letters set retried = (extract(epoch from clock_timestamp()) * 1000000)::bigint
    where seq = $1::bigint and retried is null`,
};
const COUNT = { name: 'count_dead_letters', text: 'select count(*) as n from ledger.dead_letters where retried is null' };

/** Newest first, below `before`, those that were retried too. */
export async function listDeadLetters(pool: StorePool, { before, limit }: { before?: number; limit: number }): Promise<DeadLetterHead[]> {
  return (await pool.run<DeadLetterHead>(LIST_DEAD_LETTERS, [before ?? Number.MAX_SAFE_INTEGER, limit])).rows;
}

export async function readDeadLetter(from: Statements, seq: number): Promise<StoredDeadLetter | null> {
  const { rows } = await from.run<Omit<StoredDeadLetter, 'headers'> & { headers: Buffer }>(READ, [seq]);
  return rows[0] === undefined ? null : { ...rows[0], headers: decodeHeaders(rows[0].headers) };
}

/** `false`: it is not there or was retried before; of several at once one gets `true`. In the caller's transaction where a client is given. */
export async function markRetried(from: Statements, seq: number): Promise<boolean> {
  return (await from.run(MARK, [seq])).rowCount === 1;
}

/** Those that wait; for metrics and health. */
export async function countDeadLetters(pool: StorePool): Promise<number> {
  return (await pool.run<{ n: number }>(COUNT)).rows[0]?.n ?? 0;
}
