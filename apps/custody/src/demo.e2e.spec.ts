/** The demo case at first starts that do not go well: a server that is busy just then, an end in the middle of it. */
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { EvidenceListView } from '#lib/contracts';
import { changedProgram, runCustody, type RunningCustody, serveCustody, temporaryFolder } from '../test-process.ts';

const { path: folder, remove } = temporaryFolder();
const running = new Set<RunningCustody>();
const started = new Set<string>();
const TEST_TIMEOUT_MS = 800_000;
/** Cited by its lines, each once. */
const FILES = 19;
const SIGHTINGS = 62;

afterAll(async () => {
  for (const each of running) await each.stop();
  // A start that was killed leaves its database server.
  for (const dataDir of started) await runCustody(['reset', '--yes'], { CUSTODY_DATA_DIR: join(folder, dataDir) });
  remove();
}, 120_000);

async function serve(dataDir: string, program?: string): Promise<RunningCustody> {
  started.add(dataDir);
  const server = await serveCustody({ CUSTODY_DATA_DIR: join(folder, dataDir) }, [], program);
  running.add(server);
  return server;
}

async function stop(server: RunningCustody): Promise<void> {
  await server.stop();
  running.delete(server);
}

/** Files of evidence, and sightings. */
async function heldBy({ url }: RunningCustody): Promise<number[]> {
  const { evidence } = (await (await fetch(`${url}/v1/evidence?limit=500`)).json()) as EvidenceListView;
  const { stdout } = await runCustody(['export', '--as', 'case', '--server', url, '--quiet']);
  return [evidence.length, stdout.trimEnd().split('\n').length];
}

/** The program with a fault planted in one of its files. */
function planted(name: string, file: string, before: string, fault: string): string {
  const where = join(folder, name);
  mkdirSync(where);
  return changedProgram(where, file, before, `${fault} ${before}`);
}

test(
  'waits for a server that answers 503 while it takes evidence, and ends whole',
  async () => {
    const busy = planted(
      'busy',
      'apps/evidence/src/evidence.controller.js',
      'if (deps.hasEnded)',
      "globalThis.puts = (globalThis.puts ?? 0) + 1; if (globalThis.puts === 7) throw new DomainError('store.unavailable', 'Planted.');",
    );
    const server = await serve('busy-data', busy);
    expect(await heldBy(server)).toEqual([FILES, SIGHTINGS]);
    expect(server.stderr()).toMatch(/"method":"PUT".*"status":503/);
    expect(server.stderr()).not.toContain('not imported whole');
    expect(existsSync(join(folder, 'busy-data/demo.unfinished'))).toBe(false);
    await stop(server);
  },
  TEST_TIMEOUT_MS,
);

test(
  'that is killed between lines and evidence is completed by the next start, and the one after does nothing',
  async () => {
    const killed = planted(
      'killed',
      'apps/custody/src/commands/import-evidence.js',
      'sent.differing.push(',
      "process.kill(process.pid, 'SIGKILL'); await new Promise((resolve) => setTimeout(resolve, 10_000));",
    );
    await expect(serve('killed-data', killed)).rejects.toThrow('is not ready (exit null)');
    const next = await serve('killed-data');
    expect(await heldBy(next)).toEqual([FILES, SIGHTINGS]);
    expect(next.stderr()).toContain('the demo case (synthetic');
    await stop(next);
    const warm = await serve('killed-data');
    expect(warm.stderr()).not.toContain('the demo case');
    expect(await heldBy(warm)).toEqual([FILES, SIGHTINGS]);
    console.log(`starts: completing ${Math.round(next.readyMs)} ms, warm ${Math.round(warm.readyMs)} ms`);
    await stop(warm);
  },
  TEST_TIMEOUT_MS,
);
