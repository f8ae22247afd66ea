/** README's bench section, made from the committed result and from nothing else. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { showFigures, significant } from './figures.ts';
import { judge, type JudgedSizes } from './goals.ts';
import { type Part, PARTS, readKept, writeResult, type BenchResult, type GoalVerdict } from './result.ts';
import type { Outcome } from './rounds.ts';

export const markersOf = ({ name }: Pick<Part, 'name'>): readonly [begin: string, end: string] => [
  `<!-- ${name}:begin -->`,
  `<!-- ${name}:end -->`,
];

/** Markdown between the markers: goals with their ratios first, then every figure, then machine, commit, load. */
export function benchSection(result: BenchResult): string {
  const { machine, revision, engines } = result;
  const [before = 0, ...after] = result.load;
  const rounds = Number(result.sizes['rounds']);
  return [
    '| | goal | measured | |',
    '|---|---|---|---|',
    ...result.goals.map(goalRow),
    '',
    '| measured next to each other, median of the rounds | figures |',
    '|---|---|',
    ...Object.values(result.measures).map(measureRow),
    '',
    `${machine.cores} cores of ${machine.cpu}, ${machine.memoryGiB} GiB, ${machine.system}, Node ${machine.node}; ` +
      `${Object.entries(engines)
        .map(([name, value]) => `${name} ${value}`)
        .join(', ')}. ` +
      `Everything on these cores: broker, Postgres, load generator. Load average ${before} before the run, up to ${Math.max(before, ...after)} after a round.${coreSpeed(result)}`,
    `Commit ${revision.commit}${revision.dirty ? ' (with changes)' : ''}, ${result.started.slice(0, 10)}, seed ${result.seed}, ` +
      `size ${String(result.sizes['name'])}, ${rounds} ${rounds === 1 ? 'round' : 'rounds'}; all of it in [docs/bench](docs/bench/README.md).`,
  ].join('\n');
}

function coreSpeed({ hashMicros }: BenchResult): string {
  if (hashMicros === undefined) return '';
  const [least, most] = [Math.min(...hashMicros), Math.max(...hashMicros)].map((micros) => micros.toFixed(2));
  return ` One SHA-256 of 65 bytes took ${least} to ${most} µs between the rounds (0.4 on a core that nobody shares).`;
}

function goalRow({ letter, goal, value, reached }: GoalVerdict): string {
  const verdict = reached !== null ? (reached ? 'reached' : '**missed**') : value === undefined ? 'not measured' : 'not judged';
  return `| ${letter} | ${goal} | ${value === undefined ? '' : significant(value)} | ${verdict} |`;
}

function measureRow(outcome: Outcome): string {
  return `| ${outcome.title} | ${outcome.skipped === undefined ? showFigures(outcome.median) : `skipped: ${outcome.skipped}`} |`;
}

/** The text with a fresh section of a part. Throws when a marker is missing, is there twice, or they stand in the wrong order. */
export function withSection(text: string, part: Pick<Part, 'name'>, section: string): string {
  const [first, last] = markersOf(part);
  const [begin, end] = [text.indexOf(first), text.indexOf(last)];
  if (begin < 0 || end < begin || text.indexOf(first, begin + 1) >= 0 || text.indexOf(last, end + 1) >= 0) {
    throw new Error(`README.md needs one ${first} and one ${last} after it.`);
  }
  return `${text.slice(0, begin + first.length)}\n${section}\n${text.slice(end)}`;
}

/** The kept figures under today's goals: a goal that is mended is mended for the result that stands, too. */
export function judgedAgain(result: BenchResult, { letters }: Pick<Part, 'letters'>): BenchResult {
  const { timelineRows = [], sealedItems = [] } = result.sizes as Partial<JudgedSizes>;
  return { ...result, goals: judge(result.measures, { timelineRows, sealedItems }).filter(({ letter }) => letters.includes(letter)) };
}

/** Writes the goals of the kept results anew, and the sections of README.md from them. */
export async function writeReadme(root: string): Promise<void> {
  for (const part of PARTS) {
    const kept = await readKept(root, part);
    if (kept !== null) await writeResult(join(root, part.path), judgedAgain(kept, part));
  }
  const file = join(root, 'README.md');
  await writeFile(file, await withResults(root, await readFile(file, 'utf8')));
}

/** What is wrong with README.md or the kept results, in one sentence; null: they say the same. */
export async function checkReadme(root: string): Promise<string | null> {
  const text = await readFile(join(root, 'README.md'), 'utf8');
  if (text === (await withResults(root, text)) && (await areJudged(root))) return null;
  return `README.md and ${PARTS.map(({ path }) => path).join(', ')} differ: run \`npm run bench -- --readme\` and commit all of them.`;
}

/** Whether the goals in the files are those that their own figures come to. */
async function areJudged(root: string): Promise<boolean> {
  const results = await Promise.all(PARTS.map(async (part) => ({ part, result: await readKept(root, part) })));
  const told = ({ goals }: BenchResult): string => JSON.stringify(goals.map(({ goal, reached }) => [goal, reached]));
  return results.every(({ part, result }) => result === null || told(result) === told(judgedAgain(result, part)));
}

async function withResults(root: string, text: string): Promise<string> {
  let fresh = text;
  for (const part of PARTS) {
    const kept = await readKept(root, part);
    fresh = withSection(fresh, part, kept === null ? owed(part) : benchSection(judgedAgain(kept, part)));
  }
  return fresh;
}

const owed = ({ letters }: Part): string => `Never measured: \`npm run bench -- --full --only ${[...letters].join(',')}\` is owed.`;
