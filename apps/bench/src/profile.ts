/**
 * CPU profiles of the product's processes, summed up: whose code had the processor, as shares of the time in which there was work. What a process
 * waited is left out. A profile says nothing of the servers beside it.
 */
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { Machine } from '../../chaos/src/machine.ts';
import type { Revision } from './revision.ts';

/** Of a file that V8 writes (`--cpu-prof`): what is read of it. */
export interface CpuProfile {
  readonly nodes: readonly { readonly id: number; readonly callFrame: CallFrame }[];
  /** Ids of nodes. */
  readonly samples: readonly number[];
  /** Microseconds since the sample before. */
  readonly timeDeltas: readonly number[];
}

interface CallFrame {
  readonly functionName: string;
  /** Empty: of the engine itself. */
  readonly url: string;
}

export interface ProfileSummary {
  /** Of all threads, without what they waited. */
  readonly busyMs: number;
  /** Shares of it, from the largest on. */
  readonly areas: readonly Share[];
  readonly functions: readonly Share[];
}

interface Share {
  readonly name: string;
  readonly share: number;
}

const WAITING: ReadonlySet<string> = new Set(['(idle)', '(root)']);

/** @param root of the project whose `dist` ran; of one process with its threads */
export function summarise(profiles: readonly CpuProfile[], root: string): ProfileSummary {
  const [areas, functions] = [new Map<string, number>(), new Map<string, number>()];
  const add = (to: Map<string, number>, name: string, micros: number): void => void to.set(name, (to.get(name) ?? 0) + micros);
  let busy = 0;
  for (const { nodes, samples, timeDeltas } of profiles) {
    const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
    samples.forEach((id, at) => {
      const frame = frames.get(id);
      const micros = Math.max(0, timeDeltas[at] ?? 0);
      if (frame === undefined || WAITING.has(frame.functionName)) return;
      busy += micros;
      const file = fileOf(frame, root);
      add(areas, areaOf(frame, file), micros);
      add(functions, `${frame.functionName === '' ? '(anonymous)' : frame.functionName}${file === '' ? '' : ` · ${file}`}`, micros);
    });
  }
  const shares = (of: ReadonlyMap<string, number>): Share[] =>
    [...of].map(([name, micros]) => ({ name, share: micros / busy })).sort((a, b) => b.share - a.share || (a.name < b.name ? -1 : 1));
  return { busyMs: busy / 1_000, areas: shares(areas), functions: shares(functions) };
}

/** From the project's root, as in the sources; of Node its module; empty: of the engine. */
function fileOf({ url }: CallFrame, root: string): string {
  if (!url.startsWith('file:')) return url;
  const path = relative(root, new URL(url).pathname);
  return path.startsWith('dist/') ? path.slice('dist/'.length).replace(/\.js$/, '.ts') : path;
}

const PACKAGE = /node_modules\/((?:@[^/]+\/)?[^/]+)/;
const OURS = /^(?:apps|libs)\/[^/]+/;

function areaOf({ functionName }: CallFrame, file: string): string {
  if (file === '') return functionName.startsWith('(') ? functionName : 'engine and built-in functions';
  if (file.startsWith('node:')) return 'Node';
  return PACKAGE.exec(file)?.[1] ?? OURS.exec(file)?.[0] ?? file;
}

/** By the name of the process; those of several rounds together. @param folder with a folder of profiles for each process */
export async function readProfiles(folder: string, root: string): Promise<ReadonlyMap<string, ProfileSummary>> {
  const summaries = new Map<string, ProfileSummary>();
  for (const name of (await readdir(folder)).sort()) {
    if (!(await stat(join(folder, name))).isDirectory()) continue;
    const profiles: CpuProfile[] = [];
    for (const file of await readdir(join(folder, name)))
      if (file.endsWith('.cpuprofile')) profiles.push(JSON.parse(await readFile(join(folder, name, file), 'utf8')) as CpuProfile);
    if (profiles.length > 0) summaries.set(name, summarise(profiles, root));
  }
  return summaries;
}

export interface ProfileRun {
  readonly revision: Revision;
  readonly ended: string;
  readonly machine: Machine;
  readonly letters: readonly string[];
}

/** Shown of each process. */
const [AREAS, FUNCTIONS] = [12, 14];
/** Less says nothing. */
const SHARE_MIN = 0.004;

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

/** Markdown. */
export function profilePage(
  { revision: { commit, dirty }, ended, machine, letters }: ProfileRun,
  summaries: ReadonlyMap<string, ProfileSummary>,
): string {
  const head = `# Where the time goes

Made by \`npm run bench -- --profile --only ${letters.join(',')}\` of ${commit}${dirty ? ' with changes' : ''}, ${ended.slice(0, 10)}, ${machine.cpu}, ${machine.cores} cores, Node ${machine.node}.

CPU profiles of the product's processes: shares of the time in which a thread had work, all threads of a process together, start included. A process that
is profiled is slower, and its rates are not those of README. *(garbage collector)* and *(program)* are the engine's own names: the latter is native code
outside of any function of JavaScript, such as system calls and hashing. What broker and Postgres take is not in it.
`;
  const parts = [...summaries].map(([name, { busyMs, areas, functions }]) => {
    const rows = (shares: readonly Share[], most: number): string =>
      shares
        .slice(0, most)
        .filter(({ share }) => share >= SHARE_MIN)
        .map(({ name: of, share }) => `| ${of.replaceAll('|', '\\|')} | ${percent(share)} |`)
        .join('\n');
    return `
## ${name}

${(busyMs / 1_000).toFixed(1)} s of work.

| whose code | share |
|---|---:|
${rows(areas, AREAS)}

| function | itself |
|---|---:|
${rows(functions, FUNCTIONS)}
`;
  });
  return [head, ...parts].join('');
}

/** From the project's root. */
export const PROFILE_PAGE = join('docs', 'bench', 'profile.md');

export async function writeProfilePage(
  file: string,
  { profiles, root }: { profiles: string; root: string },
  run: ProfileRun,
): Promise<void> {
  await writeFile(file, profilePage(run, await readProfiles(profiles, root)));
}
