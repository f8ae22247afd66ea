/** What is promised of people and takes long to show: the parts of `npm run soak:people`. */
import { memoryOfEvidence } from './evidence-memory.ts';
import type { LongCheck, LongCheckOptions } from './long-check.ts';
import { workloadCheck } from './people/workload-check.ts';
import { timingOfHidden } from './timing.ts';

export interface PeoplePart {
  /** As on the command line. */
  readonly name: string;
  run(options: LongCheckOptions): Promise<LongCheck>;
  /** Counts that a release is held to, at least. */
  readonly least: Readonly<Record<string, number>>;
}

export const PARTS: readonly PeoplePart[] = [
  { name: 'workload', run: workloadCheck, least: { operations: 10_000, kills: 10 } },
  { name: 'timing', run: timingOfHidden, least: { pairs: 1_000 } },
  { name: 'memory', run: memoryOfEvidence, least: { bytes: 4 * 2 ** 30 } },
];
