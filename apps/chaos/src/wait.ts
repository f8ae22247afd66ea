/** Waiting with an end. */
import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 20;

/** Asks again and again until the answer is neither false nor null; rejects by name when the time is over. Errors of `ask` count as no answer. */
export async function until<T>(
  what: string,
  timeoutMs: number,
  ask: () => Promise<T | null | false> | T | null | false,
  pollMs = POLL_MS,
): Promise<T> {
  let last: unknown;
  for (const end = Date.now() + timeoutMs; Date.now() < end; await sleep(pollMs)) {
    try {
      const answer = await ask();
      if (answer !== null && answer !== false) return answer;
    } catch (error) {
      last = error;
    }
  }
  throw new Error(`waited ${timeoutMs} ms in vain for: ${what}`, { cause: last });
}
