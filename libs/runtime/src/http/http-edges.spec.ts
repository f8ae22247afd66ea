/** What a server of ours says to requests that are not as they should be: spoken on the socket, since clients refuse to send most of them. */
import { onlyActor } from './access.ts';
import { UNRECORDED } from './reads.ts';
import { ROOT_ACTOR } from '#lib/domain';
import 'reflect-metadata';
import { connect, type Socket } from 'node:net';
import { Controller, Get, HttpCode, Module, Param, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { createLog } from '../log.ts';
import { createMetrics } from '../metrics.ts';
import { createHttpServer, type HttpServer, type HttpServerOptions } from './http-server.ts';
import { PROBLEM_MEDIA_TYPE, type ProblemCatalogue } from './problem-answer.ts';

const STATUS: Readonly<Record<string, number>> = {
  'not-found': 404, 'query.malformed': 400, 'head.too-large': 431, 'head.stalled': 408, 'body.stalled': 408, 'body.too-large': 413, 'expectation.unknown': 417,
  'host.unknown': 421, 'origin.foreign': 403, 'media-type': 415, 'media-type.charset': 415, 'media-type.encoding': 415, busy: 503, internal: 500,
}; // prettier-ignore
const catalogue: ProblemCatalogue = {
  isCode: (code) => code in STATUS,
  statusOf: (code) => STATUS[code] ?? 500,
  problem: (code, of) => ({ code, status: STATUS[code], ...of }),
};

@Controller('v1')
class Routes {
  @Get('items')
  items(): { items: number } {
    return { items: 1 };
  }

  @Post('events')
  @HttpCode(200)
  async events(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    if (Buffer.isBuffer(request.body)) return void reply.send({ bytes: request.body.length });
    let bytes = 0;
    for await (const chunk of request.body as AsyncIterable<Buffer>) bytes += chunk.length;
    await reply.send({ bytes });
  }

  /** More than the buffers of a connection take. */
  @Get('large/:mebibytes')
  large(@Param('mebibytes') mebibytes: string): string {
    return 'x'.repeat(Number(mebibytes) << 20);
  }

  /** Begins to answer before it has read the whole. */
  @Post('echo')
  async echo(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    for await (const chunk of request.body as AsyncIterable<Buffer>) {
      if (!reply.raw.headersSent) reply.raw.writeHead(200);
      reply.raw.write(chunk);
    }
    reply.raw.end();
  }
}

@Module({ controllers: [Routes] })
class Role {}

let server: HttpServer;
let port: number;
let lines: string[];

async function serve(timeouts: HttpServerOptions['timeouts'] = {}, requestsInFlight = 100): Promise<void> {
  lines = [];
  const log = createLog({ level: 'info', secrets: [], destination: { write: (line) => void lines.push(line) } });
  const limits = { ratePerSecond: 1_000, rateBurst: 1_000, requestsInFlight, bodyBytes: 1 << 20 };
  server = await createHttpServer(Role, {
    limits,
    log,
    metrics: createMetrics(),
    catalogue,
    timeouts,
    access: onlyActor(ROOT_ACTOR),
    reads: UNRECORDED,
  });
  port = Number(new URL(await server.listen('127.0.0.1', 0)).port);
}
afterEach(() => server.close());

interface Said {
  readonly status: number;
  readonly type: string | undefined;
  readonly code: unknown;
  readonly text: string;
}

/** All that the server says to these bytes until it hangs up, or says nothing more. */
function say(...parts: (string | number)[]): Promise<Said> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    let said = '';
    socket.setTimeout(1_500, () => socket.destroy());
    socket.on('data', (chunk) => {
      said += chunk.toString('latin1');
      if (wholeAnswer(said)) socket.destroy();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(readAnswer(said)));
    void send(socket, parts);
  });
}

/** Numbers are pauses in milliseconds. */
async function send(socket: Socket, parts: readonly (string | number)[]): Promise<void> {
  for (const part of parts) {
    if (typeof part === 'number') await new Promise((resolve) => setTimeout(resolve, part));
    else if (!socket.destroyed) socket.write(part, 'latin1');
  }
}

