/**
 * Rows of sighting_keys of a batch of events: of each reader group and key one row for all events of the batch that have it, since a row of its own for
 * each would take more room than the event. What a row is of therefore depends on the batch; what all rows say does not.
 */
import { CopyWriter } from './copy-writer.ts';
import type { ReaderGroup } from './map-keys.ts';

/** How far the log indexes of one row lie apart, at most: a walk looks so far back for rows that reach into what it looks at. */
export const SIGHTING_KEYS_SPAN = 8_192;

/** Log indexes that have a key, the first by itself, rising. */
interface Block {
  readonly grp: number;
  readonly key: number;
  readonly indexes: number[];
}

/** Of four fields: lengths, numbers. */
const ROW_BYTES = 40;
const DELTA_BYTES = 2;

export class SightingKeyRows {
  private readonly blocks: Block[] = [];
  /** The block that grows, by group and key. */
  private readonly open = new Map<number, Map<number, Block>>();
  private base = 0;
  private made: CopyWriter | null = null;
  private readonly rows = new CopyWriter();
  /** Keys of events, however few rows they come to. */
  keyCount = 0;

  clear(): void {
    this.blocks.length = 0;
    this.open.clear();
    this.base = 0;
    this.made = null;
    this.keyCount = 0;
  }

  /** @param logIndex rising from call to call of one batch, or it is one event's alone */
  add(keys: readonly number[], groups: readonly ReaderGroup[], logIndex: number): void {
    for (const { id: grp } of groups) {
      let open = this.open.get(grp);
      if (open === undefined) this.open.set(grp, (open = new Map()));
      for (const key of keys) {
        const block = open.get(key);
        if (block !== undefined && logIndex - (block.indexes[0] as number) < SIGHTING_KEYS_SPAN) {
          block.indexes.push(logIndex);
        } else {
          const begun = { grp, key, indexes: [logIndex] };
          open.set(key, begun);
          this.blocks.push(begun);
        }
      }
    }
    this.keyCount += keys.length * groups.length;
  }

  /** Log indexes count from it. */
  place(base: number): void {
    this.base = base;
    this.made = null;
  }

  /** In the order of the index: neighbours share its pages. */
  get writer(): CopyWriter {
    if (this.made !== null) return this.made;
    const { rows, base } = this;
    rows.clear();
    for (const { grp, key, indexes } of this.blocks.sort(byIndex)) {
      const first = indexes[0] as number;
      const more = Buffer.allocUnsafe(DELTA_BYTES * (indexes.length - 1));
      for (let n = 1; n < indexes.length; n++) more.writeUInt16BE((indexes[n] as number) - first, DELTA_BYTES * (n - 1));
      rows.row(4, ROW_BYTES + more.length);
      rows.int4(grp);
      rows.int4(key);
      rows.int8(base + first);
      rows.bytea(more);
    }
    return (this.made = rows);
  }
}

const byIndex = (a: Block, b: Block): number => a.grp - b.grp || a.key - b.key || (a.indexes[0] as number) - (b.indexes[0] as number);
