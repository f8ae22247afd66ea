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
  /** Told after each commit: there is something new to copy, index or wait for. */
  readonly committed: (outcome: { readonly appended: number; readonly deadLetters: number }) => void;
}

@Controller()
export class ProjectorController {
  readonly #deps: ProjectorDeps;

  constructor(@Inject(PROJECTOR_DEPS) deps: ProjectorDeps) {
    this.#deps = deps;
  }

  /**
   * What it throws is broken infrastructure (the data's own faults are dead letters), so the log offers the same batch again. Fenced by
   * the offset's compare-and-set, the batch is dropped and reading goes on where the ledger says.
   */
  @BatchHandler(EVENTS_TOPIC)
  async project(@Payload() batch: Batch): Promise<BatchResult> {
    const { project, keys, metrics, progress, committed } = this.#deps;
    const first = batch.records[0];
    const last = batch.records.at(-1);
    if (first === undefined || last === undefined) throw new Error('a batch is never empty');
    const started = performance.now();
    const next = last.offset + 1;
    const { events, dead } = await decodeInTurns(batch.records, keys);
    const outcome = await project(batch, first.offset, next, events, dead).catch((error: unknown) => {
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
