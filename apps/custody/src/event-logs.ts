/** The event log of this process: Kafka where brokers are configured, else the one embedded in Postgres; and its topics. */
import { readFileSync } from 'node:fs';
import { createEmbeddedLog, createKafkaLog, type Durability, type EventLog } from '#lib/event-log';
import { type Config, linesOf, type Log } from '#lib/runtime';
import type { Database } from './database.ts';
import { CommandError, EXIT } from './exit-codes.ts';

/** The consumer's own, one for each partition it reads, and some for appends. */
const EMBEDDED_CONNECTIONS = 12;

/** @param database null: none is open; Kafka needs none */
export function openEventLog(config: Config, log: Log, database: Database | null): EventLog {
  const { kafka } = config;
  const lines = linesOf(log, 'event log');
  if (kafka.brokers.length === 0) {
    if (database === null) throw new Error('the embedded log is in the database');
    return createEmbeddedLog({ pool: database.pool('capture', { max: EMBEDDED_CONNECTIONS }), log: lines });
  }
  const ssl = kafka.ssl ? { ssl: kafka.sslCaFile === null ? true : { ca: readFileSync(kafka.sslCaFile, 'utf8') } } : {};
  const sasl =
    kafka.saslMechanism === 'none'
      ? {}
      : { sasl: { mechanism: kafka.saslMechanism, username: kafka.saslUser ?? '', password: kafka.saslPassword ?? '' } };
  return createKafkaLog({
    brokers: [...kafka.brokers],
    clientId: kafka.clientId,
    ...ssl,
    ...sasl,
    replication: config.topics.replication,
    log: lines,
  });
}

/** Which log does not answer, for whoever runs a command; anything else comes back as it was. */
export function eventLogFault(error: unknown, { kafka }: Config): unknown {
  const { code, message } = error as { code?: unknown; message?: string };
  if (code !== 'log.unavailable' || kafka.brokers.length === 0) return error;
  return new CommandError(
    EXIT.temporary,
    'log.unavailable',
    `Kafka at ${kafka.brokers.join(', ')} (KAFKA_BROKERS) does not answer: ${message ?? 'no reason given'}.`,
    'Start it, or mend the addresses, TLS and SASL settings; then run this again.',
  );
}

/** Creates what is missing. What would lose data is a warning in development and ends the start in production. */
export async function prepareTopics(config: Config, log: Log, eventLog: EventLog): Promise<void> {
  const { events, deadLetters, partitions } = config.topics;
  const findings = await eventLog
    .ensureTopics([
      { topic: events, partitions },
      { topic: deadLetters, partitions: 1 },
    ])
    .catch((error: unknown) => {
      throw eventLogFault(error, config);
    });
  for (const { severity, code, detail } of findings) {
    log[severity === 'error' ? 'error' : 'warn'](detail, { component: 'event log', code });
  }
  const first = findings.find(({ severity }) => severity === 'error') ?? (config.profile === 'production' ? findings[0] : undefined);
  if (first !== undefined) throw new CommandError(EXIT.conflict, first.code, first.detail);
}

/** A topic's settings change by an operator's hand: seldom, and a minute is soon enough. */
const LOOK_AGAIN_MS = 60_000;

/** What receipts may say of the events' topic: as it is found at the start and every minute; while that is not known, the least. */
export async function followDurability(
  eventLog: Pick<EventLog, 'durability'>,
  topic: string,
  everyMs = LOOK_AGAIN_MS,
): Promise<{ now(): Durability; close(): void }> {
  let found: Durability = 'single-node';
  const look = async (): Promise<void> => {
    found = await eventLog.durability(topic).catch(() => 'single-node' as const);
  };
  await look();
  const timer = setInterval(() => void look(), everyMs).unref();
  return { now: () => found, close: () => clearInterval(timer) };
}
