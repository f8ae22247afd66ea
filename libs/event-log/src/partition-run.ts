/** The life of one partition in one consumer: where to begin, read a batch, hand it over until it is taken, go on from where the handler says. */
import { backOffMs, pause } from './back-off.ts';
import { FatalLogError } from './errors.ts';
import type { Batch, BatchResult, ConsumeOptions, PartitionId } from './port.ts';
import type { Report } from './report.ts';

/** Never empty, within the consumer's bounds. */
export type Slice = Pick<Batch, 'records' | 'from' | 'next' | 'highWatermark'>;

export interface PartitionRunOptions extends Pick<ConsumeOptions, 'startAt' | 'onBatch'> {
  readonly partition: PartitionId;
  /**
   * Waits for records from `from` on. `null` = aborted. Rejects with FatalLogError (out of range, topic changed), or with anything else
   * for a fault that passes: then it is called again after a back-off.
   */
  readonly read: (from: number, signal: AbortSignal) => Promise<Slice | null>;
  readonly signal: AbortSignal;
  readonly report: Report;
}

/** Runs until the signal aborts and the handler at work has finished. Rejects with FatalLogError only. */
export async function runPartition(options: PartitionRunOptions): Promise<void> {
  const { partition, signal } = options;
  let next = await persist(options, 'Where to begin in the partition could not be read; trying again.', async () =>
    checkedOffset(await options.startAt(partition)),
  );
  while (next !== null && !signal.aborted) {
    const from: number = next;
    const slice = await persist(options, 'Reading from the event log failed; trying again.', () => options.read(from, signal));
    if (slice === null) return;
    const batch: Batch = { ...partition, ...slice, signal };
    next = await persist(options, 'A batch was not taken; it comes again.', async () => nextOf(await options.onBatch(batch)), from);
  }
}

/** Until it succeeds, is fatal, or the signal aborts (`null`). Errors of every class are caught, TypeError too: none may end the consumer unseen. */
async function persist<T>(
  { partition, signal, report }: PartitionRunOptions,
  message: string,
  attempt: () => Promise<T>,
  offset?: number,
): Promise<T | null> {
  for (let failed = 1; !signal.aborted; failed++) {
    try {
      return await attempt();
    } catch (error) {
      if (error instanceof FatalLogError) throw error;
      if (signal.aborted) return null;
      const where = { topic: partition.topic, partition: partition.partition, ...(offset === undefined ? {} : { offset }) };
      report('warn', message, { ...where, attempt: failed, error });
      await pause(backOffMs(failed), signal);
    }
  }
  return null;
}

const nextOf = (result: BatchResult): number => checkedOffset(result.next);

function checkedOffset(offset: unknown): number {
  if (typeof offset === 'number' && Number.isSafeInteger(offset) && offset >= 0) return offset;
  throw new TypeError(`An offset is a whole number from 0 on, not ${String(offset)}.`);
}
