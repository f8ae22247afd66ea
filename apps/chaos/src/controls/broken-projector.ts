/**
 * Projectors as they must not be, each with one defence off, on the same event log, decoding and transaction as the product's: what the rows
 * of the table have to catch. The first argument names the defect.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { decodeBatch } from '#app/projector';
import { createKafkaLog, type Batch, type BatchResult } from '#lib/event-log';
import {
  createPool,
  knownEvents,
  projectBatch,
  readOffset,
  type Failpoint,
  type PartitionId,
  type ProjectedEvent,
  type StoreClient,
  type StorePool,
} from '#lib/store';

/** Returns where the partition goes on; nothing: after the batch. */
type Defect = (batch: Batch, from: number, next: number) => Promise<number | void>;

const env = (name: string): string => process.env[name] ?? '';
const MAX_RECORDS = Number(process.env['CUSTODY_PROJECTOR_BATCH_RECORDS'] ?? 100);
const MAX_BYTES = 4 * 2 ** 20;
const RETRY_MS = 100;
/** How long each batch takes more, as one does on a busy machine. */
const SLOWER_BY_MS = Number(process.env['CHAOS_SLOWER_BY_MS'] ?? 0);
/** As libs/store names the statement that moves an offset. */
const MOVE_NAME = 'move_offset';

const pool = createPool({
  url: env('DATABASE_URL'),
  applicationName: 'custody projector',
  max: 6,
  role: 'projector',
  connectTimeoutMs: 1_000,
});
const keys = new Map([['local', [Buffer.from(env('CUSTODY_PUBLISHER_KEY'), 'hex')]]]);
const hooks = { failpoint: dieAt(env('CUSTODY_TEST_FAILPOINT')) };

const DEFECTS: Readonly<Record<string, Defect>> = {
  /** As the product does it: what another one fails at has to be its defect. */
  async none(batch, from, next) {
    const { events, dead } = decodeBatch(batch.records, keys);
    return (await projectBatch(pool, batch, from, next, events, dead, { hooks })).next;
  },

  /** The offset is moved without compare-and-set. */
  async 'plain-update'(batch, from, next) {
    const { events, dead } = decodeBatch(batch.records, keys);
    await projectBatch(unfenced, batch, from, next, events, dead, { hooks });
  },

  /** The offset is committed before the rows are: at most once. */
  async 'offset-first'(batch, from, next) {
    const { events, dead } = decodeBatch(batch.records, keys);
    await projectBatch(pool, batch, from, next, [], []);
    await besideTheOffset(batch, next - from, (beside, to) => projectBatch(pool, beside, to - (next - from), to, events, dead, { hooks }));
  },

  /** A record that cannot be taken is an error like any other. */
  async 'poison-stops'(batch, from, next) {
    const { events, dead } = decodeBatch(batch.records, keys);
    if (dead.length > 0) throw new Error(`the record at ${dead[0]?.offset ?? 0} cannot be read`);
    await projectBatch(pool, batch, from, next, events, dead, { hooks });
  },

  /** Whatever goes wrong is the fault of the records. */
  async 'buries-on-error'(batch, from, next) {
    const { events, dead } = decodeBatch(batch.records, keys);
    await projectBatch(pool, batch, from, next, events, dead, { hooks }).catch(async (error: unknown) => {
      const reason = error instanceof Error ? error.message : String(error);
      const buried = batch.records.map(({ offset, key, headers, value }) => ({
        offset,
        key,
        headers,
        value,
        code: 'record.data',
        detail: reason,
      }));
      for (;;) {
        const moved = await projectBatch(pool, batch, from, next, [], [...buried]).catch(() => null);
        if (moved !== null) return;
        await sleep(RETRY_MS);
      }
    });
  },

  /** Knows an event by its id alone: other bytes are dropped like a repetition. */
  async 'drops-conflicts'(batch, from, next) {
    const { events, dead } = decodeBatch(batch.records, keys);
    const known = await knownEvents(pool, events);
    const fresh = new Map<string, ProjectedEvent>();
    for (const event of events) if (!known.has(`${event.agency}/${event.id}`) && !fresh.has(event.id)) fresh.set(event.id, event);
    await projectBatch(pool, batch, from, next, [...fresh.values()], dead, { hooks });
  },
};

const unfenced: StorePool = { ...pool, connect: async () => withoutCompare(await pool.connect()) };

function withoutCompare(client: StoreClient): StoreClient {
  return {
    ...client,
    run: (statement, values) =>
      statement.name === MOVE_NAME
        ? client.query(statement.text.replace('next = $4::bigint', '$4::bigint is not null'), values)
        : client.run(statement, values),
  };
}

const defect = DEFECTS[process.argv[2] ?? ''];
if (defect === undefined) throw new Error(`no such defect; there are ${Object.keys(DEFECTS).join(', ')}`);
const log = createKafkaLog({ brokers: env('KAFKA_BROKERS').split(','), clientId: 'broken-projector' });
const consumer = await log.consume({
  topic: env('CUSTODY_TOPICS_EVENTS'),
  group: env('CUSTODY_PROJECTOR_GROUP'),
  maxRecords: MAX_RECORDS,
  maxBytes: MAX_BYTES,
  startAt: async (partition) => (await readOffset(pool, partition)) ?? 0,
  async onBatch(batch): Promise<BatchResult> {
    const { from, next } = batch;
    await sleep(SLOWER_BY_MS);
    return { next: (await defect(batch, from, next)) ?? next };
  },
});
process.stdout.write('Ready\n');
process.once('SIGTERM', () => {
  void consumer.close().finally(() => process.exit(0));
});
await consumer.ended;

/** Rows without the partition's own offset: under an offset that nobody reads. */
async function besideTheOffset(
  batch: PartitionId,
  count: number,
  project: (beside: PartitionId, to: number) => Promise<unknown>,
): Promise<void> {
  const beside = { ...batch, clusterId: `${batch.clusterId} beside` };
  await project(beside, ((await readOffset(pool, beside)) ?? 0) + count);
}

function dieAt(wish: string): (reached: Failpoint) => void {
  const [name, count = '1'] = wish.split(':');
  let left = Number(count);
  return (reached) => {
    if (reached === name && --left <= 0) process.kill(process.pid, 'SIGKILL');
  };
}
