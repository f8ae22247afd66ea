/** `npm run bench`: starts the servers, runs the measures in interleaved rounds, writes the result. */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describeMachine, loadAverage } from '../../chaos/src/machine.ts';
import { projectRoot } from '../../chaos/src/project-root.ts';
import { createBench } from './bench.ts';
import { hashMicros } from './core-speed.ts';
import { stopAllChildren } from './child-process.ts';
import { judge } from './goals.ts';
import { chooseMeasures } from './measures/index.ts';
import { parseOptions, USAGE, type BenchOptions } from './options.ts';
import { PROFILE_PAGE, writeProfilePage } from './profile.ts';
import { filesOf, writeResult, type BenchResult } from './result.ts';
import { revision } from './revision.ts';
import { interleave } from './rounds.ts';
import { startServers } from './servers.ts';
import { benchSection, checkReadme, writeReadme } from './table.ts';
import { TRAVEL_FILE } from './travel-result.ts';
import { travelSoak } from './travel-soak.ts';

const note = (line: string): void => void process.stderr.write(`${line}\n`);

async function main(): Promise<number> {
  const root = projectRoot();
  let options: BenchOptions;
  try {
    options = parseOptions(process.argv.slice(2));
  } catch (error) {
    note(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
    return 2;
  }
  if (options.mode === 'readme') {
    await writeReadme(root);
    return 0;
  }
  if (options.mode === 'check') {
    const difference = await checkReadme(root);
    note(difference ?? 'README.md says what the result says.');
    return difference === null ? 0 : 1;
  }
  if (options.mode === 'travel') {
    const { clones, alarms } = await travelSoak(root, options.seed);
    note(`${TRAVEL_FILE}: clones ${JSON.stringify(clones)}, alarms ${JSON.stringify(alarms)}`);
    return 0;
  }
  const result = await run(root, options);
  // Its figures are those of processes that were watched.
  if (options.profile) return 0;
  process.stdout.write(`${benchSection(result)}\n`);
  for (const [file, kept] of filesOf(root, result, options)) {
    await writeResult(file, kept);
    note(`Result: ${file}`);
  }
  return 0;
}

async function run(root: string, options: BenchOptions): Promise<BenchResult> {
  const started = new Date().toISOString();
  const parent = join(root, '.custody', 'bench');
  mkdirSync(parent, { recursive: true });
  const workDir = await mkdtemp(join(parent, 'run-'));
  // Postgres runs as another user when this runs as root, and must be able to get at its own folder below.
  await chmod(workDir, 0o755);
  const machine = describeMachine();
  const load = [loadAverage()];
  const hashes = [hashMicros()];
  note(
    `${machine.cores} cores, ${machine.cpu}, Node ${machine.node}, load average ${load[0]}, seed ${options.seed}, size ${options.sizes.name}, ${options.sizes.rounds} rounds`,
  );
  const servers = await startServers(root, workDir, note);
  const interrupted = (): void =>
    void stopAllChildren()
      .then(() => servers.stop())
      .finally(() => process.exit(130));
  process.once('SIGINT', interrupted).once('SIGTERM', interrupted);
  try {
    const bench = createBench({ root, workDir, options, servers, note });
    const measures = await interleave(chooseMeasures(bench), options.sizes.rounds, (line) => {
      load.push(loadAverage());
      hashes.push(hashMicros());
      note(`load ${load.at(-1)?.toFixed(2)}  ${line}`);
    });
    const made = { revision: revision(root), ended: new Date().toISOString(), machine };
    if (options.profile) {
      const file = options.sizes.name === 'quick' ? join('.custody', 'bench', 'profile.md') : PROFILE_PAGE;
      await writeProfilePage(join(root, file), { profiles: join(workDir, 'profiles'), root }, { ...made, letters: options.only });
      note(`Profile: ${file}`);
    }
    return {
      version: 1,
      ...made,
      started,
      sizes: { ...options.sizes },
      seed: options.seed,
      engines: servers.versions,
      load,
      hashMicros: hashes,
      goals: judge(measures, options.sizes),
      measures,
      memory: bench.memory,
    };
  } finally {
    await stopAllChildren();
    await servers.stop();
    if (options.keep || options.profile) note(`Kept: ${workDir}`);
    else await rm(workDir, { recursive: true, force: true });
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  note(
    error instanceof Error
      ? `${error.stack ?? error.message}${error.cause === undefined ? '' : `\ncaused by ${error.cause instanceof Error ? (error.cause.stack ?? error.cause.message) : String(error.cause)}`}`
      : String(error),
  );
  process.exitCode = 1;
}
