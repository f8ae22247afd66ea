/** `custody listen` against a real server: what it prints, and that whoever kills it loses and repeats nothing. */
import { spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { jest } from '@jest/globals';
import type { SightingDocument } from '#lib/contracts';
import { resetData } from '#lib/store';
import { runCustody, type RunningCustody, serveCustody, temporaryFolder } from '../test-process.ts';
import type { ListenedEvent } from './commands/listen.ts';

jest.setTimeout(600_000);

const PROGRAM = join(import.meta.dirname, '../../../dist/apps/custody/src/main.js');
const VIN = 'vin:WDDSYNTH9JA000001';
let temporary: ReturnType<typeof temporaryFolder>;
let server: RunningCustody;

const env = (): Record<string, string> => ({
  CUSTODY_DATA_DIR: join(temporary.path, 'data'),
  CUSTODY_ROLES: 'capture,projector,gateway',
  CUSTODY_DEMO: 'false',
});
const fileOf = (name: string): string => join(temporary.path, name);
const seen = (id: string, more: object = {}): SightingDocument => ({
  id,
  kind: 'observation',
  handling: { tlp: 'GREEN' },
  items: [{ id: VIN, role: 'subject' }],
  source: { kind: 'photo' },
  ...more,
});
async function submit(documents: readonly SightingDocument[]): Promise<void> {
  const body = JSON.stringify(documents);
  const answer = await fetch(`${server.url}/v1/events`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  expect(answer.status).toBe(202);
}
const listenArgs = (...args: string[]): string[] => ['--server', server.url, 'listen', ...args];
const started = (...args: string[]): ChildProcess =>
  spawn(process.execPath, [PROGRAM, ...listenArgs(...args)], { stdio: ['ignore', 'ignore', 'inherit'], cwd: temporary.path });
const ended = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => (child.exitCode !== null || child.signalCode !== null ? resolve() : child.once('close', () => resolve())));
const rowsOf = (text: string): ListenedEvent[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as ListenedEvent);
async function until(what: string, look: () => boolean): Promise<void> {
  for (const began = performance.now(); !look(); await sleep(20))
    if (performance.now() - began > 300_000) throw new Error(`it did not come to be: ${what}`);
}

beforeAll(async () => {
  temporary = temporaryFolder();
  server = await serveCustody(env());
});
afterAll(async () => {
  await server.stop();
  if (existsSync(join(temporary.path, 'data'))) await resetData(join(temporary.path, 'data'));
  temporary.remove();
});

test('prints what is there, for a person, a script and a program, and says where it is', async () => {
  await submit([seen('a-1', { statement: 'on the quay\u001b[2J' }), { ...seen('a-2'), kind: 'statement', statement: 'heard' }]);
  const ids = async (...args: string[]): Promise<ListenedEvent[]> =>
    rowsOf((await runCustody(listenArgs('--since', 'start', '--until', 'now', '--jsonl', ...args))).stdout);
  let rows: ListenedEvent[] = [];
  for (const began = performance.now(); rows.length < 2 && performance.now() - began < 60_000;) rows = await ids();
  expect(rows.map(({ event }) => event.id)).toEqual(['a-1', 'a-2']);
  expect(new Set(rows.map(({ cursor }) => cursor)).size).toBe(2);
  expect((await ids('--kind', 'statement')).map(({ event }) => event.id)).toEqual(['a-2']);
  expect((await ids('--limit', '1')).map(({ event }) => event.id)).toEqual(['a-1']);
  const shown = await runCustody(listenArgs('--since', 'start', '--until', 'now'));
  expect([shown.code, shown.stdout.split('\n').length]).toEqual([0, 3]);
  expect(shown.stdout).toMatch(/^ +\d+ {2}\S+ \S+ UTC {2}local\/operator {2}observation {2}a-1 {2}.*on the quay⟨U\+001B⟩/);
  const plain = await runCustody(listenArgs('--since', 'start', '--until', 'now', '--plain'));
  expect(plain.stdout.split('\n')[1]?.split('\t').slice(2, 7)).toEqual(['local', 'operator', 'statement', 'a-2', VIN]);
});

test('refuses what it would not use, and a file that is no cursor file of its', async () => {
  const codeOf = async (...args: string[]): Promise<unknown[]> => {
    const { code, stdout, stderr } = await runCustody(listenArgs('--until', 'now', ...args));
    // With --json an error is an object on stdout.
    return [code, /(?:\[|"code":")([a-z.-]+)[\]"]/.exec(stderr + stdout)?.[1]];
  };
  writeFileSync(fileOf('other'), 'x');
  writeFileSync(fileOf('short'), `${JSON.stringify({ v: 1, cursor: 'x', output: { bytes: 7, mark: '' } })}\n`);
  expect(await codeOf('--cursor-file', fileOf('other'))).toEqual([2, 'usage']);
  expect(readFileSync(fileOf('other'), 'utf8')).toBe('x');
  expect(await codeOf('--cursor-file', fileOf('short'), '-o', fileOf('nothing'))).toEqual([2, 'usage']);
  expect(await codeOf('--limit', '0')).toEqual([2, 'usage']);
  expect(await codeOf('--since', 'never')).toEqual([2, 'query.invalid']);
  expect(await codeOf('--json')).toEqual([2, 'usage']);
});

test('killed again and again while events come in, and listening over a restart of the server, it has each exactly once, in order', async () => {
  const [output, place] = [fileOf('events.jsonl'), fileOf('place')];
  const args = ['--since', 'start', '--cursor-file', place, '-o', output, '--jsonl', '--quiet'];
  let sent = 0;
  let isOver = false;
  const sender = (async (): Promise<void> => {
    while (!isOver) {
      await submit(Array.from({ length: 20 }, () => seen(`k-${sent++}`)));
      await sleep(30);
    }
  })();
  for (let kills = 0; kills < 8; kills++) {
    const child = started(...args);
    await until('it has written something more', () => existsSync(place));
    await sleep(700 + Math.random() * 900);
    child.kill('SIGKILL');
    await ended(child);
  }
  isOver = true;
  await sender;
  const child = started(...args);
  const has = (id: string): boolean => readFileSync(output, 'utf8').includes(`"${id}"`);
  await until('it is up to date', () => has(`k-${sent - 1}`));
  // While this one listens the server ends, and is there again.
  const { port } = new URL(server.url);
  await server.stop();
  server = await serveCustody(env(), ['--port', port]);
  await submit([seen('k-last')]);
  await until('the last one is there', () => has('k-last'));
  const second = await runCustody(listenArgs(...args));
  expect([second.code, second.stdout + second.stderr]).toEqual([5, expect.stringContaining('data.locked')]);
  child.kill('SIGINT');
  await ended(child);
  expect(child.exitCode).toBe(130);
  const rows = rowsOf(readFileSync(output, 'utf8'));
  expect(new Set(rows.map(({ cursor }) => cursor)).size).toBe(rows.length);
  const ids = rows.map(({ event }) => event.id).filter((id) => id.startsWith('k-'));
  expect(ids).toEqual([...Array.from({ length: sent }, (_, n) => `k-${n}`), 'k-last']);
  expect(rows.map(({ event }) => event.logIndex)).toEqual([...rows.map(({ event }) => event.logIndex)].sort((a, b) => a - b));
  // As if it had been killed between a line and its place.
  const line = `${JSON.stringify(rows.at(-1))}\n`;
  const whole = readFileSync(output, 'utf8');
  const isTwice = async (): Promise<boolean> => {
    expect((await runCustody(listenArgs(...args, '--until', 'now'))).code).toBe(0);
    return readFileSync(output, 'utf8').split(line).length === 3;
  };
  appendFileSync(output, line);
  expect(await isTwice()).toBe(false);
  expect(readFileSync(output, 'utf8')).toBe(whole);
  // Control: by a place that says the length with that line in it, the event stands there twice.
  appendFileSync(output, line);
  const kept = JSON.parse(readFileSync(place, 'utf8')) as { output: { bytes: number; mark: string } };
  const mark = `sha256 ${createHash('sha256').update(readFileSync(output).subarray(-4_096)).digest('hex')}`;
  writeFileSync(place, JSON.stringify({ ...kept, output: { bytes: statSync(output).size, mark } }));
  expect(await isTwice()).toBe(true);
});
