/**
 * (g) The second process: consumes a topic through the event-log port and says when it has all records. The same code for both adapters;
 * the handler only counts, so that what is measured is the log.
 */
import { openLog } from '../logs.ts';

const [adapter = '', address = '', topic = '', total = ''] = process.argv.slice(2);

/** Bounds as the projector's: large enough to share one round trip, small enough to bound memory. */
const MAX_RECORDS = 2_000;
const MAX_BYTES = 4 * 2 ** 20;

const { log, close } = openLog(adapter, address, 'bench-consumer');
let count = 0;
let bytes = 0;
const consumer = await log.consume({
  topic,
  group: `bench-${process.pid}`,
  maxRecords: MAX_RECORDS,
  maxBytes: MAX_BYTES,
  startAt: () => Promise.resolve(0),
  onBatch(batch) {
    for (const record of batch.records) bytes += record.value.length;
    count += batch.records.length;
    if (count >= Number(total)) process.stdout.write(`${JSON.stringify({ count, bytes, at: Date.now() })}\n`);
    return Promise.resolve({ next: batch.next });
  },
});
process.stdout.write('ready\n');
process.once(
  'SIGTERM',
  () =>
    void consumer
      .close()
      .then(close)
      .finally(() => process.exit(0)),
);
await consumer.ended;
