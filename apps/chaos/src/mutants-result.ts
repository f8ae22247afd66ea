/**
 * The committed result of a run of ten thousand mutants of each class (docs/mutants.json), and whether it still speaks about this code: it is
 * held as the soak's is.
 */
import type { MutantCount } from '../../../libs/ledger/src/mutants.contract.ts';
import type { KeptResult } from './soak.ts';

export type { MutantCount };

export const MUTANTS_FILE = 'docs/mutants.json';
/** Of each class, as an issue asks for. */
export const MUTANTS_OF_A_CLASS = 10_000;

/** What the outcome depends on: the verifier, its suites, and the domain's rules under it. */
export const MUTANT_PATHS = ['libs/domain/src', 'libs/ledger', 'package-lock.json'] as const;

/** The suites that put mutants before the verifier, by the names under which they leave their counts. */
export const MUTANT_SUITES = {
  opening: 'libs/ledger/src/opening-mutants.spec.ts',
  'item-proof': 'libs/ledger/src/proof-mutants.spec.ts',
  receipt: 'libs/ledger/src/receipt-mutants.spec.ts',
  'verify-proof': 'libs/ledger/src/verify-proof.mutants.spec.ts',
} as const;

/** What the suites leave. */
export interface MutantCounts {
  readonly seed: number;
  readonly mutants: number;
  readonly suites: Readonly<Record<string, readonly MutantCount[]>>;
}

/** What is committed. */
export interface MutantsResult extends MutantCounts, KeptResult {}

/** Why counts are not what a release is held to, a line for each; none: they are. */
export function shortcomings({ suites }: Pick<MutantCounts, 'suites'>): readonly string[] {
  const missing = Object.keys(MUTANT_SUITES).filter((suite) => (suites[suite] ?? []).length === 0);
  const short = Object.entries(suites).flatMap(([suite, counts]) =>
    counts.flatMap(({ name, tried, readable, accepted, formAlone }) => {
      if (accepted > 0) return [`${suite}, ${name}: ${accepted} accepted`];
      const reached = formAlone === true ? tried : readable;
      return reached >= MUTANTS_OF_A_CLASS ? [] : [`${suite}, ${name}: ${readable} of ${MUTANTS_OF_A_CLASS} survived parsing`];
    }),
  );
  return [...missing.map((suite) => `${suite}: no class was run`), ...short];
}
