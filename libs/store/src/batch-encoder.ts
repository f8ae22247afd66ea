/** Ledger rows of a batch of events, encoded while nobody waits: log indexes count from 0 until the log head is known, then are moved to it. */
import { copyRows, type CopiedTable } from './copy-rows.ts';
import { CopyWriter, FieldFault } from './copy-writer.ts';
import type { MapKeys, ReaderGroup } from './map-keys.ts';
import { handlingText } from './markings/handling-text.ts';
import type { StoreClient } from './pool.ts';
import type { EventIndex, ProjectedEvent } from './projected-event.ts';
import { SightingKeyRows } from './sighting-key-rows.ts';
import type { Ref } from './sql/storable.ts';

/** Columns in the order in which `add` writes them. */
export const ENTRIES: CopiedTable = { table: 'entries', columns: 'log_index, agency, id, commitment, content_hash, grps' };
export const CONTENT: CopiedTable = { table: 'content', columns: 'log_index, principal, captured, secret, bytes, grps' };
const TIMELINE: CopiedTable = { table: 'timeline', columns: 'item, grp, starts, ends, agency, id, log_index, kind, map_key' };
const RELATIONS: CopiedTable = { table: 'relations', columns: 'target_agency, target_id, grp, log_index, kind, word' };
const SPOKEN: CopiedTable = { table: 'spoken', columns: 'log_index, kind, agency, target, handling, gives, approves' };
const POLICY: CopiedTable = { table: 'policy', columns: 'log_index, agency, principal, captured, act' };
const EVIDENCE_REFS: CopiedTable = { table: 'evidence_refs', columns: 'sha256, grp, log_index, kind' };
const AUDIT: CopiedTable = { table: 'audit', columns: 'grp, kind, agency, principal, log_index' };
const SIGHTING_KEYS: CopiedTable = { table: 'sighting_keys', columns: 'grp, key, first, more' };
const OPEN_POINTS: CopiedTable = { table: 'open_points', columns: 'grp, code, item, log_index' };
const BATCH_MEMBERS: CopiedTable = { table: 'batch_members', columns: 'grp, agency, batch, id, log_index' };

/** An entry without items stands under this one, so that its reader groups are known. */
const NO_ITEM: readonly string[] = [''];
const HASH_BYTES = 32;
const NO_KEY = Buffer.alloc(0);
/** UTF-8 bytes of one UTF-16 unit, at most. */
const UTF8_MAX = 3;
/** Numbers, hashes and the lengths of fields of the widest row. */
const FIXED_BYTES_MAX = 160;
const KEYS_PER_ROW = 16;
/** Of an array of int4: its length and its value. */
const ELEMENT_BYTES = 8;

export class BatchEncoder {
  readonly entries = new LogRows();
  readonly content = new LogRows();
  readonly timeline = new LogRows();
  readonly relations = new LogRows();
  readonly spoken = new LogRows();
  readonly evidenceRefs = new LogRows();
  readonly audit = new LogRows();
  readonly batchMembers = new LogRows();
  readonly openPoints = new LogRows();
  readonly policy = new LogRows();
  readonly sightingKeys = new SightingKeyRows();
  /** Of them those that a rebuild makes again. */
  readonly derived: readonly (readonly [CopiedTable, LogRows])[] = [
    [TIMELINE, this.timeline],
    [RELATIONS, this.relations],
    [SPOKEN, this.spoken],
    [EVIDENCE_REFS, this.evidenceRefs],
    [AUDIT, this.audit],
    [BATCH_MEMBERS, this.batchMembers],
    [OPEN_POINTS, this.openPoints],
    [POLICY, this.policy],
  ];
  private readonly tables = [this.entries, this.content, ...this.derived.map(([, rows]) => rows)];
  private events = 0;

  get count(): number {
    return this.events;
  }

  /** Rows that a rebuild makes again; of keys of sightings some sixteen in memory are as much as a row. */
  get derivedRows(): number {
    return this.derived.reduce((sum, [, { writer }]) => sum + writer.rowCount, this.sightingKeys.keyCount / KEYS_PER_ROW);
  }

