/** `npm run soak:drill`: the tamper drill with the counts that a release is held to, on a commit. Writes docs/drill.json and README's table. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { drill } from '../../custody/src/drill/drill.ts';
import { EVENTS_PER_ROUND, makeCopy } from '../../custody/src/drill/drill-copy.ts';
import { drillText, withDrillSection } from '../../custody/src/drill/drill-report.ts';
import { SeededRandom } from '../../custody/src/drill/random.ts';
import { DRILL_FILE, DRILL_MUTATIONS_MIN, DRILL_PATHS, type DrillSoak } from './drill-soak.ts';
import { describeMachine, loadAverage } from './machine.ts';
import { projectRoot } from './project-root.ts';
import { revisionOf } from './soak.ts';

const NOTE_EVERY = 500;
const note = (line: string): void => void process.stderr.write(`${line}\n`);

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { mutations: { type: 'string', default: String(DRILL_MUTATIONS_MIN) }, seed: { type: 'string' } },
  });
  const root = projectRoot();
  const revision = revisionOf(root, DRILL_PATHS);
  if (revision === null || revision.dirty) throw new Error('a drill that is kept is about a commit: commit first');
  const { commit, treeHash } = revision;
  const [started, machine] = [new Date().toISOString(), { ...describeMachine(), load: loadAverage() }];
  const [mutations, seed] = [Number(values.mutations), Number(values.seed ?? Math.floor(Math.random() * 1_000_000))];
  const random = new SeededRandom(seed);
  const copy = await makeCopy({ source: null, sourceKeys: [], random, eventsPerRound: EVENTS_PER_ROUND });
  try {
    const onProgress = (done: number): void => {
      if (done % NOTE_EVERY === 0) note(`${done} tamperings`);
    };
    const result = await drill({ copy, random, seed, mutations, onProgress });
    const ended = new Date().toISOString();
    const kept: DrillSoak = { version: 1, commit, machine, started, ended, covers: DRILL_PATHS, treeHash, ...result };
    writeFileSync(join(root, DRILL_FILE), `${JSON.stringify(kept, null, 2)}\n`);
    const readme = join(root, 'README.md');
    writeFileSync(readme, withDrillSection(readFileSync(readme, 'utf8'), result));
    process.stdout.write(`${drillText(result)}\n`);
    return result.clean.alarms === 0 && result.classes.every(({ asClaimed }) => asClaimed) ? 0 : 1;
  } finally {
    await copy.close();
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  note(error instanceof Error ? (error.stack ?? error.message) : String(error));
  process.exitCode = 1;
}
