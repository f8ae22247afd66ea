/** When entries were recorded, and how far the log was recorded at some time. Seals say both, and what a seal says never changes. */
import type { Statement, Statements } from '../pool.ts';
import type { SealRow } from './seal-rows.ts';

type From = Statements;

/** A moment of the log: entries below `covers` were recorded by `time` (microseconds since 1970); no others were. */
export type SealPoint = Pick<SealRow, 'logIndex' | 'covers' | 'time' | 'accessSize'>;

/** Seals that count: both bounds hold. */
export interface SealBounds {
  /** Those with a log index below it. */
  readonly below: number;
  /** Those that cover no more than the indexes below it. */
  readonly coversMax: number;
}

/** Plan: for each index one probe of seals_covers. The bounds are outside: a later seal does not record what an earlier one has. */
export const RECORDED_TIMES: Statement = {
  name: 'recorded_times',
  text: `select at.log_index as "logIndex", s.time
    from unnest($1::bigint[]) as at (log_index)
    cross join lateral (select * from proof.seals s where s.covers > at.log_index order by s.covers limit 1) s
    where s.log_index < $2::bigint and s.covers <= $3::bigint`,
};

const POINT = 'select log_index as "logIndex", covers, time, access_size as "accessSize" from proof.seals';

/** Plan: one step backwards in seals_time. Times never fall; of equal ones the last seal is meant. */
export const LAST_SEAL_BY: Statement = {
  name: 'last_seal_by',
  text: `${POINT} where time <= $1::bigint order by time desc, log_index desc limit 1`,
};
/** Plan: one probe of seals_covers. */
export const SEAL_COVERING: Statement = { name: 'seal_covering', text: `${POINT} where covers = $1::bigint order by log_index limit 1` };
/** Plan: the first row of the primary key. */
export const FIRST_SEAL: Statement = { name: 'first_seal', text: `${POINT} order by log_index limit 1` };

/**
 * Recorded times by log index, in microseconds since 1970: of each entry that of the first seal that covers it, where that one is within the
 * bounds; the others have none. One statement for all of an answer.
 */
export async function recordedTimes(
  from: From,
  logIndexes: readonly number[],
  { below, coversMax }: SealBounds,
): Promise<Map<number, number>> {
  if (logIndexes.length === 0) return new Map();
  const { rows } = await from.run<{ logIndex: number; time: number }>(RECORDED_TIMES, [logIndexes, below, coversMax]);
  return new Map(rows.map(({ logIndex, time }) => [logIndex, time]));
}

/** The last seal at or before a time, in microseconds since 1970; `null`: nothing was recorded by then. */
export const lastSealBy = (from: From, time: number): Promise<SealPoint | null> => point(from, LAST_SEAL_BY, [time]);

/** The seal that covers exactly the indexes below this one; `null`: none does. */
export const sealCovering = (from: From, covers: number): Promise<SealPoint | null> => point(from, SEAL_COVERING, [covers]);

/** `null`: nothing was ever sealed. */
export const firstSeal = (from: From): Promise<SealPoint | null> => point(from, FIRST_SEAL, []);

async function point(from: From, statement: Statement, values: readonly unknown[]): Promise<SealPoint | null> {
  return (await from.run<SealPoint>(statement, values)).rows[0] ?? null;
}
