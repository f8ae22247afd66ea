/** Watches work that goes on in other processes: how fast it gets on, what it costs, how much memory it takes. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Child } from './child-process.ts';
import { treeCpuSeconds, usageOf } from './child-process.ts';
import type { Figures } from './figures.ts';

const MEBIBYTE = 2 ** 20;

export interface WatchOptions {
  /** How much is done; polled. */
  readonly done: () => Promise<number>;
  readonly total: number;
  /** Short against the run, long enough that asking costs nothing. */
  readonly pollMs: number;
  /** A run that takes longer has failed. */
  readonly timeoutMs: number;
  /** Processes that do the work: their CPU and memory are what the work costs. A dead one ends the watch with an error. */
  readonly workers: readonly Child[];
  readonly postgresPid: number;
  readonly brokerPid: number;
  /** One of the workers whose CPU is given by itself too, as `sealerMicrosPerEvent`. */
  readonly sealer?: Child;
}

export interface Watched {
  /** From the first sign of progress to the end: start-up, joining a group and the first batch are left out on both sides. */
  readonly figures: Figures;
  /** Memory of all workers together, from the first progress on. */
  readonly memory: readonly (readonly [seconds: number, mebibytes: number])[];
}

/** Resolves when `done` reaches `total`. */
export async function watchProgress(options: WatchOptions): Promise<Watched> {
  const deadline = performance.now() + options.timeoutMs;
  let first: Sample | undefined;
  const memory: [number, number][] = [];
  let memoryAt = 0;
  for (;;) {
    const done = await options.done();
    const now = performance.now();
    if (done > 0) {
      first ??= await sample(options, done);
      if (now - memoryAt >= 250) {
        memoryAt = now;
        memory.push([(now - first.at) / 1000, (await rssBytes(options.workers)) / MEBIBYTE]);
      }
    }
    if (first !== undefined && done >= options.total) return { figures: await figuresOf(options, first, now, done), memory };
    if (options.workers.some((worker) => !worker.running)) throw new Error(`a worker ended at ${done} of ${options.total}`);
    if (now > deadline) throw new Error(`${done} of ${options.total} after ${options.timeoutMs} ms`);
    await sleep(options.pollMs);
  }
}

interface Sample {
  readonly at: number;
  readonly done: number;
  readonly worker: number;
  readonly postgres: number;
  readonly broker: number;
  readonly sealer: number;
}

async function sample(options: WatchOptions, done: number): Promise<Sample> {
  const at = performance.now();
  const spentBy = async (pid: number): Promise<number> => (await usageOf(pid))?.cpuSeconds ?? 0;
  const [workers, postgres, broker, sealer] = await Promise.all([
    Promise.all(options.workers.map(({ pid }) => spentBy(pid))),
    treeCpuSeconds(options.postgresPid),
    spentBy(options.brokerPid),
    options.sealer === undefined ? 0 : spentBy(options.sealer.pid),
  ]);
  return { at, done, worker: workers.reduce((sum, seconds) => sum + seconds, 0), postgres, broker, sealer };
}

async function figuresOf(options: WatchOptions, first: Sample, at: number, done: number): Promise<Figures> {
  const last = await sample(options, done);
  const events = done - first.done;
  const micros = (from: number, to: number) => ((to - from) * 1e6) / events;
  const peaks = await Promise.all(options.workers.map(async (worker) => (await usageOf(worker.pid))?.peakRssBytes ?? 0));
  return {
    eventsPerSecond: (events * 1000) / (at - first.at),
    workerMicrosPerEvent: micros(first.worker, last.worker),
    postgresMicrosPerEvent: micros(first.postgres, last.postgres),
    brokerMicrosPerEvent: micros(first.broker, last.broker),
    ...(options.sealer === undefined ? {} : { sealerMicrosPerEvent: micros(first.sealer, last.sealer) }),
    peakRssBytes: peaks.reduce((sum, bytes) => sum + bytes, 0),
  };
}

async function rssBytes(workers: readonly Child[]): Promise<number> {
  const usages = await Promise.all(workers.map((worker) => usageOf(worker.pid)));
  return usages.reduce((sum, usage) => sum + (usage?.rssBytes ?? 0), 0);
}
