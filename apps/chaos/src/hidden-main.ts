/** Timing of what is hidden and memory of evidence by hand: `node dist/apps/chaos/src/hidden-main.js [--size ci|soak] [--seed N] [--only timing|memory]`. */
import { parseArgs } from 'node:util';
import { stopAllChildren } from './child-process.ts';
import { memoryOfEvidence } from './evidence-memory.ts';
import type { LongCheckOptions } from './long-check.ts';
import { projectRoot } from './project-root.ts';
import { timingOfHidden } from './timing.ts';

const CHECKS = { timing: timingOfHidden, memory: memoryOfEvidence } as const;

const { values } = parseArgs({
  options: { size: { type: 'string', default: 'ci' }, seed: { type: 'string' }, only: { type: 'string' } },
});
const seed = Number(values.seed ?? Math.floor(Math.random() * 1_000_000));
const note = (line: string): void => void process.stderr.write(`${line}\n`);
const end = (code: number): void => void stopAllChildren().finally(() => process.exit(code));
process.once('SIGINT', () => end(130)).once('SIGTERM', () => end(143));
for (const [name, check] of Object.entries(CHECKS)) {
  if (values.only !== undefined && values.only !== name) continue;
  note(`${name}, size ${values.size}, seed ${seed}`);
  const result = await check({ root: projectRoot(), seed, size: values.size as LongCheckOptions['size'], note });
  process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
  if (!result.holds) process.exitCode = 1;
}
