import 'reflect-metadata';
import { Readable } from 'node:stream';
import { Controller, Get, Module, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ROOT_ACTOR } from '#lib/domain';
import { DomainError } from '../domain-error.ts';
import { createLog } from '../log.ts';
import { createMetrics } from '../metrics.ts';
import { onlyActor } from './access.ts';
import { createHttpServer, type HttpServer } from './http-server.ts';
import type { ProblemCatalogue } from './problem-answer.ts';
import { ReadNotes } from './read-notes.ts';
import { notesOf, notRecorded, recordPiece, type ReadLog, type ReadRequest } from './reads.ts';

const STATUS: Readonly<Record<string, number>> = { 'not-found': 404, 'access.unavailable': 503, 'query.malformed': 400, internal: 500 };
const catalogue: ProblemCatalogue = {
  isCode: (code) => code in STATUS,
  statusOf: (code) => STATUS[code] ?? 500,
  problem: (code, of) => ({ code, ...of }),
};
const event = { agency: 'customs', id: 'e1', tlp: 'RED', items: () => [] };
const SECRET = 'what is above CLEAR';

@Controller('v1')
class Routes {
  @Get('event')
  async event(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    notesOf(request).event(event);
    await reply.header('etag', '"1"').header('cache-control', 'private').send(SECRET);
  }
  @Get('bytes')
  async bytes(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    notesOf(request).evidence.set('ab', 'customs');
    const body = Readable.from([SECRET]);
    opened.push(body);
    await reply.header('content-length', SECRET.length).header('content-disposition', 'attachment').send(body);
  }
  @Get('refused')
  refused(@Req() request: FastifyRequest): never {
    notesOf(request).event(event);
    throw new DomainError('not-found', SECRET, [], { tells: { events: new Map([['customs/e1', []]]) } });
  }
  @Get('absent')
  absent(@Req() request: FastifyRequest): never {
    const notes = notesOf(request);
    for (const each of [event, { ...event, id: 'e2' }]) notes.event(each);
    notes.items.add('imo:1');
    throw new DomainError('not-found', 'There is none.');
  }
  @Get('clear')
  clear(@Req() request: FastifyRequest): string {
    notesOf(request);
    return 'for everybody';
  }
  @Get('forgets')
  forgets(): string {
    return SECRET;
  }
  @Get('nothing')
  nothing(@Req() request: FastifyRequest): string {
    notesOf(request);
    return SECRET;
  }
  /** Head and pieces by itself: what the server has for sending is passed by. */
  @Get('pieces')
  async pieces(@Req() request: FastifyRequest, @Res() { raw }: FastifyReply): Promise<void> {
    notesOf(request);
    raw.writeHead(200);
    for (const piece of ['one', 'two']) {
      const notes = new ReadNotes();
      if (request.headers['x-forgets'] !== 'to open') notes.open();
      notes.event({ ...event, id: piece });
      const recorded = request.headers['x-forgets'] === 'to record' ? Promise.resolve() : recordPiece(request, ROOT_ACTOR, notes);
      if (!(await recorded.then(() => true).catch(() => false))) break;
      raw.write(`${SECRET} ${piece};`);
    }
    raw.end();
  }
  @Get('other-pieces')
  async otherPieces(@Req() request: FastifyRequest): Promise<string> {
    await recordPiece(request, ROOT_ACTOR, new ReadNotes().open());
    return SECRET;
  }
}
@Module({ controllers: [Routes] })
class Role {}

const opened: Readable[] = [];
const TABLE: Record<string, string | null> = {
  'GET /v1/event': 'getEvent',
  'GET /v1/bytes': 'getBytes',
  'GET /v1/refused': 'getRefused',
  'GET /v1/absent': 'getAbsent',
  'GET /v1/clear': 'getClear',
  'GET /v1/forgets': 'forgets',
  'GET /v1/nothing': null,
  'GET /v1/pieces': 'getPieces',
  'GET /v1/other-pieces': null,
};
let recorded: ReadRequest[];
let record: ReadLog['record'];
const serve = (table: Record<string, string | null> = TABLE): Promise<HttpServer> =>
  createHttpServer(Role, {
    limits: { ratePerSecond: 1_000, rateBurst: 1_000, requestsInFlight: 100, bodyBytes: 1_024 },
    log: createLog({ level: 'silent', secrets: [] }),
    metrics: createMetrics(),
    catalogue,
    access: onlyActor(ROOT_ACTOR),
    reads: {
      readsOf: (route) => (route in table ? { operation: table[route] ?? null } : undefined),
      record: (read) => record(read),
    },
  });

