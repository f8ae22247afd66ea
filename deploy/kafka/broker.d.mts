export interface Broker {
  /** Value for KAFKA_BROKERS. */
  readonly brokers: string;
  readonly port: number;
  readonly pid: number;
  readonly dir: string;
  /** PEM of the broker's certificate; there where `login` was given. */
  readonly certificateFile: string;
  /** Settles when the process is gone. */
  readonly exited: Promise<void>;
  /** SIGTERM, then waits; SIGKILL where that takes too long. */
  stop(): Promise<void>;
  /** SIGKILL, then waits. */
  kill(): Promise<void>;
}
export class BrokerUnavailable extends Error {}
export function missingForBroker(): Promise<string | null>;
export function startBroker(options: {
  dir: string;
  port?: number;
  heapMegabytes?: number;
  login?: { username: string; password: string };
}): Promise<Broker>;
/** The brokers of KAFKA_BROKERS, which stay as they are, or one of its own in a temporary folder. */
export function brokersForSuite(): Promise<Pick<Broker, 'brokers' | 'stop'>>;
export function freePort(): Promise<number>;
