/**
 * A projector whose rows no unique key protects: it notes each record that it takes, in one transaction with the offset. With the offset moved
 * by compare-and-set each record is noted once, whatever the group does; with a plain update a projector that lost its partition notes what
 * the next one noted already. Argument: `compare-and-set` or `plain-update`. Each batch takes a while, as one does on a busy machine.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { createKafkaLog, type Batch } from '#lib/event-log';
import { createPool } from '#lib/store';

/** Long against a rebalance's turns, short against a session. */
const BATCH_MS = 150;
const MAX_RECORDS = 5;
const MAX_BYTES = 2 ** 20;
/** The least that a broker allows unless set otherwise. */
const SESSION_MS = 6_000;

const env = (name: string): string => process.env[name] ?? '';
const compares = process.argv[2] === 'compare-and-set';
const pool = createPool({ url: env('DATABASE_URL'), applicationName: 'chaos counting projector', max: 6 });
await pool.transaction(async (client) => {
  await client.query('select pg_advisory_xact_lock(7217111)');
  await client.query('create table if not exists public.noted (partition integer not null, "offset" bigint not null)');
  await client.query('create table if not exists public.noted_next (partition integer primary key, next bigint not null)');
});
const log = createKafkaLog({ brokers: env('KAFKA_BROKERS').split(','), clientId: 'counting-projector', sessionTimeoutMs: SESSION_MS });
const consumer = await log.consume({
  topic: env('CUSTODY_TOPICS_EVENTS'),
  group: env('CUSTODY_PROJECTOR_GROUP'),
  maxRecords: MAX_RECORDS,
  maxBytes: MAX_BYTES,
  startAt: ({ partition }) => nextOf(partition),
  async onBatch(batch) {
    await sleep(BATCH_MS);
    const { from, next } = batch;
    return { next: (await note(batch, from, next)) ? next : await nextOf(batch.partition) };
  },
});
process.stdout.write('Ready\n');
process.once('SIGTERM', () => {
  void consumer.close().finally(() => process.exit(0));
});
await consumer.ended;

/** False: the offset is elsewhere, nothing was noted. */
async function note({ partition, records }: Batch, from: number, next: number): Promise<boolean> {
  return pool.transaction(async (client) => {
    await client.query('insert into public.noted_next values ($1::integer, 0) on conflict do nothing', [partition]);
    const where = compares ? 'partition = $1::integer and next = $3::bigint' : 'partition = $1::integer and $3::bigint is not null';
    const { rowCount } = await client.query(`update public.noted_next set next = $2::bigint where ${where}`, [partition, next, from]);
    if (rowCount === 0) return false;
    await client.query('insert into public.noted select $1::integer, unnest($2::bigint[])', [
      partition,
      records.map(({ offset }) => offset),
    ]);
    return true;
  });
}

async function nextOf(partition: number): Promise<number> {
  const { rows } = await pool.query<{ next: number }>('select next from public.noted_next where partition = $1::integer', [partition]);
  return rows[0]?.next ?? 0;
}
