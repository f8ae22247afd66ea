/**
 * Dead letters, newest first. One belongs to the agency whose publisher signed it, and where nobody's signature holds to whoever
 * runs the ledger; to everybody else it is as if it were not there.
 */
import type { Statements, StorePool } from '../pool.ts';
import { decodeHeaders } from './insert-dead-letter.ts';
import { mayNamePersons } from './named-rows.ts';

/** Whose dead letters are asked for. */
export interface DeadLetterOwner {
  readonly agency: string;
  /** Those that no signature proves to be anybody's, too. */
  readonly unproved: boolean;
}

export interface DeadLetterHead {
  readonly seq: number;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly code: string;
  readonly detail: string;
  readonly valueBytes: number;
  /** Whose publisher signed it; null: nobody's that is known. */
  readonly agency: string | null;
  /** Some agency's, and there may be a list of persons in its bytes, which need not be canonical. */
  readonly mayNamePersons: boolean;
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

const HEAD = `seq, topic, partition, "offset", code, detail, octet_length(value) as "valueBytes", retried as "retriedMicros",
  agency, agency is not null and ${mayNamePersons('value')} as "mayNamePersons"`;
const OWNED = (agency: string, unproved: string): string => `(agency = ${agency}::text or (${unproved}::boolean and agency is null))`;

/** Plan: two walks of dead_letters_agency backwards, of at most as many rows as are asked for. */
const newestOf = (whose: string): string =>
  `(select * from ledger.dead_letters where seq < $1::bigint and ${whose} order by seq desc limit $2::integer)`;
export const LIST_DEAD_LETTERS = {
  name: 'list_dead_letters',
  text: `select ${HEAD} from (${newestOf('agency = $3::text')} union all ${newestOf('agency is null and $4::boolean')}) own
    order by seq desc limit $2::integer`,
};
const WHOLE = `select ${HEAD}, cluster_id as "clusterId", topic_id as "topicId", key, headers, value from ledger.dead_letters where seq = $1::bigint`;
export const READ = { name: 'read_dead_letter', text: WHOLE };
export const READ_OWNED = { name: 'read_owned_dead_letter', text: `${WHOLE} and ${OWNED('$2', '$3')}` };
export const MARK = {
  name: 'mark_retried',
  text: `update ledger.dead_letters set retried = (extract(epoch from clock_timestamp()) * 1000000)::bigint
    where seq = $1::bigint and retried is null`,
};
export const COUNT = { name: 'count_dead_letters', text: 'select count(*) as n from ledger.dead_letters where retried is null' };

/** Newest first, below `before`, those that were retried too. */
export async function listDeadLetters(
  from: Statements,
  { agency, unproved }: DeadLetterOwner,
  { before, limit }: { readonly before?: number | undefined; readonly limit: number },
): Promise<DeadLetterHead[]> {
  return (await from.run<DeadLetterHead>(LIST_DEAD_LETTERS, [before ?? Number.MAX_SAFE_INTEGER, limit, agency, unproved])).rows;
}

/** @param owner absent: whoever's it is, for what passes dead letters on */
export async function readDeadLetter(from: Statements, seq: number, owner?: DeadLetterOwner): Promise<StoredDeadLetter | null> {
  const { rows } = await from.run<Omit<StoredDeadLetter, 'headers'> & { headers: Buffer }>(
    owner === undefined ? READ : READ_OWNED,
    owner === undefined ? [seq] : [seq, owner.agency, owner.unproved],
  );
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
