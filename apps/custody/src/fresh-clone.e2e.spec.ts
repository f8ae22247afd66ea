/**
 * `npm start` in a clone of HEAD (what is not committed is not in it), with an empty HOME, and with nothing on the PATH but node, npm and the
 * shell that npm runs scripts in: builds, makes a database, loads the demo case and says where.
 *
 * Every day the clone finds the packages of this checkout, and the warm start is held to what the machine can do just then. With
 * CUSTODY_TEST_FRESH_INSTALL=1, on a machine that does nothing else, `npm ci` runs from an empty cache and the figures are a release's.
 */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, realpathSync, symlinkSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { runCustody, temporaryFolder } from '../test-process.ts';

const ROOT = join(import.meta.dirname, '../../..');
const INSTALLS = process.env['CUSTODY_TEST_FRESH_INSTALL'] === '1';
/** What a release is held to. */
const COLD_MS_MAX = 90_000;
const WARM_MS_MAX = 5_000;
/** A warm start was measured at one to three times what loading the modules takes, the less the busier the machine is. */
const WARM_LOADS_MAX = 5;
const ITEM = 'vin:WDDSYNTH9JA000001';
const TEST_TIMEOUT_MS = 400_000;
/** What leads to the registry, where the machine needs it to be said. */
const REGISTRY_SETTINGS = /^(?:https?_proxy|no_proxy|npm_config_(?:registry|cafile)|NODE_EXTRA_CA_CERTS|SSL_CERT_(?:FILE|DIR))$/i;

const { path: folder, remove } = temporaryFolder();
const [clone, home, bin] = [join(folder, 'clone'), join(folder, 'home'), join(folder, 'bin')];
const running = new Set<ChildProcess>();

beforeAll(() => {
  mkdirSync(home);
  mkdirSync(bin);
  // npm is a script for node; `ps` tells a process from another one where there is no /proc.
  for (const name of ['npm', 'sh', ...(process.platform === 'linux' ? [] : ['ps'])]) symlinkSync(found(name), join(bin, name));
  symlinkSync(process.execPath, join(bin, 'node'));
  execFileSync('git', ['clone', '--quiet', ROOT, clone]);
  if (!INSTALLS) symlinkSync(join(ROOT, 'node_modules'), join(clone, 'node_modules'));
}, 60_000);

afterAll(() => {
  for (const child of running) signal(child, 'SIGKILL');
  remove();
});

function found(name: string): string {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const path = folders.map((each) => join(each, name)).find((each) => existsSync(each));
  if (path === undefined) throw new Error(`${name} is not on the PATH`);
  return realpathSync(path);
}

const environment = (): Record<string, string> => ({
  ...(INSTALLS ? Object.fromEntries(Object.entries(process.env).filter(([name]) => REGISTRY_SETTINGS.test(name))) : {}),
  HOME: home,
  PATH: bin,
  npm_config_update_notifier: 'false',
});

/** npm, its shell and the program are a process group of their own. */
function signal(child: ChildProcess, name: NodeJS.Signals): void {
  try {
    process.kill(-(child.pid as number), name);
  } catch {
    // All of it has ended.
  }
}

interface Started {
  readonly url: string;
  readonly ms: number;
  readonly said: string;
  stop(): Promise<void>;
}

async function start(): Promise<Started> {
  const started = performance.now();
  const child = spawn(join(bin, 'npm'), ['start', '--', '--port', '0'], {
    cwd: clone,
    env: environment(),
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  running.add(child);
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  let said = '';
  const ready = new Promise<string>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        said += text;
        const url = /^Ready\s+(http:\/\/[^\s/]+)/m.exec(said)?.[1];
        if (url !== undefined) resolve(url);
      });
    }
    void ended.then(() => reject(new Error(`npm start ended:\n${said}`)));
  });
  const url = await ready;
  return {
    url,
    said,
    ms: performance.now() - started,
    async stop() {
      signal(child, 'SIGTERM');
      await ended;
      running.delete(child);
      expect(existsSync(join(clone, '.custody/postgres/postmaster.pid'))).toBe(false);
    },
  };
}

/** How long this machine needs just now to load what the program is made of, without starting any of it. */
function loadMs(): number {
  const started = performance.now();
  const program = pathToFileURL(join(clone, 'dist/apps/custody/src/commands/serve.js')).href;
  execFileSync(join(bin, 'node'), ['--input-type=module', '-e', `await import(${JSON.stringify(program)})`], { env: environment() });
  return performance.now() - started;
}

const warnings = (said: string): string[] =>
  said
    .split('\n')
    .filter((line) => /"level":"(?:warn|error)"/.test(line) && !line.includes('this Node version gets no more security updates'));

test(
  `a clone of HEAD with an empty HOME ${INSTALLS ? 'and no packages installs, ' : 'and the packages of this checkout '}builds, starts and traces the demo item; the next start does none of that again and has it still`,
  async () => {
    // As in the clone's folder, where commands find its data directory, and there the operator's key.
    const here = { HOME: home, CUSTODY_DATA_DIR: join(clone, '.custody') };
    const trace = async (url: string): Promise<string> => (await runCustody(['trace', ITEM, '--server', url], here)).stdout;
    const cold = await start();
    expect([cold.said.includes('installing packages'), cold.said.includes('building ...')]).toEqual([INSTALLS, true]);
    const traced = await trace(cold.url);
    expect(traced).toContain('Rotterdam (NLRTM)');
    expect(traced).not.toContain('not sealed yet');
    expect(warnings(cold.said)).toEqual([]);
    const head = (url: string): ReturnType<typeof runCustody> => runCustody(['checkpoint', 'get', '--server', url], { HOME: home });
    const signed = await head(cold.url);
    expect(signed).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\S+\n\d+\n/) });
    await cold.stop();

    const before = loadMs();
    const warm = await start();
    expect(warm.said).not.toMatch(/building \.\.\.|installing packages/);
    expect(await trace(warm.url)).toBe(traced);
    expect((await head(warm.url)).stdout).toBe(signed.stdout);
    await warm.stop();
    const load = Math.max(before, loadMs());

    const [coldMs, warmMs, baseMs] = [cold.ms, warm.ms, load].map(Math.round) as [number, number, number];
    console.log(
      `npm start: cold ${coldMs} ms ${INSTALLS ? 'with' : 'without'} installing, warm ${warmMs} ms; loading modules ${baseMs} ms`,
    );
    // npm's own folder is all that is left there.
    expect(readdirSync(home)).toEqual(['.npm']);
    if (INSTALLS) expect(coldMs).toBeLessThanOrEqual(COLD_MS_MAX);
    expect(warmMs).toBeLessThanOrEqual(INSTALLS ? WARM_MS_MAX : Math.max(WARM_MS_MAX, WARM_LOADS_MAX * baseMs));
  },
  TEST_TIMEOUT_MS,
);
