/** (m) `custody audit --full` over a sealed ledger of whole sightings: what the log commits to, and the events behind it, each with its rate. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { formatVerifierKey, signingKey } from '#lib/ledger';
import { createPool } from '#lib/store';
import type { Bench } from '../bench.ts';
import { ID } from '../goals.ts';
import { Skipped, type Measure } from '../rounds.ts';
import { appendWhole, wholeSightings } from '../sealed-ledger.ts';
import { SEALER_SEED } from '../sealer-seed.ts';
import { withClient } from '../servers.ts';
import { sealAll } from './sealing.ts';

const DATABASE = 'bench_audited';
/** As the projector's default. */
const BATCH_RECORDS = 2_500;
const AUDIT_TIMEOUT_MS = 600_000;
const REPORT_BYTES_MAX = 16 * 2 ** 20;

export function auditMeasure(bench: Bench): Measure {
  let filled: Promise<void> | undefined;
  return {
    id: ID.audit,
    title: `m: audit of ${bench.options.sizes.peerEntries} sealed sightings`,
    async run() {
      filled ??= fill(bench);
      await filled;
      const { commitments, content } = await audit(bench);
      return {
        commitmentsPerCoreSecond: commitments.count / commitments.cpuSeconds,
        contentPerCoreSecond: content.count / content.cpuSeconds,
        commitmentsPerSecond: commitments.count / commitments.seconds,
        contentPerSecond: content.count / content.seconds,
      };
    },
  };
}

async function fill(bench: Bench): Promise<void> {
  const { seed, sizes } = bench.options;
  const url = await bench.servers.freshDatabase(DATABASE);
  const events = wholeSightings(seed, sizes.peerEntries, sizes.items);
  const pool = createPool({ url, applicationName: 'bench', max: 2, role: 'projector' });
  try {
    for (let from = 0; from < events.length; from += BATCH_RECORDS)
      await appendWhole(pool, events, from, Math.min(events.length, from + BATCH_RECORDS));
  } finally {
    await pool.close();
  }
  await sealAll(bench, DATABASE, true);
}

/** As the command reports it: CPU of its process alone. */
interface Part {
  readonly count: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
}

interface Report {
  readonly commitments: Part;
  readonly content: Part;
}

/** Exit code 0 means verified; anything else rejects: a ledger in which something is found is no figure. */
async function audit(bench: Bench): Promise<Report> {
  const url = bench.servers.databaseUrl(DATABASE);
  const origin = await withClient(url, async (client) =>
    String((await client.query<{ origin: string }>('select origin from ledger.head')).rows[0]?.origin),
  );
  const key = formatVerifierKey(signingKey('log', origin, SEALER_SEED));
  const program = join(bench.root, 'dist', 'apps', 'custody', 'src', 'main.js');
  const env = { ...process.env, DATABASE_URL: url, CUSTODY_DATA_DIR: join(bench.workDir, 'data-audit') };
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [program, 'audit', '--full', '--json', '--key', key], {
      env,
      timeout: AUDIT_TIMEOUT_MS,
      maxBuffer: REPORT_BYTES_MAX,
    });
    return JSON.parse(stdout) as Report;
  } catch (error) {
    // With --json an error is on stdout.
    if (String((error as { stdout?: unknown }).stdout).includes('unknown command')) throw new Skipped('this version has no audit --full');
    throw error;
  }
}
