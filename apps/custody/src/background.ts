/**
 * Work beside the projector's transactions, at its own pace, so that none of them waits for it: the gauge of the ledger's size, and copies of
 * dead letters in their topic.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '#lib/runtime';

/** Nothing new: look again after this long, unless woken. */
const IDLE_MS = 1_000;
/** After a failure (the store is away): longer each time, up to this. */
const RETRY_MS_MAX = 5_000;

export interface Background {
  /** There may be something new. */
  wake(): void;
  /** Waits for the step that runs now. */
  close(): Promise<void>;
}

/** @param step does a bounded piece of work and says whether there is more; what it throws is tried again */
export function runInBackground(name: string, log: Log, step: () => Promise<boolean>): Background {
  const ending = new AbortController();
  let woken: AbortController = new AbortController();
  const pause = async (ms: number): Promise<void> => {
    if (woken.signal.aborted) return;
    await sleep(ms, undefined, { signal: AbortSignal.any([woken.signal, ending.signal]) }).catch(() => undefined);
  };
  const loop = async (): Promise<void> => {
    let failures = 0;
    while (!ending.signal.aborted) {
      woken = new AbortController();
      try {
        if (!(await step())) await pause(IDLE_MS);
        failures = 0;
      } catch (error) {
        failures++;
        log.warn('a background step failed and will be tried again', { component: name, error, attempt: failures });
        woken = new AbortController();
        await pause(Math.min(100 * 2 ** failures, RETRY_MS_MAX));
      }
    }
  };
  const running = loop();
  return {
    wake: () => woken.abort(),
    async close() {
      ending.abort();
      await running;
    },
  };
}
