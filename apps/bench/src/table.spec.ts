import { benchSection, checkReadme, markersOf, withSection, writeReadme } from './table.ts';
import { mkdtempSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { judge } from './goals.ts';
import { LETTERS } from './options.ts';
import { wasRemoved } from '../../chaos/src/soak.ts';
import { PARTS, partOf, readResult, writeResult, type BenchResult } from './result.ts';

const result: BenchResult = {
  version: 1,
  revision: { commit: 'abc', dirty: false },
  started: '2026-01-01T00:00:00.000Z',
  ended: '2026-01-01T00:10:00.000Z',
  sizes: { name: 'default', rounds: 3 },
  seed: 1,
  machine: { cpu: 'x', cores: 2, memoryGiB: 24, system: 'linux', node: 'v20.20.2' },
  engines: { PostgreSQL: '18.4' },
  load: [0.5, 2.5],
  goals: [
    { letter: 'a', goal: 'at least 0.5', value: 0.437, reached: false },
    { letter: 'd', goal: 'x', reached: null },
  ],
  measures: { a: { title: 'a: ledger', rounds: [{ eventsPerSecond: 26000 }], median: { eventsPerSecond: 26000 } } },
  memory: [],
};

test('a missed goal is said as loudly as a reached one, and what was not measured is neither', () => {
  const section = benchSection(result);
  expect(section).toContain('| a | at least 0.5 | 0.437 | **missed** |');
  expect(section).toContain('| d | x |  | not measured |');
  expect(section).toContain('Load average 0.5 before the run, up to 2.5 after a round.');
});

test('a section stands between the markers of its part and nothing else is touched', () => {
  const part = { name: 'bench' };
  const [BEGIN, END] = markersOf(part);
  const text = `# Title\n${BEGIN}\nold\n${END}\nrest\n`;
  expect(withSection(text, part, 'new')).toBe(`# Title\n${BEGIN}\nnew\n${END}\nrest\n`);
  for (const broken of ['no markers', BEGIN, `${END}${BEGIN}`, `${BEGIN}${BEGIN}${END}`])
    expect(() => withSection(broken, part, 'new')).toThrow('README.md needs one');
});

const rate = (eventsPerSecond: number) => ({ title: 'a: rate', rounds: [{ eventsPerSecond }], median: { eventsPerSecond } });
const measured = { ...result, measures: { 'projector.1item.1process': rate(26_220), 'copy-from-file.1item': rate(60_000) } };

async function inRepository(work: (root: string) => Promise<void>): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), 'bench-'));
  try {
    mkdirSync(join(root, 'docs', 'bench'), { recursive: true });
    writeFileSync(join(root, 'README.md'), `${PARTS.flatMap((part) => [...markersOf(part)]).join('\n')}\n`);
    for (const { path } of PARTS) await writeResult(join(root, path), measured);
    await work(root);
  } finally {
    rmSync(root, { recursive: true });
  }
}

test('README that differs from the result in one digit is found', () =>
  inRepository(async (root) => {
    expect(await checkReadme(root)).toContain('differ');
    await writeReadme(root);
    expect(await checkReadme(root)).toBeNull();
    const readme = readFileSync(join(root, 'README.md'), 'utf8');
    expect(readme).toContain('| 0.437 | **missed** |');
    writeFileSync(join(root, 'README.md'), readme.replace('0.437', '0.537'));
    expect(await checkReadme(root)).toContain('differ');
  }));

test('what a kept result says of its goals follows from its figures, and a file that says otherwise is found', () =>
  inRepository(async (root) => {
    await writeReadme(root);
    const [part] = PARTS as [(typeof PARTS)[number]];
    const kept = await readResult(join(root, part.path));
    await writeResult(join(root, part.path), { ...kept, goals: kept.goals.map((goal) => ({ ...goal, reached: true })) });
    expect(await checkReadme(root)).toContain('differ');
  }));

test('a part that was never measured is said to be owed, and one that was may not be taken away', () =>
  inRepository(async (root) => {
    const part = PARTS.at(-1)!;
    rmSync(join(root, part.path));
    expect(await checkReadme(root)).toContain('differ');
    await writeReadme(root);
    expect(await checkReadme(root)).toBeNull();
    expect(readFileSync(join(root, 'README.md'), 'utf8')).toContain(`--only ${[...part.letters].join(',')}\` is owed.`);
    expect(PARTS.filter(({ path }) => wasRemoved(join(import.meta.dirname, '../../..'), path))).toEqual([]);
  }));

