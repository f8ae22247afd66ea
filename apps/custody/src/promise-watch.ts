/**
 * Receipts promise "sealed or rejected within 60 s". Where an entry waits longer for a checkpoint that covers it, the log says so, once when it
 * begins and once when it is over. What no projector has taken up the ledger cannot know; for that there is the health of the projector.
 */
import { SEALED_WITHIN_SECONDS } from '#lib/ledger';
import { oldestUnsealed, type StorePool } from '#lib/store';
import type { Parts } from './parts.ts';

const LOOK_EVERY_MS = 5_000;
const MICROS_PER_MS = 1_000;

export function watchPromises({ log, shutdown }: Pick<Parts, 'log' | 'shutdown'>, pool: StorePool): void {
  const watch = promiseWatch(log);
  let looking = Promise.resolve();
  const timer = setInterval(() => {
    // A database that is away is for the health pages to say.
    looking = oldestUnsealed(pool).then(
      (captured) => watch(captured, Date.now()),
      () => undefined,
    );
  }, LOOK_EVERY_MS);
  timer.unref();
  shutdown.at('http', 'promises', async () => {
    clearInterval(timer);
    await looking;
  });
}

/** @returns told at each look the oldest capture that waits, in microseconds since 1970, or `null`; and what time it is, in milliseconds. */
export function promiseWatch(log: Pick<Parts['log'], 'error' | 'info'>): (capturedMicros: number | null, nowMs: number) => void {
  let isOverdue = false;
  return (capturedMicros, nowMs) => {
    const waitsMs = capturedMicros === null ? 0 : nowMs - capturedMicros / MICROS_PER_MS;
    const isLate = waitsMs > SEALED_WITHIN_SECONDS * 1_000;
    if (isLate && !isOverdue)
      log.error('an entry waits for its seal for longer than its receipt promised', { code: 'seal.overdue', ms: Math.floor(waitsMs) });
    if (!isLate && isOverdue) log.info('entries are sealed in time again', { code: 'seal.overdue' });
    isOverdue = isLate;
  };
}
