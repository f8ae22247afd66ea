/** Fills a topic with the records of a run. Not timed: what is measured begins with a full topic. */
import type { EventLog, OutgoingRecord } from '#lib/event-log';
import { kafkaEventLog } from './logs.ts';
import type { DocumentOptions } from './documents.ts';
import { sightingRecords } from './records.ts';

/** As the product's default. */
export const PARTITIONS = 4;
/** Records of one append: about 1 MiB, the size of request that brokers take by default. */
const APPEND_RECORDS = 1_000;

export interface FilledTopic {
  readonly topic: string;
  readonly events: number;
  /** Mean of the sightings' canonical bytes. */
  readonly contentBytes: number;
  /** Mean of the log's values: header, line feed, content. */
  readonly valueBytes: number;
}

export async function fillTopic(
  brokers: string,
  topic: string,
  documents: DocumentOptions,
  note: (line: string) => void,
): Promise<FilledTopic> {
  const started = performance.now();
  const log = kafkaEventLog(brokers, 'bench-fill');
  let contentBytes = 0;
  let valueBytes = 0;
  try {
    await log.ensureTopics([{ topic, partitions: PARTITIONS }]);
    await appendAll(
      log,
      topic,
      (function* () {
        for (const { outgoing, content } of sightingRecords(documents)) {
          contentBytes += content.length;
          valueBytes += outgoing.value.length;
          yield outgoing;
        }
      })(),
    );
  } finally {
    await log.close();
  }
  const seconds = (performance.now() - started) / 1000;
  note(`filled ${topic}: ${documents.count} sightings of ${Math.round(contentBytes / documents.count)} bytes in ${seconds.toFixed(1)} s`);
  return { topic, events: documents.count, contentBytes: contentBytes / documents.count, valueBytes: valueBytes / documents.count };
}

/** Appends in chunks, one after the other: the order within a key is the order of the records. Returns how many. */
export async function appendAll(log: EventLog, topic: string, records: Iterable<OutgoingRecord>): Promise<number> {
  let chunk: OutgoingRecord[] = [];
  let count = 0;
  for (const record of records) {
    chunk.push(record);
    count++;
    if (chunk.length < APPEND_RECORDS) continue;
    await log.append(topic, chunk);
    chunk = [];
  }
  if (chunk.length > 0) await log.append(topic, chunk);
  return count;
}
