/** The same (agency, id) with other bytes: kept whole. The same bytes again (a replayed topic) are the same conflict. */
import type { StoreClient } from '../pool.ts';
import type { PartitionId, ProjectedEvent } from '../projected-event.ts';

export const INSERT = {
  name: 'insert_conflict',
  text: `insert into ledger.conflicts (agency, id, content_hash, principal, captured, value, cluster_id, topic_id, topic, partition, "offset")
    values ($1::text, $2::text, $3::bytea, $4::text, $5::bigint, $6::bytea, $7::text, $8::text, $9::text, $10::integer, $11::bigint)
    on conflict do nothing`,
};

export async function insertConflict(client: StoreClient, partition: PartitionId, event: ProjectedEvent): Promise<void> {
  await client.run(INSERT, [
    event.agency,
    event.id,
    Buffer.from(event.contentHash, 'hex'),
    event.principal,
    event.capturedMicros,
    event.raw,
    partition.clusterId,
    partition.topicId,
    partition.topic,
    partition.partition,
    event.offset,
  ]);
}
