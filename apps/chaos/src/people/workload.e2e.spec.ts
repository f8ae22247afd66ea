/** The audit trail equals the oracle's list, over kills; and what is not recorded, or recorded too late, shows. In the small size; the large one: people-soak.spec.ts. */
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { changedProgram, temporaryFolder } from '../../../custody/test-process.ts';
import { judgeReads } from './oracle.ts';
import { runWorkload, WORKLOAD_SIZES, type WorkloadResult, type WorkloadSize } from './workload.ts';

jest.setTimeout(600_000);

const PROGRAM = join(import.meta.dirname, '../../../../dist/apps/custody/src/main.js');
const seed = Number(process.env['WORKLOAD_SEED'] ?? Math.floor(Math.random() * 1_000_000));
const CONTROL: WorkloadSize = { operations: 60, kills: 0, callers: 4, commands: 0 };

let temporary: ReturnType<typeof temporaryFolder>;
beforeAll(() => {
  temporary = temporaryFolder();
  console.log(`seed ${seed}`);
});
afterAll(() => temporary.remove());

const run = (name: string, program: string, size: WorkloadSize): Promise<WorkloadResult> =>
  runWorkload({ folder: join(temporary.path, name), program, size, seed, note: () => undefined });

test('of a random workload with kills the audit trail equals the oracle’s list, and so does what each auditor is told', async () => {
  const { problems, counts, model, observed, records } = await run('whole', PROGRAM, WORKLOAD_SIZES.ci);
  console.log(JSON.stringify(counts));
  expect(problems.slice(0, 20)).toEqual([]);
  expect(counts).toMatchObject({ operations: expect.any(Number) as number, kills: WORKLOAD_SIZES.ci.kills });
  const read = new Set(observed.flatMap(({ operation, outcome }) => (outcome === 'whole' ? [operation] : [])));
  expect(read.size).toBeGreaterThanOrEqual(15);

  // Controls: what the oracle does not know of is extra; what the trail does not have is missing.
  const recorded = observed.find(({ request, outcome }) => outcome === 'whole' && records.some((record) => record.request === request));
  const without = observed.filter((each) => each !== recorded);
  expect(judgeReads(model, without, records).problems).toEqual([`${recorded?.request} is recorded, and nobody asked so`]);
  const fewer = records.filter(({ request }) => request !== recorded?.request);
  expect(judgeReads(model, observed, fewer).problems.join()).toContain(String(recorded?.request));
});
