/**
 * Cosignatures for heads that were signed: asks the witnesses of a policy about the newest, all at once, and publishes it when the policy is
 * met. Sealing does not wait for it. One head is asked about at a time; the next is the newest that was offered meanwhile, once this one is
 * published or nobody has it any more. A witness that is slower than the others is asked about what is under way when it is free again,
 * and what it adds to a published head is published with it.
 */
import {
  type Cosignature,
  formatAddCheckpoint,
  formatNote,
  type NoteSignature,
  utf8Text,
  witnessing,
  type WitnessPolicy,
} from '#lib/ledger';
import type { Log } from '#lib/runtime';
import { witnessAnswered, type WitnessAnswered } from './witness-answer.ts';
import { type WitnessClient } from './witness-client.ts';
import { isPaused, needsAsking, paused, settled, titleOf, type WitnessLine, witnessLines } from './witness-lines.ts';

export interface SignedCheckpoint {
  readonly size: number;
  /** What was signed. */
  readonly text: string;
  /** Of the log's keys, at least one. */
  readonly signatures: readonly NoteSignature[];
}

/** Takes signed heads, each larger than the one before or the same again. Never throws. */
export interface HeadPublisher {
  /** @param publish writes a note as the newest; rejects where this process may not, or the database is away */
  offer(head: SignedCheckpoint, publish: (note: string) => Promise<void>): void;
}

export interface CosigningTimes {
  /** After a failure; doubled with each, up to the maximum. */
  readonly retryMs: number;
  readonly retryMsMax: number;
  /** After a refusal; the same head is not offered again. */
  readonly refusedMs: number;
  /** A head that is not published for so long is said to be unwitnessed. */
  readonly alarmMs: number;
}

/** A witness is back within seconds where it was restarted; whoever has to configure or look into something takes longer. */
export const COSIGNING_TIMES: CosigningTimes = { retryMs: 500, retryMsMax: 30_000, refusedMs: 60_000, alarmMs: 10_000 };
const DOES_NOT_FIT = 422;
const ALARM_EVERY_MS = 60_000;
/** Looked after even where nothing is due. */
const WAKE_MS = 1_000;

export interface CosigningOptions {
  readonly policy: WitnessPolicy;
  readonly client: WitnessClient;
  /** Hashes of the consistency proof between two sizes of the sealed log. */
  readonly proof: (first: bigint, second: bigint) => Promise<readonly Uint8Array[]>;
  readonly log: Log;
  readonly times?: CosigningTimes;
  /** Milliseconds, rising. */
  readonly now?: () => number;
}

interface Offer extends SignedCheckpoint {
  readonly publish: (note: string) => Promise<void>;
  /** By the name and id of their key. */
  readonly cosignatures: Map<string, Cosignature>;
  /** How many of them are published; -1: it is not. */
  published: number;
}

/** How the newest head stands. */
export interface CosigningState {
  /** Size; `null`: none was offered. */
  readonly newest: number | null;
  readonly published: number | null;
  /** How long nothing was published although something waits for it; 0: nothing waits. */
  readonly unwitnessedMs: number;
  /** Names of the policy's witnesses that did not cosign the newest. */
  readonly missing: readonly string[];
}

export class Cosigning implements HeadPublisher {
  private readonly options: CosigningOptions;
  private readonly times: CosigningTimes;
  private readonly now: () => number;
  private readonly lines: readonly WitnessLine[];
  private newest: Offer | null = null;
  /** The one that is asked about. */
  private current: Offer | null = null;
  private publishedSize = -1;
  /** When something was last published, or began to wait. */
  private sinceMs = 0;
  private alarmedMs: number | null = null;
  private writing: Promise<void> = Promise.resolve();
  private writePausedMs = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(options: CosigningOptions) {
    this.options = options;
    this.times = options.times ?? COSIGNING_TIMES;
    this.now = options.now ?? ((): number => performance.now());
    this.lines = witnessLines(options.policy);
  }

  offer(head: SignedCheckpoint, publish: (note: string) => Promise<void>): void {
    if (this.newest === null || this.newest.published >= 0) this.sinceMs = this.now();
    this.newest = { ...head, publish, cosignatures: new Map(), published: -1 };
    this.step();
  }

  /** Asks and publishes nothing more of what was offered. What is under way ends by itself, without effect. */
  withdraw(): void {
    clearTimeout(this.timer);
    this.newest = null;
    this.current = null;
    this.publishedSize = -1;
    this.alarmedMs = null;
  }

  state(): CosigningState {
    const { newest } = this;
    const isWaiting = newest !== null && newest.published < 0;
    return {
      newest: newest?.size ?? null,
      published: this.publishedSize < 0 ? null : this.publishedSize,
      unwitnessedMs: isWaiting ? this.now() - this.sinceMs : 0,
      missing: newest === null ? [] : witnessing([...newest.cosignatures.values()], this.options.policy).missing,
    };
  }

  private step(): void {
    clearTimeout(this.timer);
    if (this.newest === null) return;
    // One moment for what is due now and what is due later: nothing falls between.
    const now = this.now();
    const isOver = this.current === null || this.current.published >= 0 || !this.lines.some((line) => line.isBusy);
    // Whoever did not answer is asked about the newest, and not about what nobody waits for any more.
    if (isOver) this.current = this.newest;
    if (this.current !== null) this.askAll(this.current, now);
    if (this.current !== null) this.write(this.current);
    this.alarm();
    this.timer = setTimeout(() => this.step(), this.pauseMs(now)).unref();
  }

  private askAll(offer: Offer, now: number): void {
    for (const line of this.lines) {
      if (line.isBusy || isPaused(line, now) || !needsAsking(line, offer.size, offer.cosignatures)) continue;
      line.isBusy = true;
      void this.ask(line, offer);
    }
  }

