/** What the claims of event-log.contract.ts are told with: topics of their own, records, a consumer that keeps its own offsets. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Batch, BatchResult, ConsumeOptions, EventLog, LogConsumer, LogRecord, OutgoingRecord } from './port.ts';

/** One adapter over one log that all its clients share. */
export interface ContractSetup {
  /** A client of its own, as another process would have. The suite closes it after the test. */
  open(): Promise<EventLog>;
  /** A client whose next append is written, and its reply lost: once or, where the adapter tries again inside, until `timeoutMs`. */
  openLosingReply(): Promise<EventLog>;
  recreateTopic(topic: string): Promise<void>;
  /** After this much silence a member counts as dead. 0: it does not apply. */
  readonly sessionMs: number;
  close(): Promise<void>;
}

export const PARTITIONS = 4;
/** How long anything may take: a rebalance on a loaded machine takes seconds. The control of the contract has less of it. */
export const patience = { ms: 20_000 };
export const QUIET_MS = 300;

export interface Taken {
  readonly partition: number;
  readonly clusterId: string;
  readonly topicId: string;
  readonly record: LogRecord;
}

export interface Reading extends LogConsumer {
  readonly taken: readonly Taken[];
}

/**
 * A consumer that keeps its own offsets and moves them by compare-and-set, as the projector does in its transaction: a batch that does not
 * begin at its offset is fenced. `before` sees each batch first; it may throw, or answer itself.
 */
export async function read(
  log: EventLog,
  topic: string,
  options: Partial<ConsumeOptions>,
  before?: (batch: Batch) => unknown,
  offsets = new Map<number, number>(),
): Promise<Reading> {
  const taken: Taken[] = [];
  const consumer = await log.consume({
    ...consuming(topic),
    startAt: ({ partition }) => Promise.resolve(offsets.get(partition) ?? 0),
    onBatch: async (batch) => {
      const answer = await before?.(batch);
      const expected = offsets.get(batch.partition) ?? batch.from;
      if (expected !== batch.from) return { next: expected };
      if (isAnswer(answer) && !Number.isSafeInteger(answer.next)) return answer;
      const { next } = batch;
      offsets.set(batch.partition, next);
      const { partition, clusterId, topicId } = batch;
      taken.push(...batch.records.map((one) => ({ partition, clusterId, topicId, record: one })));
      return { next };
    },
    ...options,
  });
  return { taken, assignment: () => consumer.assignment(), ended: consumer.ended, close: () => consumer.close() };
}

export const isAnswer = (answer: unknown): answer is BatchResult => typeof answer === 'object' && answer !== null && 'next' in answer;

export async function readAll(
  log: EventLog,
  topic: string,
  count: number,
  options: Partial<ConsumeOptions> = {},
  before?: (batch: Batch) => unknown,
): Promise<Reading> {
  const reading = await read(log, topic, options, before);
  await Promise.race([eventually(() => reading.taken.length >= count), reading.ended]);
  await reading.close();
  expect(reading.taken).toHaveLength(count);
  return reading;
}

export const consuming = (topic: string): Omit<ConsumeOptions, 'onBatch'> => ({
  topic, group: randomUUID(), maxRecords: 100, maxBytes: 1_000_000, startAt: () => Promise.resolve(0),
}); // prettier-ignore

export async function newTopic(setup: ContractSetup, partitions = PARTITIONS): Promise<{ log: EventLog; topic: string }> {
  const topic = randomUUID();
  const log = await setup.open();
  await log.ensureTopics([{ topic, partitions }]);
  return { log, topic };
}

export async function highOfOthers(log: EventLog, topic: string, partition: number): Promise<number> {
  const others = (await log.ends(topic)).filter((end) => end.partition !== partition);
  return others.reduce((sum, { high }) => sum + high, 0);
}

export const record = (key: string | null, value: string): OutgoingRecord => ({
  key: key === null ? null : Buffer.from(key),
  value: Buffer.from(value),
  headers: {},
});
export const numbered = (count: number, from = 0): OutgoingRecord[] =>
  Array.from({ length: count }, (_, n) => record(`key ${n % 23}`, String(from + n)));
export const text = ({ value }: LogRecord): string => value.toString();
export const firstOf = (batch: Batch): number => (batch.records[0] as LogRecord).offset;

export const plain = ({ key, value, headers }: LogRecord): unknown => [
  key?.toString('hex') ?? null, value.toString('hex'), Object.entries(headers).map(([name, bytes]) => [name, Buffer.from(bytes, 'latin1').toString('hex')]).sort(),
]; // prettier-ignore
export const plainOutgoing = ({ key, value, headers }: OutgoingRecord): unknown => [
  key?.toString('hex') ?? null,
  value.toString('hex'),
  Object.entries(headers)
    .map(([name, value]) => [name, Buffer.from(value as string).toString('hex')])
    .sort(),
];

export async function eventually(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + patience.ms;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`not within ${patience.ms} ms: ${condition.toString()}`);
    await sleep(10);
  }
}

export async function soon<T>(promise: Promise<T>): Promise<T> {
  return Promise.race([
    promise,
    sleep(patience.ms, undefined, { ref: false }).then(() => Promise.reject(new Error(`not settled within ${patience.ms} ms`))),
  ]);
}

export function withRelease(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve: () => resolve() };
}