test('a run is kept as the parts of which something was asked, each with its own goals and what they are compared with', () => {
  const [pipeline, proof, journey] = PARTS as [(typeof PARTS)[number], (typeof PARTS)[number], (typeof PARTS)[number]];
  const outcome = (title: string) => ({ title, rounds: [], median: {} });
  const whole = {
    ...result,
    goals: [...result.goals, { letter: 'j', goal: 'proved', reached: null }],
    measures: { a: outcome('a: ledger'), b: outcome('b: copy'), j: outcome('j: proved'), s: outcome('s: checks') },
  };
  expect(partOf(whole, proof, ['a'])).toBeNull();
  expect(Object.keys(partOf(whole, proof, ['j'])?.measures ?? {})).toEqual(['b', 'j']);
  expect(partOf(whole, proof, ['j'])?.goals.map(({ letter }) => letter)).toEqual(['j']);
  expect(Object.keys(partOf(whole, journey, ['s'])?.measures ?? {})).toEqual(['a', 's']);
  expect(Object.keys(partOf(whole, pipeline, ['a', 'j'])?.measures ?? {})).toEqual(['a', 'b']);
  expect(new Set(PARTS.flatMap(({ letters }) => [...letters])).size).toBe(LETTERS.length);
});

test('the README of this repository says what the committed result says', async () => {
  expect(await checkReadme(join(import.meta.dirname, '../../..'))).toBeNull();
});

test('a result of another version is not read as this one', async () => {
  const root = mkdtempSync(join(tmpdir(), 'bench-'));
  try {
    await writeResult(join(root, 'result.json'), { ...result, version: 2 as never });
    await expect(readResult(join(root, 'result.json'))).rejects.toThrow('version 2');
  } finally {
    rmSync(root, { recursive: true });
  }
});

const SIZES = { timelineRows: [1_000], sealedItems: [10, 20] };

test('memory is judged in MB of 10^6 bytes, as its goal is written, and with three items a sighting too', () => {
  const peak = (peakRssBytes: number) => ({ title: '', rounds: [{ peakRssBytes }], median: { peakRssBytes } });
  const goals = (bytes: number) =>
    judge({ 'projector.backlog': peak(bytes), 'projector.3item.1process': peak(bytes) }, SIZES).filter(({ value }) => value !== undefined);
  // 345 MiB.
  expect(goals(361_893_888)).toMatchObject([
    { letter: 'i', value: 361.893888, reached: false },
    { letter: 'i', value: 361.893888, reached: false },
  ]);
  expect(goals(350_000_000).map(({ reached }) => reached)).toEqual([true, true]);
  expect(benchSection({ ...result, measures: { i: peak(361_893_888) } })).toContain('peak 362 MB');
});

test('a store that seems faster than the bare statement it contains reaches nothing: the baseline was disturbed', () => {
  const goal = (storeP50Micros: number) => {
    const figures = { storeP50Micros, bareP50Micros: 1_000 };
    return judge({ 'timeline.1000': { title: '', rounds: [figures], median: figures } }, SIZES).find(({ value }) => value !== undefined);
  };
  expect([740, 1_100, 1_600].map((micros) => goal(micros)?.reached)).toEqual([null, true, false]);
  expect(goal(740)?.goal).toContain('disturbed');
  expect(benchSection({ ...result, goals: [goal(740)!] })).toContain('| 0.74 | not judged |');
});

test('what row policies cost is the statement under them against the same statement without', () => {
  const figures = { storeP50Micros: 1_300, openP50Micros: 1_000, policedMicrosPerEvent: 105, openMicrosPerEvent: 100 };
  const outcome = { title: '', rounds: [figures], median: figures };
  const goals = judge({ 'timeline.1000': outcome, 'projector.policies': outcome }, SIZES);
  expect(goals.find(({ letter }) => letter === 'p')).toMatchObject({ value: 1.05, reached: true });
  expect(goals.find(({ goal }) => goal.includes('timeline p50 under row policies'))).toMatchObject({
    letter: 'f',
    value: 1.3,
    reached: false,
  });
});

test('a goal is judged by the ratio of one round, reached at its bound and missed below it', () => {
  const outcome = (eventsPerSecond: number) => ({ title: '', rounds: [{ eventsPerSecond }], median: { eventsPerSecond } });
  const verdict = (ours: number) => judge({ 'projector.1item.1process': outcome(ours), 'copy-from-file.1item': outcome(60_000) }, SIZES)[0];
  expect(verdict(30_000)).toMatchObject({ value: 0.5, reached: true });
  expect(verdict(29_000)?.reached).toBe(false);
  expect(judge({}, SIZES).every(({ reached }) => reached === null)).toBe(true);
});

test('the sink is compared with one process, whose rate and memory are those of one run', () => {
  const run = (eventsPerSecond: number, peakRssBytes: number) => {
    const figures = { eventsPerSecond, peakRssBytes };
    return { title: '', rounds: [figures], median: figures };
  };
  const judged = judge(
    { 'projector.1item.1process': run(30, 400), 'projector.1item.2process': run(50, 800), 'debezium.jdbc-sink': run(10, 1_000) },
    SIZES,
  ).filter(({ goal }) => goal.includes('(d)'));
  expect(judged).toMatchObject([
    { value: 3, goal: "one process against (d), Debezium's JDBC sink in one worker: at least 1.5" },
    { value: 0.4, goal: 'its memory against that of (d): at most 0.5', reached: true },
  ]);
});

