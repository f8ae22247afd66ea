/**
 * (k) The sealer alone: takes up what is stored, seals until nothing waits, and says what it cost. What hashing the map takes of it is timed
 * by a clock around that function (wall time of one thread that waits for nothing meanwhile).
 */
import { rmSync } from 'node:fs';
import { MapBuilder, signingKey } from '#lib/ledger';
import { createPool, ledgerConstants } from '#lib/store';
import { openSealer } from '../../../sealer/src/index.ts';
import { treeCpuSeconds } from '../child-process.ts';
import { SEALER_SEED } from '../sealer-seed.ts';

const env = (name: string): string => process.env[name] ?? '';

let mapMillis = 0;
const { commitInTurns } = MapBuilder.prototype;
MapBuilder.prototype.commitInTurns = async function timed(turn): ReturnType<typeof commitInTurns> {
  // What others do in their turns is not the map's.
  let since = performance.now();
  const update = await commitInTurns.call(this, async () => {
    mapMillis += performance.now() - since;
    await turn();
    since = performance.now();
  });
  mapMillis += performance.now() - since;
  return update;
};

const pool = createPool({ url: env('DATABASE_URL'), applicationName: 'seal alone', max: 4, role: 'sealer', statementTimeoutMs: 0 });
const { origin } = await ledgerConstants(pool);
const signedHeadFile = env('BENCH_SIGNED_HEAD');
if (env('BENCH_FIRST') === 'yes') rmSync(signedHeadFile, { force: true });

const opening = performance.now();
const sealer = await openSealer({ pool, origin, key: signingKey('log', origin, SEALER_SEED), signedHeadFile });
const openSeconds = (performance.now() - opening) / 1000;

mapMillis = 0;
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
    mapSeconds: mapMillis / 1e3,
    peakRssBytes: process.resourceUsage().maxRSS * 1024,
  })}\n`,
);
