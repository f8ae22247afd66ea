/** Answers that hold much while they are made: few at once in one process, and the others wait for their turn, for a while. */
import { DomainError } from '#lib/runtime';

export interface PlacesMax {
  readonly atOnce: number;
  readonly waiting: number;
  readonly waitMs: number;
}

/** How soon somebody else's answer may have been made. */
const BUSY_RETRY_SECONDS = 2;

export class Places {
  readonly #max: PlacesMax;
  readonly #waiting = new Set<() => void>();
  #taken = 0;

  constructor(max: PlacesMax) {
    this.#max = max;
  }

  /**
   * In the order in which they came. That there is no place is said before anything is read, so that it tells of nothing that is there.
   * Throws `busy`.
   */
  async within<T>(make: () => Promise<T>): Promise<T> {
    if (this.#taken < this.#max.atOnce) this.#taken++;
    else await this.#turn();
    try {
      return await make();
    } finally {
      this.#leave();
    }
  }

  /** Resolves with a place that is taken already. */
  #turn(): Promise<void> {
    if (this.#waiting.size >= this.#max.waiting) return Promise.reject(busy());
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => {
        this.#waiting.delete(go);
        reject(busy());
      }, this.#max.waitMs);
      const go = (): void => {
        clearTimeout(late);
        resolve();
      };
      this.#waiting.add(go);
    });
  }

  /** To whoever waits longest. */
  #leave(): void {
    const [next] = this.#waiting;
    if (next === undefined) {
      this.#taken--;
      return;
    }
    this.#waiting.delete(next);
    next();
  }
}

const busy = (): DomainError =>
  new DomainError('busy', 'As many answers of this kind are being made as are made at once.', [], {
    retryAfterSeconds: BUSY_RETRY_SECONDS,
  });
