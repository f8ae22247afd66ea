/** A Kafka client with the library's own retry settings: sends and consumes through an outage, and says when. One JSON line for each event. */
import kafkajs from 'kafkajs';
import { setTimeout as sleep } from 'node:timers/promises';

const EVERY_MS = 100;
const topic = `${process.env['CUSTODY_TOPICS_EVENTS'] ?? ''}.default-client`;
const kafka = new kafkajs.Kafka({
  brokers: (process.env['KAFKA_BROKERS'] ?? '').split(','),
  clientId: 'default-client',
  logLevel: kafkajs.logLevel.NOTHING,
});

const say = (what: string): void => void process.stdout.write(`${JSON.stringify({ at: Date.now(), what })}\n`);

const admin = kafka.admin();
await admin.connect();
await admin.createTopics({ topics: [{ topic, numPartitions: 1 }], waitForLeaders: false });
await sleep(500);
await admin.disconnect();
const consumer = kafka.consumer({ groupId: topic });
await consumer.connect();
await consumer.subscribe({ topics: [topic], fromBeginning: true });
await consumer.run({ eachMessage: () => Promise.resolve(say('consumed')) });
const producer = kafka.producer();
await producer.connect();
for (;;) {
  await producer.send({ topic, acks: -1, messages: [{ value: 'x' }] }).then(
    () => say('acknowledged'),
    () => say('rejected'),
  );
  await sleep(EVERY_MS);
}
