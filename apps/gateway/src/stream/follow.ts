/**
 * One stream, from where it begins to its end: reads a page, sends it, waits until the log has grown, and asks all the while whether its reader still
 * may. Knows nothing of HTTP: a sink takes the text.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { STREAM_HEARTBEAT, streamedText } from '#lib/contracts';
import type { Actor } from '#lib/domain';
import type { LogWatch } from './log-watch.ts';
import type { StreamPage } from './stream-page.ts';
import type { StreamTimes } from './stream-times.ts';

export interface StreamSink {
  /** `false`: its reader has not read what was sent before. Then nothing more may be sent until `drained`. */
  send(text: string): boolean;
  /** What was sent is on its way; `false` when `withinMs` are over, and sooner only where the reader has gone: then the signal is aborted. */
  drained(withinMs: number): Promise<boolean>;
}

export interface Followed {
  /** Who the reader is now; throws DomainError `auth.*` where he may not read any more. */
  readonly look: () => Promise<Actor>;
  /** Resolves when it is recorded what of the page is above CLEAR: then it may be sent. */
  readonly read: (actor: Actor, from: number, size: number) => Promise<StreamPage>;
  readonly cursorAt: (from: number) => string;
  readonly watch: Pick<LogWatch, 'grown'>;
  readonly sink: StreamSink;
  readonly times: StreamTimes;
  /** Aborted where the server ends or the reader has gone. */
  readonly signal: AbortSignal;
  /** It passes: no question is answered at the moment, and the stream goes on when one is again. */
  readonly isPassing: (error: unknown) => boolean;
}

/** `gone`: by `signal`. Anything else that ends it is thrown. */
export type Ended = 'gone' | 'slow' | 'reached';

/** @param size of the log when it was opened @param untilNow end there */
export async function follow(of: Followed, from: number, size: number, untilNow: boolean): Promise<Ended> {
  const { watch, times, signal } = of;
  const pace = new Pace(of);
  for (let [at, head] = [from, size]; ;) {
    const page = at < head ? await patient(of, () => readFor(of, at, head)) : null;
    const next = page === null ? at : await pace.sendPage(page);
    // Also while pages have nothing for him: of an item there may be millions of entries to the next one.
    if (next === null || !(await pace.beat())) return signal.aborted ? 'gone' : 'slow';
    if (signal.aborted) return 'gone';
    at = next;
    if (page !== null && at < head) continue;
    if (untilNow && at >= head) return 'reached';
    // Where reading fails, and that passes, it is waited for as if nothing had come.
    if (at < head) await sleep(times.lookAgainMs, undefined, { signal }).catch(() => undefined);
    else head = await watch.grown(at, times.lookAgainMs, signal);
    if (signal.aborted) return 'gone';
    await patient(of, of.look);
  }
}

/** To read and to record it may take seconds: who may not read any more behind it gets nothing of it. */
async function readFor({ look, read }: Followed, at: number, head: number): Promise<StreamPage> {
  const page = await read(await look(), at, head);
  await look();
  return page;
}

/** `null`: not now. A refusal is thrown, and so is a bug. */
async function patient<T>({ isPassing }: Pick<Followed, 'isPassing'>, work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    if (!isPassing(error)) throw error;
    return null;
  }
}

/** Sends no faster than it is read, and now and then where there is nothing to send. */
class Pace {
  readonly #of: Followed;
  #sentMs = performance.now();

  constructor(of: Followed) {
    this.#of = of;
  }

  /** Where to go on: behind the page, or at what of it was not sent in time. `null`: the reader is too slow, or gone. Throws as `send`. */
  async sendPage({ events, next }: StreamPage): Promise<number | null> {
    const { cursorAt, times, signal } = this.#of;
    const staleMs = performance.now() + times.lookAgainMs;
    for (const event of events) {
      const { logIndex } = event.event;
      if (signal.aborted) return null;
      // What was read longer ago is read again: by who its reader is by then, and as it is marked by then.
      if (performance.now() > staleMs) return logIndex;
      if (!(await this.send(streamedText(cursorAt(logIndex + 1), event)))) return null;
    }
    return next;
  }

  /** `false`: the reader is too slow, or gone. Throws as `look` does: who may not read is not waited for. */
  async send(text: string): Promise<boolean> {
    const { sink, times, signal, look } = this.#of;
    this.#sentMs = performance.now();
    if (sink.send(text)) return true;
    const deadline = performance.now() + times.slowMs;
    for (let left = times.slowMs; left > 0 && !signal.aborted; left = deadline - performance.now()) {
      if (await sink.drained(Math.min(left, times.lookAgainMs))) return true;
      await patient(this.#of, look);
    }
    return false;
  }

  /** At its time, whatever is or is not seen: it says that the connection lives, and nothing of the log. */
  async beat(): Promise<boolean> {
    return performance.now() - this.#sentMs < this.#of.times.heartbeatMs || this.send(STREAM_HEARTBEAT);
  }
}
