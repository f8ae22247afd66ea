/** The committed tamper drill (docs/drill.json): what it found, and of which code it speaks. */
import type { DrillResult } from '../../custody/src/drill/drill.ts';
import { BUT_SUITES, type KeptResult } from './soak.ts';

export const DRILL_FILE = 'docs/drill.json';

/** What the outcome of a drill depends on. */
export const DRILL_PATHS = [
  'apps/audit',
  'apps/custody/src/drill',
  'apps/gateway',
  'apps/sealer',
  'apps/witness',
  'libs',
  'package-lock.json',
  ...BUT_SUITES,
] as const;

/** As many as a release is held to; of each class the same number, and so a few more. */
export const DRILL_MUTATIONS_MIN = 10_000;

export interface DrillSoak extends DrillResult, KeptResult {}