test('the goal of timelines says that it is about the store, and how long the answer over HTTP takes beside it', () => {
  const figures = { storeP99Micros: 9_700, httpP99Micros: 68_800 };
  const goals = judge({ 'timeline.1000': { title: '', rounds: [figures], median: figures } }, SIZES).map(({ goal }) => goal);
  expect(goals).toContain("the store's timeline p99 in milliseconds, 1000 rows (the gateway's whole answer over HTTP: 68.8): at most 10");
});

test('a peer counts with the settings that are fastest for it, and ours with its faster way to run', () => {
  const at = (name: string) => (rate: number) => ({ title: '', rounds: [{ [name]: rate }], median: { [name]: rate } });
  const [peer, ours] = [at('checkpointedPerSecond'), at('eventsPerSecond')];
  const goals = judge(
    {
      'tessera.shipped': peer(10),
      'tessera.large': peer(20),
      'memory-to-proved': peer(30),
      'proved.1process': ours(21),
      'proved.2process': ours(14),
      'copy-from-file.1item': ours(60),
      'sealer.10items': at('entriesPerSecond')(90_000),
      'sealer.20items': at('entriesPerSecond')(59_000),
    },
    SIZES,
  );
  const value = (letter: string) => goals.find((goal) => goal.letter === letter);
  expect(value('l')).toMatchObject({ value: 1.5, reached: true });
  expect(value('j')).toMatchObject({ value: 0.35, reached: true });
  expect(value('k')).toMatchObject({ value: 59_000, reached: false });
});

describe('goals of journeys', () => {
  const outcome = (figures: Record<string, number>) => ({ title: '', rounds: [figures], median: figures });
  const KINDS = ['track.500', 'track.20000', 'sightings.500', 'sightings.9900'];
  const sizes = { ...SIZES, timelineRows: [1_000, 10_000] };
  const journeys = (rows: number, firstMicros: number, asOf = 1_000) =>
    Object.fromEntries(
      KINDS.map((kind) => [
        `journey.${rows}.${kind}`,
        outcome({
          firstP50Micros: firstMicros,
          firstP95Micros: firstMicros * 2,
          againP50Micros: 1_000,
          asOfLogP50Micros: 1_000,
          asOfRecordedP50Micros: 1_000,
          asOfReportedP50Micros: kind === 'sightings.9900' ? asOf : 1_000,
        }),
      ]),
    );
  const goals = (...of: Record<string, ReturnType<typeof outcome>>[]) =>
    judge(Object.assign({}, ...of), sizes).filter(({ letter }) => 'qrs'.includes(letter));

  test('a journey is judged by its first answer out of the largest ledger, against the smallest, and at any point by the dearest', () => {
    const judged = goals(journeys(1_000, 20_000), journeys(10_000, 26_000, 2_100)).filter(({ letter }) => letter === 'r');
    expect(judged.slice(0, 4).map(({ value, reached }) => [value, reached])).toEqual([
      [52, false],
      [52, true],
      [52, false],
      [52, true],
    ]);
    expect(judged.slice(4, 8).map(({ value, reached }) => [value, reached])).toEqual(Array(4).fill([1.3, true]));
    expect(judged[8]).toMatchObject({ value: 2.1, reached: false });
    expect(judged).toHaveLength(9);
  });

  test('where one of the kinds was not measured nobody knows the dearest point', () => {
    const { [`journey.10000.track.500`]: _, ...others } = journeys(10_000, 1_000);
    expect(goals(others).find(({ goal }) => goal.includes('any asOf'))).toMatchObject({ reached: null });
  });

  test('checks keep up where one thread makes as many as a projector has events', () => {
    const projector = { 'projector.1item.1process': outcome({ eventsPerSecond: 20_000 }) };
    const checks = { 'travel-checks': outcome({ recordsCheckedPerSecond: 50_000, checksPerSecond: 19_000 }) };
    expect(goals(projector, checks).filter(({ letter }) => letter === 's')).toMatchObject([
      { value: 2.5, reached: true },
      { value: 0.95, reached: false },
    ]);
  });

  test('the record of a read costs what a timeline that leaves one takes against one that leaves none', () => {
    const reads = { 'read-records': outcome({ unrecordedP50Micros: 10_000, recordedP50Micros: 12_600, durableP50Micros: 99_000 }) };
    expect(goals(reads).find(({ letter }) => letter === 'q')).toMatchObject({ value: 1.26, reached: false });
  });
});
