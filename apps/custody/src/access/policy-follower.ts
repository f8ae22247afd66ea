/** The policy as the ledger has it, folded in memory and followed: what is revoked holds here within seconds. */
import { parsePolicyAct, Policy, type PolicyActText, type PolicyState } from '#lib/domain';
import { parseVerifierKey } from '#lib/ledger';
import type { Log } from '#lib/runtime';
import { policyActsAfter, type PolicyActRow, type StorePool } from '#lib/store';

/** How often the ledger is asked for new acts: one probe of a primary key. */
const POLL_MS = 500;
/**
 * A policy that was last seen so long ago is not acted on: it is read first, and where it cannot be read nobody is let in by a key. With the
 * projector's way a revocation so holds within five seconds, or there is no answer.
 */
export const STALE_MS = 3_000;
/** Acts of one read; a thousand are folded in milliseconds. */
const ACTS_PER_READ = 1_000;
const MICROS_PER_MS = 1_000;

export interface PolicyFollowerOptions {
  readonly log: Log;
  /** Milliseconds that only go forward. */
  readonly now?: () => number;
  readonly pollMs?: number;
  /** Since 1970, for what is over by now. */
  readonly nowMicros?: () => number;
}

export class PolicyFollower {
  readonly #pool: Pick<StorePool, 'run'>;
  readonly #policy = new Policy({ acceptsVkey: (vkey) => parseVerifierKey(vkey, 'submitter').ok });
  readonly #options: Required<PolicyFollowerOptions>;
  /** When the last read that found the end of the acts began. */
  #seenAt = -Infinity;
  #reading: Promise<void> | null = null;
  #timer: NodeJS.Timeout | null = null;
  #isFailing = false;
  #isStopped = false;

  /** @param pool of the role `access` */
  constructor(
    pool: Pick<StorePool, 'run'>,
    { log, now = () => performance.now(), pollMs = POLL_MS, nowMicros = () => Date.now() * MICROS_PER_MS }: PolicyFollowerOptions,
  ) {
    this.#pool = pool;
    this.#options = { log, now, pollMs, nowMicros };
  }

  /** Reads all acts there are, and goes on asking for new ones. Rejects where they cannot be read. */
  async start(): Promise<void> {
    await this.refresh();
    const again = (): void => {
      if (this.#isStopped) return;
      this.#timer = setTimeout(() => void this.refresh().then(again, again), this.#options.pollMs).unref();
    };
    again();
  }

  stop(): void {
    this.#isStopped = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  /** Log index of the last act that is known here; -1: none. */
  get last(): number {
    return this.#policy.last;
  }

  /** As of at most STALE_MS ago; read first where it is older. Rejects where it cannot be read: then nobody is known. */
  async current(): Promise<PolicyState & Pick<Policy, 'keysOfId' | 'principalsOfLogin' | 'flagged' | 'last'>> {
    if (this.#options.now() - this.#seenAt > STALE_MS) await this.refresh();
    return this.#policy;
  }

  /** What the ledger has by now. Those who ask at once share one read that begins behind the one under way. */
  async refresh(): Promise<void> {
    if (this.#reading !== null) await this.#reading.catch(() => undefined);
    this.#reading ??= this.#read().finally(() => (this.#reading = null));
    return this.#reading;
  }

  async #read(): Promise<void> {
    const began = this.#options.now();
    try {
      for (let more = true; more;) {
        const rows = await policyActsAfter(this.#pool, this.#policy.last, ACTS_PER_READ);
        for (const row of rows) this.#take(row);
        more = rows.length === ACTS_PER_READ;
      }
    } catch (error) {
      if (!this.#isFailing)
        this.#options.log.warn('the policy cannot be read: callers with a key are turned away', { component: 'access', error });
      this.#isFailing = true;
      throw error;
    }
    this.#isFailing = false;
    this.#seenAt = began;
  }

  #take({ logIndex, agency, principal, capturedMicros, act }: PolicyActRow): void {
    const read = parsePolicyAct(JSON.parse(act.toString('utf8')) as PolicyActText);
    // Capture and projector took it by the same rules; a damaged one stops here, since what follows from it is not known.
    if (!read.ok) throw new Error(`the act of policy at ${logIndex} cannot be read: ${read.code}`);
    const reason = this.#policy.apply({ logIndex, agency, principal, captured: capturedMicros, act: read.value });
    if (reason !== undefined) this.#options.log.warn('an act of policy has no effect', { component: 'access', logIndex, code: reason });
    // One that is not over, also at a start: whoever runs the ledger is not to find out by looking.
    else if (read.value.act === 'break-glass.open' && read.value.until > this.#options.nowMicros())
      this.#options.log.warn('an emergency was declared: who did it reads what names others', { component: 'access', logIndex });
  }
}
