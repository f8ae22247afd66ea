/** The control of the contract: each claim goes red on a log that breaks it. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { claims } from './event-log.contract.ts';
import { type ContractSetup, patience } from './reading.contract.ts';
import { createMemoryLog, type MemoryLog } from './memory.ts';
import type { Batch, BatchResult, ConsumeOptions, EventLog, LogConsumer } from './port.ts';

/** For what never comes: enough for a healthy log in memory. */
const SHORT_MS = 1_500;
const CLOSING_MS = 200;

const long = patience.ms;
const opened: MemoryLog[] = [];
afterEach(async () => {
  patience.ms = long;
  // A broken log may wait for a handler that nobody releases.
  await Promise.race([Promise.all(opened.splice(0).map((log) => log.close())), sleep(CLOSING_MS)]);
});

type Break = (log: MemoryLog) => Partial<EventLog>;

/** What the handler would have answered, but for what the broken log makes of it. */
const handling =
  (change: (options: ConsumeOptions) => Partial<ConsumeOptions>): Break =>
  (log) => ({
    consume: (options) => log.consume({ ...options, ...change(options) }),
  });
const endOf = ({ next }: Batch): BatchResult => ({ next });

const broken: readonly (readonly [fault: string, claim: string, broken: Break])[] = [
  ['gives the records of a batch in another order', 'records of one key share a partition and keep their order', handling(({ onBatch }) => ({
    onBatch: (batch) => onBatch({ ...batch, records: [...batch.records].sort((a, b) => a.value.compare(b.value)) }),
  }))],
  ['loses a record now and then', 'what is appended at the same time arrives, each record once', (log) => ({
    append: (topic, records) => log.append(topic, records.filter(({ value }) => value.toString() !== '17')),
  })],
  ['appends twice', 'what is appended at the same time arrives, each record once', (log) => ({
    append: (topic, records) => log.append(topic, [...records, ...records]),
  })],
  ['counts offsets from 1', 'offsets begin at 0 in every partition and are dense', handling(({ onBatch }) => ({
    onBatch: async (batch) => {
      const records = batch.records.map((one) => ({ ...one, offset: one.offset + 1 }));
      return { next: (await onBatch({ ...batch, records, from: batch.from + 1, next: batch.next + 1 })).next - 1 };
    },
  }))],
  ['ignores the bounds of a batch', 'no batch is larger than the consumer asked for, but for a record that is larger alone', handling(() => ({ maxRecords: 1_000, maxBytes: 1e9 }))],
  ['takes values for text', 'bytes of keys, values and headers come back as they were', (log) => ({
    append: (topic, records) => log.append(topic, records.map((one) => ({ ...one, value: Buffer.from(one.value.toString()) }))),
  })],
  ['takes an empty key for none', 'an empty value, a null key and a record of 1 MiB are records like others', (log) => ({
    append: (topic, records) => log.append(topic, records.map((one) => ({ ...one, key: one.key?.length === 0 ? null : one.key }))),
  })],
  ['skips a batch that the handler refuses', 'the same batch comes again after the handler throws, whatever it throws, and nothing is skipped', handling(({ onBatch }) => ({
    onBatch: (batch) => onBatch(batch).catch(() => endOf(batch)),
  }))],
  ['stops all partitions for one', 'a partition whose batch is refused again and again holds up no other', handling(({ onBatch }) => {
    let busy = Promise.resolve();
    const untilTaken = (batch: Batch): Promise<BatchResult> => onBatch(batch).catch(() => new Promise((resolve) => setTimeout(() => resolve(untilTaken(batch)), 50).unref()));
    return { onBatch: async (batch) => {
      const turn = busy;
      const result = turn.then(() => untilTaken(batch));
      busy = result.then(() => {});
      return result;
    } };
  })],
  ['goes on after the batch whatever the handler answers', 'a handler that answers with the middle of a batch gets the rest again', handling(({ onBatch }) => ({
    onBatch: async (batch) => (await onBatch(batch), endOf(batch)),
  }))],
  ['does not go where a fenced handler says', 'a fenced handler that answers with another offset is taken there, forth and back', handling(({ onBatch }) => ({
    onBatch: async (batch) => ({ next: Math.max((await onBatch(batch)).next, endOf(batch).next) }),
  }))],
  ['takes a missing answer for the end of the batch', 'a handler that forgets to answer gets its batch again', handling(({ onBatch }) => ({
    onBatch: async (batch) => ({ next: (await onBatch(batch)).next || endOf(batch).next }),
  }))],
  ['begins at 0 when it is not told', 'reading begins where the consumer says, and it is asked again when it cannot say', handling(({ startAt }) => ({
    startAt: (partition) => startAt(partition).catch(() => 0),
  }))],
  ['goes to the first offset when one is out of range', 'an offset beyond the end stops the consumer and moves nothing', (log) => ({
    consume: (options) => log.consume({ ...options, startAt: async (id) => {
      const from = await options.startAt(id);
      return from > ((await log.ends(options.topic))[id.partition]?.high ?? 0) ? 0 : from;
    } }),
  })],
  ['follows a topic that was made again', 'a topic that is deleted and made again stops the consumer, even where the offsets fit', (log) => ({
    consume: (options) => followed(log, options),
  })],
  ['takes a fatal error for one that passes', 'an error that the handler calls fatal ends the consumer with that error, and no other', handling(({ onBatch }) => ({
    onBatch: (batch) => onBatch(batch).catch(() => Promise.reject(new Error('try again'))),
  }))],
  ['gives every member all partitions', 'two members share the partitions; one takes over when the other leaves', handling(() => ({ group: randomUUID() }))],
  ['never aborts a signal', 'the signal of a batch aborts when its partition is taken away', handling(({ onBatch }) => ({
    onBatch: (batch) => onBatch({ ...batch, signal: new AbortController().signal }),
  }))],
  ['knows one group', 'two groups both get everything', handling(() => ({ group: 'the only one' }))],
  ['acknowledges what it does not write, after a lost reply', 'a lost reply is an append of unknown outcome: appended again, each record is there at least once', (log) => {
    let failed = false;
    return { append: (topic, records) => {
      if (failed) return Promise.resolve();
      return log.append(topic, records).catch((error: unknown) => {
        failed = true;
        throw error;
      });
    } };
  }],
  ['tells a wrong end', 'ends tell the first and the next offset of each partition, and so the lag', (log) => ({
    ends: async (topic) => (await log.ends(topic)).map((end) => ({ ...end, high: Math.max(end.high - 1, 0) })),
  })],
  ['closes under a handler at work', 'close waits for the handler at work and then hands over', (log) => ({
    consume: async (options) => {
      const consumer = await log.consume(options);
      return { ...consumer, close: () => void consumer.close() as unknown as Promise<void> };
    },
  })],
  ['calls a batch again that takes long', 'a handler that takes longer than the session keeps its partitions', handling(({ onBatch }) => ({
    onBatch: async (batch) => {
      const [result] = await Promise.all([onBatch(batch), onBatch(batch)]);
      return result;
    },
  }))],
  ['makes topics by appending', 'appending to a topic that is not there is refused', (log) => ({
    append: async (topic, records) => {
      await log.ensureTopics([{ topic, partitions: 1 }]);
      await log.append(topic, records);
    },
  })],
  ['does not look at topics that are there', 'topics are made once, however many make them, and another number of partitions is found', (log) => ({
    ensureTopics: async (specs) => (await log.ensureTopics(specs), []),
  })],
]; // prettier-ignore

