/** The partitions that one consumer holds: started and aborted as they are given and taken away, and the consumer's end. */
import type { LogConsumer } from './port.ts';

/** Works on a partition until the signal aborts; a rejection is fatal for the whole consumer. */
export type RunOne = (partition: number, signal: AbortSignal) => Promise<void>;

interface Held {
  readonly abort: AbortController;
  readonly done: Promise<void>;
}

export class PartitionSet {
  /** As LogConsumer's. */
  readonly ended: Promise<void>;
  readonly #runOne: RunOne;
  readonly #held = new Map<number, Held>();
  /** Of partitions that were taken away, until their handler has finished: one that comes back waits for it. */
  readonly #leaving = new Map<number, Promise<void>>();
  #closed = false;
  readonly #settle: { resolve: () => void; reject: (error: unknown) => void };

  constructor(runOne: RunOne) {
    this.#runOne = runOne;
    const { promise, resolve, reject } = withResolvers();
    this.ended = promise;
    this.#settle = { resolve, reject };
    this.ended.catch(() => {}); // Whoever waits for it gets the error all the same.
  }

  held(): readonly number[] {
    return [...this.#held.keys()].sort((a, b) => a - b);
  }

  get closed(): boolean {
    return this.#closed;
  }

  /**
   * Exactly these partitions from now on. Those held before go on undisturbed, unless `anew`. Resolves when the handlers of those taken
   * away have finished.
   */
  async assign(partitions: readonly number[], anew = false): Promise<void> {
    if (this.#closed) return;
    const leaving = [...this.#held.keys()]
      .filter((partition) => anew || !partitions.includes(partition))
      .map((partition) => this.#leave(partition));
    for (const partition of partitions) {
      if (!this.#held.has(partition)) this.#start(partition);
    }
    await Promise.all(leaving);
  }

  /** Stops for good: `ended` rejects. */
  fail(error: unknown): void {
    this.#settle.reject(error);
    void this.#end();
  }

  /** Aborts all and waits for their handlers; then `leave`, then `ended` resolves. Safe to call again. */
  async close(leave: () => Promise<void>): Promise<void> {
    await this.#end();
    await leave();
    this.#settle.resolve();
  }

  async #end(): Promise<void> {
    this.#closed = true;
    for (const partition of [...this.#held.keys()]) void this.#leave(partition);
    await Promise.all(this.#leaving.values());
  }

  #start(partition: number): void {
    const abort = new AbortController();
    const before = this.#leaving.get(partition) ?? Promise.resolve();
    const done = before
      .then(() => (abort.signal.aborted ? undefined : this.#runOne(partition, abort.signal)))
      .catch((error: unknown) => this.fail(error));
    this.#held.set(partition, { abort, done });
  }

  #leave(partition: number): Promise<void> {
    const held = this.#held.get(partition);
    if (held === undefined) return Promise.resolve();
    this.#held.delete(partition);
    held.abort.abort();
    const done = held.done.then(() => {
      if (this.#leaving.get(partition) === done) this.#leaving.delete(partition);
    });
    this.#leaving.set(partition, done);
    return done;
  }
}

/** `leave` leaves the group and frees what the adapter holds: once, at `close` or when the consumer has failed. */
export function consumerOf(partitions: PartitionSet, leave: () => Promise<void>): LogConsumer {
  let leaving: Promise<void> | undefined;
  const leaveOnce = (): Promise<void> => (leaving ??= leave());
  partitions.ended.catch(() => leaveOnce()).catch(() => {}); // The error that counts is the one in `ended`.
  return {
    assignment: () => partitions.held(),
    ended: partitions.ended,
    close: () => partitions.close(leaveOnce),
  };
}

/** Promise.withResolvers of Node 22. */
function withResolvers(): { promise: Promise<void>; resolve: () => void; reject: (error: unknown) => void } {
  const parts: { resolve?: () => void; reject?: (error: unknown) => void } = {};
  const promise = new Promise<void>((resolve, reject) => Object.assign(parts, { resolve, reject }));
  return { promise, ...(parts as Required<typeof parts>) };
}
