/** Starts the load generator and follows it. */
import { fileURLToPath } from 'node:url';
import { startNode, tailOf, type Child } from './child-process.ts';
import type { Inputs } from './documents.ts';

export interface LoadRequest {
  readonly inputs: Inputs;
  /** Number of the first. */
  readonly from: number;
  /** Number of the one behind the last; absent: all. */
  readonly to?: number;
  /** Base URLs of captures; connections take them in turn. */
  readonly targets: readonly string[];
  readonly operationsFile: string;
  readonly ratePerSecond: number;
  readonly connections: number;
  readonly rowsPerRequest: number;
  /** Each sighting goes to the first target and its rival (documents.ts) to the second, at the same time. */
  readonly isRace?: boolean;
  /** What is not acknowledged by then stays unknown. */
  readonly giveUpAfterMs: number;
}

export interface LoadProgress {
  readonly acknowledged: number;
  readonly givenUp: number;
  /** Attempts that ended without a certain answer. */
  readonly unknown: number;
  readonly done: boolean;
}

export interface Load {
  /** Throws where the generator ended before its work. */
  progress(): LoadProgress;
  /** No more sightings than those that were begun; `done` then comes as soon as these are acknowledged. */
  enough(): void;
  /** Resolves when all sightings are acknowledged or given up. */
  readonly done: Promise<LoadProgress>;
}

export function startLoad(request: LoadRequest, logFile: string): Load {
  const script = fileURLToPath(new URL('./load.js', import.meta.url));
  const child: Child = startNode({ args: [script, JSON.stringify(request)], logFile, talks: true });
  let progress: LoadProgress = { acknowledged: 0, givenUp: 0, unknown: 0, done: false };
  child.onMessage((message) => (progress = message as LoadProgress));
  // What it said last may be read after its end.
  let isOver = false;
  const ended = Promise.all([child.exited, child.disconnected]).then(() => (isOver = true));
  const whole = (): LoadProgress => {
    if (isOver && !progress.done) throw new Error(`the load generator ended early:\n${tailOf(logFile)}`);
    return progress;
  };
  const done = ended.then(whole);
  done.catch(() => undefined); // whoever awaits it hears of it
  return { progress: whole, done, enough: () => child.send({ enough: true }) };
}
