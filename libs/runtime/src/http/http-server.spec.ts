import { onlyActor } from './access.ts';
import { UNRECORDED } from './reads.ts';
import { ROOT_ACTOR } from '#lib/domain';
import 'reflect-metadata';
import { lookup } from 'node:dns/promises';
import { get, request as httpRequest, type Server } from 'node:http';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { Controller, Get, Module, Param, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DomainError } from '../domain-error.ts';
import { createLog } from '../log.ts';
import { createMetrics, type Metrics } from '../metrics.ts';
import { createHttpServer, type HttpServer } from './http-server.ts';
import type { ProblemCatalogue } from './problem-answer.ts';

const CANARY = 'canary-9d21';
const STATUS: Readonly<Record<string, number>> = {
  'not-found': 404, 'query.malformed': 400, 'host.unknown': 421, 'method-not-allowed': 405, 'body.too-large': 413, 'media-type': 415, 'rate.limited': 429, busy: 503, internal: 500, 'store.timeout': 503, 'event.id-conflict': 409,
}; // prettier-ignore
const catalogue: ProblemCatalogue = {
  isCode: (code) => code in STATUS,
  statusOf: (code) => STATUS[code] ?? 500,
  problem: (code, of) => ({ code, status: STATUS[code], ...of }),
};

let open: () => void = () => {};
let opened = false;

@Controller('v1')
class Routes {
  @Get('items/:id')
  item(@Param('id') id: string): { length: number } {
    return { length: id.length };
  }

  @Get('conflict')
  conflict(): never {
    throw new DomainError('event.id-conflict', 'Other bytes.', [{ pointer: '/id', code: 'event.id-conflict' }]);
  }

  @Get('bug')
  bug(): never {
    throw new TypeError(`cannot read ${CANARY}`);
  }

  @Get('slow-statement')
  slowStatement(): never {
    throw Object.assign(new Error(`canceling statement: ${CANARY}`), { code: '57014' });
  }

  @Get('wait')
  wait(): Promise<string> {
    return new Promise((resolve) => {
      open = () => resolve('done');
      opened = true;
    });
  }

  @Post('events')
  async events(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    if (Buffer.isBuffer(request.body)) return void reply.send({ buffer: request.body.length });
    let bytes = 0;
    for await (const chunk of request.body as AsyncIterable<Buffer>) bytes += chunk.length;
    await reply.send({ stream: bytes });
  }
}

@Module({ controllers: [Routes] })
class Role {}

let server: HttpServer;
let base: string;
let lines: string[];
let metrics: Metrics;

async function serve(
  limits: Partial<{ ratePerSecond: number; rateBurst: number; requestsInFlight: number; bodyBytes: number; streams: number }> = {},
  opening?: (url: string) => Promise<void>,
  host = '127.0.0.1',
): Promise<void> {
  lines = [];
  opened = false;
  metrics = createMetrics();
  const log = createLog({ level: 'debug', secrets: [], destination: { write: (line) => void lines.push(line) } });
  const all = { ratePerSecond: 1_000, rateBurst: 1_000, requestsInFlight: 100, bodyBytes: 1_024, ...limits };
  const translate = (error: unknown): { code: string } | undefined =>
    (error as { code?: string }).code === '57014' ? { code: 'store.timeout' } : undefined;
  server = await createHttpServer(Role, {
    limits: all,
    log,
    metrics,
    catalogue,
    translate,
    access: onlyActor(ROOT_ACTOR),
    reads: UNRECORDED,
  });
  base = await server.listen(host, 0, opening);
}
afterEach(() => server.close());

const body = async (response: Response): Promise<Record<string, unknown>> => (await response.json()) as Record<string, unknown>;

test('without TLS it listens on loopback only', async () => {
  await serve();
  expect(base).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  for (const host of ['0.0.0.0', '::', '192.0.2.1']) await expect(server.listen(host, 0)).rejects.toThrow('loopback only');
});

test('nobody is answered before what opens it is done', async () => {
  const order: string[] = [];
  let early: Promise<Response> | undefined;
  await serve({}, async (url) => {
    early = fetch(`${url}/v1/items/1`).then((answer) => (order.push('answered'), answer));
    await new Promise((resolve) => setTimeout(resolve, 200));
    order.push('opened');
  });
  expect((await early)?.status).toBe(200);
  expect(order).toEqual(['opened', 'answered']);
});

