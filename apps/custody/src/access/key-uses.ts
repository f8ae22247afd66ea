/**
 * When each API key was last let in: noted beside the request, which neither waits for it nor fails by it, at most once a minute for a key. What is not
 * written yet when the process is killed is lost.
 */
import type { Actor } from '#lib/domain';
import type { Log } from '#lib/runtime';
import { keysUsed, keyUsesOf, type Statements } from '#lib/store';

const MINUTE_MS = 60_000;
const SECOND_MS = 1_000;
/** After a write that failed: meanwhile the newest use of each key waits in memory. */
const RETRY_MS = 5_000;

/** What is known of the uses of an agency's keys. */
export interface KnownKeyUses {
  /** RFC 3339 UTC: of what came before nothing is known. */
  readonly begun: string;
  /** By the id of the key: when it was last used, RFC 3339 UTC, to the minute. */
  readonly lastUsed: ReadonlyMap<string, string>;
}

interface Use {
  readonly agency: string;
  readonly key: string;
  readonly at: number;
}

export class KeyUses {
  readonly #pool: Statements;
  readonly #log: Log;
  readonly #now: () => number;
  readonly #retryMs: number;
  /** By agency and key, the minute that was last noted: as many as there are keys. */
  readonly #minutes = new Map<string, number>();
  #waiting = new Map<string, Use>();
  #writing: Promise<void> | null = null;
  #retry: NodeJS.Timeout | null = null;
  #isFailing = false;

  /**
   * @param pool of the role `access`; at most one of its connections is taken
   * @param now milliseconds that only go forward
   */
  constructor(
    pool: Statements,
    {
      log,
      now = () => performance.now(),
      retryMs = RETRY_MS,
    }: { readonly log: Log; readonly now?: () => number; readonly retryMs?: number },
  ) {
    this.#pool = pool;
    this.#log = log;
    this.#now = now;
    this.#retryMs = retryMs;
  }

  /** Somebody was let in. Never throws; a look into a map, where this minute is noted. */
  note({ agency, key, via }: Pick<Actor, 'agency' | 'key' | 'via'>): void {
    if (via !== 'key' || key === null) return;
    const name = `${agency}/${key}`;
    const at = this.#now();
    const minute = Math.floor(at / MINUTE_MS);
    if (this.#minutes.get(name) === minute) return;
    this.#minutes.set(name, minute);
    this.#waiting.set(name, { agency, key, at });
    if (this.#retry === null) this.#write();
  }

  /** Of the keys of this agency alone. Rejects where they cannot be read. */
  async of(agency: string): Promise<KnownKeyUses> {
    const { begun, uses } = await keyUsesOf(this.#pool, agency);
    return { begun, lastUsed: new Map(uses.map(({ key, used }) => [key, used])) };
  }

  /** Writes what waits, once. */
  async close(): Promise<void> {
    await this.#writing;
    this.#stopRetry();
    this.#write();
    await this.#writing;
    this.#stopRetry();
  }

  #write(): void {
    if (this.#writing !== null || this.#waiting.size === 0) return;
    const uses = this.#waiting;
    this.#waiting = new Map();
    const now = this.#now();
    const rows = [...uses.values()].map(({ agency, key, at }) => ({ agency, key, secondsAgo: Math.floor((now - at) / SECOND_MS) }));
    this.#writing = keysUsed(this.#pool, rows)
      .then(
        () => void (this.#isFailing = false),
        (error: unknown) => this.#failed(uses, error),
      )
      .finally(() => {
        this.#writing = null;
        if (this.#retry === null) this.#write();
      });
  }

  /** What came meanwhile is the newer use of its key. */
  #failed(uses: ReadonlyMap<string, Use>, error: unknown): void {
    if (!this.#isFailing) this.#log.warn('when keys were last used cannot be written now', { component: 'access', error });
    this.#isFailing = true;
    this.#waiting = new Map([...uses, ...this.#waiting]);
    this.#retry = setTimeout(() => {
      this.#retry = null;
      this.#write();
    }, this.#retryMs).unref();
  }

  #stopRetry(): void {
    if (this.#retry !== null) clearTimeout(this.#retry);
    this.#retry = null;
  }
}