  clear(): void {
    for (const rows of this.tables) rows.clear();
    this.sightingKeys.clear();
    this.events = 0;
  }

  /** Throws FieldFault, or what JavaScript throws on a value of another type; then the event left no row and the others stand. */
  add(event: ProjectedEvent, groups: readonly ReaderGroup[], mapKeys: MapKeys): void {
    for (const rows of this.tables) rows.mark();
    try {
      this.addEntry(event, groups);
      this.addDerived(event, groups, mapKeys, this.events);
      this.events += 1;
    } catch (error) {
      for (const rows of this.tables) rows.undo();
      throw error;
    }
  }

  /** The first event gets the log index `base`, the others follow without a gap. Once per batch. */
  place(base: number): void {
    for (const rows of this.tables) rows.place(base);
    this.sightingKeys.place(base);
  }

  private addEntry(event: ProjectedEvent, groups: readonly ReaderGroup[]): void {
    const { agency, id, principal, content } = event;
    const readersBytes = ELEMENT_BYTES * groups.length;
    const entry = this.entries.writer;
    entry.row(6, UTF8_MAX * (agency.length + id.length) + readersBytes + FIXED_BYTES_MAX);
    this.entries.logIndex(this.events);
    entry.text(agency);
    entry.text(id);
    entry.hex(event.commitment, HASH_BYTES);
    entry.hex(event.contentHash, HASH_BYTES);
    entry.groups(groups);

    const stored = this.content.writer;
    stored.row(6, UTF8_MAX * principal.length + content.length + readersBytes + FIXED_BYTES_MAX);
    this.content.logIndex(this.events);
    stored.text(principal);
    stored.int8(event.capturedMicros);
    stored.hex(event.secret, HASH_BYTES);
    stored.bytea(content);
    stored.groups(groups);
  }

  /** The rows that a rebuild makes again. @param mapKeys null: they are leaves of no item tree */
  addDerived(event: DerivedOf, groups: readonly ReaderGroup[], mapKeys: MapKeys | null, logIndex: number): void {
    this.addTimeline(event, groups, mapKeys, logIndex);
    this.addRelations(event, groups, logIndex);
    this.addSpoken(event, logIndex);
    this.addEvidence(event, groups, logIndex);
    this.addAudit(event, groups, logIndex);
    this.addBatch(event, groups, logIndex);
    this.addPoints(event, groups, logIndex);
    this.addAct(event, logIndex);
    // Last: it refuses nothing, so that no event leaves a part of itself.
    if (event.keys !== undefined) this.sightingKeys.add(event.keys, groups, logIndex);
  }