test('what localhost stands for is listened on, each address of it', async () => {
  await serve({}, undefined, 'localhost');
  const { port } = new URL(base);
  const hasIPv6 = Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === '::1') === true);
  const named = (await lookup('localhost', { all: true })).map(({ address }) => address);
  // By which commands of this machine ask, and the operator's key is kept.
  if (named.includes('127.0.0.1')) expect(base).toMatch(/^http:\/\/127\.0\.0\.1:/);
  for (const address of named.filter((each) => hasIPv6 || each !== '::1')) {
    const host = address.includes(':') ? `[${address}]` : address;
    expect([address, (await fetch(`http://${host}:${port}/v1/items/1`)).status]).toEqual([address, 200]);
  }
});

test('connections are bounded: those that work, those that stream, and as many as may be idle', async () => {
  await serve({ requestsInFlight: 100, streams: 50 });
  const { maxConnections } = server.app.getHttpServer() as unknown as Server;
  expect(maxConnections).toBe(2_048 + 100 + 50);
});

test('every answer carries a request id: the given one where it is usable, else a new one; a trace context passes through', async () => {
  await serve();
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  const given = await fetch(`${base}/v1/items/1`, { headers: { 'request-id': 'mine-1', traceparent } });
  expect([given.headers.get('request-id'), given.headers.get('traceparent')]).toEqual(['mine-1', traceparent]);
  const odd = await fetch(`${base}/v1/items/1`, { headers: { 'request-id': 'a b"c', traceparent: 'x' } });
  expect(odd.headers.get('request-id')).toMatch(/^[0-9a-f-]{36}$/);
  expect(odd.headers.get('traceparent')).toBeNull();
  expect((await body(await fetch(`${base}/nowhere`, { headers: { 'request-id': 'mine-2' } })))['requestId']).toBe('mine-2');
});

test('a domain error is a problem of its code, with its parts', async () => {
  await serve();
  const response = await fetch(`${base}/v1/conflict?item=${CANARY}`);
  expect([response.status, response.headers.get('content-type')]).toEqual([409, 'application/problem+json']);
  expect(await body(response)).toMatchObject({
    code: 'event.id-conflict',
    detail: 'Other bytes.',
    instance: '/v1/conflict',
    errors: [{ pointer: '/id' }],
  });
});

test('a bug is 500 without a word of its message, and its frames are in the log under the request id', async () => {
  await serve();
  const response = await fetch(`${base}/v1/bug`, { headers: { 'request-id': 'mine-3' } });
  expect(response.status).toBe(500);
  expect(await response.text()).not.toContain(CANARY);
  const line = lines.map((text) => JSON.parse(text) as Record<string, unknown>).find((record) => record['level'] === 'error');
  expect(line).toMatchObject({ requestId: 'mine-3', code: 'internal', error: { class: 'TypeError' } });
});

test('a failing database is named by its code and asks to come back', async () => {
  await serve();
  const response = await fetch(`${base}/v1/slow-statement`);
  expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1']);
  expect(await response.text()).not.toContain(CANARY);
});

test('a missing page is 404, a wrong method 405 with the methods that exist', async () => {
  await serve();
  expect((await fetch(`${base}/v2/items/1`)).status).toBe(404);
  const wrong = await fetch(`${base}/v1/items/1`, { method: 'DELETE' });
  expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  expect(await body(wrong)).toMatchObject({ code: 'method-not-allowed' });
});

test('an address with a part that is too long is malformed, and no wrong method where the method is right', async () => {
  await serve();
  const longest = 'x'.repeat(1_024);
  expect(await body(await fetch(`${base}/v1/items/${longest}`))).toEqual({ length: 1_024 });
  const long = await fetch(`${base}/v1/items/${longest}${longest}${longest}`);
  expect([long.status, long.headers.get('allow')]).toEqual([400, null]);
  expect(await body(long)).toMatchObject({ code: 'query.malformed' });
  expect((await fetch(`${base}/v1/items/${longest}x`, { method: 'DELETE' })).status).toBe(405);
});

test('JSON arrives as the bytes that were sent, NDJSON as a stream past the body limit, other types are refused', async () => {
  await serve();
  const post = (type: string, text: string): Promise<Response> =>
    fetch(`${base}/v1/events`, { method: 'POST', headers: { 'content-type': type }, body: text });
  expect(await body(await post('application/json', '{"a": '))).toEqual({ buffer: 6 });
  expect(await body(await post('application/x-ndjson', 'x'.repeat(100_000)))).toEqual({ stream: 100_000 });
  expect(await body(await post('application/json', 'x'.repeat(2_000)))).toMatchObject({
    code: 'body.too-large',
    status: 413,
    errors: [{ code: 'body.too-large', offset: 1_024 }],
  });
  expect(await body(await post('text/plain', 'x'))).toMatchObject({
    code: 'media-type',
    status: 415,
    errors: [{ header: 'content-type' }],
  });
});

