/**
 * An orderly end: first nothing new comes in, then what is begun is finished, last the connections go. Frameworks' own hooks close the
 * database before the consumer that needs it; here the order is written down.
 */
import type { Log } from './log.ts';

/** In this order; the steps of one stage run side by side. */
export const SHUTDOWN_STAGES = ['http', 'consumers', 'producers', 'pools', 'servers'] as const;
export type ShutdownStage = (typeof SHUTDOWN_STAGES)[number];

export interface Shutdown {
  /**
   * `http` stops listening and lets answers end; `consumers` drain their batch and leave the group; `producers` flush; `pools` close;
   * `servers` are those we started ourselves (the embedded Postgres).
   */
  at(stage: ShutdownStage, name: string, close: () => Promise<void> | void): void;
  /**
   * Runs all stages, once, however often it is called. A step that fails or takes too long is logged and does not hold up the rest.
   * Resolves to whether all went well, after at most the bound.
   */
  run(): Promise<boolean>;
  /** Whether it runs, or is over. */
  hasBegun(): boolean;
  /** SIGTERM and SIGINT run it, and exit: 0, or 1 when a step failed. A second signal exits at once with 130. */
  onSignals(): void;
}

interface Step {
  readonly stage: ShutdownStage;
  readonly name: string;
  readonly close: () => Promise<void> | void;
}

/** The last stages always get this much, however long the first ones took: an embedded Postgres killed in a hurry has to recover. */
const STAGE_MS_MIN = 500;

/** @param boundMs for all stages together; what is left when a stage begins is what it may take. */
export function createShutdown(log: Log, boundMs: number, exit: (code: number) => void = (code) => process.exit(code)): Shutdown {
  const steps: Step[] = [];
  let running: Promise<boolean> | undefined;
  const runAll = async (): Promise<boolean> => {
    const deadline = Date.now() + boundMs;
    let clean = true;
    for (const stage of SHUTDOWN_STAGES) {
      const left = Math.max(deadline - Date.now(), STAGE_MS_MIN);
      const closed = await Promise.all(steps.filter((step) => step.stage === stage).map((step) => closeOne(step, left, log)));
      clean = clean && closed.every(Boolean);
    }
    return clean;
  };
  const shutdown: Shutdown = {
    at: (stage, name, close) => void steps.push({ stage, name, close }),
    run: () => (running ??= runAll()),
    hasBegun: () => running !== undefined,
    onSignals() {
      let signalled = false;
      const end = (signal: NodeJS.Signals): void => {
        if (signalled) return exit(130);
        signalled = true;
        log.info('ending in order', { signal });
        void shutdown.run().then((clean) => exit(clean ? 0 : 1));
      };
      process.on('SIGTERM', end);
      process.on('SIGINT', end);
    },
  };
  return shutdown;
}

async function closeOne({ stage, name, close }: Step, withinMs: number, log: Log): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), withinMs);
  });
  try {
    const outcome = await Promise.race([Promise.resolve().then(close), late]);
    if (outcome === 'late') log.warn('a step of the shutdown did not end in time', { component: `${stage}/${name}`, ms: withinMs });
    return outcome !== 'late';
  } catch (error) {
    log.warn('a step of the shutdown failed', { component: `${stage}/${name}`, error });
    return false;
  } finally {
    clearTimeout(timer);
  }
}
