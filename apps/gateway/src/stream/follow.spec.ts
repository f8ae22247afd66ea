/** How one stream goes on, without HTTP and without a ledger: what is sent when, and what is read again. */
import { setTimeout as sleep } from 'node:timers/promises';
import { jest } from '@jest/globals';
import { STREAM_HEARTBEAT } from '#lib/contracts';
import { ROOT_ACTOR } from '#lib/domain';
import { follow, type Followed } from './follow.ts';
import type { StreamPage } from './stream-page.ts';

const TIMES = { lookAgainMs: 100, heartbeatMs: 100, slowMs: 5_000 };
/** As far as a stream looks at one. */
const eventAt = (logIndex: number) =>
  ({ event: { logIndex, document: { kind: 'observation' } } }) as unknown as StreamPage['events'][number];

function scene(more: Pick<Followed, 'read'> & Partial<Followed>): {
  readonly of: Followed;
  readonly sent: string[];
  readonly end: AbortController;
} {
  const [sent, end] = [[] as string[], new AbortController()];
  const of: Followed = {
    look: () => Promise.resolve(ROOT_ACTOR),
    cursorAt: String,
    watch: { grown: (size, withinMs) => sleep(withinMs, size) },
    sink: { send: (text) => sent.push(text) > 0, drained: () => Promise.resolve(true) },
    times: TIMES,
    signal: end.signal,
    isPassing: () => false,
    ...more,
  };
  return { of, sent, end };
}

/** A clock of the test's own: what takes time moves it, and how busy the machine is does not. */
function clockOf(): { readonly passes: (ms: number) => void; readonly now: () => number } {
  let now = 0;
  jest.spyOn(performance, 'now').mockImplementation(() => now);
  return { passes: (ms) => void (now += ms), now: () => now };
}
afterEach(() => jest.restoreAllMocks());

test('a walk over entries of which none is wanted gives signs of life, one in each interval', async () => {
  const { passes } = clockOf();
  let reads = 0;
  const { of, sent, end } = scene({
    read: (_, from) => {
      passes(20);
      if (++reads === 50) end.abort();
      return Promise.resolve({ events: [], next: from + 500 });
    },
  });
  expect(await follow(of, 0, 1_000_000_000, false)).toBe('gone');
  expect(new Set(sent)).toEqual(new Set([STREAM_HEARTBEAT]));
  // A second of the clock, by tenths.
  expect(sent.length).toBe(10);
});

test('what waited for its reader is read again before it is sent, each event once', async () => {
  const SIZE = 12;
  const clock = clockOf();
  const read: number[] = [];
  let readMs = 0;
  const ages: number[] = [];
  const sent: string[] = [];
  const { of } = scene({
    read: (_, from) => {
      read.push(from);
      readMs = clock.now();
      return Promise.resolve({ events: Array.from({ length: SIZE - from }, (_, n) => eventAt(from + n)), next: SIZE });
    },
    sink: {
      send(text) {
        if (text === STREAM_HEARTBEAT) return true;
        sent.push(/^id: (\d+)$/m.exec(text)?.[1] ?? '');
        ages.push(clock.now() - readMs);
        return false;
      },
      drained() {
        clock.passes(60);
        return Promise.resolve(true);
      },
    },
  });
  expect(await follow(of, 0, SIZE, true)).toBe('reached');
  expect(sent).toEqual(Array.from({ length: SIZE }, (_, n) => String(n + 1)));
  expect(read.length).toBeGreaterThan(3);
  expect(Math.max(...ages)).toBeLessThanOrEqual(TIMES.lookAgainMs);
});

test('control: a reader who keeps up is sent what was read once', async () => {
  let reads = 0;
  const { of, sent } = scene({
    read: () => Promise.resolve({ events: Array.from({ length: 100 }, (_, n) => eventAt(n)), next: 100 + reads++ }),
  });
  expect(await follow(of, 0, 100, true)).toBe('reached');
  expect([reads, sent.length]).toEqual([1, 100]);
});