function wholeAnswer(said: string): boolean {
  const [head = '', body] = said.split('\r\n\r\n', 2);
  const length = /content-length: (\d+)/i.exec(head)?.[1];
  return body !== undefined && length !== undefined && body.length >= Number(length);
}

function readAnswer(said: string): Said {
  const [head = '', text = ''] = said.split('\r\n\r\n', 2);
  const type = /^content-type: (.*)$/im.exec(head)?.[1]?.trim();
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1] ?? 0);
  const code = type === PROBLEM_MEDIA_TYPE ? (JSON.parse(text) as { code: unknown }).code : undefined;
  return { status, type, code, text };
}

const errorsOf = ({ text }: Said): unknown => (JSON.parse(text) as { errors?: unknown }).errors;

const HOST = 'host: 127.0.0.1\r\n';
const post = (...lines: string[]): string => ['POST /v1/events HTTP/1.1', 'host: 127.0.0.1', ...lines, '', ''].join('\r\n');
const JSON_TYPE = 'content-type: application/json';

describe('a request that cannot be read is answered with a problem of the catalogue', () => {
  it.each<[string, string, number, string]>([
    ['an address that is not percent-encoded right', `GET /v1/%zz HTTP/1.1\r\n${HOST}\r\n`, 400, 'query.malformed'],
    ['no Host header', 'GET /v1/items HTTP/1.1\r\n\r\n', 400, 'query.malformed'],
    ['a method that is none', `FOO /v1/items HTTP/1.1\r\n${HOST}\r\n`, 400, 'query.malformed'],
    ['no HTTP at all', '\u0000\u0001 hello\r\n\r\n', 400, 'query.malformed'],
    ['two lengths', `${post(JSON_TYPE, 'content-length: 2', 'content-length: 3')}{}`, 400, 'query.malformed'],
    ['a header of 100,000 bytes', `GET /v1/items HTTP/1.1\r\n${HOST}x-long: ${'x'.repeat(100_000)}\r\n\r\n`, 431, 'head.too-large'],
    ['an address of 100,000 bytes', `GET /${'x'.repeat(100_000)} HTTP/1.1\r\n${HOST}\r\n`, 431, 'head.too-large'],
    ['another expectation than 100-continue', `${post(JSON_TYPE, 'expect: magic', 'content-length: 2')}{}`, 417, 'expectation.unknown'],
    ['an address where nothing is', `GET /nowhere HTTP/1.1\r\n${HOST}\r\n`, 404, 'not-found'],
    ['a media type that is none', `${post('content-type: ///', 'content-length: 2')}{}`, 415, 'media-type'],
    ['a body that is larger than allowed', `${post(JSON_TYPE, 'content-length: 99999999')}{}`, 413, 'body.too-large'],
  ])('%s', async (_, bytes, status, code) => {
    await serve();
    const said = await say(bytes);
    expect([said.status, said.type, said.code]).toEqual([status, PROBLEM_MEDIA_TYPE, code]);
    expect(JSON.parse(said.text)).toMatchObject({ requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) as string });
  });

  it('a head that never ends, once its time is up', async () => {
    await serve({ headMs: 200 });
    expect(await say(`GET /v1/items HTTP/1.1\r\n${HOST}`)).toMatchObject({ status: 408, code: 'head.stalled' });
  });

  it('but not in the middle of an answer, where more bytes would pass for a part of it', async () => {
    await serve();
    const head = `POST /v1/echo HTTP/1.1\r\n${HOST}content-type: application/x-ndjson\r\ntransfer-encoding: chunked\r\n\r\n`;
    const { status, text } = await say(`${head}5\r\nhello\r\n`, 150, 'zz\r\n');
    expect([status, text.includes('hello'), text.includes('query.malformed')]).toEqual([200, true, false]);
  });

  it('and so is one that comes while the server ends', async () => {
    await serve();
    const head = post('content-type: application/x-ndjson', 'transfer-encoding: chunked');
    const first = say(head, 200, '0\r\n\r\n');
    const socket = connect(port, '127.0.0.1');
    let said = '';
    socket.on('data', (chunk) => (said += chunk.toString('latin1')));
    const hungUp = new Promise((resolve) => socket.once('close', resolve));
    socket.write(head);
    await new Promise((resolve) => setTimeout(resolve, 50));
    const closed = server.close();
    // On a connection that is busy, so that it outlives the beginning of the end: the next request is behind the first one's body.
    socket.write(`0\r\n\r\nGET /v1/items HTTP/1.1\r\n${HOST}\r\n`);
    await Promise.all([first, closed, hungUp]);
    expect(said).toContain('{"bytes":0}');
    expect(said.slice(said.indexOf('{"bytes":0}'))).toContain('"code":"busy"');
  });
});

