/** The committed result of `npm run soak:people` (docs/people.json): what it found, of which code it speaks, and whether that is enough. */
import type { LongCheck } from './long-check.ts';
import type { PeoplePart } from './people-parts.ts';
import { COVERED_PATHS, type KeptResult } from './soak.ts';

export const PEOPLE_FILE = 'docs/people.json';
export const PEOPLE_PATHS = COVERED_PATHS;

export interface PeopleSoak extends KeptResult {
  readonly seed: number;
  readonly size: 'ci' | 'soak';
  readonly parts: readonly LongCheck[];
}

/** Why a result is not what a release is held to, a line for each; none: it is. */
export function shortcomings(
  { size, parts }: Pick<PeopleSoak, 'size' | 'parts'>,
  due: readonly Pick<PeoplePart, 'name' | 'least'>[],
): readonly string[] {
  const wrongSize = size === 'soak' ? [] : [`its size is ${size}`];
  const each = due.flatMap(({ name, least }) => {
    const part = parts.find((found) => found.name === name);
    if (part === undefined) return [`${name}: was not run`];
    const few = Object.entries(least).filter(([count, most]) => (part.counts[count] ?? 0) < most);
    return [
      ...(part.holds ? [] : [`${name}: does not hold: ${part.problems.join('; ')}`]),
      ...few.map(([count, most]) => `${name}: ${part.counts[count] ?? 0} ${count}, and not ${most}`),
    ];
  });
  return [...wrongSize, ...each];
}

/** The result with this part in place of what is kept of the same code and seed; parts that were run on other code count for nothing. */
export function withPart(kept: PeopleSoak | null, result: PeopleSoak, order: readonly string[]): PeopleSoak {
  const before = kept !== null && kept.treeHash === result.treeHash && kept.seed === result.seed && kept.size === result.size ? kept : null;
  const parts = new Map([...(before?.parts ?? []), ...result.parts].map((part) => [part.name, part]));
  return { ...result, started: before?.started ?? result.started, parts: order.flatMap((name) => parts.get(name) ?? []) };
}
