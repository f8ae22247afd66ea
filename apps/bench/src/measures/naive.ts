/** (c) The per-message projector beside ours: same broker, topic, partitions, validation, Postgres. */
import { fileURLToPath } from 'node:url';
import type { Bench } from '../bench.ts';
import { startChild } from '../child-process.ts';
import { ID } from '../goals.ts';
import { watchProgress } from '../progress.ts';
import type { Measure } from '../rounds.ts';
import { withClient } from '../servers.ts';

/** Nest, TypeORM with its schema, and a consumer group take seconds to start on two busy cores. */
const READY_TIMEOUT_MS = 60_000;
/** At the slowest rate ever seen (300 events/s on a loaded machine) the default size takes 50 s. */
const RUN_TIMEOUT_MS = 300_000;

/** @param save `plain` as everybody writes it, `bare` without its transaction and reading back */
export function naiveMeasure(bench: Bench, save: 'plain' | 'bare'): Measure {
  return {
    id: ID.naive(save),
    title: `c: Nest @EventPattern, TypeORM findOne + save${save === 'plain' ? '' : ' without transaction and reload'}, 4 partitions at once`,
    async run() {
      const { topic, events } = await bench.topic(1, bench.options.sizes.naiveEvents);
      const url = await bench.servers.freshDatabase('bench_naive');
      const child = startChild({
        command: process.execPath,
        args: [fileURLToPath(new URL('../peers/event-pattern-projector.js', import.meta.url))],
        env: { BENCH_SAVE: save, BENCH_TOPIC: topic, KAFKA_BROKERS: bench.brokers(), DATABASE_URL: url },
        logFile: bench.logFile('event-pattern'),
      });
      try {
        await child.line(/^ready$/, READY_TIMEOUT_MS);
        const { figures } = await withClient(url, (client) =>
          watchProgress({
            done: async () => Number((await client.query<{ n: string }>('select count(*) as n from item_rows')).rows[0]?.n),
            total: events,
            pollMs: 100,
            timeoutMs: RUN_TIMEOUT_MS,
            workers: [child],
            postgresPid: bench.servers.postgresPid,
            brokerPid: bench.brokerPid(),
          }),
        );
        return figures;
      } finally {
        await child.stop();
        await bench.servers.dropDatabase('bench_naive');
      }
    },
  };
}
