/**
 * The same sightings as the JDBC sink needs them: flat JSON with its schema in every message (JsonConverter, KIP-301 and before), one row
 * for each sighting. What the product's projector checks and derives, these records bring along ready made.
 */
import { indexSighting, readSighting, type SightingDocument } from '#lib/contracts';
import type { OutgoingRecord } from '#lib/event-log';
import { capturedMicros } from '#lib/ledger';
import type { DocumentOptions } from './documents.ts';
import { sightingRecords } from './records.ts';

const COLUMNS = [
  ['item', 'string'],
  ['readers', 'string'],
  ['agency', 'string'],
  ['id', 'string'],
  ['principal', 'string'],
  ['captured', 'int64'],
  ['commitment', 'bytes'],
  ['content_hash', 'bytes'],
  ['secret', 'bytes'],
  ['content', 'bytes'],
  ['kind', 'int16'],
  ['starts', 'int64'],
  ['ends', 'int64'],
] as const;

const SCHEMA = JSON.stringify({
  type: 'struct',
  optional: false,
  fields: COLUMNS.map(([field, type]) => ({ field, type, optional: false })),
});

/** What the ledger's tables hold about one sighting with one item, in one table with the same three indexes. */
export const SINK_TABLE = `create table sink_rows (
  n bigint generated always as identity primary key,
  item text collate "C" not null, readers text collate "C" not null, agency text collate "C" not null, id text collate "C" not null,
  principal text collate "C" not null, captured bigint not null, commitment bytea not null, content_hash bytea not null, secret bytea not null,
  content bytea not null, kind smallint not null, starts bigint not null, ends bigint not null,
  unique (agency, id));
create index on sink_rows (item, readers, starts, ends, agency, id)`;

export function* sinkRecords(options: DocumentOptions): Generator<OutgoingRecord> {
  for (const { outgoing, header, content } of sightingRecords(options)) {
    const read = readSighting(JSON.parse(content.toString('utf8')) as SightingDocument, header);
    if (!read.ok) throw new Error(`the bench's own sighting was refused: ${JSON.stringify(read.faults)}`);
    const index = indexSighting(read.sighting);
    const base64 = (hex: string) => Buffer.from(hex, 'hex').toString('base64');
    const payload = {
      item: index.items[0],
      readers: index.groups[0],
      agency: header.agency,
      id: header.id,
      principal: header.principal,
      captured: capturedMicros(header.captured),
      commitment: base64(header.commitment),
      content_hash: base64(header.content),
      secret: base64(header.secret),
      content: content.toString('base64'),
      kind: index.kind,
      starts: index.starts,
      ends: index.ends,
    };
    yield { key: outgoing.key, value: Buffer.from(`{"schema":${SCHEMA},"payload":${JSON.stringify(payload)}}`), headers: {} };
  }
}
