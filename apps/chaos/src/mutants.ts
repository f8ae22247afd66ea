/** `npm run mutants`: ten thousand mutants of each class before the verifier, and what came of it in docs/mutants.json. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
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
const seed = Number(process.env['CUSTODY_TEST_SEED'] ?? Math.floor(Math.random() * 2 ** 31));

/** One suite in a process of its own; gives what it counted. */
async function runSuite(name: string, file: string): Promise<MutantCounts> {
  const counts = join(folder, `${name}.json`);
  const child = spawn(process.execPath, ['--experimental-vm-modules', 'node_modules/jest/bin/jest.js', '--runInBand', file], {
    cwd: root,
    stdio: 'inherit',
    env: {
      ...process.env,
      CUSTODY_TEST_MUTANTS: String(MUTANTS_OF_A_CLASS),
      CUSTODY_TEST_SEED: String(seed),
      CUSTODY_MUTANTS_RESULT: counts,
    },
  });
  const [status] = (await once(child, 'exit')) as [number | null];
  if (status !== 0) throw new Error(`${name} failed (seed ${seed}); nothing was written`);
  return JSON.parse(readFileSync(counts, 'utf8')) as MutantCounts;
}

try {
  const counted = await Promise.all(Object.entries(MUTANT_SUITES).map(([name, file]) => runSuite(name, file)));
  const found: MutantCounts = { seed, mutants: MUTANTS_OF_A_CLASS, suites: Object.assign({}, ...counted.map(({ suites }) => suites)) };
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