  addTimeline(event: Ref & EventIndex, groups: readonly ReaderGroup[], mapKeys: MapKeys | null, logIndex: number): void {
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
        if (mapKeys === null) row.bytea(NO_KEY);
        else row.bytes32(mapKeys.bytes, mapKeys.offsetOf(group, item));
      }
    }
  }

  private addRelations({ targets, word, kind }: EventIndex, groups: readonly ReaderGroup[], logIndex: number): void {
    const distinct = targets.length < 2 ? targets : new Map(targets.map((target) => [`${target.agency}/${target.id}`, target])).values();
    for (const target of distinct) {
      const isWord = word !== null && target.agency === word.agency && target.id === word.id;
      for (const group of groups) {
        const relation = this.relations.writer;
        relation.row(6, UTF8_MAX * (target.agency.length + target.id.length) + FIXED_BYTES_MAX);
        relation.text(target.agency);
        relation.text(target.id);
        relation.int4(group.id);
        this.relations.logIndex(logIndex);
        relation.int2(kind);
        relation.bool(isWord);
      }
    }
  }

  /** What it says of handlings, if that is more than its groups tell. */
  private addSpoken({ agency, kind, word, said }: DerivedOf, logIndex: number): void {
    if (said === undefined) return;
    const { approves } = said;
    const [handling, gives] = [handlingText(said.handling), said.gives === null ? null : handlingText(said.gives)];
    const lengths = [handling, gives, approves, agency, word?.id].reduce((sum, text) => sum + (text?.length ?? 0), 0);
    const row = this.spoken.writer;
    const text = (value: string | null | undefined): void => (value === null || value === undefined ? row.absent() : row.text(value));
    row.row(7, UTF8_MAX * lengths + FIXED_BYTES_MAX);
    this.spoken.logIndex(logIndex);
    row.int2(kind);
    text(agency);
    text(word?.id);
    text(handling);
    text(gives);
    text(approves);
  }

  private addEvidence({ evidence: hashes, kind }: EventIndex, groups: readonly ReaderGroup[], logIndex: number): void {
    if (hashes === undefined) return;
    const ref = this.evidenceRefs.writer;
    for (const hash of hashes.length < 2 ? hashes : new Set(hashes)) {
      for (const group of groups) {
        ref.row(4, FIXED_BYTES_MAX);
        ref.hex(hash, HASH_BYTES);
        ref.int4(group.id);
        this.evidenceRefs.logIndex(logIndex);
        ref.int2(kind);
      }
    }
  }

  /** By whom an entry was written, for each group that may know it. */
  private addAudit({ agency, principal, kind }: DerivedOf, groups: readonly ReaderGroup[], logIndex: number): void {
    const row = this.audit.writer;
    for (const group of groups) {
      row.row(5, UTF8_MAX * (agency.length + principal.length) + FIXED_BYTES_MAX);
      row.int4(group.id);
      row.int2(kind);
      row.text(agency);
      row.text(principal);
      this.audit.logIndex(logIndex);
    }
  }

  /** What an import says that it brought in; of any other event none. */
  private addBatch({ agency, batch }: DerivedOf, groups: readonly ReaderGroup[], logIndex: number): void {
    if (batch === undefined) return;
    const row = this.batchMembers.writer;
    for (const member of new Set(batch.members)) {
      for (const group of groups) {
        row.row(5, UTF8_MAX * (agency.length + member.length + batch.name.length) + FIXED_BYTES_MAX);
        row.int4(group.id);
        row.text(agency);
        row.text(batch.name);
        row.text(member);
        this.batchMembers.logIndex(logIndex);
      }
    }
  }

  /** Where it may leave something open; of most events nowhere. */
  private addPoints({ points }: EventIndex, groups: readonly ReaderGroup[], logIndex: number): void {
    if (points === undefined) return;
    const row = this.openPoints.writer;
    for (const { code, item } of points) {
      for (const group of groups) {
        row.row(4, UTF8_MAX * item.length + FIXED_BYTES_MAX);
        row.int4(group.id);
        row.int2(code);
        row.text(item);
        this.openPoints.logIndex(logIndex);
      }
    }
  }

  /** The row of an act of policy; of any other event none. */
  private addAct({ agency, principal, capturedMicros, policy }: DerivedOf, logIndex: number): void {
    if (policy === undefined) return;
    const bytes = Buffer.from(policy, 'utf8');
    const row = this.policy.writer;
    row.row(5, UTF8_MAX * (agency.length + principal.length) + bytes.length + FIXED_BYTES_MAX);
    this.policy.logIndex(logIndex);
    row.text(agency);
    row.text(principal);
    row.int8(capturedMicros);
    row.bytea(bytes);
  }
}

/** Writes the derived rows of the events in the encoder, once they are placed. */
export async function copyDerived(client: StoreClient, { derived, sightingKeys }: BatchEncoder): Promise<void> {
  for (const [table, { writer }] of derived) await copyRows(client, table, writer);
  await copyRows(client, SIGHTING_KEYS, sightingKeys.writer);
}

/** What derived rows are made from. */
type DerivedOf = Ref & EventIndex & Pick<ProjectedEvent, 'principal' | 'capturedMicros'>;

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
