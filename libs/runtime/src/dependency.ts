/** What a role needs and has no part in: a database, an event log. Healthy as long as it answers. */
import { createQuestion } from './question.ts';

/** How a component or dependency stands, as of the last look. */
export interface ComponentHealth {
  readonly name: string;
  readonly ready: boolean;
  /** Why it is not: `stopped`, `stalled`, `unknown`, `away`, with a code. */
  readonly reason: string | null;
  /** What a dependency said of itself. */
  readonly detail: string | null;
  /** Sum over the parts; null = not known. */
  readonly waiting: number | null;
  /** Milliseconds since 1970; null = it never moved. */
  readonly lastProgressMs: number | null;
}

export interface DependencyOptions {
  /** Name for people and metrics: the role, and what it needs. */
  readonly name: string;
  /** A round trip that the role's own work would take too, by the same connections. Resolves with what to say of it; rejects where it is away. */
  ask(): Promise<string>;
}

export interface Watched {
  readonly health: ComponentHealth;
  look(): Promise<void>;
}

/** Often enough to be heard of soon, seldom enough to cost nothing. */
const ASK_EVERY_MS = 1_000;
/** One lost connection or one slow answer is no outage. */
const AWAY_AFTER_MS = 2_000;

export function watchDependency(
  { name, ask }: DependencyOptions,
  now: () => number,
  progressed: (component: string, atMs: number) => void,
): Watched {
  const question = createQuestion(ask, now);
  let askedMs = -Infinity;
  let answeredMs = now();
  let health: ComponentHealth = { name, ready: true, reason: null, detail: null, waiting: null, lastProgressMs: null };
  return {
    get health() {
      return health;
    },
    async look() {
      if (health.ready && now() - askedMs < ASK_EVERY_MS) return;
      askedMs = now();
      const answer = await question();
      if (answer.ok) {
        answeredMs = now();
        progressed(name, answeredMs);
        health = { ...health, ready: true, reason: null, detail: answer.value, lastProgressMs: answeredMs };
      } else if (now() - answeredMs > AWAY_AFTER_MS) {
        health = { ...health, ready: false, reason: `away: ${answer.reason}`, detail: null };
      } else {
        askedMs = -Infinity; // In doubt: the next look asks again.
      }
    },
  };
}
