/** What a role asks of what it needs, for /readyz: by the role's own connections, in the words of the catalogue. */
import type { EventLog } from '#lib/event-log';
import type { Metrics } from '#lib/runtime';
import { storeFault } from '#lib/store';

/** Rejects with a code of the catalogue. @param ask one statement on the role's own pool */
export async function databaseAnswers(ask: () => Promise<string | number>): Promise<string> {
  try {
    const answer = await ask();
    return typeof answer === 'number' ? `log size ${answer}` : answer;
  } catch (error) {
    throw storeFault(error) ?? error;
  }
}

/** A round trip. Rejects with `log.unavailable`. */
export async function eventLogAnswers(log: EventLog): Promise<string> {
  await log.ping();
  return `${log.adapter} answers`;
}

/** An append that failed counts for this long: then a server that gets no more of them must be given another chance to take one. */
const FAILED_APPEND_COUNTS_MS = 5_000;
/** A fault of what was sent says nothing of the log. */
const OF_THE_RECORD = new Set(['record.too-large']);

/**
 * The log as capture appends to it, and whether that works: brokers may answer while a partition takes nothing (no leader, too few in-sync
 * replicas), so what counts is the last append where there was one lately, and a round trip otherwise. Each is measured.
 */
export function watchedAppends(
  log: EventLog,
  { appendSeconds }: Pick<Metrics, 'appendSeconds'>,
  now: () => number = Date.now,
): { readonly log: EventLog; ask(): Promise<string> } {
  let failed: { readonly error: unknown; readonly atMs: number } | undefined;
  return {
    log: {
      ...log,
      async append(topic, records, timeoutMs) {
        const started = performance.now();
        const took = (outcome: 'ok' | 'failed'): void => appendSeconds.observe({ outcome }, (performance.now() - started) / 1000);
        try {
          await log.append(topic, records, timeoutMs);
          failed = undefined;
          took('ok');
        } catch (error) {
          took('failed');
          if (!OF_THE_RECORD.has(String((error as { code?: unknown }).code))) failed = { error, atMs: now() };
          throw error;
        }
      },
    },
    async ask() {
      if (failed !== undefined && now() - failed.atMs < FAILED_APPEND_COUNTS_MS) throw failed.error;
      return eventLogAnswers(log);
    },
  };
}
