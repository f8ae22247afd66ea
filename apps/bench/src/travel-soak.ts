/** `npm run bench -- --travel`: ten thousand generated journeys before the travel checks, and what came of it in docs/bench/travel.json. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeMachine, isDirty, loadAverage } from '../../chaos/src/machine.ts';
import { revisionOf, treeHash } from '../../chaos/src/soak.ts';
import {
  shortcomings,
  TRAVEL_FILE,
  TRAVEL_JOURNEYS,
  TRAVEL_PATHS,
  TRAVEL_SUITE,
  type TravelCounts,
  type TravelResult,
} from './travel-result.ts';

/** Runs the suite, its controls too, in a process of its own. Throws where it fails or counts too little; nothing is written then. */
export async function travelSoak(root: string, seed: number): Promise<TravelResult> {
  const revision = revisionOf(root);
  if (revision === null || isDirty(root, TRAVEL_PATHS)) throw new Error('a result is about a commit: commit first');
  const started = new Date().toISOString();
  const machine = { ...describeMachine(), load: loadAverage() };
  const found = await runSuite(root, seed);
  const short = shortcomings(found);
  if (short.length > 0) throw new Error(`nothing was written (seed ${seed}): ${short.join('; ')}`);
  const result: TravelResult = {
    version: 1,
    commit: revision.commit,
    ...found,
    machine,
    started,
    ended: new Date().toISOString(),
    covers: TRAVEL_PATHS,
    treeHash: treeHash(root, TRAVEL_PATHS),
  };
  writeFileSync(join(root, TRAVEL_FILE), `${JSON.stringify(result, null, 2)}\n`);
  return result;
}

async function runSuite(root: string, seed: number): Promise<TravelCounts> {
  const folder = mkdtempSync(join(tmpdir(), 'custody-travel-'));
  const counts = join(folder, 'counts.json');
  try {
    const child = spawn(process.execPath, ['--experimental-vm-modules', 'node_modules/jest/bin/jest.js', '--runInBand', TRAVEL_SUITE], {
      cwd: root,
      stdio: 'inherit',
      env: { ...process.env, TRAVEL_COUNT: String(TRAVEL_JOURNEYS), TRAVEL_SEED: String(seed), CUSTODY_TRAVEL_RESULT: counts },
    });
    const [status] = (await once(child, 'exit')) as [number | null];
    if (status !== 0) throw new Error(`${TRAVEL_SUITE} failed (seed ${seed}); nothing was written`);
    return JSON.parse(readFileSync(counts, 'utf8')) as TravelCounts;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
