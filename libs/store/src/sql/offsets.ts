/** Offsets by (cluster id, topic id, partition): primary key of ledger.offsets, one row each. */
import type { Statements, StoreClient, StorePool } from '../pool.ts';
import type { PartitionId } from '../projected-event.ts';

export const MOVE = {
  name: 'move_offset',
  text: `update ledger.offsets set next = $5::bigint
    where cluster_id = $1::text and topic_id = $2::text and partition = $3::integer and next = $4::bigint`,
};
export const CREATE = {
  name: 'create_offset',
  text: `insert into ledger.offsets (cluster_id, topic_id, partition, topic, next)
    values ($1::text, $2::text, $3::integer, $4::text, 0) on conflict do nothing`,
};
export const READ = {
  name: 'read_offset',
  text: 'select next from ledger.offsets where cluster_id = $1::text and topic_id = $2::text and partition = $3::integer',
};

/** Compare-and-set; `false`: the ledger is elsewhere. Waits for another transaction on the same partition, then compares with what it left. */
export async function moveOffset(
  client: StoreClient,
  { clusterId, topicId, partition }: PartitionId,
  from: number,
  next: number,
): Promise<boolean> {
  return (await client.run(MOVE, [clusterId, topicId, partition, from, next])).rowCount === 1;
}

export async function createOffset(client: StoreClient, { clusterId, topicId, partition, topic }: PartitionId): Promise<void> {
  await client.run(CREATE, [clusterId, topicId, partition, topic]);
}

/** The first offset of the partition that is not in the ledger yet; `null`: the ledger has nothing of it. */
export async function readOffset(from: Statements, { clusterId, topicId, partition }: Omit<PartitionId, 'topic'>): Promise<number | null> {
  const { rows } = await from.run<{ next: number }>(READ, [clusterId, topicId, partition]);
  return rows[0]?.next ?? null;
}

export interface StoredOffset extends PartitionId {
  readonly next: number;
}

/** All partitions that the ledger has taken from: beside the log's ends, what lag is made of. */
export async function listOffsets(pool: StorePool): Promise<StoredOffset[]> {
  const { rows } = await pool.query<StoredOffset>(`
    select cluster_id as "clusterId", topic_id as "topicId", topic, partition, next from ledger.offsets
    order by cluster_id, topic_id, partition`);
  return rows;
}
