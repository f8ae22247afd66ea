/** What an audit reads of the events themselves, and the timeline rows that must stand there. */
import { BatchEncoder } from '../batch-encoder.ts';
import { MapKeys, type ReaderGroup } from '../map-keys.ts';
import type { StoreClient } from '../pool.ts';
import type { EventIndex } from '../projected-event.ts';
import type { Ref } from '../sql/storable.ts';

/** An event as it is stored; `content` is null where its row is missing. Views: valid during the call. */
export interface AuditedEvent extends Ref {
  readonly logIndex: number;
  readonly commitment: Buffer;
  readonly contentHash: Buffer;
  readonly content: { readonly principal: string; readonly capturedMicros: number; readonly secret: Buffer; readonly bytes: Buffer } | null;
}

const COPY_HEADER_BYTES = 19;

/** Events of a piece of the log, rising. `onEvent` is called for one after the other while they come in: no more than one is held. */
export async function readEvents(client: StoreClient, from: number, to: number, onEvent: (event: AuditedEvent) => void): Promise<void> {
  const text = `copy (select e.log_index, e.agency, e.id, e.commitment, e.content_hash, c.principal, c.captured, c.secret, c.bytes
    from ledger.entries e left join ledger.content c using (log_index)
    where e.log_index >= ${Number(from)} and e.log_index < ${Number(to)} order by e.log_index) to stdout (format binary)`;
  let isFirst = true;
  await client.copyOutPieces(text, (piece) => {
    const row = new Fields(isFirst ? piece.subarray(COPY_HEADER_BYTES) : piece);
    isFirst = false;
    if (row.bytes.length <= 2) return;
    const logIndex = row.int8();
    const [agency, id, commitment, contentHash] = [row.text(), row.text(), row.field(), row.field()];
    const principal = row.next();
    const content =
      principal === null ? null : { principal: principal.toString(), capturedMicros: row.int8(), secret: row.field(), bytes: row.field() };
    onEvent({ logIndex, agency, id, commitment, contentHash, content });
  });
}

/** Fields of one row of binary COPY, one after the other. */
class Fields {
  readonly bytes: Buffer;
  private at = 2;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  /** `null`: SQL's. */
  next(): Buffer | null {
    const length = this.bytes.readInt32BE(this.at);
    this.at += 4;
    if (length < 0) return null;
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  /** Nothing stands for null: such a column has none, unless somebody took its constraint away. */
  field(): Buffer {
    return this.next() ?? EMPTY;
  }

  text(): string {
    return this.field().toString();
  }

  int8(): number {
    const bytes = this.field();
    return bytes.length === 8 ? Number(bytes.readBigInt64BE()) : Number.NaN;
  }
}

const EMPTY = Buffer.alloc(0);

/** Timeline rows of a piece of the log as COPY gives them, by log index. */
export interface TimelineBlock {
  /** Index behind the last; less than asked for where there are very many rows. */
  readonly to: number;
  /** Of the entries that have rows. */
  readonly indexes: Iterable<number>;
  rowsOf(logIndex: number): readonly Buffer[];
}

/** Some 170 bytes each. */
const ROWS_MAX = 100_000;

export async function readTimelineRows(client: StoreClient, from: number, to: number): Promise<TimelineBlock> {
  for (let end = to; ; end = from + Math.max(Math.floor((end - from) / 2), 1)) {
    const byIndex = new Map<number, Buffer[]>();
    const isLeast = end - from === 1;
    let isFirst = true;
    let count = 0;
    const limit = isLeast ? '' : `limit ${ROWS_MAX + 1}`;
    await client.copyOutPieces(
      `copy (select item, grp, starts, ends, agency, id, log_index, kind, map_key from ledger.timeline
        where log_index >= ${Number(from)} and log_index < ${Number(end)} order by log_index ${limit}) to stdout (format binary)`,
      (piece) => {
        const row = isFirst ? piece.subarray(COPY_HEADER_BYTES) : piece;
        isFirst = false;
        if (row.length <= 2) return;
        count += 1;
        const logIndex = timelineIndex(row);
        const rows = byIndex.get(logIndex);
        if (rows === undefined) byIndex.set(logIndex, [Buffer.from(row)]);
        else rows.push(Buffer.from(row));
      },
    );
    if (isLeast || count <= ROWS_MAX) return { to: end, indexes: byIndex.keys(), rowsOf: (logIndex) => byIndex.get(logIndex) ?? [] };
  }
}

const INDEX_FIELD = 6;

function timelineIndex(row: Buffer): number {
  const fields = new Fields(row);
  for (let n = 0; n < INDEX_FIELD; n++) fields.next();
  return fields.int8();
}

/** A timeline row in words. */
export interface TimelineRowText {
  readonly item: string;
  readonly grp: number;
  readonly mapKey: string;
}

/** @param row as COPY gives it */
export function timelineRowText(row: Buffer): TimelineRowText {
  const fields = new Fields(row);
  const [item, grp] = [fields.text(), fields.field()];
  for (let n = 2; n < INDEX_FIELD + 2; n++) fields.next();
  return { item, grp: grp.length === 4 ? grp.readInt32BE() : Number.NaN, mapKey: fields.field().toString('hex') };
}

/** Makes the timeline rows of an event as the projector does: by the same encoder, byte for byte as COPY gives them. */
export class TimelineRows {
  private readonly encoder = new BatchEncoder();
  private readonly mapKeys: MapKeys;

  constructor(mapSalt: Uint8Array) {
    this.mapKeys = new MapKeys(mapSalt);
  }

  /**
   * Throws FieldFault for an event that no projector would have taken. Views: valid until the next call.
   * @param isOpened by a marking, to these groups: as leaves of no item tree
   */
  rowsOf(event: Ref & EventIndex, groups: readonly ReaderGroup[], logIndex: number, isOpened = false): Buffer[] {
    this.encoder.clear();
    this.encoder.addTimeline(event, groups, isOpened ? null : this.mapKeys, logIndex);
    const payload = this.encoder.timeline.writer.payload();
    const rows: Buffer[] = [];
    for (let at = COPY_HEADER_BYTES; payload.readInt16BE(at) > 0;) {
      const start = at;
      let fields = payload.readInt16BE(at);
      for (at += 2; fields > 0; fields--) at += 4 + Math.max(payload.readInt32BE(at), 0);
      rows.push(payload.subarray(start, at));
    }
    return rows;
  }
}
