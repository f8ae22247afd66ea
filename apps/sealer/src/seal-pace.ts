/**
 * When the next seal is due. A lone entry is sealed as soon as it is seen, if the seal before is an interval ago; under load seals keep the
 * interval, and a longer one where what a seal costs whatever it holds (transactions, the disk, signing) would take too large a share of the time.
 */

/** Of the time at most for what seals cost whatever they hold. */
export const FIXED_SHARE_MAX = 0.1;
/** How far the interval may be stretched: an entry waits for it, and is promised a checkpoint within 60 s. */
export const STRETCH_MAX = 10;
export const STRETCHED_MS_MAX = 20_000;
/** So many entries wait, or reads: the next seal does not wait for its time. */
export const ENTRIES_AT_ONCE = 50_000;
/**
 * Where nothing is submitted reads get a seal of their own so long after the first of them: a log that is only read grows by no more, but where a
 * seal is full of them, and who reads twice in a row is shown the same head.
 */
export const READS_SEAL_MS = 60_000;
/** What an older seal counts for against the one after it: the last twenty or so decide. */
const REMEMBERED = 0.9;
/** Seals whose numbers of entries differ by less than this part of their mean do not tell fixed from variable cost. */
const SPREAD_MIN = 0.05;

export interface SealPaceOptions {
  /** Between seals under load, from the end of one to the next, unless it has to be longer. */
  readonly intervalMs: number;
  /** Milliseconds, rising. */
  readonly now: () => number;
}

/** No I/O; sums of the last seals are all that it keeps. */
export class SealPace {
  private readonly options: SealPaceOptions;
  private sealedAt = -Infinity;
  /** Since when reads wait; null: none does. */
  private readsSince: number | null = null;
  /** Weighted sums over the last seals: of ones, entries, milliseconds, entries squared, and entries times milliseconds. */
  private sums = { weight: 0, entries: 0, ms: 0, squares: 0, products: 0 };
  private msPerEntry = 0;

  constructor(options: SealPaceOptions) {
    this.options = options;
  }

  /** What the interval is never above, by the configured one: the stated bound. */
  static intervalMsMax(intervalMs: number): number {
    return Math.max(intervalMs, Math.min(STRETCH_MAX * intervalMs, STRETCHED_MS_MAX));
  }

  /** From the end of a seal to the next, as what the last seals cost has it. */
  get intervalMs(): number {
    const { intervalMs } = this.options;
    const ofShare = (this.fixedMs * (1 - FIXED_SHARE_MAX)) / FIXED_SHARE_MAX;
    return Math.min(Math.max(intervalMs, ofShare), SealPace.intervalMsMax(intervalMs));
  }

  /** What a seal costs that holds nothing: where a straight line through the last ones begins. */
  get fixedMs(): number {
    const { weight, entries, ms } = this.sums;
    return weight === 0 ? 0 : Math.max(0, (ms - this.msPerEntry * entries) / weight);
  }

  /** @param waits entries at most that no seal covers */
  isDue(waits: number): boolean {
    if (waits >= ENTRIES_AT_ONCE) return true;
    return waits > 0 && this.options.now() - this.sealedAt >= this.intervalMs;
  }

  /** Whether to seal though no entry waits; to be asked again and again. @param waits records of the access log that no seal names */
  areReadsDue(waits: number): boolean {
    if (waits === 0) return false;
    this.readsSince ??= this.options.now();
    return waits >= ENTRIES_AT_ONCE || this.options.now() - this.readsSince >= READS_SEAL_MS;
  }

  /** A seal is done. @param entries that it covers and none before did. @param ms from its beginning until it was signed */
  sealed(entries: number, ms: number): void {
    this.sealedAt = this.options.now();
    this.readsSince = null;
    const { sums } = this;
    this.sums = {
      weight: REMEMBERED * sums.weight + 1,
      entries: REMEMBERED * sums.entries + entries,
      ms: REMEMBERED * sums.ms + ms,
      squares: REMEMBERED * sums.squares + entries * entries,
      products: REMEMBERED * sums.products + entries * ms,
    };
    const { weight, entries: all, ms: took, squares, products } = this.sums;
    const mean = all / weight;
    const variance = squares / weight - mean * mean;
    // Seals of one size do not say what an entry costs: what is known of it stays.
    if (variance <= (SPREAD_MIN * mean) ** 2) return;
    this.msPerEntry = Math.min(Math.max(0, (products / weight - (mean * took) / weight) / variance), took / all);
  }
}
