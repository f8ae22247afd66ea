import 'reflect-metadata';
import { Controller, Inject, type INestMicroservice, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { type MicroserviceOptions, Ctx, EventPattern, Payload } from '@nestjs/microservices';
import type { Batch, BatchResult, ConsumeOptions, EventLog, LogConsumer } from '#lib/event-log';
import { BatchContext, BatchHandler, BatchServer } from './batch-transport.ts';
import { createLog, nestLogger } from './log.ts';

const WORK = Symbol('work');
type Work = (batch: Batch, context: BatchContext) => Promise<BatchResult> | BatchResult;

@Controller()
class ProjectorController {
  readonly #work: Work;
  constructor(@Inject(WORK) work: Work) {
    this.#work = work;
  }

  @BatchHandler('events')
  async project(@Payload() batch: Batch, @Ctx() context: BatchContext): Promise<BatchResult> {
    return this.#work(batch, context);
  }
}

/** The part of a log that a consumer sees: the test hands out batches itself. */
class HandLog {
  readonly consumers: ConsumeOptions[] = [];
  closed = 0;
  stop: (error: unknown) => void = () => {};

  consume(options: ConsumeOptions): Promise<LogConsumer> {
    this.consumers.push(options);
    const ended = new Promise<void>((_resolve, reject) => (this.stop = reject));
    return Promise.resolve({ assignment: () => [0, 1], ended, close: () => Promise.resolve(void this.closed++) });
  }
}

const batchOf = (values: readonly string[]): Batch => ({
  clusterId: 'c', topicId: 't', topic: 'custody.events', partition: 0, from: 0, next: values.length, highWatermark: values.length, signal: new AbortController().signal,
  records: values.map((value, offset) => ({ offset, key: null, value: Buffer.from(value), headers: {} })),
}); // prettier-ignore

let app: INestMicroservice | undefined;
afterEach(async () => {
  await app?.close();
  app = undefined;
});

async function serve(
  work: Work,
  log = new HandLog(),
  controllers: (new (...args: never[]) => object)[] = [ProjectorController],
): Promise<{ log: HandLog; server: BatchServer }> {
  @Module({ controllers, providers: [{ provide: WORK, useValue: work }] })
  class Role {}
  const strategy = new BatchServer({
    log: log as unknown as EventLog, group: 'g', maxRecords: 10, maxBytes: 1_000, startAt: () => Promise.resolve(0), topicOf: (name) => `custody.${name}`,
  }); // prettier-ignore
  const quiet = nestLogger(createLog({ level: 'silent', secrets: [] }));
  const booting = await NestFactory.createMicroservice<MicroserviceOptions>(Role, { strategy, logger: quiet });
  await booting.listen();
  app = booting;
  return { log, server: strategy };
}

const offer = (log: HandLog, batch: Batch): Promise<BatchResult> => {
  const consumer = log.consumers[0];
  if (consumer === undefined) throw new Error('nothing consumes');
  return consumer.onBatch(batch);
};

test('a batch of raw bytes reaches the decorated method of an injected controller, and its answer goes back', async () => {
  const seen: Batch[] = [];
  const { log } = await serve((batch, context) => {
    expect(context.batch()).toBe(batch);
    seen.push(batch);
    return { next: batch.records.length };
  });
  const batch = batchOf(['a', '{"not": parsed']);
  expect(await offer(log, batch)).toEqual({ next: 2 });
  expect(seen).toEqual([batch]);
  expect(seen[0]).toBe(batch);
  expect(log.consumers[0]).toMatchObject({ topic: 'custody.events', group: 'g', maxRecords: 10, maxBytes: 1_000 });
});

test('an error reaches the log as it was thrown, so that it can offer the batch again or stop', async () => {
  class FatalLogError extends Error {}
  const fatal = new FatalLogError('stop');
  let thrown: Error = fatal;
  const { log } = await serve(() => {
    throw thrown;
  });
  await expect(offer(log, batchOf(['a']))).rejects.toBe(fatal);
  thrown = new TypeError('a bug');
  await expect(offer(log, batchOf(['a']))).rejects.toBe(thrown);
});

test('control: under the plain event decorator the same error is replaced by Nest', async () => {
  @Controller()
  class Plain {
    @(EventPattern('events') as MethodDecorator)
    fail(): never {
      throw new Error('the reason');
    }
  }
  const { log } = await serve(() => ({ next: 0 }), new HandLog(), [Plain]);
  await expect(offer(log, batchOf(['a']))).rejects.not.toThrow('the reason');
});

test('a handler that does not say where to go on is a bug, not a new beginning', async () => {
  for (const answer of [undefined, {}, { next: Number.NaN }, { next: -1 }, 3]) {
    const { log } = await serve(() => answer as BatchResult);
    await expect(offer(log, batchOf(['a']))).rejects.toThrow('has to return { next: offset }');
    await app?.close();
  }
});

test('two handlers of one topic do not start', async () => {
  @Controller()
  class Second extends ProjectorController {}
  await expect(serve(() => ({ next: 0 }), new HandLog(), [ProjectorController, Second])).rejects.toThrow('two handlers');
});

test('a log that cannot be consumed fails the start', async () => {
  const log = new HandLog();
  log.consume = () => Promise.reject(new Error('topic.missing'));
  await expect(serve(() => ({ next: 0 }), log)).rejects.toThrow('topic.missing');
});

test('closing closes the consumers; one that stopped for good is told', async () => {
  const { log, server } = await serve(() => ({ next: 0 }));
  expect(server.assignment()).toEqual([0, 1]);
  const stopped = new Error('offset.out-of-range');
  log.stop(stopped);
  await expect(server.ended).rejects.toBe(stopped);
  await app?.close();
  expect(log.closed).toBe(1);
  app = undefined;
});

test('an orderly close resolves `ended`', async () => {
  const { server } = await serve(() => ({ next: 0 }));
  await app?.close();
  app = undefined;
  await expect(server.ended).resolves.toBeUndefined();
});

test('the way through Nest costs far less than a batch', async () => {
  const { log } = await serve((batch) => ({ next: batch.records.length }));
  const batch = batchOf(['a']);
  const rounds = 2_000;
  for (let round = 0; round < rounds; round++) await offer(log, batch);
  // Of the processor: what else the machine does is no cost of ours.
  const before = process.cpuUsage();
  for (let round = 0; round < rounds; round++) await offer(log, batch);
  const { user, system } = process.cpuUsage(before);
  const microseconds = (user + system) / rounds;
  console.log(`batch transport: ${microseconds.toFixed(1)} µs a batch`);
  // A batch of 500 records takes tens of milliseconds; many times the usual cost is still nothing beside that.
  expect(microseconds).toBeLessThan(2_000);
});