test('beyond its rate a client is answered 429 with Retry-After, and the request is counted', async () => {
  await serve({ rateBurst: 2, ratePerSecond: 1 });
  const statuses = [];
  for (let request = 0; request < 3; request++) statuses.push((await fetch(`${base}/v1/items/1`)).status);
  expect(statuses).toEqual([200, 200, 429]);
  expect((await fetch(`${base}/v1/items/1`)).headers.get('retry-after')).toBe('1');
  expect(await metrics.expose()).toContain('custody_http_refused_total{code="rate.limited"} 2');
});

test('addresses of one IPv6 network have one rate between them, and another network has its own', async () => {
  await serve({ rateBurst: 2, ratePerSecond: 1 });
  // As if the connection came from there: this machine has one address of IPv6 for sure.
  const http = server.app.getHttpServer() as unknown as Server;
  const asked = (remoteAddress: string): Promise<number | undefined> => {
    http.prependOnceListener('connection', (socket) => Object.defineProperty(socket, 'remoteAddress', { value: remoteAddress }));
    return new Promise((resolve, reject) => {
      get(`${base}/v1/items/1`, { agent: false }, (response) => resolve(response.resume().statusCode)).on('error', reject);
    });
  };
  const statuses = [];
  for (const own of [':1', ':2', ':3', 'ffff:ffff:ffff:ffff']) statuses.push(await asked(`2001:db8:1:2:${own}`));
  expect(statuses).toEqual([200, 200, 429, 429]);
  expect([await asked('2001:db8:1:3::1'), await asked('198.51.100.1'), await asked('198.51.100.2')]).toEqual([200, 200, 200]);
});

test('beyond what it can work on at once it answers 503; a client that goes away gives its place back', async () => {
  await serve({ requestsInFlight: 1 });
  const away = new AbortController();
  const first = fetch(`${base}/v1/wait`, { signal: away.signal }).catch(() => 'gone');
  await until(async () => (await fetch(`${base}/v1/items/1`)).status === 503);
  away.abort();
  expect(await first).toBe('gone');
  await until(async () => (await fetch(`${base}/v1/items/1`)).status === 200);
  open();
});

test('closing lets an answer end, and does not wait for connections on which nothing was asked', async () => {
  await serve();
  const silent = connect(Number(new URL(base).port), '127.0.0.1');
  const ended = new Promise((resolve) => silent.once('close', resolve));
  const answer = fetch(`${base}/v1/wait`).then((response) => response.text());
  await until(() => Promise.resolve(opened));
  const started = performance.now();
  const closing = server.close();
  await new Promise((resolve) => setTimeout(resolve, 150));
  open();
  expect(await answer).toBe('done');
  await closing;
  await ended;
  expect(performance.now() - started).toBeLessThan(2_000);
});

test('a name that somebody points at this machine is not served', async () => {
  await serve();
  expect(await statusFor('ledger.attacker.example')).toBe(421);
  expect(await statusFor('localhost')).toBe(200);
});

test('requests are counted and logged by route template, and nothing that was asked for appears', async () => {
  await serve();
  await (await fetch(`${base}/v1/items/vin:${CANARY}?q=${CANARY}`, { headers: { 'x-note': CANARY } })).text();
  await (await fetch(`${base}/${CANARY}`)).text();
  await (await fetch(`${base}/v1/bug`)).text();
  await (
    await fetch(`${base}/v1/events`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: `{"x":"${CANARY}"}` })
  ).text();
  await until(() => Promise.resolve(lines.filter((line) => line.includes('"message":"request"')).length === 4));
  expect(lines.join('')).not.toContain(CANARY);
  const exposed = await metrics.expose();
  expect(exposed).not.toContain(CANARY);
  expect(exposed).toContain('custody_http_requests_total{method="GET",route="/v1/items/:id",status="200"} 1');
  expect(exposed).toContain('route="unmatched",status="404"');
});

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 3_000; Date.now() < deadline;) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error('did not happen within 3 s');
}

function statusFor(host: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    httpRequest(`${base}/v1/items/1`, { headers: { host } }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on('error', reject)
      .end();
  });
}
