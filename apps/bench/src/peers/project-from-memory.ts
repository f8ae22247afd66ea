/**
 * (l) Our side of Tessera: sightings that lie decoded in memory are projected in batches of the product's size, one at a time, while a sealer
 * runs in a process of its own; done when a signed checkpoint covers the last one. No broker and no decoding, as Tessera has none.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { createPool, projectBatch, type ProjectedEvent } from '#lib/store';
import type { LogRecord } from '#lib/event-log';
import { decode } from '../../../projector/src/decode.ts';
import { treeCpuSeconds } from '../child-process.ts';
import { provedEntries } from '../proved-entries.ts';
import { AGENCY, PUBLISHER_KEY, sightingRecords } from '../records.ts';
import { withClient } from '../servers.ts';

const env = (name: string): string => process.env[name] ?? '';
/** As the product's default. */
const BATCH_RECORDS = 2_500;
/** As often as the program beside Tessera looks at its checkpoint. */
const POLL_MS = 5;
const PARTITION = { clusterId: 'bench', topicId: 'bench', topic: 'bench', partition: 0 };

const count = Number(env('BENCH_ENTRIES'));
const keys = new Map([[AGENCY, [PUBLISHER_KEY]]]);
const events: ProjectedEvent[] = [];
let contentBytes = 0;
for (const { outgoing, content } of sightingRecords({
  seed: Number(env('BENCH_SEED')),
  count,
  items: Number(env('BENCH_ITEMS')),
  itemsPerSighting: 1,
})) {
  contentBytes += content.length;
  const decoded = decode({ ...outgoing, offset: events.length } as unknown as LogRecord, keys);
  if ('dead' in decoded) throw new Error(`${decoded.dead.code}: ${decoded.dead.detail}`);
  events.push(decoded.event);
}

const url = env('DATABASE_URL');
const postgresPid = Number(env('BENCH_POSTGRES_PID'));
const sealerPid = Number(env('BENCH_SEALER_PID'));
const pool = createPool({ url, applicationName: 'project from memory', max: 2, role: 'projector' });
const others = async (): Promise<number> => (await treeCpuSeconds(postgresPid)) + (await treeCpuSeconds(sealerPid));
await withClient(url, async (client) => {
  const before = await others();
  const own = process.cpuUsage();
  const started = performance.now();
  for (let from = 0; from < count; from += BATCH_RECORDS) {
    const next = Math.min(count, from + BATCH_RECORDS);
    await projectBatch(pool, PARTITION, from, next, events.slice(from, next), []);
  }
  const durableSeconds = (performance.now() - started) / 1000;
  while ((await provedEntries(client)).proved < count) await sleep(POLL_MS);
  const checkpointedSeconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(own);
  const cpuSeconds = (user + system) / 1e6 + (await others()) - before;
  process.stdout.write(
    `${JSON.stringify({ entries: count, durableSeconds, checkpointedSeconds, cpuSeconds, entryBytes: contentBytes / count })}\n`,
  );
});
await pool.close();
