import 'reflect-metadata';
import { Controller, Get, Module, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { ANONYMOUS, ROOT_ACTOR, type Actor } from '#lib/domain';
import { DomainError } from '../domain-error.ts';
import { createLog } from '../log.ts';
import { createMetrics } from '../metrics.ts';
import { actorNow, actorOf, type HttpAccess, type RouteRoles } from './access.ts';
import { UNRECORDED } from './reads.ts';
import { createHttpServer, type HttpServer } from './http-server.ts';
import type { ProblemCatalogue } from './problem-answer.ts';

const STATUS: Readonly<Record<string, number>> = {
  'not-found': 404,
  'auth.required': 401,
  'auth.key-unknown': 401,
  'auth.forbidden': 403,
  internal: 500,
};
const catalogue: ProblemCatalogue = {
  isCode: (code) => code in STATUS,
  statusOf: (code) => STATUS[code] ?? 500,
  problem: (code, of) => ({ code, ...of }),
};

@Controller('v1')
class Routes {
  @Get('things')
  read(@Req() request: FastifyRequest): { who: string } {
    return { who: actorOf(request).principal };
  }
  @Post('things')
  write(@Req() request: FastifyRequest): { who: string } {
    return { who: actorOf(request).principal };
  }
  @Get('health')
  health(@Req() request: FastifyRequest): { who: string } {
    return { who: actorOf(request).principal };
  }
  /** Looked at three times while it is open. */
  @Get('long')
  async long(@Req() request: FastifyRequest): Promise<{ who: string }> {
    for (let looks = 1; looks < 3; looks++) await actorNow(request, { isUse: false });
    return { who: (await actorNow(request, { isUse: request.headers.from === 'somebody who does something' })).principal };
  }
  @Get('secrets')
  secrets(): string {
    return 'secret';
  }
}
@Module({ controllers: [Routes] })
class Role {}

const AUDITOR: Actor = { ...ROOT_ACTOR, principal: 'eva', roles: ['auditor'], via: 'key' };
const TABLE: Record<string, RouteRoles> = {
  'GET /v1/things': 'anyone',
  'POST /v1/things': 'anyone',
  'GET /v1/health': 'public',
  'GET /v1/long': 'anyone',
  'GET /v1/secrets': ['admin'],
};
let uses: string[] = [];
const accessBy = (table: Record<string, RouteRoles>): HttpAccess => ({
  authenticate: ({ headers }) => {
    if (headers.authorization === undefined) return ANONYMOUS;
    if (headers.authorization !== 'Bearer eva') throw new DomainError('auth.key-unknown', 'No such key.');
    return AUDITOR;
  },
  used: ({ principal }) => Promise.resolve(void uses.push(principal)),
  anonymous: ANONYMOUS,
  rolesOf: (route) => table[route],
});
const serve = (table: Record<string, RouteRoles>): Promise<HttpServer> =>
  createHttpServer(Role, {
    limits: { ratePerSecond: 1_000, rateBurst: 1_000, requestsInFlight: 100, bodyBytes: 1_024 },
    log: createLog({ level: 'silent', secrets: [] }),
    metrics: createMetrics(),
    catalogue,
    access: accessBy(table),
    reads: UNRECORDED,
  });

describe('a guarded server', () => {
  let server: HttpServer;
  let url: string;
  beforeAll(async () => {
    server = await serve(TABLE);
    url = await server.listen('127.0.0.1', 0);
  });
  afterAll(() => server.close());

  const ask = async (route: string, key?: string): Promise<unknown[]> => {
    const [method = '', path = ''] = route.split(' ');
    const answer = await fetch(`${url}${path}`, { method, headers: key === undefined ? {} : { authorization: `Bearer ${key}` } });
    const text = await answer.text();
    const { code, who } = (text.startsWith('{') ? JSON.parse(text) : {}) as { code?: string; who?: string };
    return [answer.status, code ?? who ?? ''];
  };

  it('tells controllers who it is', async () => {
    expect(await ask('GET /v1/things', 'eva')).toEqual([200, 'eva']);
    expect(await ask('GET /v1/things')).toEqual([200, '']);
  });

  it('lets nobody in particular write, also where a table says anyone', async () => {
    expect(await ask('POST /v1/things')).toEqual([401, 'auth.required']);
    expect(await ask('POST /v1/things', 'eva')).toEqual([201, 'eva']);
  });

  it('refuses who has not the role, and tells who has no credentials how to show some', async () => {
    expect(await ask('GET /v1/secrets', 'eva')).toEqual([403, 'auth.forbidden']);
    expect(await ask('GET /v1/secrets')).toEqual([401, 'auth.required']);
    expect(await ask('HEAD /v1/secrets')).toEqual([401, '']);
    const answer = await fetch(`${url}/v1/secrets`);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="custody"');
  });

  it('refuses credentials that do not hold, on every route but a public one', async () => {
    expect(await ask('GET /v1/things', 'max')).toEqual([401, 'auth.key-unknown']);
    expect(await ask('GET /v1/health', 'max')).toEqual([200, '']);
  });

  it('notes each use by who was let in, and none by whoever is refused or only looked at again', async () => {
    const usesOf = async (route: string, key?: string, from = ''): Promise<string[]> => {
      uses = [];
      const [method = '', path = ''] = route.split(' ');
      await fetch(`${url}${path}`, { method, headers: { from, ...(key === undefined ? {} : { authorization: `Bearer ${key}` }) } });
      return uses;
    };
    expect(await usesOf('GET /v1/things', 'eva')).toEqual(['eva']);
    expect(await usesOf('GET /v1/long', 'eva')).toEqual(['eva']);
    expect(await usesOf('GET /v1/long', 'eva', 'somebody who does something')).toEqual(['eva', 'eva']);
    for (const [route, key] of [
      ['GET /v1/secrets', 'eva'],
      ['GET /v1/things', 'max'],
      ['GET /v1/health', 'eva'],
    ] as const)
      expect(await usesOf(route, key)).toEqual([]);
  });

  it('answers for a route that is not there the same to everybody', async () => {
    for (const key of [undefined, 'eva', 'max']) expect(await ask('GET /v1/nothing', key)).toEqual([404, 'not-found']);
  });

  it('does not start with a route that nobody decided about', async () => {
    const { 'GET /v1/secrets': _, ...rest } = TABLE;
    const started = serve(rest).then((other) => other.listen('127.0.0.1', 0));
    await expect(started).rejects.toThrow('the route GET /v1/secrets is not in the table of roles');
  });
});
