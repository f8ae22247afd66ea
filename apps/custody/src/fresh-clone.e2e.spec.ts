/**
 * `npm start` on a copy of the tracked files with an empty HOME: builds, makes a database, loads the demo case and says where. Left out is the
 * installation (about a minute, and the registry's to slow down): the copy finds the packages of this checkout.
 */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { runCustody, temporaryFolder } from '../test-process.ts';

const ROOT = join(import.meta.dirname, '../../..');
/** What a release is held to, but for the installation. */
const COLD_MS_MAX = 90_000;
/** A release is held to 5 s on a quiet machine; here others may be at work: the measured value is printed, and only a start that builds or makes a database again is told from one that does not need to. */
const WARM_MS_MAX = 30_000;
const ITEM = 'vin:WDDSYNTH9JA000001';
const TEST_TIMEOUT_MS = 150_000;

const { path: folder, remove } = temporaryFolder();
const [clone, home] = [join(folder, 'clone'), join(folder, 'home')];
const running = new Set<ChildProcess>();

beforeAll(() => {
  mkdirSync(home);
  const tracked = execFileSync('git', ['ls-files', '-z'], { cwd: ROOT, encoding: 'utf8', maxBuffer: 2 ** 24 }).split('\0');
  for (const file of tracked) if (file !== '' && existsSync(join(ROOT, file))) cpSync(join(ROOT, file), join(clone, file));
  symlinkSync(join(ROOT, 'node_modules'), join(clone, 'node_modules'));
});

afterAll(() => {
  for (const child of running) child.kill('SIGKILL');
  remove();
});

interface Started {
  readonly url: string;
  readonly ms: number;
  readonly said: string;
  stop(): Promise<number | null>;
}

/** As npm would, but for npm itself: the process is the program's own, so it is ended by its pid. */
async function start(): Promise<Started> {
  const { scripts } = JSON.parse(readFileSync(join(clone, 'package.json'), 'utf8')) as { scripts: { start: string } };
  const [node, script = ''] = scripts.start.split(' ');
  expect(node).toBe('node');
  const started = performance.now();
  const env = { HOME: home, PATH: process.env['PATH'] ?? '' };
  const child = spawn(process.execPath, [script, '--port', '0'], { cwd: clone, env, stdio: ['ignore', 'pipe', 'pipe'] });
  running.add(child);
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  let said = '';
  const ready = new Promise<string>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        said += text;
        const url = /^Ready\s+(http:\/\/[^\s/]+)/m.exec(said)?.[1];
        if (url !== undefined) resolve(url);
      });
    }
    void ended.then((code) => reject(new Error(`npm start ended with ${code}:\n${said}`)));
  });
  const url = await ready;
  return {
    url,
    said,
    ms: performance.now() - started,
    async stop() {
      child.kill('SIGTERM');
      const code = await ended;
      running.delete(child);
      return code;
    },
  };
}

test(
  'a fresh clone with an empty HOME builds, starts and traces the demo item; the next start does none of that again and has it still',
  async () => {
    const trace = async (url: string): Promise<string> => (await runCustody(['trace', ITEM, '--server', url], { HOME: home })).stdout;
    const cold = await start();
    expect(cold.said).toContain('building ...');
    const traced = await trace(cold.url);
    expect(traced).toContain('Rotterdam (NLRTM)');
    expect(traced).not.toContain('not sealed yet');
    const head = (url: string): ReturnType<typeof runCustody> => runCustody(['checkpoint', 'get', '--server', url], { HOME: home });
    const signed = await head(cold.url);
    expect(signed).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\S+\n\d+\n/) });
    expect(await cold.stop()).toBe(0);

    const warm = await start();
    expect(warm.said).not.toContain('building ...');
    expect(await trace(warm.url)).toBe(traced);
    expect((await head(warm.url)).stdout).toBe(signed.stdout);
    expect(await warm.stop()).toBe(0);

    console.log(`npm start: cold ${Math.round(cold.ms)} ms without installing, warm ${Math.round(warm.ms)} ms`);
    expect(readdirSync(home)).toEqual([]);
    expect(cold.ms).toBeLessThanOrEqual(COLD_MS_MAX);
    expect(warm.ms).toBeLessThanOrEqual(WARM_MS_MAX);
  },
  TEST_TIMEOUT_MS,
);