it.each<[string, string, object]>([
  ['no Host header', 'GET /v1/items HTTP/1.1\r\n\r\n', { header: 'host' }],
  ['another name', 'GET /v1/items HTTP/1.1\r\nhost: ledger.example\r\n\r\n', { header: 'host' }],
  ['another expectation', `${post(JSON_TYPE, 'expect: magic', 'content-length: 2')}{}`, { header: 'expect' }],
  ['a page elsewhere', `${post(JSON_TYPE, 'origin: https://attacker.example', 'content-length: 2')}{}`, { header: 'origin' }],
  ['a page that says no origin', `${post(JSON_TYPE, 'sec-fetch-site: cross-site', 'content-length: 2')}{}`, { header: 'sec-fetch-site' }],
  ['a compressed body', `${post(JSON_TYPE, 'content-encoding: gzip', 'content-length: 2')}{}`, { header: 'content-encoding' }],
  ['another charset', `${post(`${JSON_TYPE}; charset=latin1`, 'content-length: 2')}{}`, { header: 'content-type' }],
  ['another media type', `${post('content-type: text/plain', 'content-length: 2')}{}`, { header: 'content-type' }],
  ['no media type', `${post('content-length: 2')}{}`, { header: 'content-type' }],
  ['a larger body than is taken', `${post(JSON_TYPE, 'content-length: 99999999')}{}`, { offset: 1 << 20 }],
])('a refusal of %s names its place', async (_, bytes, place) => {
  await serve();
  const said = await say(bytes);
  expect(errorsOf(said)).toMatchObject([{ code: said.code, ...place }]);
});

describe('a page in a browser', () => {
  const body = `${JSON_TYPE}\r\ncontent-length: 2\r\n`;
  const ask = (method: string, path: string, lines: string): Promise<Said> =>
    say(`${method} ${path} HTTP/1.1\r\n${lines}${method === 'POST' ? body : ''}\r\n${method === 'POST' ? '{}' : ''}`);

  it.each<[string, string]>([
    ['of another site', 'origin: https://attacker.example\r\n'],
    ['in a sandbox, or from a file', 'origin: null\r\n'],
    ['of another program on this machine', 'origin: http://127.0.0.1:1\r\nsec-fetch-site: same-site\r\n'],
    ['that sends no origin', 'sec-fetch-site: cross-site\r\n'],
  ])('%s cannot act as its visitor', async (_, lines) => {
    await serve();
    expect(await ask('POST', '/v1/events', `${HOST}${lines}`)).toMatchObject({ status: 403, code: 'origin.foreign' });
  });

  it('of this server can, and so can a program, and reading is left to the browser', async () => {
    await serve();
    const own = `host: localhost:${port}\r\norigin: http://localhost:${port}\r\nsec-fetch-site: same-origin\r\n`;
    expect((await ask('POST', '/v1/events', own)).status).toBe(200);
    expect((await ask('POST', '/v1/events', HOST)).status).toBe(200);
    expect((await ask('POST', '/v1/events', `${HOST}sec-fetch-site: none\r\n`)).status).toBe(200);
    expect((await ask('GET', '/v1/items', `${HOST}origin: https://attacker.example\r\n`)).status).toBe(200);
  });

  it.each(['ledger.attacker.example', '127.0.0.1.attacker.example', '192.0.2.1', 'localhost.', 'a b'])(
    'cannot reach it by the name %s that somebody points at this machine',
    async (name) => {
      await serve();
      for (const method of ['GET', 'POST'])
        expect(await ask(method, method === 'GET' ? '/v1/items' : '/v1/events', `host: ${name}\r\n`)).toMatchObject({
          status: 421,
          code: 'host.unknown',
        });
    },
  );

  it.each(['127.0.0.1', '127.0.0.1:8080', 'localhost', 'LOCALHOST:1', '[::1]', '[::1]:8080'])('reaches it by %s', async (name) => {
    await serve();
    expect((await ask('GET', '/v1/items', `host: ${name}\r\n`)).status).toBe(200);
  });
});

