/** `npm run mutants`: ten thousand mutants of each class before the verifier, and what came of it in docs/mutants.json. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeMachine, isDirty, loadAverage } from './machine.ts';
import {
  MUTANT_PATHS,
  MUTANT_SUITES,
  type MutantCounts,
  MUTANTS_FILE,
  MUTANTS_OF_A_CLASS,
  type MutantsResult,
  shortcomings,
} from './mutants-result.ts';
import { projectRoot } from './project-root.ts';
import { revisionOf, treeHash } from './soak.ts';

const root = projectRoot();
const revision = revisionOf(root);
if (revision === null || isDirty(root, MUTANT_PATHS)) throw new Error('a result is about a commit: commit first');
const started = new Date().toISOString();
const machine = { ...describeMachine(), load: loadAverage() };
const folder = mkdtempSync(join(tmpdir(), 'custody-mutants-'));
const counts = join(folder, 'counts.json');
const seed = process.env['CUSTODY_TEST_SEED'] ?? String(Math.floor(Math.random() * 2 ** 31));
try {
  // One after the other: each adds its counts to the one file.
  const { status } = spawnSync(
    process.execPath,
    ['--experimental-vm-modules', 'node_modules/jest/bin/jest.js', '--runInBand', ...Object.values(MUTANT_SUITES)],
    {
      cwd: root,
      stdio: 'inherit',
      env: { ...process.env, CUSTODY_TEST_MUTANTS: String(MUTANTS_OF_A_CLASS), CUSTODY_TEST_SEED: seed, CUSTODY_MUTANTS_RESULT: counts },
    },
  );
  if (status !== 0) throw new Error(`the suites failed (seed ${seed}); nothing was written`);
  const found = JSON.parse(readFileSync(counts, 'utf8')) as MutantCounts;
  const short = shortcomings(found);
  if (short.length > 0) throw new Error(`nothing was written: ${short.join('; ')}`);
  const { commit } = revision;
  const ended = new Date().toISOString();
  const hash = treeHash(root, MUTANT_PATHS);
  const result: MutantsResult = { version: 1, commit, ...found, machine, started, ended, covers: MUTANT_PATHS, treeHash: hash };
  writeFileSync(join(root, MUTANTS_FILE), `${JSON.stringify(result, null, 2)}\n`);
} finally {
  rmSync(folder, { recursive: true });
}
