/** The random workload as a long check: in the size that a release is held to, with its control. */
import { mkdirSync, mkdtempSync, chmodSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { LongCheck, LongCheckOptions } from '../long-check.ts';
import { judgeReads } from './oracle.ts';
import { runWorkload, WORKLOAD_SIZES, type WorkloadResult } from './workload.ts';

/** Of the problems that are found so many are kept: one cause has many. */
const PROBLEMS_KEPT = 20;

/** Some minutes in the large size. Rejects where the workload does not come to its end. */
export async function workloadCheck({ root, seed, size, note }: LongCheckOptions): Promise<LongCheck> {
  const parent = join(root, '.custody', 'chaos');
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(parent, 'workload-'));
  // Postgres runs as another user when this runs as root, and must be able to get at its own folder below.
  chmodSync(folder, 0o755);
  const program = join(root, 'dist', 'apps', 'custody', 'src', 'main.js');
  const result = await runWorkload({ folder, program, size: WORKLOAD_SIZES[size], seed, note });
  const problems = [...result.problems, ...blindness(result)];
  // What went wrong is looked for there.
  if (problems.length === 0) rmSync(folder, { recursive: true, force: true });
  return { name: 'workload', holds: problems.length === 0, problems: problems.slice(0, PROBLEMS_KEPT), counts: result.counts };
}

/** Control: without one entry of the oracle's list, and without one record of the trail, they are not equal. */
function blindness({ model, observed, records, problems }: WorkloadResult): string[] {
  if (problems.length > 0) return [];
  const names = new Set(records.map(({ request }) => request));
  const read = observed.find(({ request, outcome }) => outcome === 'whole' && names.has(request));
  const without = judgeReads(
    model,
    observed.filter((each) => each !== read),
    records,
  );
  const fewer = judgeReads(
    model,
    observed,
    records.filter(({ request }) => request !== read?.request),
  );
  return [without, fewer].some((judged) => judged.problems.length === 0) ? ['control: a record that is missing or extra is not seen'] : [];
}
