/** The event log in Postgres: no server beside the one that the ledger needs anyway. */
import type { EventLog, LogConsumer } from '../port.ts';
import { type Report, silent } from '../report.ts';
import type { SqlPool } from '../sql-port.ts';
import { CHANNEL, EmbeddedAppender } from './appender.ts';
import { consumeEmbedded } from './consumer.ts';
import { ensureTopics, existingTopic, withClient } from './topics.ts';

/** What the embedded log works on. */
export interface EmbeddedLogOptions {
  /**
   * Each consumer keeps one connection for as long as it lives and takes one for each partition it is reading at a moment; an append
   * takes one. Connections that listen are the pool's own affair. Not closed by the log.
   */
  readonly pool: SqlPool;
  /** A member that is silent for longer, though its connection stands, loses its partitions. Default 10 s, as on Kafka. */
  readonly sessionTimeoutMs?: number;
  readonly log?: Report;
}

const APPEND_TIMEOUT_MS = 10_000;
const SESSION_TIMEOUT_MS = 10_000;

/** The event log in tables of Postgres: appends are durable when committed; consumers of several processes share partitions by advisory locks. */
export function createEmbeddedLog({ pool, sessionTimeoutMs = SESSION_TIMEOUT_MS, log = silent }: EmbeddedLogOptions): EventLog {
  const appender = new EmbeddedAppender(pool);
  const consumers = new Set<LogConsumer>();
  const subscribers = new Set<(payload: string) => void>();
  let listening: Promise<() => Promise<void>> | undefined;
  /** One connection that listens, for all consumers. */
  const subscribe = async (onNotify: (payload: string) => void): Promise<() => void> => {
    subscribers.add(onNotify);
    listening ??= pool.listen(CHANNEL, (payload) => subscribers.forEach((subscriber) => subscriber(payload)));
    try {
      await listening;
    } catch (error) {
      listening = undefined;
      // Reading goes on by looking now and then.
      log('warn', 'Listening for new records failed; they are noticed half a second later.', { adapter: 'embedded', error });
    }
    return () => void subscribers.delete(onNotify);
  };
  return {
    adapter: 'embedded',
    append: (topic, records, timeoutMs = APPEND_TIMEOUT_MS) => appender.append(topic, records, timeoutMs),
    async consume(options) {
      const consumer = await consumeEmbedded({ pool, sessionTimeoutMs, report: log, subscribe }, options);
      consumers.add(consumer);
      const forget = (): void => void consumers.delete(consumer);
      consumer.ended.then(forget, forget);
      return consumer;
    },
    async ends(topic) {
      const { clusterId, topicId, ends } = await existingTopic(pool, topic);
      return ends.map(({ low, next }, partition) => ({ clusterId, topicId, topic, partition, low, high: next }));
    },
    ensureTopics: (specs) => ensureTopics(pool, specs),
    // A copy of the database is its operator's affair, and nothing here waits for one.
    durability: () => Promise.resolve('single-node'),
    ping: async () => void (await withClient(pool, (client) => client.query('select 1'))),
    async close() {
      await Promise.all([...consumers].map((consumer) => consumer.close()));
      await appender.close();
      const stop = await listening?.catch(() => undefined);
      await stop?.();
    },
  };
}
