/** The log's size: the number of committed entries, and the next log index. Plan: the one row of ledger.head, and of search_cursor. */
import type { StoreClient, StorePool } from '../pool.ts';

const LOG_SIZE = { name: 'log_size', text: 'select size from ledger.head' };

const REACH = {
  name: 'ledger_reach',
  text: 'select h.size, c.next as indexed from ledger.head h cross join ledger.search_cursor c',
};

export async function logSize(from: StoreClient | StorePool): Promise<number> {
  const { rows } = await from.run<{ size: number }>(LOG_SIZE);
  if (rows[0] === undefined) throw new Error('The ledger has no head: its migration did not run.');
  return rows[0].size;
}

/** How far the ledger reaches, and below which log index the items of all entries can be searched for. */
export async function ledgerReach(from: StoreClient | StorePool): Promise<{ readonly size: number; readonly indexed: number }> {
  const { rows } = await from.run<{ size: number; indexed: number }>(REACH);
  if (rows[0] === undefined) throw new Error('The ledger has no head: its migration did not run.');
  return rows[0];
}
