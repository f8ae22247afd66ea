/** The link of the ready line: whoever reads the terminal opens the operator's first session by it, once, in the first minutes. */
import { matchingKey, newApiKey } from './api-key.ts';

/** Long enough to look at the terminal, short enough that what stays in its scrollback opens nothing. */
export const LINK_MINUTES = 15;
const MINUTE_MS = 60_000;

export class OneTimeLink {
  readonly #key = newApiKey();
  readonly #until: number;
  readonly #now: () => number;
  #isUsed = false;

  /** @param now milliseconds that only go forward */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
    this.#until = now() + LINK_MINUTES * MINUTE_MS;
  }

  /** For whoever started the process. */
  get text(): string {
    return this.#key.text;
  }

  /** Does `work` once, for the right text in time: false where it is not. Where it throws, the link has opened nothing and is good again. */
  async use(text: string, work: () => Promise<void>): Promise<boolean> {
    if (matchingKey(text, [this.#key]) === undefined || this.#isUsed || this.#now() >= this.#until) return false;
    // Before anything is awaited: two who come at once are not both the first.
    this.#isUsed = true;
    try {
      await work();
    } catch (error) {
      this.#isUsed = false;
      throw error;
    }
    return true;
  }
}
