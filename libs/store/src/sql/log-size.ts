/** The log's size: the number of committed entries, and the next log index. Plan: the one row of ledger.head. */
import type { StoreClient, StorePool } from '../pool.ts';

const LOG_SIZE = { name: 'log_size', text: 'select size from ledger.head' };

export async function logSize(from: StoreClient | StorePool): Promise<number> {
  const { rows } = await from.run<{ size: number }>(LOG_SIZE);
  if (rows[0] === undefined) throw new Error('The ledger has no head: its migration did not run.');
  return rows[0].size;
}

const IS_FROZEN = { name: 'is_frozen', text: 'select frozen from ledger.head' };

/** Whether the log has ended: then nothing is appended any more. */
export async function isFrozen(from: StoreClient | StorePool): Promise<boolean> {
  return (await from.run<{ frozen: boolean }>(IS_FROZEN)).rows[0]?.frozen === true;
}
