/** The same events in every process: some doubled, some with another's identity and other bytes, some that the database refuses. */
import { createHash } from 'node:crypto';
import type { PartitionId, ProjectedEvent } from '#lib/store';

export const BATCH_SIZE = 200;
export const BATCHES = 6;
export const PARTITION: PartitionId = { clusterId: 'c', topicId: 't', topic: 'sightings', partition: 0 };

export const batchAt = (from: number): ProjectedEvent[] => Array.from({ length: BATCH_SIZE }, (_, n) => eventAt(from + n));

function eventAt(offset: number): ProjectedEvent {
  // Each 17th repeats an earlier event, each 23rd takes an earlier identity, each 31st is refused.
  const of = offset % 17 === 16 ? offset - 10 : offset;
  const id = `e${of % 23 === 22 ? of - 9 : of}`;
  const content = Buffer.from(JSON.stringify({ id, of }));
  const hash = createHash('sha256').update(content).digest('hex');
  return {
    agency: 'local',
    id,
    principal: of % 31 === 30 ? '\0' : 'operator',
    commitment: hash,
    contentHash: hash,
    secret: hash,
    capturedMicros: of,
    content,
    kind: of % 9,
    starts: of,
    ends: of,
    items: [`imo:${of % 7}`, `vin:${of}`],
    groups: ['clear'],
    targets: of % 5 === 0 ? [{ agency: 'local', id: 'e1' }] : [],
    word: null,
    offset,
    raw: content,
  };
}
