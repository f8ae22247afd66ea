// `npm test [-- PATH...]`: installs and builds what is missing, then runs every suite that can run here. What cannot is listed with its
// reason and remedy; with CI=true that is a failure. Ends with the line `N passed, N failed, N skipped` (tests).
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from './build.mjs';
import { engineFor } from './engines.mjs';
import { installIfNeeded } from './install.mjs';

const PROJECT = fileURLToPath(new URL('..', import.meta.url));
const SUITE = /\.spec\.ts$/;
/** More would only make suites wait for each other's database and broker. */
const WORKERS_MAX = 4;
/** Suites of these run one at a time: they start programs of their own and measure time. */
const ALONE = new Set(['kafka', 'e2e']);
/** How long jest may live on after its report; more only hides what a suite left open. */
const LINGER_MS = 5_000;
/** One pass of suites: twice what the longer one takes on two cores that have nothing else to do. */
const RUN_BOUND_MS = 70 * 60_000;
/** What a test that registers itself as skipped says it needs, and how to get it. */
const NEEDS = /needs ([^\s,;:)]+)/;
const REMEDIES = { '../shared/data': 'put the shared data folder beside the checkout', Go: 'install Go 1.18 or later (go.dev/dl)' };

process.exitCode = await main(process.argv.slice(2));

async function main(args) {
  const rootAt = args.indexOf('--root');
  const root = rootAt < 0 ? PROJECT : resolve(args.splice(rootAt, 2)[1] ?? '.');
  const wrong = args.find((arg) => arg.startsWith('-'));
  if (wrong !== undefined) return fail(`npm test takes paths only, not ${wrong}; for jest's own options run jest`);
  const say = (line) => console.error(`${line} ...`);
  try {
    if (existsSync(join(root, 'package-lock.json'))) {
      installIfNeeded(root, say);
      build({ root, say });
    }
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error));
  }
  const suites = suitesUnder(root, args);
  if (suites.length === 0) return fail(`no suite matches ${args.join(' ') || root}`);
  return runSuites(root, suites);
}

async function runSuites(root, suites) {
  const counts = { passed: 0, failed: 0 };
  const skipped = [];
  const engines = new Map();
  const env = { ...process.env };
  try {
    for (const name of new Set(suites.flatMap(({ needs }) => needs))) {
      const engine = await engineFor(name, root, env);
      engines.set(name, engine);
      Object.assign(env, engine.env);
    }
    const missingFor = (suite) => suite.needs.map((name) => engines.get(name)).find(({ missing }) => missing !== undefined);
    for (const suite of suites) {
      const engine = missingFor(suite);
      if (engine !== undefined)
        skipped.push({ name: suite.path, tests: testsIn(join(root, suite.path)), reason: engine.missing, remedy: engine.remedy });
    }
    const able = suites.filter((suite) => missingFor(suite) === undefined);
    const alone = (suite) => suite.needs.some((name) => ALONE.has(name));
    const together = Math.min(availableParallelism(), WORKERS_MAX);
    for (const [part, workers] of [
      [able.filter((suite) => !alone(suite)), together],
      [able.filter(alone), 1],
    ]) {
      if (part.length > 0) tally(await runJest(root, part, workers, env), root, counts, skipped);
    }
  } finally {
    for (const engine of engines.values()) await engine.stop();
  }
  return report(counts, skipped);
}

function report({ passed, failed }, skipped) {
  for (const { name, reason, remedy } of skipped) console.log(`skipped: ${name} — ${reason}; remedy: ${remedy}`);
  const strict = process.env['CI'] === 'true';
  if (strict && skipped.length > 0) console.log('CI=true: a skipped suite is a failure');
  console.log(`${passed} passed, ${failed} failed, ${skipped.reduce((sum, { tests }) => sum + tests, 0)} skipped`);
  return failed > 0 || (strict && skipped.length > 0) ? 1 : 0;
}