describe('a body', () => {
  it.each<[string, string[], string | undefined]>([
    ['compressed', [JSON_TYPE, 'content-encoding: gzip'], 'media-type.encoding'],
    ['compressed twice', [JSON_TYPE, 'content-encoding: identity, br'], 'media-type.encoding'],
    ['in Latin 1', [`${JSON_TYPE}; charset=iso-8859-1`], 'media-type.charset'],
    ['in UTF-16', [`${JSON_TYPE}; boundary=x; charset="UTF-16"`], 'media-type.charset'],
    ['as it is', [JSON_TYPE, 'content-encoding: identity'], undefined],
    ['in UTF-8', [`${JSON_TYPE}; charset="UTF-8"`], undefined],
  ])('%s', async (_, lines, code) => {
    await serve();
    const said = await say(`${post(...lines, 'content-length: 2')}{}`);
    expect([said.status, said.code]).toEqual([code === undefined ? 200 : 415, code]);
  });

  const ndjson = (...lines: string[]): string => post('content-type: application/x-ndjson', ...lines);
  const chunk = (bytes: number): string => `${bytes.toString(16)}\r\n${'x'.repeat(bytes)}\r\n`;

  it.each<[string, () => string, number]>([
    ['held whole', () => `${post(JSON_TYPE, 'content-length: 2')}{`, 1],
    ['of a stream', () => `${ndjson('transfer-encoding: chunked')}${chunk(500)}`, 500],
  ])('%s that stops coming is answered, and its place is free again', async (_, bytes, offset) => {
    await serve({ bodyIdleMs: 100 }, 1);
    const said = await say(bytes());
    expect(said).toMatchObject({ status: 408, code: 'body.stalled' });
    expect(errorsOf(said)).toMatchObject([{ code: 'body.stalled', offset }]);
    expect((await say(`GET /v1/items HTTP/1.1\r\n${HOST}\r\n`)).status).toBe(200);
  });

  it('that comes a byte at a time holds its place no longer than one that has stopped', async () => {
    await serve({ bodyIdleMs: 100 });
    const drip = Array.from({ length: 40 }, () => [chunk(1), 20]).flat();
    expect(await say(ndjson('transfer-encoding: chunked'), ...drip)).toMatchObject({ status: 408, code: 'body.stalled' });
  });

  it('that comes slowly is waited for, many times as long as it may stop', async () => {
    await serve({ bodyIdleMs: 100, headMs: 200 });
    const slow = Array.from({ length: 20 }, () => [chunk(400), 40]).flat();
    const said = await say(ndjson('transfer-encoding: chunked'), ...slow, '0\r\n\r\n');
    expect([said.status, said.text]).toEqual([200, '{"bytes":8000}']);
  });

  it.each<[string, () => string]>([
    ['held whole', () => `${post(JSON_TYPE, 'content-length: 20')}${'x'.repeat(10)}`],
    ['of a stream', () => `${ndjson('transfer-encoding: chunked')}${chunk(10)}`],
  ])('%s whose sender goes away gives its place back, and is no fault of the server', async (_, bytes) => {
    await serve({}, 1);
    const socket = connect(port, '127.0.0.1');
    socket.write(bytes());
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect((await say(`GET /v1/items HTTP/1.1\r\n${HOST}\r\n`)).status).toBe(503);
    socket.destroy();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect((await say(`GET /v1/items HTTP/1.1\r\n${HOST}\r\n`)).status).toBe(200);
    expect(
      lines.map((line) => JSON.parse(line) as { level: string; status: number }).map(({ level, status }) => `${level} ${status}`),
    ).toEqual(['info 503', 'info 499', 'info 200']);
  });

  it('that is refused unread leaves a connection for the next request', async () => {
    await serve();
    const refused = `${post(JSON_TYPE, 'content-encoding: gzip', 'content-length: 100000')}`;
    const socket = connect(port, '127.0.0.1');
    let said = '';
    socket.on('data', (bytes) => (said += bytes.toString('latin1')));
    await send(socket, [refused, 50, 'x'.repeat(100_000), `GET /v1/items HTTP/1.1\r\n${HOST}\r\n`, 200]);
    socket.destroy();
    expect([said.includes('media-type.encoding'), said.includes('{"items":1}')]).toEqual([true, true]);
  });
});

