import { setTimeout as sleep } from 'node:timers/promises';

/** First and longest pause between two tries: short enough that an outage of a second is not felt, long enough not to burden what comes up again. */
const FIRST_MS = 100;
const LONGEST_MS = 5_000;

/** Milliseconds before the try after the given number of failed ones (1, 2, ...): 100, 200, ... 5,000. */
export const backOffMs = (failed: number, longestMs = LONGEST_MS): number => Math.min(FIRST_MS * 2 ** Math.min(failed - 1, 16), longestMs);

/** Returns early, and without an error, when the signal aborts. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => {});
}
