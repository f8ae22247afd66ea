/** What was fetched of one partition and not handed over yet. Bounded: one batch ahead of the handler, and what one fetch brings. */
import { batchLength } from '../batch-bounds.ts';
import type { Slice } from '../partition-run.ts';
import type { ConsumeOptions, LogRecord } from '../port.ts';

/**
 * While the log has more than was fetched, a batch waits this long to get whole: a transaction of 370 records (what one fetch brings) costs
 * Postgres half as much again, for each record, as one of thousands. Longer than a fetch takes; a reader that has caught up never waits.
 */
const LINGER_MS = 50;
/** Before the first offset is known, and after the partition was taken away. */
const NOWHERE = -1;

export class PartitionBuffer {
  /** Offset that the next fetch has to begin with. */
  fetchNext = NOWHERE;
  /** Grows with each `reset`: what was asked for before it is void. */
  epoch = 0;
  readonly #bounds: Pick<ConsumeOptions, 'maxRecords' | 'maxBytes'>;
  /** Offset that the next `take` begins with. */
  #next = NOWHERE;
  #records: LogRecord[] = [];
  #sizes: number[] = [];
  #bytes = 0;
  #highWatermark = 0;
  #wake: (() => void) | undefined;
  #lingering: NodeJS.Timeout | undefined;

  constructor(bounds: Pick<ConsumeOptions, 'maxRecords' | 'maxBytes'>) {
    this.#bounds = bounds;
  }

  get next(): number {
    return this.#next;
  }

  /** To be fetched: it knows from where, and no whole batch is waiting. */
  get wanting(): boolean {
    return this.fetchNext !== NOWHERE && this.#records.length < this.#bounds.maxRecords && this.#bytes < this.#bounds.maxBytes;
  }

  /** There is a batch, and waiting would not make it larger. */
  get #whole(): boolean {
    return this.#records.length > 0 && (!this.wanting || this.fetchNext >= this.#highWatermark);
  }

  /** Empties it; goes on from `offset`. */
  reset(offset: number): void {
    this.fetchNext = offset;
    this.#next = offset;
    this.epoch++;
    this.#records = [];
    this.#sizes = [];
    this.#bytes = 0;
  }

  end(): void {
    this.reset(NOWHERE);
  }

  /** `end`: where to fetch next; beyond the last record where the log has a hole there. */
  push(records: readonly LogRecord[], sizes: readonly number[], end: number, highWatermark: number): void {
    for (const record of records) this.#records.push(record);
    for (const bytes of sizes) {
      this.#sizes.push(bytes);
      this.#bytes += bytes;
    }
    this.fetchNext = end;
    this.#highWatermark = highWatermark;
    this.#tell();
  }

  /** The next batch, `null` when there is nothing. */
  take(): Slice | null {
    const length = batchLength(this.#sizes, this.#bounds.maxRecords, this.#bounds.maxBytes);
    if (length === 0) return null;
    const records = this.#records.splice(0, length);
    for (const bytes of this.#sizes.splice(0, length)) this.#bytes -= bytes;
    const from = this.#next;
    this.#next = this.#records.length === 0 ? this.fetchNext : (records.at(-1) as LogRecord).offset + 1;
    return { records, from, next: this.#next, highWatermark: Math.max(this.#highWatermark, this.#next) };
  }

  /** Resolves when there is a batch to take (see LINGER_MS) or the signal aborts. For one caller at a time. */
  async filled(signal: AbortSignal): Promise<void> {
    if (signal.aborted || this.#whole) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        signal.removeEventListener('abort', done);
        clearTimeout(this.#lingering);
        this.#lingering = undefined;
        this.#wake = undefined;
        resolve();
      };
      signal.addEventListener('abort', done);
      this.#wake = done;
      this.#tell();
    });
  }

  /** Who waits goes on: at once with a whole batch, soon with a part of one. */
  #tell(): void {
    if (this.#wake === undefined || this.#records.length === 0) return;
    if (this.#whole) this.#wake();
    else this.#lingering ??= setTimeout(this.#wake, LINGER_MS);
  }
}
