/** (g) The embedded log beside Kafka: this process appends, a second one consumes, both through the port. */
import { fileURLToPath } from 'node:url';
import type { Bench } from '../bench.ts';
import { startChild, treeCpuSeconds, usageOf } from '../child-process.ts';
import { ID } from '../goals.ts';
import { openLog } from '../logs.ts';
import { sightingRecords } from '../records.ts';
import type { Figures } from '../figures.ts';
import type { Measure } from '../rounds.ts';
import { PARTITIONS } from '../topic.ts';

const READY_TIMEOUT_MS = 30_000;
const RUN_TIMEOUT_MS = 300_000;
/** Records of one append, and appends that wait at once: what kafkajs was fastest with. */
const APPEND_RECORDS = 1_000;
const APPENDS_IN_FLIGHT = 4;
/** Different records; they are sent again and again, since a log does not look into them. */
const DIFFERENT_RECORDS = 10_000;

export function eventLogMeasure(bench: Bench, adapter: 'kafka' | 'embedded'): Measure {
  return {
    id: ID.log(adapter),
    title: `g: ${adapter} event log, appended by one process and consumed by a second`,
    async run(round) {
      const address = adapter === 'kafka' ? bench.brokers() : await bench.servers.freshDatabase('bench_log');
      const figures = await measure(bench, adapter, address, `bench.log.${round}`);
      if (adapter === 'embedded') await bench.servers.dropDatabase('bench_log');
      return figures;
    },
  };
}

async function measure(bench: Bench, adapter: string, address: string, topic: string): Promise<Figures> {
  const { seed, sizes } = bench.options;
  const total = sizes.logRecords;
  const records = [...sightingRecords({ seed, count: Math.min(DIFFERENT_RECORDS, total), items: sizes.items, itemsPerSighting: 1 })].map(
    ({ outgoing }) => outgoing,
  );
  const { log, close } = openLog(adapter, address, 'bench-producer');
  await log.ensureTopics([{ topic, partitions: PARTITIONS }]);
  const child = startChild({
    command: process.execPath,
    args: [fileURLToPath(new URL('../peers/log-consumer.js', import.meta.url)), adapter, address, topic, String(total)],
    logFile: bench.logFile(`log-consumer-${adapter}`),
  });
  try {
    await child.line(/^ready$/, READY_TIMEOUT_MS);
    const consumed = child.line(/^\{"count"/, RUN_TIMEOUT_MS);
    const before = await costs(bench, child.pid);
    const started = Date.now();
    let sent = 0;
    await Promise.all(
      Array.from({ length: APPENDS_IN_FLIGHT }, async () => {
        while (sent < total) {
          const from = sent;
          sent = Math.min(total, from + APPEND_RECORDS);
          await log.append(
            topic,
            Array.from({ length: sent - from }, (_, n) => records[(from + n) % records.length] as never),
          );
        }
      }),
    );
    const appended = Date.now();
    const { at } = JSON.parse((await consumed).input) as { at: number };
    const after = await costs(bench, child.pid);
    const micros = (name: keyof typeof before) => ((after[name] - before[name]) * 1e6) / total;
    return {
      recordsPerSecond: (total * 1000) / (Math.max(at, appended) - started),
      appendedPerSecond: (total * 1000) / (appended - started),
      producerMicrosPerRecord: micros('producer'),
      consumerMicrosPerRecord: micros('consumer'),
      serverMicrosPerRecord: micros('servers'),
    };
  } finally {
    await child.stop();
    await log.close();
    await close();
  }
}

async function costs(bench: Bench, consumerPid: number): Promise<{ producer: number; consumer: number; servers: number }> {
  const broker = 'pid' in bench.servers.kafka ? bench.servers.kafka.pid : undefined;
  return {
    producer: (await usageOf(process.pid))?.cpuSeconds ?? 0,
    consumer: (await usageOf(consumerPid))?.cpuSeconds ?? 0,
    servers: (await treeCpuSeconds(bench.servers.postgresPid)) + (broker === undefined ? 0 : ((await usageOf(broker))?.cpuSeconds ?? 0)),
  };
}
