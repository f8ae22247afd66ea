/** What is told of a demo case that cannot be imported whole now. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMemoryLog } from '#lib/event-log';
import { createLog, createShutdown } from '#lib/runtime';
import { loadDemo } from './demo.ts';
import { readyLine, type ReadyConfig } from './ready-line.ts';

const dataDir = mkdtempSync(join(tmpdir(), 'custody-demo-'));
afterAll(() => rmSync(dataDir, { recursive: true }));

/** The state and the messages of a start whose server answers with these statuses, the last of them for ever. */
async function started(statuses: number[], isEnding = false): Promise<[string, string[]]> {
  const lines: string[] = [];
  const log = createLog({ level: 'info', secrets: [], destination: { write: (line) => void lines.push(line) } });
  const shutdown = createShutdown(log, 1_000);
  if (isEnding) await shutdown.run();
  const server = createServer((request, response) => {
    const status = (statuses.length > 1 ? statuses.shift() : statuses[0]) ?? 500;
    const answer = JSON.stringify({ code: status === 503 ? 'store.unavailable' : 'auth.forbidden', title: 'No', status });
    request.resume().on('end', () => response.writeHead(status, { 'content-type': 'application/problem+json' }).end(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const eventLog = createMemoryLog();
  await eventLog.ensureTopics([{ topic: 'sightings', partitions: 1 }]);
  try {
    // Of what was not imported no ledger is asked.
    const parts = { log, shutdown, eventLog, config: { dataDir, topics: { events: 'sightings' } } } as unknown as Parameters<
      typeof loadDemo
    >[0];
    const state = await loadDemo(parts, `http://127.0.0.1:${(server.address() as AddressInfo).port}`, 'key');
    return [state, lines.map((line) => (JSON.parse(line) as { message: string }).message)];
  } finally {
    server.closeAllConnections();
    server.close();
    await eventLog.close();
  }
}

const LEFT = 'the demo case was not imported whole; the next start gets the rest';
const WAITS = 'the demo case waits for this server, which is busy';

test('one that is left to the next start is not called imported, and its mark stays', async () => {
  expect(await started([403])).toEqual(['unfinished', [LEFT]]);
  expect(existsSync(join(dataDir, 'demo.unfinished'))).toBe(true);
});

test('that the server is busy is said while it runs, and not once it ends', async () => {
  expect(await started([503, 403])).toEqual(['unfinished', [WAITS, LEFT]]);
  expect(await started([503, 403], true)).toEqual(['unfinished', [LEFT]]);
});

test('the ready line asks to trace the case where it is in, and not where it is left to the next start', () => {
  const config: ReadyConfig = {
    roles: ['capture', 'projector', 'gateway'],
    port: 8080,
    access: 'open',
    demo: true,
    profile: 'development',
    databaseUrl: null,
    tls: { cert: null, key: null },
    publicUrl: null,
  };
  const line = 'Ready  http://127.0.0.1:8080/docs/api  (loopback only: whoever reaches it is the operator)';
  const trace = '  ·  try: npx custody trace vin:WDDSYNTH9JA000001';
  expect(readyLine('http://127.0.0.1:8080', config, 'imported')).toBe(line + trace);
  expect(readyLine('http://127.0.0.1:8080', config, 'before')).toBe(line + trace);
  expect(readyLine('http://127.0.0.1:8080', config, 'unfinished')).toBe(line);
});

test('the ready line says who reads without a key', () => {
  const config: ReadyConfig = {
    roles: ['gateway'],
    port: 8080,
    access: 'required',
    demo: true,
    profile: 'development',
    databaseUrl: null,
    tls: { cert: null, key: null },
    publicUrl: null,
  };
  const said = (more: Partial<ReadyConfig>): string | undefined =>
    /\((.*)\)$/.exec(readyLine('http://127.0.0.1:8080', { ...config, ...more }, 'before'))?.[1];
  expect(said({})).toBe('demo mode, loopback only: without a key what is TLP:CLEAR');
  for (const more of [{ demo: false }, { databaseUrl: 'postgres://db/x' }, { profile: 'production' }] as const)
    expect(said(more)).toBe('loopback only: without a key no record');
  expect(said({ publicUrl: 'https://ledger.example' })).toBe('without a key no record');
});