describe('a server that records reads', () => {
  let server: HttpServer;
  let url: string;
  beforeAll(async () => {
    server = await serve();
    url = await server.listen('127.0.0.1', 0);
  });
  afterAll(() => server.close());
  beforeEach(() => {
    recorded = [];
    record = (read) => {
      recorded.push(read);
      return Promise.resolve();
    };
  });

  it('tells the access log who read what, from where and on whose behalf', async () => {
    const answer = await fetch(`${url}/v1/event`, { headers: { 'request-id': 'r1', 'custody-on-behalf-of': 'case 12/b' } });
    expect([answer.status, await answer.text()]).toEqual([200, SECRET]);
    expect(recorded).toMatchObject([
      { operation: 'getEvent', requestId: 'r1', address: '127.0.0.1', behalf: 'case 12/b', actor: { principal: ROOT_ACTOR.principal } },
    ]);
    expect(recorded[0]?.notes.shownEvents().map(({ id }) => id)).toEqual(['e1']);
  });

  it('answers only when the record stands', async () => {
    let stands = (): void => undefined;
    record = () => new Promise((resolve) => (stands = resolve));
    let isAnswered = false;
    const answer = fetch(`${url}/v1/event`).then((response) => ((isAnswered = true), response));
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(isAnswered).toBe(false);
    stands();
    expect((await answer).status).toBe(200);
  });

  it.each(['event', 'bytes', 'refused'])('a read of %s that cannot be recorded is refused, and nothing of it is said', async (path) => {
    record = () => Promise.reject(notRecorded(new Error('away')));
    const answer = await fetch(`${url}/v1/${path}`);
    const text = await answer.text();
    expect([answer.status, (JSON.parse(text) as { code: string }).code]).toEqual([503, 'access.unavailable']);
    expect(text).not.toContain(SECRET);
    for (const name of ['etag', 'content-disposition']) expect(answer.headers.get(name)).toBeNull();
    expect(answer.headers.get('retry-after')).toBe('1');
    expect(opened.every(({ destroyed }) => destroyed)).toBe(true);
  });

  it('records nothing of what everybody may read', async () => {
    expect((await fetch(`${url}/v1/clear`)).status).toBe(200);
    expect(recorded).toEqual([]);
  });

  it('records of a refusal what its words tell, and nothing that was read on the way to it', async () => {
    expect((await fetch(`${url}/v1/absent`)).status).toBe(404);
    expect(recorded).toEqual([]);
    expect((await fetch(`${url}/v1/refused`)).status).toBe(404);
    expect(recorded.map(({ operation, notes }) => [operation, notes.shownEvents().map(({ id }) => id)])).toEqual([['getRefused', ['e1']]]);
  });

  it('gives no answer where nobody noted what it read, or where a route that is said to read nothing reads', async () => {
    for (const path of ['forgets', 'nothing', 'other-pieces']) {
      const answer = await fetch(`${url}/v1/${path}`);
      expect([path, answer.status, (await answer.text()).includes(SECRET)]).toEqual([path, 500, false]);
    }
  });

  it('records an answer that leaves in pieces piece by piece, and lets none leave whose record does not stand', async () => {
    const pieces = async (): Promise<string> => (await fetch(`${url}/v1/pieces`, { headers: { 'request-id': 'r2' } })).text();
    expect(await pieces()).toBe(`${SECRET} one;${SECRET} two;`);
    expect(recorded.map(({ operation, requestId, notes }) => [operation, requestId, notes.shownEvents().map(({ id }) => id)])).toEqual([
      ['getPieces', 'r2', ['one']],
      ['getPieces', 'r2', ['two']],
    ]);
    record = ({ notes }) => (notes.events.has('customs/two') ? Promise.reject(notRecorded(new Error('away'))) : Promise.resolve());
    expect(await pieces()).toBe(`${SECRET} one;`);
  });

  it('lets no piece leave of which nothing was noted; control: one that nobody records leaves, and no record says so', async () => {
    const pieces = async (forgets: string): Promise<string> =>
      (await fetch(`${url}/v1/pieces`, { headers: { 'x-forgets': forgets } })).text();
    expect(await pieces('to open')).toBe('');
    expect(await pieces('to record')).toBe(`${SECRET} one;${SECRET} two;`);
    expect(recorded).toEqual([]);
  });

  it('refuses a name on whose behalf that no record could hold', async () => {
    const answer = await fetch(`${url}/v1/event`, { headers: { 'custody-on-behalf-of': 'x'.repeat(257) } });
    expect([answer.status, recorded]).toEqual([400, []]);
  });

  it('does not start with a route that is not in the table of reads', async () => {
    const { 'GET /v1/bytes': _, ...rest } = TABLE;
    const started = serve(rest).then((other) => other.listen('127.0.0.1', 0));
    await expect(started).rejects.toThrow('the route GET /v1/bytes is not in the table of reads');
  });
});
