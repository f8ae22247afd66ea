/**
 * The ids of cluster and topics. kafkajs speaks the Metadata request up to version 6, topic ids came with version 10 (KIP-516), so
 * version 12 is encoded here and sent through a kafkajs cluster of our own: its connections bring TLS, SASL and retries along. The only
 * file that reaches inside kafkajs (2.2.4, pinned). Format: kafka.apache.org/protocol, Metadata v12, flexible (KIP-482).
 */
import type { Logger, RetryOptions } from 'kafkajs';
import Cluster from 'kafkajs/src/cluster/index.js';
import defaultSocketFactory from 'kafkajs/src/network/socketFactory.js';
import { FatalLogError } from '../errors.ts';
import type { PartitionId } from '../port.ts';
import { connectionSettings, type KafkaLogOptions, unavailable } from './client.ts';

export interface TopicMetadata extends Omit<PartitionId, 'partition'> {
  readonly partitions: readonly { readonly partition: number; readonly replicas: number; readonly hasLeader: boolean }[];
}

export interface MetadataReader {
  /** `null`: no such topic. Rejects with LogUnavailable. One request: about 1 ms on loopback. */
  find(topic: string): Promise<TopicMetadata | null>;
  /** As `find`, but rejects with FatalLogError `topic.missing`. */
  topic(topic: string): Promise<TopicMetadata>;
  /**
   * Rejects with FatalLogError `topic.changed` unless the topic still has this id, by an answer to a request that began after the call.
   * Calls of one turn share a request.
   */
  confirm(identity: Omit<PartitionId, 'partition'>): Promise<void>;
  /** One round trip. Rejects with LogUnavailable. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

export function createMetadataReader(options: KafkaLogOptions, logger: Logger, retry: RetryOptions): MetadataReader {
  const cluster = new Cluster({
    logger, retry, enforceRequestTimeout: true, metadataMaxAge: 0, allowAutoTopicCreation: false,
    socketFactory: defaultSocketFactory(), ...connectionSettings(options),
  }); // prettier-ignore
  const confirming = new Map<string, Promise<TopicMetadata | null>>();

  async function ask(topics: readonly string[]): Promise<Metadata> {
    try {
      const broker = await cluster.brokerPool.findConnectedBroker();
      return await broker.connectionPool.send({ request: request(topics), response: { decode: (raw) => Promise.resolve(decodeMetadata(raw)), parse: (data) => Promise.resolve(data) } });
    } catch (error) {
      throw unavailable('Kafka does not answer', error);
    }
  }
  async function find(topic: string): Promise<TopicMetadata | null> {
    const { clusterId, topics } = await ask([topic]);
    const found = topics.find(({ name }) => name === topic);
    if (found === undefined || found.errorCode === UNKNOWN_TOPIC_OR_PARTITION) return null;
    if (found.errorCode !== 0) throw unavailable(`Kafka answers for ${topic}`, new Error(`error ${found.errorCode}`));
    return { clusterId, topicId: found.id, topic, partitions: found.partitions };
  }
  /** Begins at the end of this turn, so that it is younger than all who join it. */
  function findSoon(topic: string): Promise<TopicMetadata | null> {
    const soon = confirming.get(topic) ?? Promise.resolve().then(() => {
      confirming.delete(topic);
      return find(topic);
    });
    confirming.set(topic, soon);
    return soon;
  }
  const existing = (found: TopicMetadata | null, topic: string): TopicMetadata => {
    if (found === null) throw new FatalLogError('topic.missing', `There is no topic ${topic}.`);
    return found;
  };
  return {
    find,
    topic: async (topic) => existing(await find(topic), topic),
    async confirm({ topic, topicId, clusterId }) {
      const found = await findSoon(topic);
      // Deleted, and not made again yet: nothing can be read, and whoever reads comes back.
      if (found === null) throw unavailable(`Kafka has no topic ${topic} any more`, undefined);
      if (found.topicId !== topicId || found.clusterId !== clusterId) {
        throw new FatalLogError('topic.changed', `The topic ${topic} was deleted and made again: it had the id ${topicId}, now ${found.topicId}.`);
      }
    },
    ping: async () => void (await ask([])),
    close: () => cluster.disconnect(),
  };
}