  private async ask(line: WitnessLine, offer: Offer): Promise<void> {
    let answered: WitnessAnswered;
    try {
      answered = await this.exchange(line, offer);
    } catch {
      answered = { kind: 'failed', reason: 'the proof for it could not be read from the database' };
    }
    line.isBusy = false;
    // Withdrawn meanwhile.
    if (this.newest === null) return;
    if (answered.kind === 'cosigned') {
      for (const cosignature of answered.cosignatures) offer.cosignatures.set(titleOf(cosignature.key), cosignature);
      this.write(offer);
    }
    this.report(line, offer, answered);
    this.step();
  }

  /** From what it acknowledged last, and once more from what it then says that it has. */
  private async exchange(line: WitnessLine, { size, text, signatures }: Offer): Promise<WitnessAnswered> {
    const note = formatNote(text, signatures);
    for (let isSecond = false; ; isSecond = true) {
      const from = line.size ?? 0n;
      // More than we have: it may still be that it only says so.
      const old = from > BigInt(size) ? 0n : from;
      const body = formatAddCheckpoint(old, await this.options.proof(old, BigInt(size)), note);
      const asked = await this.options.client.post(`${line.url}/add-checkpoint`, body);
      const answered = asked.ok ? witnessAnswered(asked.reply, text, line.keys) : ({ kind: 'failed', reason: asked.reason } as const);
      if (answered.kind === 'cosigned') line.size = BigInt(size);
      // Refused for what the head says: whatever the reason, it was the history behind this size that did not fit.
      if (answered.kind === 'refused' && asked.ok && asked.reply.status === DOES_NOT_FIT)
        return { kind: 'refused', reason: `${answered.reason} (${size} entries were offered on the ${old} that it cosigned)` };
      if (answered.kind !== 'size') return answered;
      line.size = answered.size;
      if (answered.size > BigInt(size))
        return { kind: 'refused', reason: `it says that it cosigned ${answered.size} entries, which is more than are offered: ${size}` };
      if (isSecond || answered.size === old) return { kind: 'failed', reason: 'it does not stay with the size that it says' };
    }
  }

  private report(line: WitnessLine, { size, cosignatures }: Offer, answered: WitnessAnswered): void {
    const { log } = this.options;
    const { retryMs, retryMsMax, refusedMs } = this.times;
    const witness = line.keys.map(({ name }) => name).join(', ');
    if (answered.kind === 'cosigned') {
      if (line.failures > 0) log.info('a witness cosigns again', { witness, count: size });
      settled(line);
      // By one of its keys, and not yet by another: soon, and no failure.
      if (needsAsking(line, size, cosignatures)) paused(line, this.now() + retryMs);
    } else if (answered.kind === 'refused') {
      log.error('a witness does not cosign', { code: 'seal.witness-refused', witness, why: answered.reason, count: size });
      line.refusedSize = size;
      line.failures++;
      paused(line, this.now() + refusedMs);
    } else if (answered.kind === 'failed') {
      const fields = { code: 'seal.witness-failed', witness, why: answered.reason, count: size };
      // Said once for each time that it is away.
      if (line.failures === 0) log.warn('a witness was of no use', fields);
      else log.debug('a witness is still of no use', fields);
      paused(line, this.now() + Math.min(retryMs * 2 ** line.failures++, retryMsMax));
    }
  }

  /** One after another: a note with fewer cosignatures never comes after one with more. */
  private write(offer: Offer): void {
    if (this.isWritten(offer)) return;
    this.writing = this.writing.then(async () => {
      if (this.isWritten(offer) || this.newest === null) return;
      const { policy, log } = this.options;
      const cosignatures = policy.witnesses.flatMap(({ key }) => offer.cosignatures.get(titleOf(key)) ?? []);
      try {
        await offer.publish(utf8Text(formatNote(offer.text, [...offer.signatures, ...cosignatures])) as string);
      } catch (error) {
        log.error('a cosigned head was not published, and will be', { code: codeOf(error), error, count: offer.size });
        this.writePausedMs = this.now() + this.times.retryMs;
        return;
      }
      offer.published = cosignatures.length;
      this.publishedSize = Math.max(this.publishedSize, offer.size);
      this.sinceMs = this.now();
      if (this.alarmedMs !== null && offer === this.newest) {
        log.info('heads of the log are witnessed again', { count: offer.size });
        this.alarmedMs = null;
      }
      this.step();
    });
  }

  private isWritten(offer: Offer): boolean {
    const { met } = witnessing([...offer.cosignatures.values()], this.options.policy);
    return !met || offer.size < this.publishedSize || offer.published >= offer.cosignatures.size || this.now() < this.writePausedMs;
  }

  private alarm(): void {
    const { unwitnessedMs, newest, missing } = this.state();
    if (newest === null || unwitnessedMs <= this.times.alarmMs) return;
    if (this.alarmedMs !== null && this.now() - this.alarmedMs < ALARM_EVERY_MS) return;
    this.alarmedMs = this.now();
    this.options.log.warn('sealed heads wait for cosignatures and are not published', {
      code: 'seal.unwitnessed',
      witness: missing.join(', '),
      count: newest,
    });
  }

  /** Until something that waits may be due again. */
  private pauseMs(now: number): number {
    const due = [now + WAKE_MS, ...this.lines.map((line) => line.pausedUntilMs), this.writePausedMs].filter((ms) => ms > now);
    return Math.max(1, Math.min(...due) - now);
  }
}

function codeOf(error: unknown): string {
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === 'string' ? code : 'internal';
}
