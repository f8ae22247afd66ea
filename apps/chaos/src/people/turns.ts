/** Who may go on: work side by side, work that must be alone, and all of it only while the server is there. */

export class Turns {
  #active = 0;
  #idle: (() => void) | null = null;
  #alone: Promise<void> | null = null;
  #up: Promise<void> = Promise.resolve();

  /** Resolves when the server is there. */
  ready(): Promise<void> {
    return this.#up;
  }

  /** Nothing more begins until it is done; what is under way goes on. Calls follow each other. */
  down(work: () => Promise<void>): Promise<void> {
    this.#up = this.#up.then(work);
    return this.#up;
  }

  async beside(work: () => Promise<void>): Promise<void> {
    while (this.#alone !== null) await this.#alone;
    this.#active += 1;
    try {
      await this.#up;
      await work();
    } finally {
      this.#active -= 1;
      if (this.#active === 0) this.#idle?.();
    }
  }

  /** Nothing else is under way meanwhile. */
  async alone(work: () => Promise<void>): Promise<void> {
    while (this.#alone !== null) await this.#alone;
    let done = (): void => {};
    this.#alone = new Promise((resolve) => (done = resolve));
    try {
      while (this.#active > 0) await new Promise<void>((resolve) => (this.#idle = resolve));
      await this.#up;
      await work();
    } finally {
      this.#alone = null;
      done();
    }
  }
}
