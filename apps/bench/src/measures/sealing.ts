/** (k) The sealer alone, at several sizes of the item map: entries that are in the ledger already, until all are under a signed checkpoint. */
import { join } from 'node:path';
import { createPool } from '#lib/store';
import type { Bench } from '../bench.ts';
import type { Figures } from '../figures.ts';
import { ID } from '../goals.ts';
import { startPeer } from '../product.ts';
import type { Measure } from '../rounds.ts';
import { appendWhole, growLedger, wholeSightings } from '../sealed-ledger.ts';
import { withClient } from '../servers.ts';

/** At a tenth of the goal's rate the first filling of the largest map takes this long. */
const SEAL_TIMEOUT_MS = 600_000;
/** Of the entries that the ledger begins with, how many belong to one vessel. */
const LONG_SHARE = 0.1;

/** The ledger of so many items that (k) leaves behind: (n) asks it for proofs. */
export const sealedDatabase = (items: number): string => `bench_sealed_${items}`;

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
        await growLedger(client, { items, entries, long: 0, draw: { seed: bench.options.seed * 1_000 + round } });
        await client.query('checkpoint');
      });
      const sealed = await sealAll(bench, sealedDatabase(items), false);
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

/** Whole sightings of one item, and in how many pieces the ledger is filled around them. */
export const WHOLE_SIGHTINGS = 200;
const PIECES = 20;

/** Each item once, a vessel with a tenth of all, and an item of 200 whole sightings between them; all of it sealed. Not timed. */
async function begin(bench: Bench, items: number): Promise<void> {
  const started = performance.now();
  const url = await bench.servers.freshDatabase(sealedDatabase(items));
  const sightings = wholeSightings(bench.options.seed, WHOLE_SIGHTINGS);
  const projector = createPool({ url, applicationName: 'bench', max: 2, role: 'projector' });
  try {
    await withClient(url, async (client) => {
      for (let piece = 0; piece < PIECES; piece++) {
        const [from, to] = [piece, piece + 1].map((n) => Math.round((n * items) / PIECES)) as [number, number];
        const long = Math.round((to - from) * LONG_SHARE);
        await growLedger(client, { items, entries: to - from + long, long, draw: { from } });
        const share = WHOLE_SIGHTINGS / PIECES;
        await appendWhole(projector, sightings, piece * share, (piece + 1) * share);
      }
    });
  } finally {
    await projector.close();
  }
  const { entries } = await sealAll(bench, sealedDatabase(items), true);
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

/** A sealer of its own over what the database has. @param isFirst a head that was signed for an earlier database of this name is forgotten */
export async function sealAll(bench: Bench, database: string, isFirst: boolean): Promise<Sealed & Figures> {
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
