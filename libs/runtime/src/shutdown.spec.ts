import { setTimeout as sleep } from 'node:timers/promises';
import { createLog } from './log.ts';
import { createShutdown, SHUTDOWN_STAGES } from './shutdown.ts';

const quiet = createLog({ level: 'silent', secrets: [] });

test('stages end one after another, whatever the order of registration', async () => {
  const ended: string[] = [];
  const shutdown = createShutdown(quiet, 5_000);
  for (const stage of [...SHUTDOWN_STAGES].reverse()) {
    shutdown.at(stage, stage, async () => {
      await sleep(stage === 'http' ? 30 : 1);
      ended.push(stage);
    });
  }
  expect(await shutdown.run()).toBe(true);
  expect(ended).toEqual(['http', 'consumers', 'producers', 'pools', 'servers']);
});

test('a step that fails or hangs does not keep the pools open, and is told', async () => {
  const lines: string[] = [];
  const log = createLog({ level: 'info', secrets: [], destination: { write: (line) => void lines.push(line) } });
  const ended: string[] = [];
  const shutdown = createShutdown(log, 50);
  shutdown.at('http', 'gateway', () => Promise.reject(new Error('no')));
  shutdown.at('consumers', 'projector', () => new Promise(() => {}));
  shutdown.at('pools', 'ledger', () => void ended.push('ledger'));
  expect(await shutdown.run()).toBe(false);
  expect(ended).toEqual(['ledger']);
  expect(lines.map((line) => (JSON.parse(line) as { component: string }).component)).toEqual(['http/gateway', 'consumers/projector']);
});

test('it runs once, however often it is asked for', async () => {
  let runs = 0;
  const shutdown = createShutdown(quiet, 1_000);
  shutdown.at('pools', 'ledger', () => void runs++);
  await Promise.all([shutdown.run(), shutdown.run()]);
  expect(runs).toBe(1);
});

test('the first signal ends in order with 0, a second one at once with 130', async () => {
  const codes: number[] = [];
  const listeners = { SIGTERM: process.listeners('SIGTERM'), SIGINT: process.listeners('SIGINT') };
  let finish = (): void => {};
  const shutdown = createShutdown(quiet, 5_000, (code) => codes.push(code));
  shutdown.at('http', 'gateway', () => new Promise((resolve) => (finish = resolve)));
  shutdown.onSignals();
  try {
    process.emit('SIGTERM', 'SIGTERM');
    process.emit('SIGINT', 'SIGINT');
    expect(codes).toEqual([130]);
    await sleep(1);
    finish();
    await sleep(20);
    expect(codes).toEqual([130, 0]);
  } finally {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      for (const listener of process.listeners(signal)) if (!listeners[signal].includes(listener)) process.off(signal, listener);
    }
  }
});
