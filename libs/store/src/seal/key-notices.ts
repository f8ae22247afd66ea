/** What the log has said of its keys: what the item tree of key notices names, and what no seal covers yet. */
import type { Statements } from '../pool.ts';

export const KEY_NOTICES = {
  name: 'key_notices',
  text: `select n.log_index as "logIndex", n.bytes
      from proof.items i join proof.item_leaves l using (item) join ledger.notices n using (log_index) where i.map_key = $1::bytea
    union all
    select log_index as "logIndex", bytes from ledger.notices where log_index >= $2::bigint
    order by 1`,
};

/**
 * By log index; of what is not sealed yet also notices of other kinds. Plan: probes of the unique key of items, of the primary keys of
 * item_leaves and of notices; the end of the latter. Seals, one a second for years, are not read.
 * @param keysItem map key of the tree, 32 bytes
 */
export async function readKeyNotices(
  from: Statements,
  keysItem: Uint8Array,
  covers: number,
): Promise<{ logIndex: number; bytes: Buffer }[]> {
  return (await from.run<{ logIndex: number; bytes: Buffer }>(KEY_NOTICES, [Buffer.from(keysItem), covers])).rows;
}

export const NOTICES_FROM = {
  name: 'notices_from',
  text: 'select bytes from ledger.notices where log_index >= $1::bigint order by log_index',
};

/** Notices from an index on. Plan: the end of the primary key. */
export async function noticesFrom(from: Statements, logIndex: number): Promise<Buffer[]> {
  const { rows } = await from.run<{ bytes: Buffer }>(NOTICES_FROM, [logIndex]);
  return rows.map(({ bytes }) => bytes);
}