const METADATA = 3;
const VERSION = 12;
const UNKNOWN_TOPIC_OR_PARTITION = 3;

interface Metadata {
  readonly clusterId: string;
  readonly topics: readonly { errorCode: number; name: string; id: string; partitions: TopicMetadata['partitions'] }[];
}

function request(topics: readonly string[]): { apiKey: number; apiVersion: number; apiName: string; encode: () => Promise<{ buf: Buffer; buffer: Buffer }> } {
  const names = topics.map((topic) => Buffer.from(topic));
  const buffer = Buffer.concat([
    NO_TAGS, // ends the request's header, which kafkajs wrote before it
    uvarint(names.length + 1),
    ...names.flatMap((name) => [Buffer.alloc(16), uvarint(name.length + 1), name, NO_TAGS]),
    Buffer.from([0, 0]), // no topic is made by asking; no authorised operations
    NO_TAGS,
  ]);
  return { apiKey: METADATA, apiVersion: VERSION, apiName: 'Metadata', encode: () => Promise.resolve({ buf: buffer, buffer }) };
}

const NO_TAGS = Buffer.from([0]);

function uvarint(value: number): Buffer {
  const bytes: number[] = [];
  for (; value > 0x7f; value >>>= 7) bytes.push((value & 0x7f) | 0x80);
  return Buffer.from([...bytes, value]);
}

/** Throws RangeError where the answer is cut off. */
export function decodeMetadata(raw: Buffer): Metadata {
  const at = new Cursor(raw);
  at.tags(); // the response's header
  at.skip(4); // throttle time
  at.array(() => {
    at.skip(4);
    at.string();
    at.skip(4);
    at.string();
    at.tags();
  });
  const clusterId = at.string() ?? '';
  at.skip(4); // controller
  const topics = at.array(() => {
    const errorCode = at.int16();
    const name = at.string() ?? '';
    const id = at.uuid();
    at.skip(1);
    const partitions = at.array(() => readPartition(at));
    at.skip(4);
    at.tags();
    return { errorCode, name, id, partitions };
  });
  return { clusterId, topics };
}

function readPartition(at: Cursor): TopicMetadata['partitions'][number] {
  at.skip(2);
  const partition = at.int32();
  const leader = at.int32();
  at.skip(4);
  const replicas = at.array(() => at.int32()).length;
  at.array(() => at.int32());
  at.array(() => at.int32());
  at.tags();
  return { partition, replicas, hasLeader: leader >= 0 };
}

class Cursor {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }
  skip(bytes: number): void {
    this.#at += bytes;
  }
  int16(): number {
    this.#at += 2;
    return this.#bytes.readInt16BE(this.#at - 2);
  }
  int32(): number {
    this.#at += 4;
    return this.#bytes.readInt32BE(this.#at - 4);
  }
  uvarint(): number {
    for (let value = 0, shift = 0; ; shift += 7) {
      const byte = this.#bytes.readUInt8(this.#at++);
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  }
  string(): string | null {
    const length = this.uvarint() - 1;
    this.#at += Math.max(length, 0);
    return length < 0 ? null : this.#bytes.toString('utf8', this.#at - length, this.#at);
  }
  /** As Kafka's own tools print it: base64url, 22 characters. */
  uuid(): string {
    this.#at += 16;
    return this.#bytes.toString('base64url', this.#at - 16, this.#at);
  }
  array<T>(item: () => T): T[] {
    const length = this.uvarint() - 1;
    const items: T[] = [];
    for (let index = 0; index < length; index++) items.push(item());
    return items;
  }
  tags(): void {
    const count = this.uvarint();
    for (let index = 0; index < count; index++) {
      this.uvarint();
      this.skip(this.uvarint());
    }
  }
}
