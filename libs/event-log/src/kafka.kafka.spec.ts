import { Kafka, logLevel } from 'kafkajs';
import { brokersForSuite } from '../../../deploy/kafka/broker.mjs';
import { startReplyThief } from '../test-proxy.ts';
import { eventLogContract } from './event-log.contract.ts';
import type { ContractSetup } from './reading.contract.ts';
import { createKafkaLog } from './kafka/kafka-log.ts';

/** The least that a broker allows unless set otherwise. */
const SESSION_MS = 6_000;

eventLogContract('on Kafka', kafkaSetup);

async function kafkaSetup(): Promise<ContractSetup> {
  const { brokers, stop } = await brokersForSuite();
  const options = { brokers: brokers.split(','), clientId: 'contract', sessionTimeoutMs: SESSION_MS };
  const thief = await startReplyThief();
  return {
    sessionMs: SESSION_MS,
    open: () => Promise.resolve(createKafkaLog(options)),
    openLosingReply: () => {
      thief.loseNextProduceReply(true);
      return Promise.resolve(createKafkaLog({ ...options, socketFactory: thief.socketFactory }));
    },
    recreateTopic: (topic) => recreateTopic(options.brokers, topic),
    close: async () => {
      await thief.close();
      await stop();
    },
  };
}

async function recreateTopic(brokers: string[], topic: string): Promise<void> {
  const admin = new Kafka({ brokers, clientId: 'operator', logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
  await admin.deleteTopics({ topics: [topic] });
  await admin.createTopics({
    topics: [{ topic, numPartitions: topics[0]?.partitions.length ?? 1, replicationFactor: 1 }],
    waitForLeaders: false,
  });
  await admin.disconnect();
}
