/** Ledger rows of a batch of events, encoded while nobody waits: log indexes count from 0 until the log head is known, then are moved to it. */
import { CopyWriter, FieldFault } from './copy-writer.ts';
import type { MapKeys, ReaderGroup } from './map-keys.ts';
import type { StoreClient } from './pool.ts';
import type { EventIndex, ProjectedEvent } from './projected-event.ts';
import type { Ref } from './sql/storable.ts';

/** Columns in the order in which `add` writes them. */
export const COPY_ENTRIES = 'copy ledger.entries (log_index, agency, id, commitment, content_hash) from stdin (format binary)';
export const COPY_CONTENT = 'copy ledger.content (log_index, principal, captured, secret, bytes) from stdin (format binary)';
const COPY_TIMELINE = 'copy ledger.timeline (item, grp, starts, ends, agency, id, log_index, kind, map_key) from stdin (format binary)';
const COPY_AUDIT = 'copy ledger.audit (grp, kind, agency, principal, log_index) from stdin (format binary)';
const COPY_AUDIT_EVIDENCE = 'copy ledger.audit_evidence (grp, sha256, log_index) from stdin (format binary)';
const COPY_BATCH_MEMBERS = 'copy ledger.batch_members (grp, agency, batch, id, log_index) from stdin (format binary)';
const COPY_RELATIONS = 'copy ledger.relations (target_agency, target_id, grp, log_index, kind) from stdin (format binary)';

/** An entry without items stands under this one, so that its reader groups are known. */
const NO_ITEM: readonly string[] = [''];
const NOTHING: readonly string[] = [];
const HASH_BYTES = 32;
/** UTF-8 bytes of one UTF-16 unit, at most. */
const UTF8_MAX = 3;
/** Numbers, hashes and the lengths of fields of the widest row. */
const FIXED_BYTES_MAX = 160;

export class BatchEncoder {
  readonly entries = new LogRows();
  readonly content = new LogRows();
  readonly timeline = new LogRows();
  readonly relations = new LogRows();
  readonly audit = new LogRows();
  readonly auditEvidence = new LogRows();
  readonly batchMembers = new LogRows();
  private readonly all = [
    ...[this.entries, this.content, this.timeline, this.relations],
    ...[this.audit, this.auditEvidence, this.batchMembers],
  ];
  private events = 0;

  get count(): number {
    return this.events;
  }

  /** Rows that a rebuild makes. */
  get derivedRows(): number {
    return [this.timeline, this.relations, this.audit, this.auditEvidence, this.batchMembers].reduce(
      (sum, { writer }) => sum + writer.rowCount,
      0,
    );
  }

  clear(): void {
    for (const rows of this.all) rows.clear();
    this.events = 0;
  }

  /** Throws FieldFault, or what JavaScript throws on a value of another type; then the event left no row and the others stand. */
  add(event: ProjectedEvent, groups: readonly ReaderGroup[], mapKeys: MapKeys): void {
    for (const rows of this.all) rows.mark();
    try {
      this.addEntry(event);
      this.addDerived(event, groups, mapKeys, this.events);
      this.events += 1;
    } catch (error) {
      for (const rows of this.all) rows.undo();
      throw error;
    }
  }

  /** The first event gets the log index `base`, the others follow without a gap. Once per batch. */
  place(base: number): void {
    for (const rows of this.all) rows.place(base);
  }

  private addEntry(event: ProjectedEvent): void {
    const { agency, id, principal, content } = event;
    const entry = this.entries.writer;
    entry.row(5, UTF8_MAX * (agency.length + id.length) + FIXED_BYTES_MAX);
    this.entries.logIndex(this.events);
    entry.text(agency);
    entry.text(id);
    entry.hex(event.commitment, HASH_BYTES);
    entry.hex(event.contentHash, HASH_BYTES);

    const stored = this.content.writer;
    stored.row(5, UTF8_MAX * principal.length + content.length + FIXED_BYTES_MAX);
    this.content.logIndex(this.events);
    stored.text(principal);
    stored.int8(event.capturedMicros);
    stored.hex(event.secret, HASH_BYTES);
    stored.bytea(content);
  }

  /** The rows that a rebuild makes again. */
  addDerived(
    event: Ref & EventIndex & { readonly principal: string },
    groups: readonly ReaderGroup[],
    mapKeys: MapKeys,
    logIndex: number,
  ): void {
    this.addTimeline(event, groups, mapKeys, logIndex);
    this.addRelations(event, groups, logIndex);
    this.addAudit(event, groups, logIndex);
  }

