/** Mounts the projector: its Nest microservice on the batch transport, the background steps, and the health that is progress. */
import { type MicroserviceOptions } from '@nestjs/microservices';
import { NestFactory } from '@nestjs/core';
import { contentIndex, EVENTS_TOPIC, ProjectorModule } from '#app/projector';
import type { PartitionId } from '#lib/event-log';
import { nestLogger } from '#lib/runtime';
import { BatchServer } from '#lib/runtime/nest';
import { countDeadLetters, deadLettersToCopy, logSize, projectBatch, readOffset, type StorePool } from '#lib/store';
import { runInBackground } from './background.ts';
import { SEARCH_KEYS } from './search-keys.ts';
import { endWith, type Parts } from './parts.ts';
import { deadLetterRelay } from './dead-letter-relay.ts';
import { failpoints } from './failpoints.ts';
import { databaseAnswers, eventLogAnswers } from './readiness.ts';

/** One transaction at a time for each partition, and one for the background steps. */
const BACKGROUND_CONNECTIONS = 2;

export async function startProjector(parts: Parts): Promise<void> {
  const { config, log, metrics, health, shutdown, database, eventLog, keys } = parts;
  const pool = database.pool('projector', { max: config.topics.partitions + BACKGROUND_CONNECTIONS });
  const hooks = failpoints(log);
  const startAt = async (partition: PartitionId): Promise<number> => (await readOffset(pool, partition)) ?? 0;
  const server = new BatchServer({
    log: eventLog,
    group: config.projector.group,
    maxRecords: config.projector.batchRecords,
    maxBytes: config.projector.batchBytes,
    startAt,
    topicOf: (name) => (name === EVENTS_TOPIC ? config.topics.events : name),
  });
  const progress = health.component({
    name: 'projector',
    stallMs: config.projector.stallSeconds * 1000,
    async waiting() {
      const held = new Set(server.assignment());
      const ends = (await eventLog.ends(config.topics.events)).filter(({ partition }) => held.has(partition));
      const offsets = await Promise.all(ends.map(async (end) => [end.partition, end.high - (await startAt(end))] as const));
      for (const [partition, lag] of offsets) metrics.projectorLag.set({ partition: String(partition) }, lag);
      return new Map(offsets);
    },
  });
  health.dependency({ name: 'projector: database', ask: () => databaseAnswers(() => logSize(pool)) });
  health.dependency({ name: 'projector: event log', ask: () => eventLogAnswers(eventLog) });
  watchBackground(parts, pool);

  const sizes = runInBackground('ledger sizes', log, async () => {
    metrics.ledgerSize.set(await logSize(pool));
    metrics.deadLettersOpen.set(await countDeadLetters(pool));
    return false;
  });
  const relay = runInBackground('dead-letter copies', log, deadLetterRelay(pool, eventLog, config.topics.deadLetters));
  const app = await NestFactory.createMicroservice<MicroserviceOptions>(
    ProjectorModule.with({
      project: (batch, from, next, events, dead) =>
        projectBatch(pool, batch, from, next, events, dead, { keys: SEARCH_KEYS, indexOf: contentIndex, hooks }),
      keys: keys.accepted,
      metrics,
      progress,
      committed: ({ deadLetters }) => {
        if (deadLetters > 0) relay.wake();
      },
    }),
    { strategy: server, logger: nestLogger(log), abortOnError: false },
  );
  shutdown.at('consumers', 'projector', () => app.close());
  shutdown.at('consumers', 'ledger sizes', () => sizes.close());
  shutdown.at('consumers', 'dead-letter copies', () => relay.close());
  await app.listen();
  server.ended.catch((error: unknown) => {
    const code = (error as { code?: unknown }).code;
    const reason = typeof code === 'string' ? code : 'internal';
    log.error('the projector stopped', { code: reason, error });
    progress.stopped(reason);
    endWith(log, shutdown, reason);
  });
}

/** Their progress is what the ledger says of it, whichever process made it. */
function watchBackground({ config, health }: Parts, pool: StorePool): void {
  const stallMs = config.projector.stallSeconds * 1000;
  const copies = health.component({
    name: 'dead-letter copies',
    stallMs,
    async waiting() {
      const { n, oldest } = await deadLettersToCopy(pool);
      copies.moved('all', oldest);
      return new Map([['all', n]]);
    },
  });
}
