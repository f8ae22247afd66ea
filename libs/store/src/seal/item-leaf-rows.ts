/** Rows of item trees that a seal adds, in columns: an object and a Buffer for each would cost as much as their hashes. */
import { arena, HASH_BYTES, type Arena } from '#lib/ledger';
import { CopyWriter } from '../copy-writer.ts';

/** The most that one leaf completes: its own hash, and one for each level of a tree that a column can number. */
const ROW_BYTES_MAX = 33 * HASH_BYTES;
/** A leaf completes two hashes in the mean. */
const ROW_BYTES_MEAN = 2 * HASH_BYTES;
const INT4_FIELD_BYTES = 8;
const INT8_FIELD_BYTES = 12;
const LENGTH_BYTES = 4;

/** Filled row by row: `room`, then `add`. 96 bytes a row and its hashes. */
export class ItemLeafRows {
  private readonly items: Int32Array;
  private readonly ns: Float64Array;
  private readonly logIndexes: Float64Array;
  /** Where a row's hashes begin; one more than there are rows. */
  private readonly begins: Float64Array;
  private bytes: Arena;
  private count = 0;

  /** @param capacity rows at most */
  constructor(capacity: number) {
    this.items = new Int32Array(capacity);
    this.ns = new Float64Array(capacity);
    this.logIndexes = new Float64Array(capacity);
    this.begins = new Float64Array(capacity + 1);
    this.bytes = arena(capacity * ROW_BYTES_MEAN + ROW_BYTES_MAX);
  }

  get length(): number {
    return this.count;
  }

  /** Where the next row's hashes are written, and that there is room for as many as a row can have. */
  room(): { readonly target: Arena; readonly at: number } {
    const at = this.begins[this.count] as number;
    if (at + ROW_BYTES_MAX > this.bytes.length) {
      const bytes = arena(2 * this.bytes.length);
      bytes.set(this.bytes);
      this.bytes = bytes;
    }
    return { target: this.bytes, at };
  }

  /** Adds the row whose hashes were written. Throws RangeError beyond the capacity. @param hashes how many */
  add(item: number, n: number, logIndex: number, hashes: number): void {
    if (this.count === this.items.length) throw new RangeError('more rows of item trees than were announced');
    this.items[this.count] = item;
    this.ns[this.count] = n;
    this.logIndexes[this.count] = logIndex;
    this.begins[this.count + 1] = (this.begins[this.count] as number) + hashes * HASH_BYTES;
    this.count++;
  }

  /** In the binary format of COPY (item, n, log_index, hashes), ordered by (log_index, item). */
  payload(): Buffer {
    const writer = new CopyWriter();
    for (const row of this.inOrder()) this.write(writer, row);
    return writer.payload();
  }

  /** Rows come nearly in that order: those of one entry with several items may not. */
  private inOrder(): Int32Array {
    const { logIndexes, items } = this;
    const compare = (a: number, b: number): number =>
      (logIndexes[a] as number) - (logIndexes[b] as number) || (items[a] as number) - (items[b] as number);
    const rows = Int32Array.from({ length: this.count }, (_, row) => row);
    for (let row = 1; row < this.count; row++) if (compare(row - 1, row) > 0) return rows.sort(compare);
    return rows;
  }

  private write(writer: CopyWriter, row: number): void {
    const [from, to] = [this.begins[row] as number, this.begins[row + 1] as number];
    writer.row(4, 2 * INT4_FIELD_BYTES + INT8_FIELD_BYTES + LENGTH_BYTES + to - from);
    writer.int4(this.items[row] as number);
    writer.int4(this.ns[row] as number);
    writer.int8(this.logIndexes[row] as number);
    writer.byteaOf(this.bytes, from, to);
  }
}
