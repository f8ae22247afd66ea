/** What the client does by itself with a server that is busy: it asks again what only asks, for a bounded time. */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createClient, type Client } from './client.ts';
import { retryAfterMs } from './patience.ts';

type Reply = (turn: number, response: ServerResponse) => void;

const busy = (response: ServerResponse, retryAfter?: string): void =>
  void response
    .writeHead(503, retryAfter === undefined ? {} : { 'retry-after': retryAfter })
    .end(JSON.stringify({ code: 'store.unavailable', title: 'Ledger not available', status: 503 }));

/** How often a server that replies so was asked, and what came of it. */
async function asked(reply: Reply, ask: (client: Client) => Promise<unknown>): Promise<{ turns: number; came: unknown }> {
  let turns = 0;
  const server = createServer((request, response) => void request.resume().on('end', () => reply(++turns, response)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const client = createClient(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const came = await ask(client).catch((error: unknown) => (error as { code: string }).code);
    return { turns, came };
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

const once: Reply = (turn, response) => (turn === 1 ? busy(response, '1') : response.end('{"ok":true}'));

it('a question that is answered 503 with Retry-After is asked again when that is over', async () => {
  const started = performance.now();
  expect(await asked(once, (client) => client.get('/x'))).toEqual({ turns: 2, came: { ok: true } });
  expect(performance.now() - started).toBeGreaterThanOrEqual(950);
});

it('and so for a few seconds, then the answer is taken', async () => {
  const started = performance.now();
  const { turns, came } = await asked(
    (_, response) => busy(response, '1'),
    (client) => client.get('/x'),
  );
  expect([came, turns > 1, turns <= 6]).toEqual(['store.unavailable', true, true]);
  expect(performance.now() - started).toBeGreaterThanOrEqual(950);
});

it.each([
  ['without the header', undefined],
  ['for longer than anybody waits at a terminal', '3600'],
])('it is not asked again %s', async (_, retryAfter) => {
  const { turns, came } = await asked(
    (_turn, response) => busy(response, retryAfter),
    (client) => client.get('/x'),
  );
  expect([turns, came]).toEqual([1, 'store.unavailable']);
});

it('what is sent is not sent again by itself', async () => {
  const { turns } = await asked(once, (client) => client.post('/x', 'application/json', '{}'));
  expect(turns).toBe(1);
});

it('Retry-After is seconds or a date, and what is neither is not there', () => {
  const of = (text: string): number | undefined => retryAfterMs(new Headers({ 'retry-after': text }));
  expect([of('2'), of('0'), of(''), of('soon')]).toEqual([2_000, 0, undefined, undefined]);
  const inTenSeconds = of(new Date(Date.now() + 10_000).toUTCString()) as number;
  expect(inTenSeconds).toBeGreaterThan(5_000);
  expect(inTenSeconds).toBeLessThanOrEqual(10_000);
  expect(of(new Date(0).toUTCString())).toBe(0);
});

it('a key that is another one since the server was started anew is read again, and what was refused for the old one goes once more', async () => {
  const shown: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    shown.push(request.headers.authorization);
    const isNew = request.headers.authorization === 'Bearer new';
    request.resume().on('end', () => response.writeHead(isNew ? 200 : 401).end(isNew ? '{"ok":true}' : '{"code":"auth.key-unknown"}'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    let key = 'old';
    // As the file is, a moment after the port is open.
    setTimeout(() => (key = 'new'), 300);
    expect((await createClient(url, { apiKey: () => ({ key, file: 'operator.key' }) }).post('/x', 'application/json', '{}')).status).toBe(
      200,
    );
    expect(shown).toEqual(['Bearer old', 'Bearer new']);
    expect((await createClient(url, { apiKey: 'given' }).post('/x', 'application/json', '{}')).status).toBe(401);
    expect(shown).toHaveLength(3);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
