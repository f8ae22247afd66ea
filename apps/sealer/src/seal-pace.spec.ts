import { ENTRIES_AT_ONCE, FIXED_SHARE_MAX, READS_SEAL_MS, SealPace } from './seal-pace.ts';

const LOOK_MS = 200;

/**
 * Entries come in at a rate for so many seconds and are sealed by a pace, on a clock of the suite's own; gives how long entries waited, the seals of
 * the second half and what their fixed cost took of it.
 */
function run({
  perSecond,
  fixedMs,
  perEntryMs = 0.016,
  seconds = 120,
  intervalMs = 1_000,
}: Readonly<Record<string, number>> & { perSecond: number; fixedMs: number }) {
  let now = 0;
  const pace = new SealPace({ intervalMs, now: () => now });
  const came = (): number => Math.floor((Math.min(now, seconds * 1_000) * perSecond) / 1_000);
  let [covered, seals, longestMs] = [0, 0, 0];
  let sealedAt = 0;
  for (; now < seconds * 1_000; now += LOOK_MS) {
    if (!pace.isDue(came() - covered)) continue;
    const entries = came() - covered;
    const ms = fixedMs + perEntryMs * entries;
    covered += entries;
    now += ms;
    pace.sealed(entries, ms);
    longestMs = Math.max(longestMs, now - sealedAt);
    sealedAt = now;
    if (now >= (seconds * 1_000) / 2) seals++;
  }
  return { seals, share: (seals * fixedMs) / (seconds * 500), longestMs, pace };
}

test('a lone entry is sealed as soon as it is seen, and after a rest again', () => {
  let now = 5_000;
  const pace = new SealPace({ intervalMs: 1_000, now: () => now });
  expect([pace.isDue(0), pace.isDue(1)]).toEqual([false, true]);
  pace.sealed(1, 20);
  expect(pace.isDue(1)).toBe(false);
  now += 999;
  expect(pace.isDue(1)).toBe(false);
  now += 1;
  expect([pace.isDue(0), pace.isDue(1)]).toEqual([false, true]);
});

test('under load, where a seal costs little, the interval is the configured one', () => {
  const { seals, share, pace } = run({ perSecond: 5_000, fixedMs: 20 });
  expect(pace.intervalMs).toBe(1_000);
  expect(seals).toBeGreaterThan(45);
  expect(share).toBeLessThan(FIXED_SHARE_MAX);
});

test('what a seal costs for its entries does not make it rarer, however many they are', () => {
  const { pace } = run({ perSecond: 20_000, fixedMs: 20 });
  expect(pace.intervalMs).toBe(1_000);
});

test.each([
  [250, 200],
  [250, 5_000],
  [600, 50],
])('where a seal costs %i ms whatever it holds, at %i entries a second, that takes a tenth of the time', (fixedMs, perSecond) => {
  const { share, longestMs, pace } = run({ fixedMs, perSecond, seconds: 600 });
  expect(pace.intervalMs).toBeGreaterThan(1_000);
  expect(share).toBeLessThan(1.1 * FIXED_SHARE_MAX);
  expect(share).toBeGreaterThan(0.5 * FIXED_SHARE_MAX);
  // From seal to seal, the one that is made included.
  expect(longestMs).toBeLessThan(SealPace.intervalMsMax(1_000) + LOOK_MS + 2 * fixedMs + 1_000);
  // Control: at the configured interval alone it would be more.
  expect(fixedMs / (1_000 + fixedMs + LOOK_MS)).toBeGreaterThan(1.5 * FIXED_SHARE_MAX);
});

test('no cost stretches it beyond its bounds, and a configured one that is longer stays', () => {
  expect(run({ perSecond: 100, fixedMs: 5_000, seconds: 600 }).pace.intervalMs).toBe(10_000);
  expect(run({ perSecond: 100, fixedMs: 9_000, seconds: 900, intervalMs: 5_000 }).pace.intervalMs).toBe(20_000);
  expect(run({ perSecond: 100, fixedMs: 500, seconds: 900, intervalMs: 60_000 }).pace.intervalMs).toBe(60_000);
});

test('it is the configured one again when the disk is fast again', () => {
  const { pace } = run({ perSecond: 100, fixedMs: 500 });
  expect(pace.intervalMs).toBeGreaterThan(4_000);
  for (let n = 0; n < 60; n++) pace.sealed(100 + (n % 7) * 10, 20 + 0.016 * (100 + (n % 7) * 10));
  expect(pace.intervalMs).toBe(1_000);
});

test('so many as a transaction holds wait for nothing', () => {
  const pace = new SealPace({ intervalMs: 1_000, now: () => 0 });
  pace.sealed(1, 20);
  expect([pace.isDue(ENTRIES_AT_ONCE - 1), pace.isDue(ENTRIES_AT_ONCE)]).toEqual([false, true]);
});

test('reads alone are sealed a minute after the first of them, and at once where a seal is full of them', () => {
  let now = 5_000;
  const pace = new SealPace({ intervalMs: 1_000, now: () => now });
  expect([0, 1, ENTRIES_AT_ONCE - 1, ENTRIES_AT_ONCE].map((reads) => pace.areReadsDue(reads))).toEqual([false, false, false, true]);
  now += READS_SEAL_MS;
  expect([pace.areReadsDue(0), pace.areReadsDue(1)]).toEqual([false, true]);
  pace.sealed(0, 20);
  // However long nobody read before: whoever asks twice in a row is shown one head.
  now += 100 * READS_SEAL_MS;
  expect(pace.areReadsDue(1)).toBe(false);
  now += READS_SEAL_MS - 1;
  expect(pace.areReadsDue(2)).toBe(false);
  now += 1;
  expect(pace.areReadsDue(2)).toBe(true);
  pace.sealed(0, 20);
  expect([pace.areReadsDue(1), pace.areReadsDue(ENTRIES_AT_ONCE)]).toEqual([false, true]);
});
