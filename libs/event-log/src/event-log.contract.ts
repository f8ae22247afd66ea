/**
 * What every adapter of the port keeps. Each claim is a function, so that the adapters' specs run them all, and the control
 * (event-log.contract.spec.ts) can show that a claim goes red on a log that breaks it.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { FatalLogError, LogUnavailable } from './errors.ts';
import {
  PARTITIONS,
  QUIET_MS,
  consuming,
  eventually,
  firstOf,
  highOfOthers,
  newTopic,
  numbered,
  plain,
  plainOutgoing,
  read,
  readAll,
  record,
  soon,
  text,
  type ContractSetup,
  withRelease,
} from './reading.contract.ts';
import type { Batch, BatchResult, EventLog } from './port.ts';

export type Claim = (setup: ContractSetup) => Promise<void>;

const TEST_TIMEOUT_MS = 90_000;

/** Declares the whole suite; call it in the spec of an adapter. */
export function eventLogContract(adapter: string, start: () => Promise<ContractSetup>): void {
  describe(`the event log contract, ${adapter}`, () => {
    let setup: ContractSetup;
    let opened: EventLog[] = [];
    const keep = async (opening: Promise<EventLog>): Promise<EventLog> => {
      const log = await opening;
      opened.push(log);
      return log;
    };
    beforeAll(async () => {
      setup = await start();
    }, TEST_TIMEOUT_MS);
    afterEach(async () => {
      await Promise.all(opened.map((log) => log.close()));
      opened = [];
    }, TEST_TIMEOUT_MS);
    afterAll(async () => {
      await (setup as ContractSetup | undefined)?.close();
    }, TEST_TIMEOUT_MS);
    test.each(Object.keys(claims))('%s', async (name) => {
      await claims[name]?.({ ...setup, open: () => keep(setup.open()), openLosingReply: () => keep(setup.openLosingReply()) });
    }, TEST_TIMEOUT_MS); // prettier-ignore
  });
}

