import { createHealth, type Health, type ProgressReport } from './health.ts';

const STALL_MS = 1_000;

/** One component whose clock and waiting records the test moves. */
function given(): {
  health: Health;
  report: ProgressReport;
  at: (ms: number) => void;
  wait: (parts: Record<string, number> | Error) => void;
} {
  let nowMs = 0;
  let waiting: Record<string, number> | Error = {};
  const health = createHealth(() => nowMs);
  const report = health.component({
    name: 'projector',
    stallMs: STALL_MS,
    waiting: () => (waiting instanceof Error ? Promise.reject(waiting) : Promise.resolve(new Map(Object.entries(waiting)))),
  });
  return { health, report, at: (ms) => (nowMs = ms), wait: (parts) => (waiting = parts) };
}

const readyAfter = async (health: Health): Promise<boolean> => {
  await health.look();
  return health.ready();
};

test('a consumer that is dead while its process is alive is not ready once its stall time is over', async () => {
  const { health, report, at, wait } = given();
  report.moved(0, 10);
  wait({ 0: 5 });
  expect(await readyAfter(health)).toBe(true);
  at(STALL_MS);
  expect(await readyAfter(health)).toBe(true);
  at(STALL_MS + 1);
  expect(await readyAfter(health)).toBe(false);
  expect(health.components()[0]).toMatchObject({ reason: 'stalled', waiting: 5 });
  report.moved(0, 11);
  expect(await readyAfter(health)).toBe(true);
});

test('a consumer that never moved at all is found too', async () => {
  const { health, at, wait } = given();
  wait({ 0: 1 });
  await health.look();
  at(STALL_MS + 1);
  expect(await readyAfter(health)).toBe(false);
});

test('reporting the same position again is no progress', async () => {
  const { health, report, at, wait } = given();
  report.moved(0, 10);
  wait({ 0: 5 });
  await health.look();
  at(STALL_MS + 1);
  report.moved(0, 10);
  expect(await readyAfter(health)).toBe(false);
});

test('one stuck partition is found while the others move', async () => {
  const { health, report, at, wait } = given();
  wait({ 0: 5, 1: 5 });
  for (let ms = 0; ms <= STALL_MS + 100; ms += 100) {
    at(ms);
    report.moved(1, ms);
    await health.look();
  }
  expect(health.ready()).toBe(false);
});

test('idle for an hour is ready, and the first record after it gets the whole stall time', async () => {
  const { health, report, at, wait } = given();
  report.moved(0, 10);
  wait({ 0: 0 });
  at(3_600_000);
  expect(await readyAfter(health)).toBe(true);
  wait({ 0: 1 });
  at(3_600_100);
  expect(await readyAfter(health)).toBe(true);
  at(3_600_000 + STALL_MS + 1);
  expect(await readyAfter(health)).toBe(false);
});

test('a partition that was given up is not waited for', async () => {
  const { health, report, at, wait } = given();
  report.moved(0, 10);
  wait({ 0: 5 });
  await health.look();
  report.released(0);
  wait({});
  at(STALL_MS * 10);
  expect(await readyAfter(health)).toBe(true);
});

test('one that stopped for good is not ready at once, whatever waits', () => {
  const { health, report } = given();
  report.stopped('offset.out-of-range');
  expect(health.ready()).toBe(false);
  expect(health.components()[0]?.reason).toBe('stopped: offset.out-of-range');
});

test('when nobody can say what waits, it is not ready after the stall time', async () => {
  const { health, at, wait } = given();
  wait(new Error('the log is away'));
  expect(await readyAfter(health)).toBe(true);
  at(STALL_MS + 1);
  expect(await readyAfter(health)).toBe(false);
  expect(health.components()[0]).toMatchObject({ reason: 'unknown', waiting: null });
});

test('progress is told to whoever counts it', async () => {
  const told: [string, number][] = [];
  const health = createHealth(
    () => 42,
    (component, atMs) => told.push([component, atMs]),
  );
  const report = health.component({ name: 'search', stallMs: 1, waiting: () => Promise.resolve(new Map([['all', 0]])) });
  report.moved('all', 1);
  await health.look();
  expect(told).toEqual([
    ['search', 42],
    ['search', 42],
  ]);
});