test.each(broken)('a log that %s is found by "%s"', async (_fault, claim, breaking) => {
  await expect(claims[claim]?.(setupOf((log) => log))).resolves.toBeUndefined();
  patience.ms = SHORT_MS;
  await expect(
    claims[claim]?.(setupOf((log) => Object.assign(Object.create(log) as EventLog, bound(log), breaking(log)))),
  ).rejects.toThrow();
});

test('every claim but one has a log that breaks it', () => {
  const unbroken = Object.keys(claims).filter((claim) => !broken.some(([, found]) => found === claim));
  // The port has no way to read back what a group read: an adapter would have to be another one to break it (see kafka-only.kafka.spec.ts).
  expect(unbroken).toEqual(['what the group read before does not matter: its own offsets do']);
});

function setupOf(breaking: (log: MemoryLog) => EventLog): ContractSetup {
  const log = createMemoryLog();
  opened.push(log);
  const shown = breaking(log);
  return {
    open: () => Promise.resolve(shown),
    openLosingReply: () => {
      log.faults.loseReplies(1);
      return Promise.resolve(shown);
    },
    recreateTopic: (topic) => Promise.resolve(log.faults.recreateTopic(topic)),
    sessionMs: 100,
    close: () => log.close(),
  };
}

/** A class's private members are found only on the object itself. */
const bound = (log: MemoryLog): EventLog => ({
  adapter: log.adapter,
  append: (...given) => log.append(...given),
  consume: (options) => log.consume(options),
  ends: (topic) => log.ends(topic),
  ensureTopics: (specs) => log.ensureTopics(specs),
  durability: (topic) => log.durability(topic),
  ping: () => log.ping(),
  close: () => log.close(),
});

async function followed(log: MemoryLog, options: ConsumeOptions): Promise<LogConsumer> {
  let current = await log.consume(options);
  const ended = (async (): Promise<void> => {
    for (;;) {
      const changed = await current.ended.then(() => false, () => true); // prettier-ignore
      if (!changed) return;
      current = await log.consume(options);
    }
  })();
  return { assignment: () => current.assignment(), ended, close: () => current.close() };
}
