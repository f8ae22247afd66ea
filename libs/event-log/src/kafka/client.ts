/** Options of the Kafka adapter, and kafkajs set up from them. */
import type { ConnectionOptions } from 'node:tls';
import kafkajs, { type Kafka, type ISocketFactory, type KafkaConfig, type LogEntry, type RetryOptions, type SASLOptions } from 'kafkajs';
import { LogUnavailable } from '../errors.ts';
import type { Report } from '../report.ts';

/** How to reach the brokers, and as whom. */
export interface KafkaLogOptions {
  /** `host:port`, to begin with: the cluster names the others. */
  readonly brokers: readonly string[];
  /** As the brokers' logs and quotas know this program. */
  readonly clientId: string;
  /** `true`: TLS with the system's authorities. PEM texts otherwise. */
  readonly ssl?: boolean | Pick<ConnectionOptions, 'ca' | 'cert' | 'key' | 'passphrase' | 'servername'>;
  readonly sasl?: { readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512'; readonly username: string; readonly password: string };
  /** Replicas of topics that `ensureTopics` makes, and the least that it finds in order. 1 (the default): the loss of one disk loses the log. */
  readonly replication?: number;
  /** A member that is silent for longer loses its partitions; the brokers' own bounds are 6 s and 30 min unless set otherwise. */
  readonly sessionTimeoutMs?: number;
  readonly log?: Report;
  /** How connections are made; tests put faults there. */
  readonly socketFactory?: ISocketFactory;
}

/**
 * Connections come back within a second of the broker: with these the first acknowledgement came 0.6 s after the port opened, with kafkajs'
 * own it was 3.3 s, and a consumer took 10.5 s. 1,000 tries are about a quarter of an hour; whoever waits for less gives up earlier.
 */
export const PATIENT: RetryOptions = { initialRetryTime: 100, maxRetryTime: 1_000, retries: 1_000 };
/** For a question that its caller asks again: some seconds. */
export const BRIEF: RetryOptions = { initialRetryTime: 100, maxRetryTime: 1_000, retries: 4 };

/** Handshake on a loaded machine, TLS included. */
const CONNECTION_TIMEOUT_MS = 3_000;
/** A broker that takes a request and says nothing for this long (stopped, cut off) is asked again. */
const REQUEST_TIMEOUT_MS = 10_000;

export function createKafka(options: KafkaLogOptions, retry: RetryOptions, onLine: LineLogger): Kafka {
  return new kafkajs.Kafka({ ...connectionSettings(options), retry, logLevel: kafkajs.logLevel.INFO, logCreator: () => onLine });
}

export function connectionSettings(
  options: KafkaLogOptions,
): Pick<KafkaConfig, 'brokers' | 'clientId' | 'ssl' | 'sasl' | 'socketFactory' | 'connectionTimeout' | 'requestTimeout'> {
  const { brokers, clientId, ssl, sasl, socketFactory } = options;
  return {
    brokers: [...brokers],
    clientId,
    ...(ssl === undefined ? {} : { ssl }),
    ...(sasl === undefined ? {} : { sasl: { ...sasl } as SASLOptions }),
    ...(socketFactory === undefined ? {} : { socketFactory }),
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
  };
}

export type LineLogger = (entry: LogEntry) => void;

/** What kafkajs says of lost connections is worth a warning, each message once in this time. */
const REPEAT_MS = 30_000;
/** Messages differ by broker; past this many the memory of them starts anew. */
const MESSAGES_MAX = 100;
const ABOUT_CONNECTIONS = /^(Connection error|Connection timeout|SASL)/;

/**
 * kafkajs logs as errors what it retries a moment later (rebalances, moved leaders). What does not mend reaches the caller as a
 * rejection or ends the consumer, and is reported there. So its lines are for debugging, but for connections. They never carry keys or values.
 */
export function linesTo(report: Report): LineLogger {
  const warned = new Map<string, number>();
  return ({ level, log: { message } }) => {
    const now = Date.now();
    if (level > kafkajs.logLevel.WARN || !ABOUT_CONNECTIONS.test(message) || now - (warned.get(message) ?? -Infinity) < REPEAT_MS) {
      report('debug', `kafkajs: ${message}`, {});
      return;
    }
    if (warned.size >= MESSAGES_MAX) warned.clear();
    warned.set(message, now);
    report('warn', `Kafka: ${message}`, {});
  };
}

/** A rejection of kafkajs in the port's words, with its first cause kept. */
export function unavailable(what: string, error: unknown): LogUnavailable {
  if (error instanceof LogUnavailable) return error;
  return new LogUnavailable(`${what}: ${error instanceof Error ? error.message : String(error)}`, error);
}