  addTimeline(event: Ref & EventIndex, groups: readonly ReaderGroup[], mapKeys: MapKeys, logIndex: number): void {
    const { agency, id, kind, starts, ends } = event;
    if (groups.length === 0) throw new FieldFault('An event without a reader group would be seen by nobody.');
    const items = event.items.length === 0 ? NO_ITEM : event.items.length === 1 ? event.items : [...new Set(event.items)];
    const row = this.timeline.writer;
    // What every row of the event has alike is encoded once.
    let from = 0;
    let to = 0;
    for (const item of items) {
      for (const group of groups) {
        row.row(9, UTF8_MAX * (item.length + agency.length + id.length) + FIXED_BYTES_MAX);
        row.text(item);
        row.int4(group.id);
        if (to > 0) {
          this.timeline.repeat(from, to);
        } else {
          from = row.offset;
          row.int8OrMax(starts);
          row.int8OrMax(ends);
          row.text(agency);
          row.text(id);
          this.timeline.logIndex(logIndex);
          row.int2(kind);
          to = row.offset;
        }
        row.bytes32(mapKeys.bytes, mapKeys.offsetOf(group, item));
      }
    }
  }

  private addRelations({ targets, kind }: EventIndex, groups: readonly ReaderGroup[], logIndex: number): void {
    const distinct = targets.length < 2 ? targets : new Map(targets.map((target) => [`${target.agency}/${target.id}`, target])).values();
    for (const target of distinct) {
      for (const group of groups) {
        const relation = this.relations.writer;
        relation.row(5, UTF8_MAX * (target.agency.length + target.id.length) + FIXED_BYTES_MAX);
        relation.text(target.agency);
        relation.text(target.id);
        relation.int4(group.id);
        this.relations.logIndex(logIndex);
        relation.int2(kind);
      }
    }
  }

  /** By whom an entry was written and what it cites, for each group that may know it. */
  private addAudit(
    { agency, principal, kind, evidence, batch }: EventIndex & Ref & { readonly principal: string },
    groups: readonly ReaderGroup[],
    logIndex: number,
  ): void {
    for (const { id: group } of groups) {
      const row = this.audit.writer;
      row.row(5, UTF8_MAX * (agency.length + principal.length) + FIXED_BYTES_MAX);
      row.int4(group);
      row.int2(kind);
      row.text(agency);
      row.text(principal);
      this.audit.logIndex(logIndex);
      for (const sha256 of evidence ?? NOTHING) {
        const cited = this.auditEvidence.writer;
        cited.row(3, FIXED_BYTES_MAX);
        cited.int4(group);
        cited.hex(sha256, HASH_BYTES);
        this.auditEvidence.logIndex(logIndex);
      }
      for (const member of batch?.members ?? NOTHING) {
        const of = this.batchMembers.writer;
        of.row(5, UTF8_MAX * (agency.length + member.length + (batch?.name.length ?? 0)) + FIXED_BYTES_MAX);
        of.int4(group);
        of.text(agency);
        of.text(batch?.name ?? '');
        of.text(member);
        this.batchMembers.logIndex(logIndex);
      }
    }
  }
}

/** Writes the derived rows of the events in the encoder, once they are placed. */
export async function copyDerived(client: StoreClient, encoder: BatchEncoder): Promise<void> {
  const tables: readonly (readonly [string, LogRows])[] = [
    [COPY_TIMELINE, encoder.timeline],
    [COPY_RELATIONS, encoder.relations],
    [COPY_AUDIT, encoder.audit],
    [COPY_AUDIT_EVIDENCE, encoder.auditEvidence],
    [COPY_BATCH_MEMBERS, encoder.batchMembers],
  ];
  for (const [copy, { writer }] of tables) if (writer.rowCount > 0) await client.copyIn(copy, writer.payload());
}

/** Rows of one table, and where in each the log index stands. */
class LogRows {
  readonly writer = new CopyWriter();
  private positions = new Uint32Array(1024);
  /** Where `logIndex` wrote last. */
  private written = 0;

  clear(): void {
    this.writer.clear();
  }
  mark(): void {
    this.writer.mark();
  }
  undo(): void {
    this.writer.undo();
  }

  /** Writes the field of the row that was started last. */
  logIndex(relative: number): void {
    this.written = this.writer.offset + 4;
    this.keep(this.written);
    this.writer.int8(relative);
  }

  /** The fields between two offsets of the row whose log index was written last, that log index among them. */
  repeat(from: number, to: number): void {
    this.keep(this.writer.offset + this.written - from);
    this.writer.repeat(from, to);
  }

  place(base: number): void {
    this.writer.addToInt8(this.positions, this.writer.rowCount, base);
  }

  private keep(position: number): void {
    const { rowCount } = this.writer;
    if (rowCount > this.positions.length) {
      const more = new Uint32Array(2 * this.positions.length);
      more.set(this.positions);
      this.positions = more;
    }
    this.positions[rowCount - 1] = position;
  }
}
