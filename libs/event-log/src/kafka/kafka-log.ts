/** The event log on Kafka. */
import type { Admin, Kafka } from 'kafkajs';
import type { EventLog, LogConsumer } from '../port.ts';
import { silent } from '../report.ts';
import { createAppender } from './appender.ts';
import { BRIEF, createKafka, type KafkaLogOptions, linesTo, PATIENT, unavailable } from './client.ts';
import { createConnections } from './connections.ts';
import { consumeTopic, SESSION_TIMEOUT_MS } from './consumer.ts';
import { existingTopic } from './metadata.ts';
import { metadataRequest } from './protocol.ts';
import { ensureTopics, readMessageBytesMax, topicDurability, type TopicsContext } from './topics.ts';

/** Of one append, unless the caller says otherwise: longer than the start of a broker, shorter than the patience of most HTTP clients. */
const APPEND_TIMEOUT_MS = 10_000;

/** Connects when first used. Works with brokers from 3.1 on (fetching by topic id). */
export function createKafkaLog(options: KafkaLogOptions): EventLog {
  const report = options.log ?? silent;
  const onLine = linesTo(report);
  const kafka = createKafka(options, BRIEF, onLine);
  const connect = () => createConnections(options, kafka.logger());
  const connections = connect();
  const admin = lazyAdmin(kafka);
  const messageBytes = new Map<string, number>();
  const topicsContext = async (): Promise<TopicsContext> => ({
    admin: await admin.get(),
    connections,
    replication: options.replication ?? 1,
    report,
    onMessageBytesMax: (topic, bytes) => void messageBytes.set(topic, bytes),
  });
  const appender = createAppender(connect(), {
    known: (topic) => messageBytes.get(topic),
    read: async (topic) => readMessageBytesMax(await topicsContext(), topic),
  });
  const consumers = new Set<LogConsumer>();
  return {
    adapter: 'kafka',
    append: (topic, records, timeoutMs = APPEND_TIMEOUT_MS) => appender.append(topic, records, timeoutMs),
    async consume(consumeOptions) {
      const sessionTimeoutMs = options.sessionTimeoutMs ?? SESSION_TIMEOUT_MS;
      const consumer = await consumeTopic(
        { kafka: createKafka(options, PATIENT, onLine), connections: connect(), sessionTimeoutMs, report },
        consumeOptions,
      );
      consumers.add(consumer);
      const forget = (): void => void consumers.delete(consumer);
      consumer.ended.then(forget, forget);
      return consumer;
    },
    async ends(topic) {
      const { clusterId, topicId } = await existingTopic(connections, topic);
      const ends = await (await admin.get()).fetchTopicOffsets(topic).catch((error: unknown) => {
        throw unavailable(`The ends of ${topic} could not be read`, error);
      });
      return ends
        .map(({ partition, low, high }) => ({ clusterId, topicId, topic, partition, low: Number(low), high: Number(high) }))
        .sort((a, b) => a.partition - b.partition);
    },
    ensureTopics: async (specs) => ensureTopics(await topicsContext(), specs),
    durability: async (topic) => topicDurability(await topicsContext(), topic),
    ping: async () => void (await connections.ask(metadataRequest([]))),
    async close() {
      await Promise.all([...consumers].map((consumer) => consumer.close()));
      await Promise.all([appender.close(), admin.close(), connections.close()]);
    },
  };
}

function lazyAdmin(kafka: Kafka): { get(): Promise<Admin>; close(): Promise<void> } {
  const admin = kafka.admin();
  let connected: Promise<void> | undefined;
  return {
    async get() {
      connected ??= admin.connect();
      try {
        await connected;
      } catch (error) {
        connected = undefined;
        throw unavailable('Kafka does not answer', error);
      }
      return admin;
    },
    close: async () => void (await admin.disconnect()),
  };
}
