/** `npm run soak:people`: what is promised of people, with the counts that a release is held to, on a commit. Writes docs/people.json, after each part. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { stopAllChildren } from './child-process.ts';
import { describeMachine, loadAverage } from './machine.ts';
import { PARTS } from './people-parts.ts';
import { PEOPLE_FILE, PEOPLE_PATHS, type PeopleSoak, withPart } from './people-soak.ts';
import { projectRoot } from './project-root.ts';
import { revisionOf } from './soak.ts';

const USAGE = `npm run soak:people -- [--part NAME]... [--seed N] [--size ci|soak]
parts: ${PARTS.map(({ name }) => name).join(', ')}
In the size ci nothing is written.`;
const note = (line: string): void => void process.stderr.write(`${line}\n`);

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      part: { type: 'string', multiple: true },
      seed: { type: 'string' },
      size: { type: 'string', default: 'soak' },
      help: { type: 'boolean', default: false },
    },
  });
  const { size } = values;
  const parts = values.part === undefined ? PARTS : PARTS.filter(({ name }) => values.part?.includes(name));
  if (values.help || parts.length === 0 || (size !== 'ci' && size !== 'soak')) {
    note(USAGE);
    return values.help ? 0 : 2;
  }
  const root = projectRoot();
  const kept = keptOf(root);
  const seed = Number(values.seed ?? kept?.seed ?? Math.floor(Math.random() * 1_000_000));
  const keep = size === 'soak' ? keeper(root, seed) : () => undefined;
  note(`seed ${seed}`);
  let holds = true;
  for (const part of parts) {
    const result = await part.run({ root, seed, size, note: (line) => note(`${part.name}: ${line}`) });
    process.stdout.write(`${JSON.stringify(result)}\n`);
    holds &&= result.holds;
    keep(result);
  }
  return holds ? 0 : 1;
}

const keptOf = (root: string): PeopleSoak | null => {
  const file = join(root, PEOPLE_FILE);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as PeopleSoak) : null;
};

/** Writes the file anew with each part that came to its end. */
function keeper(root: string, seed: number): (part: PeopleSoak['parts'][number]) => void {
  const revision = revisionOf(root, PEOPLE_PATHS);
  if (revision === null || revision.dirty) throw new Error('a result that is kept is about a commit: commit first');
  const { commit, treeHash } = revision;
  const [started, machine] = [new Date().toISOString(), { ...describeMachine(), load: loadAverage() }];
  return (part) => {
    const about = { version: 1, commit, machine, started, ended: new Date().toISOString(), covers: PEOPLE_PATHS, treeHash } as const;
    const result = withPart(keptOf(root), { ...about, seed, size: 'soak', parts: [part] }, PARTS.map(({ name }) => name)); // prettier-ignore
    writeFileSync(join(root, PEOPLE_FILE), `${JSON.stringify(result, null, 2)}\n`);
  };
}

try {
  process.exitCode = await main();
} catch (error) {
  note(error instanceof Error ? (error.stack ?? error.message) : String(error));
  process.exitCode = 1;
} finally {
  await stopAllChildren();
}
