/** How this process appends to the event log: by capture's way, whichever role has something to say. */
import { formatInstant } from '#lib/domain';
import type { KnownEvents, SubmitDeps } from '#app/capture';
import { firstEvents, knownItems, ledgerConstants, logSize, type StorePool } from '#lib/store';
import { followDurability } from './event-logs.ts';
import { receiptSigningKey } from './log-key.ts';
import { opened } from './opened-pool.ts';
import type { Parts } from './parts.ts';
import { databaseAnswers, watchedAppends } from './readiness.ts';

const MICROS_PER_MS = 1000;

export interface Submitting extends SubmitDeps {
  readonly publisherKey: Uint8Array;
  /** Capture's clock: RFC 3339 UTC with six decimals. */
  readonly now: () => string;
}

export async function openSubmitting(parts: Parts): Promise<Submitting> {
  const { accepting, config, database, eventLog, health, keys, metrics, shutdown } = parts;
  const pool = database.pool('capture', { statementTimeoutMs: config.limits.statementMs, clientsWait: true });
  const { origin } = await ledgerConstants(await opened(pool));
  const durability = await followDurability(eventLog, config.topics.events);
  shutdown.at('producers', 'durability', () => Promise.resolve(durability.close()));
  const appends = watchedAppends(eventLog, metrics);
  health.dependency({ name: 'capture: database', ask: () => databaseAnswers(() => logSize(pool)) });
  health.dependency({ name: 'capture: event log', ask: appends.ask });
  return {
    pool: accepting,
    known: knownEventsOf(pool),
    log: appends.log,
    topic: config.topics.events,
    appendTimeoutMs: config.capture.appendTimeoutMs,
    origin,
    get durability() {
      return durability.now();
    },
    publisherKey: keys.own,
    receiptKey: await receiptSigningKey(config, origin),
    now: () => formatInstant(Date.now() * MICROS_PER_MS),
  };
}

/** @param pool has the rights of capture */
export const knownEventsOf = (pool: StorePool): KnownEvents => ({
  firsts: async (refs, submitter) => {
    const found = await firstEvents(pool, refs, submitter);
    return new Map(
      [...found].map(([key, { contentHash, capturedMicros }]) => [key, { contentHash, captured: formatInstant(capturedMicros) }]),
    );
  },
  items: (refs, submitter) => knownItems(pool, refs, submitter),
});
