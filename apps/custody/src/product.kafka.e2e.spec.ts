/** The product's contract on a real Kafka broker: the one of KAFKA_BROKERS, or one of its own. */
import { randomUUID } from 'node:crypto';
import { jest } from '@jest/globals';
import { createKafkaLog } from '#lib/event-log';
import { brokersForSuite } from '../../../deploy/kafka/broker.mjs';
import { productContract } from './product.contract.ts';

jest.setTimeout(60_000);

productContract('Kafka log', async () => {
  const { brokers, stop } = await brokersForSuite();
  const run = randomUUID();
  return {
    log: {
      topic: `e2e.events.${run}`,
      env: { KAFKA_BROKERS: brokers, CUSTODY_TOPICS_DEAD_LETTERS: `e2e.dead-letters.${run}`, CUSTODY_PROJECTOR_GROUP: `e2e-${run}` },
      // One broker, one replica: nothing here survives the loss of its disk.
      warnings: ['topic.min-insync', 'topic.replication'],
      open: () => createKafkaLog({ brokers: brokers.split(','), clientId: 'e2e' }),
    },
    end: stop,
  };
});
