/**
 * Requests of our own over connections of kafkajs, which bring TLS, SASL, time limits and reconnecting along. kafkajs 2.2.4 speaks Fetch up
 * to version 11 and Metadata up to 6: without topic ids (KIP-516), so the records of a topic that was deleted and made again would pass
 * for the old ones. The only file that reaches inside kafkajs (pinned).
 */
import type { Logger } from 'kafkajs';
import Cluster from 'kafkajs/src/cluster/index.js';
import defaultSocketFactory from 'kafkajs/src/network/socketFactory.js';
import { FatalLogError } from '../errors.ts';
import { BRIEF, connectionSettings, type KafkaLogOptions, unavailable } from './client.ts';
import { Reader } from './wire.ts';

/** A request of a flexible version (KIP-482). */
export interface Request<T> {
  readonly apiKey: number;
  readonly apiVersion: number;
  readonly apiName: string;
  readonly body: Buffer;
  decode(at: Reader): T;
}

export interface Connections {
  /** Any broker answers. Rejects with LogUnavailable; with FatalLogError `consumer.stopped` where the broker is too old. */
  ask<T>(request: Request<T>): Promise<T>;
  /** This broker answers; `topic` is one that it knows, by which addresses are found. Rejections as of `ask`. */
  askNode<T>(nodeId: number, topic: string, request: Request<T>): Promise<T>;
  close(): Promise<void>;
}

const NO_TAGS = 0;
/** Size, api key, version, correlation id and so on are written by kafkajs; the header of a flexible request ends with tags. */
const REQUEST_HEADER_END = Buffer.from([NO_TAGS]);

type Broker = Awaited<ReturnType<Cluster['brokerPool']['findBroker']>>;

export function createConnections(options: KafkaLogOptions, logger: Logger): Connections {
  const cluster = new Cluster({
    logger, retry: BRIEF, enforceRequestTimeout: true, metadataMaxAge: 0, allowAutoTopicCreation: false,
    socketFactory: defaultSocketFactory(), ...connectionSettings(options),
  }); // prettier-ignore
  const answered = async <T>(find: () => Promise<Broker>, request: Request<T>): Promise<T> => {
    try {
      const broker = await find();
      checkVersion(broker, request);
      return await send(broker, request);
    } catch (error) {
      if (error instanceof FatalLogError) throw error;
      throw unavailable('Kafka does not answer', error);
    }
  };
  return {
    ask: (request) => answered(() => cluster.brokerPool.findConnectedBroker(), request),
    askNode: (nodeId, topic, request) => answered(async () => {
      try {
        return await cluster.brokerPool.findBroker({ nodeId });
      } catch {
        await cluster.brokerPool.refreshMetadata([topic]); // not known yet, or it has moved
        return cluster.brokerPool.findBroker({ nodeId });
      }
    }, request), // prettier-ignore
    close: () => cluster.disconnect(),
  };
}

function send<T>(broker: Broker, { apiKey, apiVersion, apiName, body, decode }: Request<T>): Promise<T> {
  const bytes = Buffer.concat([REQUEST_HEADER_END, body]);
  return broker.connectionPool.send({
    request: { apiKey, apiVersion, apiName, encode: () => Promise.resolve({ buf: bytes, buffer: bytes }) },
    response: {
      decode: (raw) => {
        const at = new Reader(raw);
        at.tags(); // ends the header of a flexible response
        return Promise.resolve({ data: decode(at) });
      },
      parse: ({ data }) => Promise.resolve(data),
    },
  });
}

function checkVersion({ versions }: Broker, { apiKey, apiVersion, apiName }: Request<unknown>): void {
  const known = versions?.[apiKey];
  if (known === undefined || (known.minVersion <= apiVersion && apiVersion <= known.maxVersion)) return;
  throw new FatalLogError(
    'consumer.stopped',
    `The broker speaks ${apiName} ${known.minVersion} to ${known.maxVersion}, not ${apiVersion}: Kafka 3.1 or newer is needed.`,
  );
}
