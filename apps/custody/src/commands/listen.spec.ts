/** `custody listen` at a server that breaks off in every way: what it asks for again, what it writes, and what it does not try again. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { jest } from '@jest/globals';
import { problem, STREAM_MEDIA_TYPE, streamBegin, streamEnd, streamEndText, type StreamedEvent, streamedText } from '#lib/contracts';
import { createClient } from '../client.ts';
import { EXIT } from '../exit-codes.ts';
import { listen, type ListenOptions } from './listen.ts';

jest.setTimeout(180_000);

/** One answer after the other; the last one is given again. */
type Answer = (response: ServerResponse) => void;
let answers: Answer[];
let asked: string[];
let server: Server;
let folder: string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'custody-listen-'));
  asked = [];
  server = createServer(({ url = '' }: IncomingMessage, response) => {
    asked.push(new URL(url, 'http://x').search);
    (answers.length > 1 ? answers.shift() : answers[0])?.(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true });
});

const event = (id: string): StreamedEvent => ({ event: { id, document: { kind: 'observation' } } }) as unknown as StreamedEvent;
const sent =
  (text: string, then: (response: ServerResponse) => void = (response) => void response.end()): Answer =>
  (response) =>
    void response.writeHead(200, { 'content-type': STREAM_MEDIA_TYPE }).write(text, () => then(response));
const cut = (response: ServerResponse): void => void setTimeout(() => response.destroy(), 50);
const stays = (): void => undefined;
const busy: Answer = (response) =>
  void response
    .writeHead(503, { 'content-type': 'application/problem+json' })
    .end(JSON.stringify(problem('busy', { instance: '/', requestId: 'r' })));
const reached = streamEndText(streamEnd('stream.reached'));
const args = (): ListenOptions => ({
  since: 'start',
  cursorFile: join(folder, 'place'),
  output: join(folder, 'output'),
  jsonl: true,
  quiet: true,
});
const listening = (more: Partial<ListenOptions> = {}): Promise<number> =>
  listen(createClient(`http://127.0.0.1:${(server.address() as AddressInfo).port}`), { ...args(), ...more });
const written = (): string[] =>
  readFileSync(join(folder, 'output'), 'utf8')
    .split('\n')
    .flatMap((line) => (line === '' ? [] : [(JSON.parse(line) as StreamedEvent).event.id]));

test('goes on behind what it has, whatever broke off: the connection, the answer, a server that is busy or ends', async () => {
  answers = [
    sent(streamBegin('0') + streamedText('1', event('a')), cut),
    busy,
    (response) => void response.destroy(),
    // In the middle of an event.
    sent(streamBegin('1') + streamedText('2', event('b')) + streamedText('3', event('c')).slice(0, -9), cut),
    sent(streamBegin('2')),
    sent(streamBegin('2') + streamEndText(streamEnd('stream.ending'))),
    sent(streamBegin('2') + streamedText('3', event('c')) + reached),
  ];
  expect(await listening()).toBe(EXIT.ok);
  expect(written()).toEqual(['a', 'b', 'c']);
  expect(asked).toEqual(['?since=start', ...['1', '1', '1', '2', '2', '2'].map((cursor) => `?cursor=${cursor}`)]);
});

test('ends with what is no broken connection: a refusal, and a fault of this program', async () => {
  answers = [sent(streamBegin('0') + streamEndText(streamEnd('auth.key-revoked')))];
  await expect(listening()).rejects.toMatchObject({ exitCode: EXIT.auth, code: 'auth.key-revoked' });
  // As a person reads it: of this event there is not what is printed.
  answers = [sent(streamBegin('0') + streamedText('1', event('a')), stays)];
  await expect(listening({ jsonl: false })).rejects.toThrow(TypeError);
  answers = [sent('id: 0\nevent: observation\ndata: {\n\n', stays)];
  await expect(listening()).rejects.toThrow(SyntaxError);
  expect(asked).toHaveLength(3);
});

test('has its place to itself for as long as it runs', async () => {
  answers = [sent(streamBegin('0'), stays)];
  const end = new AbortController();
  const first = listening({ signal: end.signal });
  while (!existsSync(join(folder, 'place'))) await sleep(10);
  await expect(listening()).rejects.toMatchObject({ code: 'data.locked' });
  end.abort();
  expect(await first).toBe(EXIT.interrupted);
  answers = [sent(reached)];
  expect(await listening()).toBe(EXIT.ok);
});
