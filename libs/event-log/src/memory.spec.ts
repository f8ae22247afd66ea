import { setTimeout as sleep } from 'node:timers/promises';
import { LogUnavailable } from './errors.ts';
import { eventLogContract } from './event-log.contract.ts';
import type { ContractSetup } from './reading.contract.ts';
import { createMemoryLog, type MemoryLog } from './memory.ts';
import type { EventLog, LogConsumer, OutgoingRecord } from './port.ts';

eventLogContract('in memory', () => Promise.resolve(memorySetup()));

function memorySetup(log: MemoryLog = createMemoryLog()): ContractSetup {
  return {
    open: () => Promise.resolve(log as EventLog),
    openLosingReply: () => {
      log.faults.loseReplies(1);
      return Promise.resolve(log);
    },
    recreateTopic: (topic) => Promise.resolve(log.faults.recreateTopic(topic)),
    sessionMs: 100,
    close: () => log.close(),
  };
}

describe('faults on order', () => {
  const record = (value: string): OutgoingRecord => ({ key: null, value: Buffer.from(value), headers: {} });
  let log: MemoryLog;
  let batches: string[][];

  beforeEach(async () => {
    log = createMemoryLog();
    batches = [];
    await log.ensureTopics([{ topic: 't', partitions: 1 }]);
  });
  afterEach(() => log.close());

  const read = (): Promise<LogConsumer> =>
    log.consume({
      topic: 't', group: 'g', maxRecords: 2, maxBytes: 1_000, startAt: () => Promise.resolve(0),
      onBatch: ({ records }) => {
        batches.push(records.map(({ value }) => value.toString()));
        return Promise.resolve({ next: (records.at(-1)?.offset ?? 0) + 1 });
      },
    }); // prettier-ignore

  test('a refused append leaves nothing, one whose reply is lost leaves everything', async () => {
    log.faults.rejectAppends(1);
    await expect(log.append('t', [record('a')])).rejects.toBeInstanceOf(LogUnavailable);
    expect((await log.ends('t'))[0]?.high).toBe(0);
    log.faults.loseReplies(1);
    await expect(log.append('t', [record('b')])).rejects.toBeInstanceOf(LogUnavailable);
    await log.append('t', [record('c')]);
    expect((await log.ends('t'))[0]?.high).toBe(2);
  });

  test('a batch comes twice, and all of them again', async () => {
    await log.append('t', ['a', 'b', 'c'].map(record));
    log.faults.deliverTwice(1);
    await read();
    await until(() => batches.length === 3);
    expect(batches).toEqual([['a', 'b'], ['a', 'b'], ['c']]); // prettier-ignore
    log.faults.deliverAgain('t');
    await until(() => batches.length === 5);
    expect(batches.slice(3)).toEqual([['a', 'b'], ['c']]); // prettier-ignore
  });

  test('nothing comes while it is paused; what retention removed is out of range', async () => {
    log.faults.pause();
    await log.append('t', ['a', 'b', 'c'].map(record));
    const consumer = await read();
    await sleep(50);
    expect(batches).toEqual([]);
    log.faults.removeBefore('t', 0, 1);
    await expect(consumer.ended).rejects.toMatchObject({ code: 'offset.out-of-range' });
    expect((await log.ends('t'))[0]).toMatchObject({ low: 1, high: 3 });
  });

  async function until(condition: () => boolean): Promise<void> {
    for (const deadline = Date.now() + 5_000; !condition();) {
      if (Date.now() > deadline) throw new Error(`not within 5 s: ${condition.toString()}`);
      await sleep(5);
    }
  }
});
