import { setTimeout as sleep } from 'node:timers/promises';
import type { LogRecord } from '../port.ts';
import { PartitionBuffer } from './partition-buffer.ts';

const record = (offset: number): LogRecord => ({ offset, key: null, value: Buffer.from('v'), headers: {} });
const records = (from: number, count: number): LogRecord[] => Array.from({ length: count }, (_, n) => record(from + n));
const SIZE = 10;

function filledBuffer(bounds = { maxRecords: 10, maxBytes: 1_000 }) {
  const buffer = new PartitionBuffer(bounds);
  buffer.reset(0);
  const ending = new AbortController();
  let done = false;
  const filled = buffer.filled(ending.signal).then(() => void (done = true));
  const push = (from: number, count: number, highWatermark: number): void =>
    buffer.push(
      records(from, count),
      records(from, count).map(() => SIZE),
      from + count,
      highWatermark,
    );
  const isDone = async (): Promise<boolean> => {
    await new Promise((resolve) => setImmediate(resolve));
    return done;
  };
  return { buffer, ending, filled, push, isDone };
}

describe('what was fetched of a partition', () => {
  it('is handed over at once where the log has no more, however little it is', async () => {
    const { buffer, push, isDone } = filledBuffer();
    push(0, 1, 1);
    expect(await isDone()).toBe(true);
    expect(buffer.take()?.records.map(({ offset }) => offset)).toEqual([0]);
  });

  it('waits to be a whole batch while the log has more', async () => {
    const { buffer, push, isDone } = filledBuffer();
    push(0, 6, 100);
    expect(await isDone()).toBe(false);
    push(6, 6, 100);
    expect(await isDone()).toBe(true);
    expect(buffer.take()?.records).toHaveLength(10);
  });

  it('is whole by its bytes too', async () => {
    const { push, isDone } = filledBuffer({ maxRecords: 1_000, maxBytes: 30 });
    push(0, 3, 100);
    expect(await isDone()).toBe(true);
  });

  it('does not wait for long: what was fetched is not held up by a broker that brings no more', async () => {
    const { buffer, push, filled } = filledBuffer();
    push(0, 6, 100);
    await filled;
    expect(buffer.take()?.records).toHaveLength(6);
    // Left over from before: the same holds.
    push(6, 3, 100);
    await buffer.filled(new AbortController().signal);
    expect(buffer.take()?.records).toHaveLength(3);
  });

  it('is nobody’s any more once the partition is taken away', async () => {
    const { push, ending, filled, isDone } = filledBuffer();
    push(0, 6, 100);
    ending.abort();
    await filled;
    expect(await isDone()).toBe(true);
    await sleep(60); // and no timer is left that would fire
  });

  it('is asked for as long as there is room', () => {
    const { buffer, push } = filledBuffer();
    expect(buffer.wanting).toBe(true);
    push(0, 10, 100);
    expect(buffer.wanting).toBe(false);
    buffer.take();
    expect([buffer.wanting, buffer.fetchNext, buffer.next]).toEqual([true, 10, 10]);
    buffer.reset(3);
    expect([buffer.fetchNext, buffer.take()]).toEqual([3, null]);
  });
});
