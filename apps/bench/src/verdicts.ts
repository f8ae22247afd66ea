/** How a goal is judged: a number against its bound. */
import { ratioOf, type Outcome } from './rounds.ts';
import type { GoalVerdict } from './result.ts';

export type Outcomes = Readonly<Record<string, Outcome>>;

export const MILLI = 1000;

export const scaled = (value: number | undefined, by: number): number | undefined => (value === undefined ? undefined : value / by);

export function atLeast(letter: string, what: string, bound: number, value: number | undefined): GoalVerdict {
  return verdict(letter, `${what}: at least ${bound}`, value, value === undefined ? null : value >= bound);
}

export function atMost(letter: string, what: string, bound: number, value: number | undefined): GoalVerdict {
  return verdict(letter, `${what}: at most ${bound}`, value, value === undefined ? null : value <= bound);
}

function verdict(letter: string, goal: string, value: number | undefined, reached: boolean | null): GoalVerdict {
  return { letter, goal, ...(value === undefined ? {} : { value }), reached };
}

/** What does the same and more cannot take less: where it did, something else made the difference. */
const SHARE_LEAST = 0.9;

/** Of something against a part of it. */
export function againstPart(letter: string, what: string, bound: number, value: number | undefined): GoalVerdict {
  const judged = atMost(letter, what, bound, value);
  if (value === undefined || value >= SHARE_LEAST) return judged;
  return {
    ...judged,
    goal: `${judged.goal}; below ${SHARE_LEAST} what is compared with was disturbed, and the ratio says nothing`,
    reached: null,
  };
}

export function figureRatio(outcome: Outcome | undefined, above: string, below: string): number | undefined {
  return ratioOf(outcome, outcome, above, below);
}
