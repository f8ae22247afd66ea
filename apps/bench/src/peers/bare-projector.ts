/** The projector's work without Nest, configuration, metrics: event log, decode, transaction. What the whole product costs above it is its frame. */
import { createKafkaLog } from '#lib/event-log';
import { createPool, projectBatch } from '#lib/store';
import { decodeInTurns } from '../../../projector/src/decode.ts';
import { AGENCY } from '../records.ts';

const env = (name: string): string => process.env[name] ?? '';
/** As the product's defaults. */
const MAX_RECORDS = 2_500;
const MAX_BYTES = 8 * 2 ** 20;

const pool = createPool({ url: env('DATABASE_URL'), applicationName: 'bare projector', max: 5, role: 'projector' });
const log = createKafkaLog({ brokers: env('KAFKA_BROKERS').split(','), clientId: 'bare-projector' });
const keys = new Map([[AGENCY, [Buffer.from(env('CUSTODY_PUBLISHER_KEY'), 'hex')]]]);
const consumer = await log.consume({
  topic: env('CUSTODY_TOPICS_EVENTS'),
  group: `bare-projector-${env('DATABASE_URL').split('/').at(-1)}`,
  maxRecords: MAX_RECORDS,
  maxBytes: MAX_BYTES,
  startAt: () => Promise.resolve(0),
  async onBatch(batch) {
    const { events, dead } = await decodeInTurns(batch.records, keys);
    const outcome = await projectBatch(pool, batch, batch.from, batch.next, events, dead);
    return { next: outcome.next };
  },
});
process.once(
  'SIGTERM',
  () =>
    void consumer
      .close()
      .then(() => pool.close())
      .finally(() => process.exit(0)),
);
await consumer.ended;