export const claims: Readonly<Record<string, Claim>> = {
  'records of one key share a partition and keep their order': async (setup) => {
    const { log, topic } = await newTopic(setup);
    for (let round = 0; round < 20; round++)
      await log.append(
        topic,
        ['a', 'b', 'c', 'd', 'e'].map((key) => record(key, `${round}`)),
      );
    const { taken } = await readAll(log, topic, 100);
    for (const key of ['a', 'b', 'c', 'd', 'e']) {
      const mine = taken.filter((one) => one.record.key?.toString() === key);
      expect(new Set(mine.map((one) => one.partition)).size).toBe(1);
      expect(mine.map((one) => text(one.record))).toEqual(Array.from({ length: 20 }, (_, round) => String(round)));
    }
  },

  'offsets begin at 0 in every partition and are dense': async (setup) => {
    const { log, topic } = await newTopic(setup);
    await Promise.all(Array.from({ length: 10 }, (_, n) => log.append(topic, numbered(20, n * 20))));
    const { taken } = await readAll(log, topic, 200);
    for (const partition of new Set(taken.map((one) => one.partition))) {
      const offsets = taken.filter((one) => one.partition === partition).map((one) => one.record.offset);
      expect(offsets).toEqual(offsets.map((_, index) => index));
    }
  },

  'what is appended at the same time arrives, each record once': async (setup) => {
    const { log, topic } = await newTopic(setup);
    await Promise.all(Array.from({ length: 50 }, (_, n) => log.append(topic, [record(`k${n % 7}`, `${n}`)])));
    const { taken } = await readAll(log, topic, 50);
    expect(taken.map((one) => Number(text(one.record))).sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, n) => n));
  },

  'no batch is larger than the consumer asked for, but for a record that is larger alone': async (setup) => {
    const { log, topic } = await newTopic(setup, 1);
    const large = { key: null, value: randomBytes(50_000), headers: {} };
    await log.append(topic, [...numbered(30), large, ...numbered(30)]);
    const batches: number[][] = [];
    const reader = await readAll(log, topic, 61, { maxRecords: 7, maxBytes: 4_000 }, (batch) =>
      batches.push(batch.records.map((one) => one.value.length)),
    );
    expect(Math.max(...batches.map((sizes) => sizes.length))).toBeLessThanOrEqual(7);
    for (const sizes of batches.filter((sizes) => sizes.length > 1))
      expect(sizes.reduce((sum, bytes) => sum + bytes, 0)).toBeLessThanOrEqual(4_000);
    expect(batches.filter((sizes) => sizes.includes(50_000))).toEqual([[50_000]]);
    expect(reader.taken).toHaveLength(61);
  },

  'bytes of keys, values and headers come back as they were': async (setup) => {
    const { log, topic } = await newTopic(setup, 1);
    const bytes = (maxLength: number): fc.Arbitrary<Buffer> => fc.uint8Array({ maxLength }).map((array) => Buffer.from(array));
    const header = fc.dictionary(
      fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme' }),
      // Bytes as well: a dead letter that is appended again has the headers of whoever wrote it.
      fc.oneof(fc.string({ maxLength: 40, unit: 'grapheme' }), bytes(40)),
      { maxKeys: 5 },
    );
    const outgoing = fc.record({ key: fc.option(bytes(40)), value: bytes(2_000), headers: header });
    let from = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(outgoing, { minLength: 1, maxLength: 20 }), async (records) => {
        await log.append(topic, records);
        const start = from;
        from += records.length;
        const { taken } = await readAll(log, topic, records.length, { startAt: () => Promise.resolve(start) });
        expect(taken.map((one) => plain(one.record))).toEqual(records.map(plainOutgoing));
      }),
      { numRuns: 8, endOnFailure: true },
    );
  },

  'an empty value, a null key and a record of 1 MiB are records like others': async (setup) => {
    const { log, topic } = await newTopic(setup, 1);
    const records = [
      { key: null, value: Buffer.alloc(0), headers: {} },
      { key: Buffer.alloc(0), value: randomBytes(1_048_576), headers: { x: '' } },
      { key: Buffer.from([0]), value: Buffer.from([0, 255]), headers: {} },
    ];
    await log.append(topic, records);
    const { taken } = await readAll(log, topic, 3);
    expect(taken.map((one) => plain(one.record))).toEqual(records.map(plainOutgoing));
  },

  'the same batch comes again after the handler throws, whatever it throws, and nothing is skipped': async (setup) => {
    const { log, topic } = await newTopic(setup, 1);
    await log.append(topic, numbered(30));
    const offered: number[][] = [];
    const errors = [new Error('database gone'), new TypeError('undefined is not a function'), new RangeError('out of range')];
    const { taken } = await readAll(log, topic, 30, { maxRecords: 10 }, (batch) => {
      offered.push(batch.records.map((one) => one.offset));
      const error = offered.length > 1 ? errors.shift() : undefined;
      if (error !== undefined) throw error;
    });
    expect(taken.map((one) => one.record.offset)).toEqual(Array.from({ length: 30 }, (_, n) => n));
    expect(offered[1]).toEqual(offered[2]);
    expect(offered[2]).toEqual(offered[3]);
    expect(offered[3]).toEqual(offered[4]);
  },

  'a partition whose batch is refused again and again holds up no other': async (setup) => {
    const { log, topic } = await newTopic(setup);
    await log.append(topic, numbered(400));
    let refused: number | undefined;
    const expected = await highOfOthers(log, topic, 0);
    const { taken, close } = await read(log, topic, {}, (batch) => {
      if (batch.partition === 0) refused = (refused ?? 0) + 1;
      if (batch.partition === 0) throw new TypeError('poison');
    });
    await eventually(() => taken.length === expected && (refused ?? 0) >= 2);
    await close();
  },

  'a handler that answers with the middle of a batch gets the rest again': async (setup) => {
    const { log, topic } = await newTopic(setup, 1);
    await log.append(topic, numbered(20));
    const begins: number[] = [];
    const consumer = await log.consume({ ...consuming(topic), onBatch: (batch) => {
      begins.push(firstOf(batch));
      return Promise.resolve({ next: Math.min(firstOf(batch) + 5, 20) });
    } }); // prettier-ignore
    await eventually(() => begins.length >= 4);
    await consumer.close();
    expect(begins.slice(0, 4)).toEqual([0, 5, 10, 15]);
  },

  'a fenced handler that answers with another offset is taken there, forth and back': async (setup) => {
    const { log, topic } = await newTopic(setup, 1);
    await log.append(topic, numbered(50));
    const begins: number[] = [];
    const answers = [40, 3, 50];
    const consumer = await log.consume({ ...consuming(topic), maxRecords: 10, onBatch: (batch) => {
      begins.push(firstOf(batch));
      return Promise.resolve({ next: answers.shift() ?? 50 });
    } }); // prettier-ignore
    await eventually(() => begins.length >= 3);
    await consumer.close();
    expect(begins).toEqual([0, 40, 3]);
  },

  'a handler that forgets to answer gets its batch again': async (setup) => {
    const { log, topic } = await newTopic(setup, 1);
    await log.append(topic, numbered(3));
    let offered = 0;
    const { taken, close } = await read(log, topic, {}, (batch): BatchResult | undefined => {
      offered++;
      return offered === 1 ? ({ next: Number.NaN } as BatchResult) : { next: firstOf(batch) + batch.records.length };
    });
    await eventually(() => offered >= 2 && taken.length === 3);
    await close();
  },

  'reading begins where the consumer says, and it is asked again when it cannot say': async (setup) => {
    const { log, topic } = await newTopic(setup, 1);
    await log.append(topic, numbered(20));
    let asked = 0;
    const startAt = (): Promise<number> => (++asked < 3 ? Promise.reject(new Error('no database yet')) : Promise.resolve(15));
    const { taken } = await readAll(log, topic, 5, { startAt });
    expect(taken.map((one) => one.record.offset)).toEqual([15, 16, 17, 18, 19]);
    expect(asked).toBe(3);
  },

  'what the group read before does not matter: its own offsets do': async (setup) => {
    const { log, topic } = await newTopic(setup, 1);
    const group = randomUUID();
    await log.append(topic, numbered(10));
    await readAll(log, topic, 10, { group });
    const { taken } = await readAll(log, topic, 10, { group });
    expect(taken.map((one) => one.record.offset)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  },

  'an offset beyond the end stops the consumer and moves nothing': async (setup) => {
    const { log, topic } = await newTopic(setup, 1);
    await log.append(topic, numbered(5));
    const { ended, taken } = await read(log, topic, { startAt: () => Promise.resolve(7) });
    await expect(soon(ended)).rejects.toMatchObject({ name: 'FatalLogError', code: 'offset.out-of-range' });
    await log.append(topic, numbered(5));
    await sleep(QUIET_MS);
    expect(taken).toEqual([]);
  },

  'a topic that is deleted and made again stops the consumer, even where the offsets fit': async (setup) => {
    const { log, topic } = await newTopic(setup, 1);
    await log.append(topic, numbered(5));
    const { ended, taken, close } = await read(log, topic, {});
    await eventually(() => taken.length === 5);
    await setup.recreateTopic(topic);
    const other = await setup.open();
    await other.append(
      topic,
      Array.from({ length: 12 }, (_, n) => record(null, `other ${n}`)),
    );
    await expect(soon(ended)).rejects.toMatchObject({ name: 'FatalLogError', code: 'topic.changed' });
    await close();
    expect(taken.every((one) => !text(one.record).startsWith('other'))).toBe(true);
  },

  'an error that the handler calls fatal ends the consumer with that error, and no other': async (setup) => {
    const { log, topic } = await newTopic(setup, 1);
    await log.append(topic, numbered(5));
    const healthy = await read(log, topic, {});
    const sick = await read(log, topic, {}, () => {
      throw new FatalLogError('ledger.gone', 'the ledger is gone');
    });
    await expect(soon(sick.ended)).rejects.toMatchObject({ code: 'ledger.gone' });
    await log.append(topic, numbered(5));
    await eventually(() => healthy.taken.length === 10);
    await healthy.close();
    await sick.close();
    expect(sick.assignment()).toEqual([]);
  },

  'two members share the partitions; one takes over when the other leaves': async (setup) => {
    const { log, topic } = await newTopic(setup);
    const group = randomUUID();
    const offsets = new Map<number, number>();
    const first = await read(log, topic, { group }, undefined, offsets);
    const second = await read(await setup.open(), topic, { group }, undefined, offsets);
    await eventually(() => first.assignment().length === 2 && second.assignment().length === 2);
    await log.append(topic, numbered(200));
    await eventually(() => first.taken.length + second.taken.length === 200);
    expect(new Set([...first.assignment(), ...second.assignment()]).size).toBe(PARTITIONS);
    expect(Math.min(first.taken.length, second.taken.length)).toBeGreaterThan(0);
    await second.close();
    await eventually(() => first.assignment().length === PARTITIONS);
    await log.append(topic, numbered(200, 200));
    await eventually(() => first.taken.length + second.taken.length === 400);
    await first.close();
    const seen = [...first.taken, ...second.taken].map((one) => Number(text(one.record))).sort((a, b) => a - b);
    expect(seen).toEqual(Array.from({ length: 400 }, (_, n) => n));
  },

  'the signal of a batch aborts when its partition is taken away': async (setup) => {
    const { log, topic } = await newTopic(setup);
    const group = randomUUID();
    await log.append(topic, numbered(100));
    const signals = new Map<number, AbortSignal>();
    const release = withRelease();
    const first = await read(log, topic, { group }, async (batch) => {
      signals.set(batch.partition, batch.signal);
      await release.promise;
    });
    await eventually(() => signals.size === PARTITIONS);
    const second = await read(await setup.open(), topic, { group });
    await eventually(() => [...signals.values()].filter((signal) => signal.aborted).length === 2);
    expect(first.assignment()).toHaveLength(2);
    for (const [partition, signal] of signals) expect(signal.aborted).toBe(!first.assignment().includes(partition));
    release.resolve();
    await Promise.all([first.close(), second.close()]);
  },

  'two groups both get everything': async (setup) => {
    const { log, topic } = await newTopic(setup);
    await log.append(topic, numbered(60));
    const [one, other] = await Promise.all([readAll(log, topic, 60), readAll(log, topic, 60)]);
    expect(one.taken).toHaveLength(60);
    expect(other.taken).toHaveLength(60);
  },

  'a lost reply is an append of unknown outcome: appended again, each record is there at least once': async (setup) => {
    const { log, topic } = await newTopic(setup, 1);
    const flaky = await setup.openLosingReply();
    const outcome = await flaky.append(topic, [record('k', 'a')], 3_000).then(
      () => 'acknowledged',
      (error: unknown) => error,
    );
    if (outcome !== 'acknowledged') expect(outcome).toBeInstanceOf(LogUnavailable);
    await flaky.append(topic, [record('k', 'a')], 10_000);
    await flaky.append(topic, [record('k', 'b')], 10_000);
    const [end] = await log.ends(topic);
    const { taken } = await readAll(log, topic, end?.high ?? 0);
    const values = taken.map((one) => text(one.record));
    expect(values.filter((value) => value === 'a').length).toBeGreaterThanOrEqual(2);
    expect(values.at(-1)).toBe('b');
  },

  'ends tell the first and the next offset of each partition, and so the lag': async (setup) => {
    const { log, topic } = await newTopic(setup);
    expect((await log.ends(topic)).map(({ partition, low, high }) => [partition, low, high])).toEqual(
      [0, 1, 2, 3].map((partition) => [partition, 0, 0]),
    );
    await log.append(topic, numbered(100));
    const ends = await log.ends(topic);
    expect(ends.reduce((sum, { high }) => sum + high, 0)).toBe(100);
    const marks = new Map<number, number>();
    const { taken } = await readAll(log, topic, 100, { maxRecords: 5 }, (batch) => void marks.set(batch.partition, batch.highWatermark));
    for (const { partition, high, clusterId, topicId } of ends.filter((end) => end.high > 0)) {
      expect(marks.get(partition)).toBe(high);
      expect(taken.find((one) => one.partition === partition)).toMatchObject({ clusterId, topicId });
    }
  },

  'close waits for the handler at work and then hands over': async (setup) => {
    const { log, topic } = await newTopic(setup, 1);
    await log.append(topic, numbered(5));
    const steps: string[] = [];
    const release = withRelease();
    const reader = await read(log, topic, {}, async (batch) => {
      steps.push('begun');
      await release.promise;
      steps.push(batch.signal.aborted ? 'done, aborted' : 'done');
    });
    await eventually(() => steps.length === 1);
    const closing = reader.close().then(() => steps.push('closed'));
    await sleep(QUIET_MS);
    expect(steps).toEqual(['begun']);
    release.resolve();
    await closing;
    expect(steps).toEqual(['begun', 'done, aborted', 'closed']);
    await expect(reader.ended).resolves.toBeUndefined();
    await log.append(topic, numbered(5));
    await sleep(QUIET_MS);
    expect(reader.taken).toHaveLength(5);
  },

  'a handler that takes longer than the session keeps its partitions': async (setup) => {
    const { log, topic } = await newTopic(setup, 2);
    const group = randomUUID();
    const offsets = new Map<number, number>();
    let begun = 0;
    const slow = async (batch: Batch): Promise<void> => {
      begun++;
      await sleep(setup.sessionMs * 1.5);
      expect(batch.signal.aborted).toBe(false);
    };
    const [one, other] = [
      await read(log, topic, { group }, slow, offsets),
      await read(await setup.open(), topic, { group }, slow, offsets),
    ];
    await eventually(() => one.assignment().length === 1 && other.assignment().length === 1);
    const before = [...one.assignment(), ...other.assignment()];
    await log.append(topic, numbered(20));
    await eventually(() => one.taken.length + other.taken.length === 20);
    expect([...one.assignment(), ...other.assignment()]).toEqual(before);
    expect(begun).toBe(2);
    await Promise.all([one.close(), other.close()]);
  },

  'appending to a topic that is not there is refused': async (setup) => {
    const log = await setup.open();
    await expect(log.append(`missing-${randomUUID()}`, numbered(1), 500)).rejects.toThrow(Error);
    await expect(
      log.consume({ ...consuming(`missing-${randomUUID()}`), onBatch: () => Promise.resolve({ next: 0 }) }),
    ).rejects.toMatchObject({ code: 'topic.missing' });
  },

  'topics are made once, however many make them, and another number of partitions is found': async (setup) => {
    const topic = randomUUID();
    const logs = await Promise.all([setup.open(), setup.open(), setup.open()]);
    await Promise.all(logs.map((log) => log.ensureTopics([{ topic, partitions: 2 }])));
    const ends = await Promise.all(logs.map((log) => log.ends(topic)));
    expect(new Set(ends.map((partitions) => `${partitions.length} ${partitions[0]?.topicId}`)).size).toBe(1);
    expect((await logs[0]?.ensureTopics([{ topic, partitions: 3 }]))?.map(({ code }) => code)).toContain('topic.partitions');
    await expect(logs[0]?.ping()).resolves.toBeUndefined();
  },
};
