/** The log's size: the number of committed entries, and the next log index. Plan: the one row of ledger.head. */
import type { Statements } from '../pool.ts';

export const LOG_SIZE = { name: 'log_size', text: 'select size from ledger.head' };

export async function logSize(from: Statements): Promise<number> {
  const { rows } = await from.run<{ size: number }>(LOG_SIZE);
  if (rows[0] === undefined) throw new Error('The ledger has no head: its migration did not run.');
  return rows[0].size;
}

export const POLICY_POINT = { name: 'policy_point', text: 'select policy from ledger.head' };

/** Log size from which on the handlings hold that are in effect now; 0: nothing was marked. Plan: as log_size. */
export async function handlingsPoint(from: Statements): Promise<number> {
  return (await from.run<{ policy: number }>(POLICY_POINT)).rows[0]?.policy ?? 0;
}

export const MARKED_AMONG = {
  name: 'marked_among',
  text: 'select log_index as "logIndex" from ledger.marked where log_index = any($1::bigint[])',
};

/** Of these entries the ones whose handling was changed, for whomever. Plan: the primary key of ledger.marked. */
export async function markedAmong(from: Statements, logIndexes: readonly number[]): Promise<ReadonlySet<number>> {
  if (logIndexes.length === 0) return new Set();
  const { rows } = await from.run<{ logIndex: number }>(MARKED_AMONG, [logIndexes]);
  return new Set(rows.map(({ logIndex }) => logIndex));
}

export const IS_FROZEN = { name: 'is_frozen', text: 'select frozen from ledger.head' };

/** Whether the log has ended: then nothing is appended any more. */
export async function isFrozen(from: Statements): Promise<boolean> {
  return (await from.run<{ frozen: boolean }>(IS_FROZEN)).rows[0]?.frozen === true;
}

export const ENTRY_COUNT = { name: 'entry_count', text: 'select count(*) as n from ledger.entries' };

/** Entries of sightings: the log without what its operator says. Counts all of them. */
export async function entryCount(from: Statements): Promise<number> {
  const { rows } = await from.run<{ n: number }>(ENTRY_COUNT);
  return rows[0]?.n ?? 0;
}
