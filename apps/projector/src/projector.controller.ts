/** The microservice's one handler: a whole batch of raw bytes becomes ledger rows and a moved offset in one transaction. */
import { Controller, Inject } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import type { Batch, BatchResult } from '#lib/event-log';
import type { Metrics, ProgressReport } from '#lib/runtime';
import { BatchHandler } from '#lib/runtime/nest';
import type { DeadLetter, ProjectedEvent, ProjectionOutcome } from '#lib/store';
import { decodeInTurns, type PublisherKeys } from './decode.ts';

export const PROJECTOR_DEPS = Symbol('projector deps');
/** Name by which the handler asks for its topic; the configuration says which one that is. */
export const EVENTS_TOPIC = 'events';

export interface ProjectorDeps {
  /** The transaction (libs/store): the offset from `from` to `next` together with what the records became. */
  readonly project: (
    batch: Batch,
    from: number,
    next: number,
    events: readonly ProjectedEvent[],
    dead: readonly DeadLetter[],
  ) => Promise<ProjectionOutcome>;
  readonly keys: PublisherKeys;
  readonly metrics: Metrics;
  readonly progress: ProgressReport;
  /** Told after each commit: there may be something new to copy. */
  readonly committed: (outcome: { readonly deadLetters: number }) => void;
}

@Controller()
export class ProjectorController {
  readonly #deps: ProjectorDeps;
  readonly #turns = new Turns(BATCHES_MAX);

  constructor(@Inject(PROJECTOR_DEPS) deps: ProjectorDeps) {
    this.#deps = deps;
  }

  /**
   * What it throws is broken infrastructure (the data's own faults are dead letters), so the log offers the same batch again. Fenced by
   * the offset's compare-and-set, the batch is dropped and reading goes on where the ledger says.
   */
  @BatchHandler(EVENTS_TOPIC)
  project(@Payload() batch: Batch): Promise<BatchResult> {
    return this.#turns.run(() => this.#project(batch));
  }

  async #project(batch: Batch): Promise<BatchResult> {
    const { project, keys, metrics, progress, committed } = this.#deps;
    const started = performance.now();
    const { events, dead, next } = withinRows(await decodeInTurns(batch.records, keys), batch.next);
    const outcome = await project(batch, batch.from, next, events, dead).catch((error: unknown) => {
      metrics.projectorBatchSeconds.observe({ outcome: 'failed' }, (performance.now() - started) / 1000);
      throw error;
    });
    metrics.projectorBatchSeconds.observe({ outcome: outcome.outcome }, (performance.now() - started) / 1000);
    progress.moved(batch.partition, outcome.next);
    metrics.projectorLag.set({ partition: String(batch.partition) }, Math.max(0, batch.highWatermark - outcome.next));
    if (outcome.outcome === 'committed') {
      metrics.projectorRecords.inc({ outcome: 'committed' }, outcome.appended);
      metrics.projectorRecords.inc({ outcome: 'duplicate' }, outcome.duplicates);
      metrics.projectorRecords.inc({ outcome: 'conflict' }, outcome.conflicts);
      metrics.projectorRecords.inc({ outcome: 'dead-letter' }, outcome.deadLetters);
      committed(outcome);
    }
    return { next: outcome.next };
  }
}

/**
 * Batches of different partitions worked on at a time: one is decoded while the other is in its transaction, for which all wait anyway. Each
 * holds some 15 MB while it is decoded, so this bounds the memory of a process that holds many partitions.
 */
const BATCHES_MAX = 2;

/** At most so many at a time, the others in the order in which they came. */
class Turns {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(max: number) {
    this.#free = max;
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free += 1;
      else next();
    }
  }
}

/**
 * Timeline rows of one transaction: a second of the database's work, well within its time limit. A batch is bounded in bytes, and 13 KB of one
 * sighting (256 items for 256 readers) can make 65,000 rows: without this bound a few of them would time out, come again, and time out for ever.
 */
export const BATCH_ROWS_MAX = 50_000;

interface Decodings {
  readonly events: readonly ProjectedEvent[];
  readonly dead: readonly DeadLetter[];
}

/** As much of a batch from its start on as makes so many rows, at least one event; the rest comes again from `next`. */
export function withinRows({ events, dead }: Decodings, next: number): Decodings & { readonly next: number } {
  let rows = 0;
  for (const [n, { items, groups, offset }] of events.entries()) {
    rows += Math.max(1, items.length) * groups.length;
    if (rows <= BATCH_ROWS_MAX || n === 0) continue;
    return { events: events.slice(0, n), dead: dead.filter((letter) => letter.offset < offset), next: offset };
  }
  return { events, dead, next };
}
