/** `npm run chaos`: runs the rows of the fault matrix against the real stack and prints the table. `npm run soak` (in one go, or row by row) writes docs/soak.json. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { stopAllChildren } from './child-process.ts';
import { createHarness, type Harness, type Row } from './harness.ts';
import { describeMachine, loadAverage } from './machine.ts';
import { holds, type RowResult } from './outcome.ts';
import { projectRoot } from './project-root.ts';
import { ROWS } from './rows/index.ts';
import { SIZES, type Sizes } from './sizes.ts';
import { CHAOS_PAGE, COVERED_PATHS, revisionOf, SOAK_FILE, type SoakResult, withRows } from './soak.ts';
import { startStack } from './stack.ts';
import { chaosPage, chaosTable } from './table.ts';

const USAGE = `npm run chaos -- [--size ci|soak] [--seed N] [--row NAME]... [--json FILE] [--keep]
rows: ${ROWS.map(({ name }) => name).join(', ')}`;

const note = (line: string): void => void process.stderr.write(`${line}\n`);

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      size: { type: 'string', default: 'ci' },
      seed: { type: 'string' },
      row: { type: 'string', multiple: true },
      json: { type: 'string' },
      keep: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const sizes = SIZES[values.size as Sizes['name']] as Sizes | undefined;
  const rows = values.row === undefined ? ROWS : ROWS.filter(({ name }) => values.row?.includes(name));
  if (values.help || sizes === undefined || rows.length === 0) {
    note(USAGE);
    return values.help ? 0 : 2;
  }
  const root = projectRoot();
  const soak = sizes.name === 'soak' ? soakOf(root, sizes) : null;
  const seed = values.seed === undefined ? (soak?.kept?.seed ?? Math.floor(Math.random() * 1_000_000)) : Number(values.seed);
  const results = await runAll(root, rows, sizes, seed, values.keep, (row) => soak?.keep(row, seed));
  process.stdout.write(`${chaosTable(results, seed, sizes.name)}\n`);
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify({ seed, size: sizes.name, rows: results }, null, 2)}\n`);
  return results.every(holds) ? 0 : 1;
}

interface Soak {
  /** What was run before on the same code: rows left out stay as they are. */
  readonly kept: SoakResult | null;
  keep(row: RowResult, seed: number): void;
}

/** Written after each row: an hour's work is not lost with the last one. */
function soakOf(root: string, sizes: Sizes): Soak {
  const revision = revisionOf(root);
  if (revision === null || revision.dirty) throw new Error('a soak run is about a commit: commit first');
  const { commit, treeHash } = revision;
  const file = join(root, SOAK_FILE);
  const [started, machine] = [new Date().toISOString(), { ...describeMachine(), load: loadAverage() }];
  const read = (): SoakResult | null => {
    const found = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as SoakResult) : null;
    return found?.treeHash === treeHash ? found : null;
  };
  return {
    kept: read(),
    keep(row, seed) {
      const ended = new Date().toISOString();
      const one: SoakResult = { version: 1, commit, seed, machine, started, ended, sizes, covers: COVERED_PATHS, treeHash, rows: [row] };
      const result = withRows(read(), one, ROWS.map(({ title }) => title)); // prettier-ignore
      writeFileSync(file, `${JSON.stringify(result, null, 2)}\n`);
      writeFileSync(join(root, CHAOS_PAGE), chaosPage(result));
    },
  };
}

async function runAll(
  root: string,
  rows: readonly Row[],
  sizes: Sizes,
  seed: number,
  keep: boolean,
  onRow: (row: RowResult) => void,
): Promise<RowResult[]> {
  const parent = join(root, '.custody', 'chaos');
  mkdirSync(parent, { recursive: true });
  const stack = await startStack(
    root,
    parent,
    rows.some(({ needsKafka }) => needsKafka),
  );
  const end = (code: number): void =>
    void stopAllChildren()
      .then(() => stack.stop(keep))
      .finally(() => process.exit(code));
  process.once('SIGINT', () => end(130)).once('SIGTERM', () => end(143));
  const harness = createHarness(stack, sizes, seed, note);
  const results: RowResult[] = [];
  try {
    for (const row of rows) {
      const result = await runRow(row, harness);
      results.push(result);
      onRow(result);
      note(JSON.stringify(result));
    }
  } finally {
    await stopAllChildren();
    await stack.stop(keep);
    if (keep) note(`Kept: ${stack.workDir}`);
  }
  return results;
}

/** A row that does not come to its end has shown nothing: it is red, and the others are run all the same. */
async function runRow(row: Row, harness: Harness): Promise<RowResult> {
  const started = performance.now();
  const seconds = (): number => Math.round((performance.now() - started) / 100) / 10;
  const { fault, title } = row;
  try {
    const { product, control } = await row.run(harness);
    return { fault, title, product, control, seconds: seconds() };
  } catch (error) {
    note(describe(error));
    const problem = `the row did not come to its end: ${error instanceof Error ? error.message : String(error)}`;
    return { fault, title, product: { problems: [problem] }, control: { title: 'not run', shows: '', problems: [] }, seconds: seconds() };
  }
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? `\ncaused by ${error.cause.stack ?? error.cause.message}` : '';
  return `${error.stack ?? error.message}${cause}`;
}

try {
  process.exitCode = await main();
} catch (error) {
  note(describe(error));
  process.exitCode = 1;
}
