/** What was fetched of one partition and not handed over yet. Bounded: one batch ahead of the handler, and what one fetch brings. */
import { batchLength, recordBytes } from '../batch-bounds.ts';
import type { ConsumeOptions, LogRecord } from '../port.ts';
import type { Slice } from '../partition-run.ts';

export class PartitionBuffer {
  /** Offset that the next fetch has to begin with; -1 before the first `reset`. */
  fetchNext = -1;
  /** Grows with each `reset`: what was fetched before it is void. */
  epoch = 0;
  readonly #bounds: Pick<ConsumeOptions, 'maxRecords' | 'maxBytes'>;
  /** Offset that the next `take` begins with. */
  #next = -1;
  #records: LogRecord[] = [];
  #sizes: number[] = [];
  #bytes = 0;
  #highWatermark = 0;
  #changed: (() => void)[] = [];

  constructor(bounds: Pick<ConsumeOptions, 'maxRecords' | 'maxBytes'>) {
    this.#bounds = bounds;
  }

  get next(): number {
    return this.#next;
  }

  /** Empties it; goes on from `offset`. */
  reset(offset: number): void {
    this.fetchNext = offset;
    this.#next = offset;
    this.epoch++;
    this.#records = [];
    this.#sizes = [];
    this.#bytes = 0;
    this.#wake();
  }

  /** `fetchNext` becomes `end`: after the last record, or later where the log has a hole there. */
  push(records: readonly LogRecord[], end: number, highWatermark: number): void {
    for (const record of records) {
      const bytes = recordBytes(record);
      this.#records.push(record);
      this.#sizes.push(bytes);
      this.#bytes += bytes;
    }
    this.fetchNext = end;
    this.#highWatermark = highWatermark;
    this.#wake();
  }

  /** A full batch is waiting. */
  get full(): boolean {
    return this.#records.length >= this.#bounds.maxRecords || this.#bytes >= this.#bounds.maxBytes;
  }

  /** The next batch, `null` when there is nothing. */
  take(): Slice | null {
    const length = batchLength(this.#sizes, this.#bounds.maxRecords, this.#bounds.maxBytes);
    if (length === 0) return null;
    const records = this.#records.splice(0, length);
    for (const bytes of this.#sizes.splice(0, length)) this.#bytes -= bytes;
    this.#next = (records.at(-1) as LogRecord).offset + 1;
    this.#wake();
    return { records, highWatermark: Math.max(this.#highWatermark, this.#next) };
  }

  /** Resolves at the next change, or when the signal aborts, or after `timeoutMs`. */
  async changed(signal: AbortSignal, timeoutMs?: number): Promise<void> {
    if (signal.aborted) return;
    await new Promise<void>((resolve) => {
      const timer = timeoutMs === undefined ? undefined : setTimeout(done, timeoutMs);
      function done(): void {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve();
      }
      signal.addEventListener('abort', done);
      this.#changed.push(done);
    });
  }

  #wake(): void {
    const waiting = this.#changed;
    this.#changed = [];
    for (const done of waiting) done();
  }
}
