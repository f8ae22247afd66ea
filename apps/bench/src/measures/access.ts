/**
 * (p) What row policies cost at ingest: the projector's transaction as its role, under them, and as the owner, whom none hold. The same batches
 * from memory into a ledger each, in turns, so that what slows down one slows down the other.
 */
import { createPool } from '#lib/store';
import type { Bench } from '../bench.ts';
import { ID } from '../goals.ts';
import { medianOf, type Measure } from '../rounds.ts';
import { appendWhole, wholeSightings } from '../sealed-ledger.ts';

/** As the projector's default. */
const BATCH_RECORDS = 2_500;
/** Before the clock starts: prepared statements, compiled code, reader groups. */
const WARM_UP_RECORDS = 5_000;
const DATABASES = { policed: 'bench_policed', open: 'bench_open' } as const;
type Way = keyof typeof DATABASES;

export function accessMeasure(bench: Bench): Measure {
  return {
    id: ID.access,
    title: "p: the projector's transaction from memory, under row policies and without",
    async run(round) {
      const { seed, sizes } = bench.options;
      const events = wholeSightings(seed + round, WARM_UP_RECORDS + sizes.peerEntries, sizes.items);
      const urls = {
        policed: await bench.servers.freshDatabase(DATABASES.policed),
        open: await bench.servers.freshDatabase(DATABASES.open),
      };
      const pools = {
        policed: createPool({ url: urls.policed, applicationName: 'bench', max: 2, role: 'projector' }),
        open: createPool({ url: urls.open, applicationName: 'bench', max: 2 }),
      };
      const micros: Record<Way, number[]> = { policed: [], open: [] };
      try {
        for (let from = 0, turn = 0; from < events.length; from += BATCH_RECORDS, turn++) {
          for (const way of turn % 2 === 0 ? (['policed', 'open'] as const) : (['open', 'policed'] as const)) {
            const to = Math.min(events.length, from + BATCH_RECORDS);
            const started = performance.now();
            await appendWhole(pools[way], events, from, to);
            if (from >= WARM_UP_RECORDS) micros[way].push(((performance.now() - started) * 1000) / (to - from));
          }
        }
      } finally {
        await Promise.all(Object.values(pools).map((pool) => pool.close()));
        for (const name of Object.values(DATABASES)) await bench.servers.dropDatabase(name);
      }
      // Of the batches: one that waited for a checkpoint or for the machine's other work counts as one.
      return { policedMicrosPerEvent: medianOf(micros.policed), openMicrosPerEvent: medianOf(micros.open) };
    },
  };
}
