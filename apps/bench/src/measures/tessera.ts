/**
 * (l) Durable, checkpointed entries a second beside Tessera's POSIX storage: both begin with entries in memory and end when a signed
 * checkpoint covers the last one. An entry has as many bytes here and there: the canonical bytes of a sighting. Tessera stores them in its
 * bundles, with its tree; ours in the ledger, with timelines, item trees, map and tree.
 */
import { execFile } from 'node:child_process';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Bench } from '../bench.ts';
import { startChild, type Child } from '../child-process.ts';
import type { Figures } from '../figures.ts';
import { ID } from '../goals.ts';
import { startPeer, startSealer } from '../product.ts';
import { Skipped, type Measure } from '../rounds.ts';

/** Modules through the proxy and the first compilation; both are kept for later runs. */
const BUILD_TIMEOUT_MS = 300_000;
const RUN_TIMEOUT_MS = 300_000;
const DATABASE = 'bench_peer';
/** Sightings of documents.ts with one item, in the mean. */
const ENTRY_BYTES = 700;

/** Batches as Tessera ships them, and those that were fastest for it here (of 256 to 4,096 entries, and 2,000 adders). */
export const BATCHES = {
  shipped: { batch: 256, age: '250ms' },
  large: { batch: 2_000, age: '50ms' },
} as const;
export type Batches = keyof typeof BATCHES;
/** Entries under way at once: with fewer the larger batches would wait for their age. */
const ADDERS = 4_000;
/** As our sealer's default. */
const CHECKPOINT_INTERVAL = '1s';

export function tesseraMeasure(bench: Bench, batches: Batches): Measure {
  const { batch, age } = BATCHES[batches];
  let built: Promise<string> | undefined;
  return {
    id: ID.tessera(batches),
    title: `l: Tessera's POSIX storage, batches of ${batch} or ${age}${batches === 'shipped' ? ' as it ships' : ''}`,
    async run() {
      built ??= build(bench);
      const command = await built;
      const dir = join(bench.workDir, 'tessera');
      await mkdir(dir);
      const flags = { dir, entries: bench.options.sizes.peerEntries, bytes: ENTRY_BYTES, batch, age, interval: CHECKPOINT_INTERVAL };
      const args = Object.entries({ ...flags, adders: ADDERS }).flatMap(([name, value]) => [`-${name}`, String(value)]);
      const child = startChild({ command, args, logFile: bench.logFile('tessera') });
      try {
        return figuresOf(await resultOf(child));
      } finally {
        await child.stop();
        await rm(dir, { recursive: true, force: true });
      }
    },
  };
}

export function besideTesseraMeasure(bench: Bench): Measure {
  return {
    id: ID.besideTessera,
    title: 'l: projector from memory and sealer, of the same number of sightings',
    async run() {
      await bench.servers.freshDatabase(DATABASE);
      const role = { topic: 'bench.none', database: DATABASE };
      const sealer = await startSealer(bench, role);
      const child = startPeer(bench, 'project-from-memory', role, {
        BENCH_ENTRIES: String(bench.options.sizes.peerEntries),
        BENCH_ITEMS: String(bench.options.sizes.items),
        BENCH_SEED: String(bench.options.seed),
        BENCH_POSTGRES_PID: String(bench.servers.postgresPid),
        BENCH_SEALER_PID: String(sealer.pid),
      });
      try {
        return figuresOf(await resultOf(child));
      } finally {
        await Promise.all([child.stop(), sealer.stop()]);
        await bench.servers.dropDatabase(DATABASE);
      }
    },
  };
}

interface Result {
  readonly entries: number;
  readonly durableSeconds: number;
  readonly checkpointedSeconds: number;
  readonly cpuSeconds: number;
  readonly entryBytes?: number;
}

async function resultOf(child: Child): Promise<Result> {
  const [line = ''] = await child.line(/^\{.*\}$/, RUN_TIMEOUT_MS);
  return JSON.parse(line) as Result;
}

const figuresOf = ({ entries, durableSeconds, checkpointedSeconds, cpuSeconds, entryBytes = ENTRY_BYTES }: Result): Figures => ({
  checkpointedPerSecond: entries / checkpointedSeconds,
  durablePerSecond: entries / durableSeconds,
  cpuMicrosPerEntry: (cpuSeconds * 1e6) / entries,
  entryBytes,
});

/** Throws Skipped where Go is missing or too old, or the modules cannot be had. */
async function build(bench: Bench): Promise<string> {
  const target = join(bench.root, '.custody', 'bench-tessera', 'tessera');
  const cwd = join(bench.root, 'apps', 'bench', 'tessera');
  try {
    await promisify(execFile)('go', ['build', '-o', target, '.'], { cwd, timeout: BUILD_TIMEOUT_MS });
  } catch (error) {
    throw new Skipped(`Tessera could not be built: ${error instanceof Error ? error.message.slice(0, 300) : String(error)}`);
  }
  return target;
}
