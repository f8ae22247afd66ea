/**
 * (k) The sealer alone: takes up what is stored, seals until nothing waits, and says what it cost. What the map takes of it is timed by
 * putting a clock around the two functions that the sealer calls.
 */
import { rmSync } from 'node:fs';
import { MapBuilder, signingKey } from '#lib/ledger';
import { createPool, ledgerConstants } from '#lib/store';
import { openSealer } from '../../../sealer/src/index.ts';
import { treeCpuSeconds } from '../child-process.ts';

const env = (name: string): string => process.env[name] ?? '';
const KEY_SEED = new Uint8Array(32).fill(7);

let mapMicros = 0;
const { commit } = MapBuilder.prototype;
MapBuilder.prototype.commit = function timed(): ReturnType<typeof commit> {
  const before = process.cpuUsage();
  const update = commit.call(this);
  const { user, system } = process.cpuUsage(before);
  mapMicros += user + system;
  return update;
};

const pool = createPool({ url: env('DATABASE_URL'), applicationName: 'seal alone', max: 3, role: 'sealer', statementTimeoutMs: 0 });
const { origin } = await ledgerConstants(pool);
const signedHeadFile = env('BENCH_SIGNED_HEAD');
if (env('BENCH_FIRST') === 'yes') rmSync(signedHeadFile, { force: true });

const opening = performance.now();
const sealer = await openSealer({ pool, origin, key: signingKey('log', origin, KEY_SEED), signedHeadFile });
const openSeconds = (performance.now() - opening) / 1000;

mapMicros = 0;
const waiting = await sealer.waiting();
const postgres = await treeCpuSeconds(Number(env('BENCH_POSTGRES_PID')));
const own = process.cpuUsage();
const started = performance.now();
let seals = 0;
while ((await sealer.seal()) !== null) seals++;
const seconds = (performance.now() - started) / 1000;
const { user, system } = process.cpuUsage(own);
const postgresSeconds = (await treeCpuSeconds(Number(env('BENCH_POSTGRES_PID')))) - postgres;
await pool.close();
process.stdout.write(
  `${JSON.stringify({
    entries: waiting,
    seals,
    openSeconds,
    seconds,
    workerSeconds: (user + system) / 1e6,
    postgresSeconds,
    mapSeconds: mapMicros / 1e6,
    peakRssBytes: process.resourceUsage().maxRSS * 1024,
  })}\n`,
);
