/** The audit trail equals the oracle's list, over kills; and what is not recorded, or recorded too late, shows. In the small size; the large one: people-soak.spec.ts. */
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { changedProgram, temporaryFolder } from '../../../custody/test-process.ts';
import { judgeReads, judgeWrites } from './oracle.ts';
import { runWorkload, WORKLOAD_SIZES, type WorkloadResult, type WorkloadSize } from './workload.ts';

/** A minute on two quiet cores; beside other suites five. */
jest.setTimeout(900_000);

const PROGRAM = join(import.meta.dirname, '../../../../dist/apps/custody/src/main.js');
const seed = Number(process.env['WORKLOAD_SEED'] ?? Math.floor(Math.random() * 1_000_000));
const CONTROL: WorkloadSize = { operations: 80, kills: 0, callers: 4, commands: 0 };
/** Of operations that read something: every one of the API but those that have nothing to tell here. */
const OPERATIONS_LEAST = 16;

let temporary: ReturnType<typeof temporaryFolder>;
beforeAll(() => {
  temporary = temporaryFolder();
  console.log(`seed ${seed}`);
});
afterAll(() => temporary.remove());

const run = (name: string, program: string, size: WorkloadSize): Promise<WorkloadResult> =>
  runWorkload({ folder: join(temporary.path, name), program, size, seed, note: () => undefined });

test('of a random workload with kills the audit trail equals the oracle’s list, and so does what each auditor is told', async () => {
  const { problems, counts, model, observed, records, writes } = await run('whole', PROGRAM, WORKLOAD_SIZES.ci);
  console.log(JSON.stringify(counts));
  expect(problems.slice(0, 20)).toEqual([]);
  expect([counts['operations'], counts['kills']]).toEqual([WORKLOAD_SIZES.ci.operations, WORKLOAD_SIZES.ci.kills]);
  const read = new Set(observed.flatMap(({ operation, outcome }) => (outcome === 'whole' ? [operation] : [])));
  expect(read.size).toBeGreaterThanOrEqual(OPERATIONS_LEAST);

  // Controls: what the oracle does not know of is extra, what the trail does not have is missing, and what it has twice is too many.
  const recorded = observed.find(({ request, outcome }) => outcome === 'whole' && records.some((record) => record.request === request));
  const request = String(recorded?.request);
  expect(judgeReads(model, observed.filter((each) => each !== recorded), records).problems).toEqual([`${request} is recorded, and nobody asked so`]); // prettier-ignore
  expect(judgeReads(model, observed, records.filter((record) => record.request !== request)).problems.join()).toContain(request); // prettier-ignore
  expect(judgeReads(model, observed, [...records, ...records.filter((record) => record.request === request)]).problems.join()).toContain(request); // prettier-ignore
  const [first, ...rest] = writes;
  const ref = `${first?.agency}/${first?.id}`;
  expect(judgeWrites(model, [...writes, ...writes.slice(0, 1)]).problems).toEqual([`${ref}, acknowledged, is 2 times in the log`]);
  expect(judgeWrites(model, rest).problems).toEqual([`${ref}, acknowledged, is 0 times in the log`]);
});

test('control: a program that records no reads of one channel is found', async () => {
  const file = 'libs/runtime/src/http/reads.js';
  const program = changedProgram(
    join(temporary.path, 'silent'),
    file,
    'if (!notes.isRead)',
    "if (!notes.isRead || operation === 'streamEvents')",
  );
  const { problems } = await run('unrecorded', program, CONTROL);
  expect(problems.length).toBeGreaterThan(0);
  expect(problems.filter((problem) => !problem.includes('(streamEvents by') || !problem.includes('no record'))).toEqual([]);
});

test('control: a program that answers before the record stands is found by a kill', async () => {
  // So long that also where everything is slow some answers were given meanwhile.
  const lateMs = 30_000;
  const file = 'apps/custody/src/access/read-log.js';
  const program = changedProgram(
    join(temporary.path, 'hasty'),
    file,
    'await appender.append(records.map(rowOf), isDurable(read));',
    `setTimeout(() => void appender.append(records.map(rowOf), isDurable(read)).catch(() => undefined), ${lateMs});`,
  );
  const { problems, observed, killed } = await run('late', program, { ...CONTROL, kills: 1 });
  const [killedAt = 0] = killed;
  const answered = observed.filter(({ outcome, ended }) => outcome === 'whole' && ended > killedAt - lateMs && ended <= killedAt);
  const lost = answered.filter(({ request }) =>
    problems.some((problem) => problem.startsWith(`${request} (`) && problem.endsWith('no record')),
  );
  expect(lost.length).toBeGreaterThan(0);
});
