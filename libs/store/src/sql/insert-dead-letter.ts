/** What could not be taken, as raw bytes. One row for a record, however often it is met. */
import { AGENCY_PATTERN, EVENT_ID_PATTERN } from '#lib/domain';
import type { StoreClient } from '../pool.ts';
import type { DeadLetter, PartitionId } from '../projected-event.ts';

export const INSERT = {
  name: 'insert_dead_letter',
  text: `insert into ledger.dead_letters (cluster_id, topic_id, topic, partition, "offset", code, detail, key, headers, value, found, agency, id, content_hash)
    values ($1::text, $2::text, $3::text, $4::integer, $5::bigint, $6::text, $7::text, $8::bytea, $9::bytea, $10::bytea,
      (extract(epoch from clock_timestamp()) * 1000000)::bigint, $11::text, $12::text, $13::bytea)
    on conflict do nothing`,
};

/** A reason is for people; what is cut off stands in the value. */
const DETAIL_MAX = 2_000;

export async function insertDeadLetter(client: StoreClient, partition: PartitionId, letter: DeadLetter): Promise<void> {
  const { clusterId, topicId, topic } = partition;
  const event = letter.event === undefined || !isEvent(letter.event) ? undefined : letter.event;
  await client.run(INSERT, [
    clusterId,
    topicId,
    topic,
    partition.partition,
    letter.offset,
    letter.code,
    storable(letter.detail),
    letter.key,
    encodeHeaders(letter.headers),
    letter.value,
    event?.agency ?? null,
    event?.id ?? null,
    event === undefined ? null : Buffer.from(event.contentHash, 'hex'),
  ]);
}

/** What is dead may be dead for its names: those cannot be asked for either. */
const isEvent = ({ agency, id, contentHash }: NonNullable<DeadLetter['event']>): boolean =>
  AGENCY_PATTERN.test(agency) && EVENT_ID_PATTERN.test(id) && /^[0-9a-f]{64}$/.test(contentHash);

/** The reason may quote the bad data; it must not be refused for the same fault. */
const storable = (text: string): string =>
  text
    .slice(0, DETAIL_MAX)
    .replaceAll('\0', '\u2400')
    .replace(/\p{Surrogate}/gu, '\ufffd');

/** JSON text of [name, base64] pairs. Names, too, may hold what JSON escapes. */
export function encodeHeaders(headers: Readonly<Record<string, string>>): Buffer {
  return Buffer.from(
    JSON.stringify(Object.entries(headers).map(([name, bytes]) => [name, Buffer.from(bytes, 'latin1').toString('base64')])),
  );
}

/** The inverse. Without a prototype: a header may be called `__proto__`. */
export function decodeHeaders(text: Buffer): Record<string, Buffer> {
  const headers = Object.create(null) as Record<string, Buffer>;
  for (const [name, bytes] of JSON.parse(text.toString()) as [string, string][]) headers[name] = Buffer.from(bytes, 'base64');
  return headers;
}