/** Suites whose path contains one of the filters, with the engines that their suffixes name: `x.kafka.e2e.spec.ts` needs two. */
function suitesUnder(root, filters) {
  const wanted = filters.map((filter) => filter.replace(/^\.\//, '').replace(/\/$/, ''));
  return ['apps', 'libs']
    .filter((folder) => existsSync(join(root, folder)))
    .flatMap((folder) => readdirSync(join(root, folder), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && SUITE.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .filter((path) => wanted.length === 0 || wanted.some((filter) => path.includes(filter)))
    .sort()
    .map((path) => ({
      path,
      needs: path
        .split('/')
        .at(-1)
        .split('.')
        .slice(1, -2)
        .filter((part) => ['int', 'kafka', 'e2e', 'browser', 'linux'].includes(part)),
    }));
}

/** jest's own report; null when it ended without one. */
async function runJest(root, suites, workers, env) {
  const folder = mkdtempSync(join(tmpdir(), 'custody-tests-'));
  const outputFile = join(folder, 'result.json');
  const jest = join(root, 'node_modules/jest/bin/jest.js');
  const flags = [
    '--config',
    join(PROJECT, 'jest.config.mjs'),
    '--rootDir',
    root,
    `--maxWorkers=${workers}`,
    '--json',
    `--outputFile=${outputFile}`,
    '--runTestsByPath',
  ];
  const options = `${env['NODE_OPTIONS'] ?? ''} --experimental-vm-modules --disable-warning=ExperimentalWarning`.trim();
  const child = spawn(process.execPath, [jest, ...flags, ...suites.map(({ path }) => join(root, path))], {
    cwd: root,
    env: { ...env, NODE_OPTIONS: options },
    stdio: ['ignore', 2, 2],
  });
  await ended(child, outputFile);
  try {
    return JSON.parse(readFileSync(outputFile, 'utf8'));
  } catch {
    return null;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * The end of jest, or of waiting for it: a suite that leaves a connection or a timer open keeps jest alive after its report, and one that
 * never ends would hold up everything.
 */
async function ended(child, outputFile) {
  const deadline = Date.now() + RUN_BOUND_MS;
  let reportedAt = 0;
  const watch = setInterval(() => {
    if (reportedAt === 0 && existsSync(outputFile)) reportedAt = Date.now();
    const lingers = reportedAt !== 0 && Date.now() - reportedAt > LINGER_MS;
    if (lingers) console.error('jest has reported and does not end: a suite left something open; it is stopped');
    if (lingers || Date.now() > deadline) child.kill('SIGKILL');
  }, 500);
  await new Promise((settle) => child.once('close', settle).once('error', settle));
  clearInterval(watch);
}

function tally(result, root, counts, skipped) {
  if (result === null) {
    console.error('jest ended without a report');
    counts.failed += 1;
    return;
  }
  counts.passed += result.numPassedTests;
  counts.failed += result.numFailedTests;
  for (const { name, status, assertionResults } of result.testResults) {
    // A suite that could not even be loaded has failed without a failed test.
    if (status === 'failed' && !assertionResults.some((test) => test.status === 'failed')) counts.failed += 1;
    for (const test of assertionResults) {
      if (test.status !== 'pending' && test.status !== 'todo') continue;
      const need = NEEDS.exec(test.fullName)?.[1];
      const reason = need === undefined ? 'it is switched off' : `needs ${need}`;
      const remedy =
        Object.entries(REMEDIES).find(([key]) => need?.includes(key))?.[1] ??
        (need === undefined ? 'switch it on or remove it' : `provide ${need}`);
      skipped.push({ name: `${relative(root, name).replaceAll('\\', '/')} › ${test.fullName}`, tests: 1, reason, remedy });
    }
  }
}

/** How many tests a suite that is not run would have had: counted in its text, at least one. */
function testsIn(path) {
  return Math.max(1, readFileSync(path, 'utf8').match(/^\s*(?:test|it)(?:\.each)?[(`]/gm)?.length ?? 0);
}

function fail(message) {
  console.error(message);
  console.log('0 passed, 1 failed, 0 skipped');
  return 1;
}
