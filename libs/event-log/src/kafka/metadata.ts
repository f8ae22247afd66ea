/** Ids of cluster and topics, leaders of partitions. */
import { FatalLogError } from '../errors.ts';
import { unavailable } from './client.ts';
import type { Connections } from './connections.ts';
import { KafkaError, metadataRequest, type TopicMetadata } from './protocol.ts';

/** `null`: no such topic. Rejects with LogUnavailable. One request: about 1 ms on loopback. */
export async function findTopic(connections: Connections, topic: string): Promise<TopicMetadata | null> {
  const found = (await connections.ask(metadataRequest([topic]))).find((one) => one.topic === topic);
  if (found === undefined || found.errorCode === KafkaError.unknownTopicOrPartition) return null;
  if (found.errorCode !== KafkaError.none) throw unavailable(`Kafka answers for ${topic}`, new Error(`error code ${found.errorCode}`));
  return found;
}

/** Rejects with FatalLogError `topic.missing` where there is none. */
export async function existingTopic(connections: Connections, topic: string): Promise<TopicMetadata> {
  const found = await findTopic(connections, topic);
  if (found === null) throw new FatalLogError('topic.missing', `There is no topic ${topic}.`);
  return found;
}