describe('an answer', () => {
  const ask = (path: string, ...more: string[]): string => ['GET', ` ${path} HTTP/1.1\r\n${HOST}`, ...more, '\r\n'].join('');

  it('that is not read gives its place back, and its connection ends', async () => {
    await serve({ answerIdleMs: 500 }, 1);
    const idle = connect(port, '127.0.0.1').on('error', () => undefined);
    const ended = new Promise((resolve) => idle.once('close', resolve));
    idle.write(ask('/v1/large/32'));
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect((await say(ask('/v1/items'))).status).toBe(503);
    let status = 0;
    for (const deadline = Date.now() + 10_000; status !== 200 && Date.now() < deadline;) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      ({ status } = await say(ask('/v1/items')));
    }
    expect(status).toBe(200);
    expect(lines.filter((line) => line.includes('/large/')).map((line) => (JSON.parse(line) as { status: number }).status)).toEqual([499]);
    idle.resume();
    await ended;
  }, 30_000);

  it('that is read slowly is sent whole, many times as long as it may stand still', async () => {
    await serve({ answerIdleMs: 1_500 });
    const socket = connect(port, '127.0.0.1');
    let bytes = 0;
    let pauseAt = 0;
    socket.on('data', (chunk) => {
      bytes += chunk.length;
      if (bytes < pauseAt) return;
      // More than the buffers have to have free before they take more: a third of 4 MiB.
      pauseAt = bytes + (3 << 20);
      socket.pause();
      setTimeout(() => socket.resume(), 500);
    });
    const ended = new Promise<string>((resolve, reject) => socket.once('end', () => resolve('whole')).once('error', reject));
    const started = performance.now();
    socket.write(ask('/v1/large/32', 'connection: close\r\n'));
    expect(await ended).toBe('whole');
    expect(bytes).toBeGreaterThan(32 << 20);
    expect(performance.now() - started).toBeGreaterThan(4_000);
  }, 60_000);

  it('that takes long to begin is waited for, and so is the rest of one whose body comes with pauses', async () => {
    await serve({ answerIdleMs: 100 });
    const slow = post('content-type: application/x-ndjson', 'transfer-encoding: chunked');
    expect((await say(slow, 800, '1\r\nx\r\n0\r\n\r\n')).status).toBe(200);
    const begun = slow.replace('/v1/events', '/v1/echo');
    const { status, text } = await say(begun, '5\r\nfirst\r\n', 800, '4\r\nlast\r\n0\r\n\r\n');
    expect([status, text]).toEqual([200, expect.stringMatching(/first[^]*last/)]);
  });
});
