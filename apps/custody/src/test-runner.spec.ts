/** The test runner's own promises, on a small tree: what cannot run is said and counted, and under CI it is a failure. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const ROOT = join(import.meta.dirname, '../../..');
const PASSING = "test('two and two', () => expect(2 + 2).toBe(4));\n";

let tree: string;
beforeEach(() => {
  tree = mkdtempSync(join(tmpdir(), 'runner-'));
  symlinkSync(join(ROOT, 'node_modules'), join(tree, 'node_modules'));
  write('package.json', '{"type":"module"}');
  write('libs/sums/src/sums.spec.ts', PASSING);
});
afterEach(() => rmSync(tree, { recursive: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(tree, path)), { recursive: true });
  writeFileSync(join(tree, path), text);
}

interface Run {
  readonly status: number | null;
  readonly lines: readonly string[];
}

/** With Node on the path and nothing else: no Java, no Maven. */
function run(options: { ci?: boolean; args?: readonly string[] } = {}): Run {
  const bin = join(tree, 'bin');
  mkdirSync(bin, { recursive: true });
  symlinkSync(process.execPath, join(bin, 'node'));
  const { status, stdout } = spawnSync(process.execPath, [join(ROOT, 'scripts/test.mjs'), '--root', tree, ...(options.args ?? [])], {
    encoding: 'utf8',
    env: { PATH: bin, HOME: tree, TMPDIR: tmpdir(), ...(options.ci === true ? { CI: 'true' } : {}) },
  });
  return { status, lines: stdout.trimEnd().split('\n') };
}

const SUITE_TIMEOUT_MS = 30_000;

test(
  'everything that runs and passes ends in 0 and a plain line',
  () => {
    expect(run()).toEqual({ status: 0, lines: ['1 passed, 0 failed, 0 skipped'] });
  },
  SUITE_TIMEOUT_MS,
);

test(
  'a failing test, and a suite that cannot be loaded, end in 1',
  () => {
    write('libs/sums/src/wrong.spec.ts', "test('wrong', () => expect(2 + 2).toBe(5));\n");
    write('libs/sums/src/broken.spec.ts', "import './nowhere.ts';\n");
    expect(run()).toEqual({ status: 1, lines: ['1 passed, 2 failed, 0 skipped'] });
  },
  SUITE_TIMEOUT_MS,
);

test(
  'a suite without its engine is named with reason and remedy, and its tests are counted',
  () => {
    write('libs/log/src/real.kafka.spec.ts', `${PASSING}${PASSING}`);
    const { status, lines } = run();
    expect(status).toBe(0);
    expect(lines).toEqual([
      'skipped: libs/log/src/real.kafka.spec.ts — needs java and mvn; remedy: install a Java runtime 17 or later and Maven, or set KAFKA_BROKERS',
      '1 passed, 0 failed, 2 skipped',
    ]);
  },
  SUITE_TIMEOUT_MS,
);

test(
  'a suite that needs a browser is named where there is none',
  () => {
    write('apps/page/src/page.browser.spec.ts', PASSING);
    expect(run().lines).toEqual([
      'skipped: apps/page/src/page.browser.spec.ts — needs chromium; remedy: install Chromium (Debian: apt-get install chromium), or set CUSTODY_TEST_CHROMIUM',
      '1 passed, 0 failed, 1 skipped',
    ]);
  },
  SUITE_TIMEOUT_MS,
);

test(
  'with CI=true the same skip is a failure; without a skip CI changes nothing',
  () => {
    expect(run({ ci: true }).status).toBe(0);
    rmSync(join(tree, 'bin'), { recursive: true });
    write('libs/log/src/real.kafka.spec.ts', PASSING);
    const { status, lines } = run({ ci: true });
    expect(status).toBe(1);
    expect(lines.at(-1)).toBe('1 passed, 0 failed, 1 skipped');
  },
  SUITE_TIMEOUT_MS,
);

test(
  'a test that registers itself as skipped is named with what it needs, and fails under CI',
  () => {
    write('libs/sums/src/data.spec.ts', "test.skip('vectors (needs ../shared/data)', () => {});\n");
    const { status, lines } = run({ ci: true });
    expect(status).toBe(1);
    expect(lines[0]).toBe(
      'skipped: libs/sums/src/data.spec.ts › vectors (needs ../shared/data) — needs ../shared/data; remedy: put the shared data folder beside the checkout',
    );
    expect(lines.at(-1)).toBe('1 passed, 0 failed, 1 skipped');
  },
  SUITE_TIMEOUT_MS,
);

test(
  'paths choose suites; one that matches nothing is an error, not a success',
  () => {
    write('libs/others/src/wrong.spec.ts', "test('wrong', () => expect(1).toBe(2));\n");
    expect(run({ args: ['libs/sums'] }).lines).toEqual(['1 passed, 0 failed, 0 skipped']);
    rmSync(join(tree, 'bin'), { recursive: true });
    expect(run({ args: ['libs/nowhere'] })).toEqual({ status: 1, lines: ['0 passed, 1 failed, 0 skipped'] });
  },
  SUITE_TIMEOUT_MS,
);

test(
  'a suite that leaves something open does not hold up the run',
  () => {
    write(
      'libs/sums/src/sums.spec.ts',
      `import { createServer } from 'node:net';\n${PASSING}beforeAll((done) => void createServer().listen(0, '127.0.0.1', done));\n`,
    );
    const started = performance.now();
    expect(run().lines).toEqual(['1 passed, 0 failed, 0 skipped']);
    expect(performance.now() - started).toBeLessThan(20_000);
  },
  SUITE_TIMEOUT_MS,
);
