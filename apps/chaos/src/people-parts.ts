/** What is promised of people and takes long to show: the parts of `npm run soak:people`. */
import type { LongCheck, LongCheckOptions } from './long-check.ts';
import { workloadCheck } from './people/workload-check.ts';

export interface PeoplePart {
  /** As on the command line. */
  readonly name: string;
  run(options: LongCheckOptions): Promise<LongCheck>;
  /** Counts that a release is held to, at least. */
  readonly least: Readonly<Record<string, number>>;
}

export const PARTS: readonly PeoplePart[] = [{ name: 'workload', run: workloadCheck, least: { operations: 10_000, kills: 10 } }];
