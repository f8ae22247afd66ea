import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { holds } from './outcome.ts';
import { ROWS } from './rows/index.ts';
import {
  BUT_SUITES,
  COVERED_PATHS,
  CHAOS_PAGE,
  outdatedSince,
  revisionOf,
  SOAK_FILE,
  type SoakResult,
  standingOf,
  treeHash,
  wasRemoved,
  withRows,
} from './soak.ts';
import { SIZES } from './sizes.ts';
import { chaosPage } from './table.ts';

const ROOT = join(import.meta.dirname, '../../..');
// Before the first soak there is none: the rows run in their small size all the same, and this says what is owed. Once one is committed, it stays.
const kept = existsSync(join(ROOT, SOAK_FILE)) ? (JSON.parse(readFileSync(join(ROOT, SOAK_FILE), 'utf8')) as SoakResult) : null;
if (kept === null) console.log('no soak result is committed yet: run npm run soak');

test('a result about other code stands for seven days and not for eight', () => {
  const ended = '2030-01-01T00:00:00Z';
  const at = (day: string, treeHash: string) =>
    standingOf({ treeHash: 'a', ended }, { treeHash, committedAt: new Date(`2030-01-${day}T00:00:00Z`) });
  expect([at('01', 'a'), at('31', 'a')]).toEqual(['current', 'current']);
  expect([at('02', 'b'), at('08', 'b'), at('09', 'b')]).toEqual(['outdated', 'outdated', 'too-old']);
});

test('a soak result that was committed once may not be taken away again', () => {
  expect(wasRemoved(ROOT, SOAK_FILE)).toBe(false);
});

test('a result that never was is told from one that was taken away, and where there is no git nothing is claimed', () => {
  const root = mkdtempSync(join(tmpdir(), 'soak-'));
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.org', '-c', 'commit.gpgsign=false', ...args], {
      cwd: root,
      stdio: 'pipe',
    });
  try {
    expect(wasRemoved(root, 'result.json')).toBe(false);
    git('init', '-q');
    git('commit', '-q', '--allow-empty', '-m', 'first');
    expect(wasRemoved(root, 'result.json')).toBe(false);
    writeFileSync(join(root, 'result.json'), '{}');
    git('add', 'result.json');
    git('commit', '-q', '-m', 'result');
    expect(wasRemoved(root, 'result.json')).toBe(false);
    rmSync(join(root, 'result.json'));
    expect(wasRemoved(root, 'result.json')).toBe(true);
    git('commit', '-q', '-a', '-m', 'without');
    expect(wasRemoved(root, 'result.json')).toBe(true);
  } finally {
    rmSync(root, { recursive: true });
  }
});

test('the hash of what a result covers follows every file of it but the suites', () => {
  const root = mkdtempSync(join(tmpdir(), 'soak-'));
  const git = (...args: string[]) => execFileSync('git', args, { cwd: root, stdio: 'pipe' });
  const hashWith = (name: string, text: string) => {
    writeFileSync(join(root, 'libs', name), text);
    git('add', '.');
    return treeHash(root, ['libs', ...BUT_SUITES]);
  };
  try {
    git('init', '-q');
    mkdirSync(join(root, 'libs'));
    const first = hashWith('fold.ts', 'one');
    expect(hashWith('fold.spec.ts', 'a suite')).toBe(first);
    expect(hashWith('fold.contract.ts', 'another')).toBe(first);
    expect(hashWith('fold.ts', 'two')).not.toBe(first);
    expect(hashWith('more.ts', '')).not.toBe(hashWith('fold.ts', 'one'));
    expect(() => treeHash(root, ['apps', ...BUT_SUITES])).toThrow('no files');
  } finally {
    rmSync(root, { recursive: true });
  }
});

test('a row holds only with a green product and a red control', () => {
  const row = { fault: 'F0', title: 'planted', seconds: 1 };
  const [green, red] = [{ problems: [] }, { problems: ['wrong'] }];
  const off = { title: 'off', shows: 'wrong' };
  expect(holds({ ...row, product: green, control: { ...off, ...red } })).toBe(true);
  expect(holds({ ...row, product: green, control: { ...off, ...green } })).toBe(false);
  expect(holds({ ...row, product: red, control: { ...off, ...red } })).toBe(false);
});

test('every row of the matrix is run by a suite: those about Kafka by one, all others by the other', () => {
  const filterOf = (spec: string) => /ROWS\.filter\((.*?)\), RUN/.exec(readFileSync(join(import.meta.dirname, spec), 'utf8'))?.[1];
  expect(filterOf('chaos.kafka.spec.ts')).toBe('({ needsKafka }) => needsKafka');
  expect(filterOf('chaos.e2e.spec.ts')).toBe('({ needsKafka }) => !needsKafka');
});

test('a soak that is run in parts keeps the rows of the same code, and says of each how often it failed before', () => {
  const part = (treeHash: string, title: string, problems: string[]) =>
    ({
      treeHash,
      seed: 1,
      started: '',
      machine: {},
      rows: [{ title, product: { problems }, control: { problems: ['off'] } }],
    }) as unknown as SoakResult;
  const red = withRows(null, part('a', 'one', ['lost']), ['one', 'two']);
  const two = withRows(red, part('a', 'two', []), ['one', 'two']);
  expect(two.rows.map(({ title }) => title)).toEqual(['one', 'two']);
  const again = withRows(two, part('a', 'one', []), ['one', 'two']);
  expect(again.rows.map((row) => [row.title, holds(row), row.failedBefore])).toEqual([
    ['one', true, 1],
    ['two', true, undefined],
  ]);
  expect(withRows(again, part('b', 'two', []), ['one', 'two']).rows.map(({ title }) => title)).toEqual(['two']);
});

if (kept !== null) describe('the committed soak result', () => held(kept));

function held(result: SoakResult): void {
  const standing = () => {
    const current = revisionOf(ROOT);
    return current === null ? null : standingOf(result, current);
  };

  test('the soak result is about this code, or not older than a week', () => {
    const now = standing();
    if (now === null) return void console.log('no git here: the soak result is not held against the code');
    if (now !== 'current') console.log(`soak outdated since ${outdatedSince(ROOT, result)}`);
    expect(now).not.toBe('too-old');
  });

  test('every row of the soak holds; one that is about this code had every row, with the counts that a release is held to', () => {
    expect(result.rows.filter((row) => !holds(row)).map(({ title }) => title)).toEqual([]);
    if (standing() !== 'current') return;
    expect(result.sizes).toEqual(SIZES.soak);
    expect(result.covers).toEqual([...COVERED_PATHS]);
    expect(result.rows.map(({ title }) => title)).toEqual(ROWS.map(({ title }) => title));
  });

  test('docs/chaos.md is made from the result', () => {
    const page = existsSync(join(ROOT, CHAOS_PAGE)) ? readFileSync(join(ROOT, CHAOS_PAGE), 'utf8') : '';
    expect(page).toBe(chaosPage(result));
  });
}
