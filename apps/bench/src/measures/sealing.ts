/** (k) The sealer alone, at several sizes of the item map: entries that are in the ledger already, until all are under a signed checkpoint. */
import { join } from 'node:path';
import type { Bench } from '../bench.ts';
import type { Figures } from '../figures.ts';
import { ID } from '../goals.ts';
import { startPeer } from '../product.ts';
import type { Measure } from '../rounds.ts';
import { growLedger, MIDDLE_ENTRIES } from '../sealed-ledger.ts';
import { withClient } from '../servers.ts';

/** At a tenth of the goal's rate the first filling of the largest map takes this long. */
const SEAL_TIMEOUT_MS = 600_000;
/** Of the entries that the ledger begins with, how many belong to one vessel. */
const LONG_SHARE = 0.1;

const sealedDatabase = (items: number): string => `bench_sealed_${items}`;

export function sealingMeasure(bench: Bench, items: number): Measure {
  let begun: Promise<void> | undefined;
  return {
    id: ID.sealing(items),
    title: `k: the sealer alone, ${items} items`,
    async run(round) {
      begun ??= begin(bench, items);
      await begun;
      const { sealedEntries: entries } = bench.options.sizes;
      await withClient(bench.servers.databaseUrl(sealedDatabase(items)), async (client) => {
        await growLedger(client, { items, entries, long: 0, middle: 0, draw: { seed: bench.options.seed * 1_000 + round } });
        await client.query('checkpoint');
      });
      const sealed = await seal(bench, items, false);
      const micros = (seconds: number): number => (seconds * 1e6) / sealed.entries;
      return {
        entriesPerSecond: sealed.entries / sealed.seconds,
        workerMicrosPerEntry: micros(sealed.workerSeconds),
        mapMicrosPerEntry: micros(sealed.mapSeconds),
        postgresMicrosPerEntry: micros(sealed.postgresSeconds),
        openSeconds: sealed.openSeconds,
        peakRssBytes: sealed.peakRssBytes,
      };
    },
  };
}

/** Each item once, and the two that stand out, all of it sealed: not timed. */
async function begin(bench: Bench, items: number): Promise<void> {
  const started = performance.now();
  const url = await bench.servers.freshDatabase(sealedDatabase(items));
  const long = Math.round(items * LONG_SHARE);
  await withClient(url, (client) =>
    growLedger(client, { items, entries: items + long + MIDDLE_ENTRIES, long, middle: MIDDLE_ENTRIES, draw: 'in-order' }),
  );
  const { entries } = await seal(bench, items, true);
  bench.note(`sealed ${sealedDatabase(items)}: ${entries} entries in ${((performance.now() - started) / 1000).toFixed(0)} s with filling`);
}

interface Sealed {
  readonly entries: number;
  readonly openSeconds: number;
  readonly seconds: number;
  readonly workerSeconds: number;
  readonly postgresSeconds: number;
  readonly mapSeconds: number;
  readonly peakRssBytes: number;
}

async function seal(bench: Bench, items: number, isFirst: boolean): Promise<Sealed & Figures> {
  const database = sealedDatabase(items);
  const env = {
    BENCH_SIGNED_HEAD: join(bench.workDir, `${database}.json`),
    BENCH_FIRST: isFirst ? 'yes' : 'no',
    BENCH_POSTGRES_PID: String(bench.servers.postgresPid),
  };
  const child = startPeer(bench, 'seal-alone', { topic: 'bench.none', database }, env);
  try {
    const [line = ''] = await child.line(/^\{.*\}$/, SEAL_TIMEOUT_MS);
    await child.exited;
    return JSON.parse(line) as Sealed & Figures;
  } finally {
    await child.stop();
  }
}
