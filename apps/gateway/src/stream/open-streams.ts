/** Which streams are open, and how many of them somebody may have; all of them end when the server does. */
import type { Actor } from '#lib/domain';
import { DomainError } from '#lib/runtime';

export interface StreamLimits {
  readonly streams: number;
  readonly streamsPerCaller: number;
}

export interface StreamPlace {
  /** Aborted when the server ends. */
  readonly ending: AbortSignal;
  /** Call once, when nothing of the stream is left. */
  leave(): void;
}

/** How soon somebody else's stream may have ended. */
const BUSY_RETRY_SECONDS = 5;

export class OpenStreams {
  readonly #limits: StreamLimits;
  readonly #onCount: (open: number) => void;
  readonly #ofCaller = new Map<string, number>();
  readonly #ending = new AbortController();
  #open = 0;
  #whenEmpty: (() => void) | null = null;

  /** @param onCount told how many are open, whenever that changes */
  constructor(limits: StreamLimits, onCount: (open: number) => void = () => {}) {
    this.#limits = limits;
    this.#onCount = onCount;
  }

  /** @param address of a caller without credentials, whom nothing else tells apart. Throws DomainError `stream.too-many`, `busy`. */
  enter({ agency, principal, via }: Actor, address: string): StreamPlace {
    const { streams, streamsPerCaller } = this.#limits;
    const caller = via === 'anonymous' ? `address ${address}` : `${agency}/${principal}`;
    const own = this.#ofCaller.get(caller) ?? 0;
    const again = { retryAfterSeconds: BUSY_RETRY_SECONDS };
    if (own >= streamsPerCaller)
      throw new DomainError('stream.too-many', `At most ${streamsPerCaller} streams of one caller are open.`, [], again);
    if (this.#open >= streams || this.#ending.signal.aborted) throw new DomainError('busy', 'No more streams are opened.', [], again);
    this.#ofCaller.set(caller, own + 1);
    this.#count(1);
    return { ending: this.#ending.signal, leave: () => this.#leave(caller) };
  }

  /** Resolves when all have ended. */
  async end(): Promise<void> {
    this.#ending.abort();
    if (this.#open > 0) await new Promise<void>((resolve) => (this.#whenEmpty = resolve));
  }

  #leave(caller: string): void {
    const left = (this.#ofCaller.get(caller) ?? 1) - 1;
    if (left === 0) this.#ofCaller.delete(caller);
    else this.#ofCaller.set(caller, left);
    this.#count(-1);
    if (this.#open === 0) this.#whenEmpty?.();
  }

  #count(by: number): void {
    this.#open += by;
    this.#onCount(this.#open);
  }
}
