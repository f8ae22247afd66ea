/**
 * Wakes whoever waits for the log to grow: one question for the head (a table of one row) at short intervals, however many wait, and none where nobody
 * does. Not by notifications of the database: NOTIFY in the projectors' transactions would take a lock that all of them share at commit, and a lost
 * connection would need this asking all the same.
 */

/** An event is seen within this, and what reading it takes. */
const POLL_MS = 100;
/** A database that is away is not asked ten times a second. */
const POLL_FAILED_MS = 1_000;

interface Waiter {
  readonly size: number;
  wake(size: number): void;
}

export class LogWatch {
  readonly #logSize: () => Promise<number>;
  readonly #pollMs: number;
  readonly #waiting = new Set<Waiter>();
  #isPolling = false;

  constructor(logSize: () => Promise<number>, pollMs = POLL_MS) {
    this.#logSize = logSize;
    this.#pollMs = pollMs;
  }

  /** The log's size once it is above `size`; after `withinMs`, or when `signal` is aborted, `size` itself. Never rejects. */
  grown(size: number, withinMs: number, signal: AbortSignal): Promise<number> {
    if (signal.aborted) return Promise.resolve(size);
    return new Promise((resolve) => {
      const wake = (to: number): void => {
        this.#waiting.delete(waiter);
        clearTimeout(late);
        signal.removeEventListener('abort', give);
        resolve(to);
      };
      const give = (): void => wake(size);
      const waiter: Waiter = { size, wake };
      const late = setTimeout(give, withinMs);
      signal.addEventListener('abort', give, { once: true });
      this.#waiting.add(waiter);
      if (!this.#isPolling) void this.#poll();
    });
  }

  async #poll(): Promise<void> {
    this.#isPolling = true;
    while (this.#waiting.size > 0) {
      let pauseMs = this.#pollMs;
      try {
        const size = await this.#logSize();
        for (const waiter of [...this.#waiting]) if (size > waiter.size) waiter.wake(size);
      } catch {
        // The streams themselves say what is wrong when they read; here it is only waited for.
        pauseMs = POLL_FAILED_MS;
      }
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
    this.#isPolling = false;
  }
}
