import { holds, outcomeOf, percentile } from './outcome.ts';
import type { SoakResult } from './soak.ts';
import { chaosPage, chaosTable } from './table.ts';

test('a percentile is the value of the nearest rank', () => {
  const values = [50, 15, 20, 40, 35];
  expect([0, 30, 40, 50, 100].map((percent) => percentile(values, percent))).toEqual([15, 20, 20, 35, 50]);
  expect(percentile([], 50)).toBeNaN();
});

test("what a row finds is added to the oracle's problems, never put in their place", () => {
  const verdict = {
    acknowledged: 2,
    lost: 1,
    duplicated: 0,
    ghosts: 0,
    unknown: 0,
    timelines: 1,
    size: 1,
    entries: 1,
    batches: 0,
    deadLetters: 0,
    conflicts: 0,
    problems: ['lost'],
  };
  expect(outcomeOf(verdict, { problems: ['slow'], fenced: 3 })).toMatchObject({ lost: 1, fenced: 3, problems: ['lost', 'slow'] });
});

test('a control that fails by something else than what its defence prevents shows nothing', () => {
  const row = (problem: string) => ({
    fault: 'F0',
    title: 'planted',
    seconds: 1,
    product: { problems: [] },
    control: { title: 'off', shows: 'are lost', problems: [problem] },
  });
  expect(holds(row('2 are lost'))).toBe(true);
  expect(holds(row('the process ended'))).toBe(false);
  expect(chaosTable([row('the process ended')], 1, 'ci')).toContain('control (off): the process ended');
});

test('a time that is missed is told, and turns no row red', () => {
  const bounds = [{ what: 'recovery p99', ms: 5_001.2, msMax: 5_000 }];
  const control = { title: 'off', shows: 'lost', problems: ['lost'] };
  const row = { fault: 'F0', title: 'planted', seconds: 1, product: { problems: [], bounds }, control };
  expect(chaosTable([row], 1, 'ci')).toContain('recovery p99 5001 ms of at most 5000: MISSED');
  expect(holds(row)).toBe(true);
});

test('the table shows the seed, both colours, and every problem of the program', () => {
  const product = { problems: ['two are lost'], acknowledged: 10, lost: 2, recoveryMs: [5, 7] };
  const row = { fault: 'F0', title: 'planted', seconds: 1, product, control: { title: 'off', shows: 'lost', problems: ['it ended'] } };
  const table = chaosTable([row], 42, 'ci');
  expect(table).toContain('PROBLEM: two are lost');
  expect(table).toMatch(/F0 +planted +10 +2 .*5 \/ 7 +red +off +green/);
  expect(table).toContain('seed 42, size ci, 0 of 1 rows hold');
});

test('nothing that was never acknowledged is called lost, whatever an older result says', () => {
  const row = (acknowledged: number) => ({
    fault: 'F0',
    title: 'planted',
    seconds: 1,
    product: { problems: [] },
    control: { title: 'off', acknowledged, problems: ['20 acknowledged sightings are lost, such as a'] },
  });
  expect(chaosTable([row(0)], 1, 'ci')).toContain('20 sightings of the inputs are not there, 0 had been acknowledged, such as a');
  expect(chaosTable([row(0)], 1, 'ci')).not.toContain('are lost');
  expect(chaosTable([row(20)], 1, 'ci')).toContain('control (off): 20 acknowledged sightings are lost, such as a');
});

test('a control tells first what it is red by, and then what else came of it', () => {
  const control = { title: 'off', shows: 'late', problems: ['3 were rejected', 'the first was late', 'a', 'the next was late', 'b'] };
  const row = { fault: 'F0', title: 'planted', seconds: 1, product: { problems: [] }, control };
  expect(chaosTable([row], 1, 'ci')).toContain('control (off): the first was late; 3 were rejected; a; and 2 more');
});

test('the page says of its controls what its results were held to', () => {
  const page = (control: object) =>
    chaosPage({
      machine: {},
      rows: [
        { fault: 'F0', title: 'planted', seconds: 1, product: { problems: [] }, control: { title: 'off', problems: ['x'], ...control } },
      ],
    } as unknown as SoakResult);
  expect(page({ shows: 'x' })).toContain('had to be red by');
  expect(page({})).toContain('These results are older');
  expect(page({})).not.toContain('had to be red by');
});
