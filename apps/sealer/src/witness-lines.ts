/** The witnesses of a policy by the address where they are asked, and how each of them stands. */
import type { VerifierKey, WitnessPolicy } from '#lib/ledger';

export interface WitnessLine {
  /** Submission prefix. */
  readonly url: string;
  /** Of the policy's witnesses with this address: one that cosigns by several keys answers with a line of each. */
  readonly keys: readonly VerifierKey<'witness'>[];
  /** What it acknowledged or said last; `null`: not known. */
  size: bigint | null;
  isBusy: boolean;
  /** In a row. */
  failures: number;
  /** Not asked before this moment. */
  pausedUntilMs: number;
  /** The head that it refused last; -1: none. It is not asked about that one again. */
  refusedSize: number;
}

/** Witnesses without an address cannot be asked: somebody else brings their cosignatures, or nobody. */
export function witnessLines({ witnesses }: WitnessPolicy): WitnessLine[] {
  const byUrl = new Map<string, VerifierKey<'witness'>[]>();
  for (const { key, url } of witnesses) if (url !== null) byUrl.set(url, [...(byUrl.get(url) ?? []), key]);
  return [...byUrl].map(([url, keys]) => ({ url, keys, size: null, isBusy: false, failures: 0, pausedUntilMs: 0, refusedSize: -1 }));
}

export const titleOf = ({ name, id }: Pick<VerifierKey, 'name' | 'id'>): string => `${name}+${id}`;

/** Whether a cosignature of it may still come for a head of this size. */
export const needsAsking = ({ keys, refusedSize }: WitnessLine, size: number, cosignatures: ReadonlyMap<string, unknown>): boolean =>
  refusedSize !== size && keys.some((key) => !cosignatures.has(titleOf(key)));

export const isPaused = ({ pausedUntilMs }: WitnessLine, nowMs: number): boolean => nowMs < pausedUntilMs;

export function paused(line: WitnessLine, untilMs: number): void {
  line.pausedUntilMs = untilMs;
}

export function settled(line: WitnessLine): void {
  line.failures = 0;
  line.pausedUntilMs = 0;
}
