/** What connections.ts uses of kafkajs 2.2.4 beyond its public types. */
declare module 'kafkajs/src/cluster/index.js' {
  import type { ISocketFactory, KafkaConfig, Logger, RetryOptions } from 'kafkajs';

  interface Protocol<Decoded, T> {
    readonly request: {
      readonly apiKey: number;
      readonly apiVersion: number;
      readonly apiName: string;
      encode(): Promise<{ buf: Buffer; buffer: Buffer }>;
    };
    readonly response: { decode(raw: Buffer): Promise<Decoded>; parse(data: Decoded): Promise<T> };
  }
  interface Broker {
    readonly versions: Readonly<Record<number, { readonly minVersion: number; readonly maxVersion: number }>> | null;
    readonly connectionPool: { send<Decoded, T>(protocol: Protocol<Decoded, T>): Promise<T> };
  }
  interface Settings extends Pick<KafkaConfig, 'brokers' | 'clientId' | 'ssl' | 'sasl' | 'connectionTimeout' | 'requestTimeout'> {
    readonly logger: Logger;
    readonly retry: RetryOptions;
    readonly socketFactory?: ISocketFactory;
    readonly enforceRequestTimeout: boolean;
    readonly metadataMaxAge: number;
    readonly allowAutoTopicCreation: boolean;
  }
  export default class Cluster {
    constructor(settings: Settings);
    readonly brokerPool: {
      findConnectedBroker(): Promise<Broker>;
      findBroker(which: { nodeId: number }): Promise<Broker>;
      refreshMetadata(topics: readonly string[]): Promise<void>;
    };
    disconnect(): Promise<void>;
  }
}
declare module 'kafkajs/src/network/socketFactory.js' {
  import type { ISocketFactory } from 'kafkajs';
  export default function defaultSocketFactory(): ISocketFactory;
}
