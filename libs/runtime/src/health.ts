/**
 * Health is progress. A consumer that is dead while its process is alive is the normal failure of event consumers, so a component is
 * healthy when its position moved lately or nothing waits for it; that the process runs says nothing. What a role only needs is healthy as
 * long as it answers (dependency.ts).
 */
import { type ComponentHealth, type DependencyOptions, watchDependency, type Watched } from './dependency.ts';
import { type Answer, createQuestion } from './question.ts';

/** What a component says of itself. A part is whatever it works on apart from the rest: a partition. */
export interface ProgressReport {
  /** It got on to `position` (next offset, log index). A position that stays the same is no progress. */
  moved(part: string | number, position: number): void;
  /** It has given the part up (a rebalance): nothing is expected of it there. */
  released(part: string | number): void;
  /** It has stopped for good; an operator must look. */
  stopped(code: string): void;
}

export interface ComponentOptions {
  /** Name for people and metrics. */
  readonly name: string;
  /**
   * How much waits in each part that this process is to work on. Asked of the log and the ledger, not of the component: one that is dead
   * cannot be trusted to say that it is behind. Rejects = not known, counts as behind in the parts known.
   */
  waiting(): Promise<ReadonlyMap<string | number, number>>;
  /** No progress for this long while something waits: not ready. */
  readonly stallMs: number;
}

export interface Health {
  component(options: ComponentOptions): ProgressReport;
  dependency(options: DependencyOptions): void;
  /** As of the last look; `look` first for one that is fresh. Nothing to judge is ready. */
  components(): readonly ComponentHealth[];
  ready(): boolean;
  /** Asks all components what waits and judges them. At most ANSWER_TIMEOUT_MS. */
  look(): Promise<void>;
  /** Looks by itself as long as the process lives, so that a stall is timed from its beginning and not from the first question. */
  start(): void;
  stop(): void;
}

/** Several looks fit into the shortest stall that can be configured. */
const LOOK_EVERY_MS = 250;

interface Part {
  position: number;
  /** When it last moved, or when something was first seen waiting after there was nothing. */
  sinceMs: number;
}

interface Component {
  readonly options: ComponentOptions;
  readonly waiting: () => Promise<Answer<ReadonlyMap<string | number, number>>>;
  readonly parts: Map<string, Part>;
  stoppedBy: string | null;
  lastProgressMs: number | null;
  /** When the answer of `waiting` was last known. */
  knownMs: number;
  health: ComponentHealth;
}

/** @param now clock in milliseconds. @param progressed called when a component moved or has nothing to do (for the metric). */
export function createHealth(now: () => number = Date.now, progressed: (component: string, atMs: number) => void = () => {}): Health {
  const components: Watched[] = [];
  let timer: NodeJS.Timeout | undefined;
  let looking: Promise<void> | undefined;
  const look = (): Promise<void> => {
    looking ??= Promise.all(components.map((component) => component.look())).then(() => {
      looking = undefined;
    });
    return looking;
  };
  return {
    component(options) {
      const health = { name: options.name, ready: true, reason: null, detail: null, waiting: null, lastProgressMs: null };
      const waiting = createQuestion(() => options.waiting(), now);
      const component: Component = { options, waiting, parts: new Map(), stoppedBy: null, lastProgressMs: null, knownMs: now(), health };
      components.push({
        get health() {
          return component.health;
        },
        look: () => judge(component, now, progressed),
      });
      return reportOf(component, now, progressed);
    },
    dependency: (options) => void components.push(watchDependency(options, now, progressed)),
    components: () => components.map(({ health }) => health),
    ready: () => components.every(({ health }) => health.ready),
    look,
    start() {
      timer ??= setInterval(() => void look(), LOOK_EVERY_MS).unref();
    },
    stop() {
      clearInterval(timer);
      timer = undefined;
    },
  };
}

function reportOf(component: Component, now: () => number, progressed: (name: string, atMs: number) => void): ProgressReport {
  return {
    moved(part, position) {
      const known = component.parts.get(String(part));
      if (known?.position === position) return;
      component.lastProgressMs = now();
      component.parts.set(String(part), { position, sinceMs: component.lastProgressMs });
      progressed(component.options.name, component.lastProgressMs);
    },
    released(part) {
      component.parts.delete(String(part));
    },
    stopped(code) {
      component.stoppedBy = code;
      component.health = { ...component.health, ready: false, reason: `stopped: ${code}` };
    },
  };
}

async function judge(component: Component, now: () => number, progressed: (name: string, atMs: number) => void): Promise<void> {
  const { name, stallMs } = component.options;
  const answer = await component.waiting();
  const waiting = answer.ok ? answer.value : undefined;
  const at = now();
  const idle = waiting !== undefined && [...waiting.values()].every((count) => count <= 0);
  if (waiting !== undefined) component.knownMs = at;
  if (idle) {
    component.lastProgressMs = at;
    progressed(name, at);
  }
  const stalled = waiting !== undefined && stalledParts(component, waiting, at).length > 0;
  const unknown = waiting === undefined && at - component.knownMs > stallMs;
  const reason = component.stoppedBy === null ? (stalled ? 'stalled' : unknown ? 'unknown' : null) : `stopped: ${component.stoppedBy}`;
  const total = waiting === undefined ? null : [...waiting.values()].reduce((sum, count) => sum + count, 0);
  component.health = {
    ...component.health,
    name,
    ready: reason === null,
    reason,
    waiting: total,
    lastProgressMs: component.lastProgressMs,
  };
}

function stalledParts(component: Component, waiting: ReadonlyMap<string | number, number>, at: number): string[] {
  const stalled: string[] = [];
  for (const [key, count] of waiting) {
    const name = String(key);
    const part = component.parts.get(name) ?? { position: -1, sinceMs: at };
    component.parts.set(name, part);
    if (count <= 0) part.sinceMs = at;
    else if (at - part.sinceMs > component.options.stallMs) stalled.push(name);
  }
  return stalled;
}
