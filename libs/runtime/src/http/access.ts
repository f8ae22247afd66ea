/** Who a request comes from, and whether the route is for him: asked before any controller, of what apps/custody hands in. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Actor, ActorRole } from '#lib/domain';
import { DomainError } from '../domain-error.ts';

/** `public`: nobody is asked who he is. `anyone`: also a caller without credentials. `known`: a caller of some agency. A list: one of these roles. */
export type RouteRoles = 'public' | 'anyone' | 'known' | readonly ActorRole[];

export interface HttpAccess {
  /** Throws DomainError `auth.*` for credentials that do not hold. A request without any is somebody too. */
  authenticate(request: Pick<FastifyRequest, 'headers' | 'ip' | 'method'>): Actor | Promise<Actor>;
  /** Notes that somebody who was let in does something: what ends by not being used goes on. */
  used?(actor: Actor, request: Pick<FastifyRequest, 'headers'>): Promise<void>;
  /** What an answer that turns credentials away has in its head beside the problem. */
  headersOf?(code: string, request: Pick<FastifyRequest, 'headers'>): Readonly<Record<string, string>>;
  /** Who a caller is on a public route. */
  readonly anonymous: Actor;
  /** Of `METHOD /route/:parameter`. Undefined: the route is for nobody. */
  rolesOf(route: string): RouteRoles | undefined;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Null until the request has been let in. */
    actor: Actor | null;
    /** Lets it in once more. @param isUse its caller does something, and is not only looked at */
    letIn: ((isUse: boolean) => Promise<Actor>) | null;
  }
}

/** Whoever the request comes from. Throws for a request that did not pass the guard: a bug, and never an answer. */
export function actorOf({ actor }: Pick<FastifyRequest, 'actor'>): Actor {
  if (actor === null) throw new Error('a request without an actor came to a controller');
  return actor;
}

/**
 * Who it comes from as of now, for what goes on for long: a key may be revoked meanwhile, or a role be taken away. Throws as the guard refuses, and where
 * nobody can say who it is.
 * @param isUse false: he does nothing, and is only looked at: nothing that ends by not being used goes on by it
 */
export async function actorNow({ letIn }: Pick<FastifyRequest, 'letIn'>, { isUse } = { isUse: true }): Promise<Actor> {
  if (letIn === null) throw new Error('a request that was not let in came to a controller');
  return letIn(isUse);
}

/** Everybody is this actor, and every route is his: a scene of a test or a drill. */
export const onlyActor = (actor: Actor): HttpAccess => ({ authenticate: () => actor, anonymous: actor, rolesOf: () => 'anyone' });

/**
 * @param refuse answers what was thrown; the request goes no further
 */
export function guardRoutes(
  fastify: FastifyInstance,
  access: HttpAccess,
  refuse: (error: unknown, request: FastifyRequest, reply: FastifyReply) => void,
): void {
  fastify.decorateRequest('actor', null);
  fastify.decorateRequest('letIn', null);
  // A route that nobody decided about is found when the program starts, and not by whoever asks for it.
  fastify.addHook('onRoute', ({ method, url }) => {
    const missing = [method].flat().find((each) => !isCatchAll(url) && access.rolesOf(routeName(each, url)) === undefined);
    if (missing !== undefined) throw new Error(`the route ${missing} ${url} is not in the table of roles`);
  });
  fastify.addHook('onRequest', async (request, reply) => {
    const { url } = request.routeOptions;
    // No such route (Nest has one for all others): the answer is the same for everybody.
    if (url === undefined || isCatchAll(url)) return;
    try {
      request.letIn = (isUse) => letIn(access, request, url, isUse);
      request.actor = await request.letIn(true);
    } catch (error) {
      if (error instanceof DomainError) {
        if (error.code === 'auth.required') void reply.header('www-authenticate', 'Bearer realm="custody"');
        void reply.headers(access.headersOf?.(error.code, request) ?? {});
      }
      refuse(error, request, reply);
      return reply;
    }
  });
}

async function letIn(access: HttpAccess, request: FastifyRequest, url: string, isUse: boolean): Promise<Actor> {
  const needed = access.rolesOf(routeName(request.method, url));
  if (needed === 'public') return access.anonymous;
  const actor = await access.authenticate(request);
  const refusal = refuseRoute(actor, request.method, needed);
  if (refusal !== undefined) throw refusal;
  if (isUse) await access.used?.(actor, request);
  return actor;
}

/** Nest's route for all that there are none for. */
export const isCatchAll = (url: string): boolean => url === '*' || url === '/*';
/** As tables of routes name them. */
export const routeName = (method: string, url: string): string => `${method === 'HEAD' ? 'GET' : method} ${url}`;

const SAFE_METHODS = new Set(['GET', 'HEAD']);

/** Why the route is not for this actor; undefined: it is. */
export function refuseRoute({ via, roles }: Actor, method: string, needed: RouteRoles | undefined): DomainError | undefined {
  if (needed === undefined) return new DomainError('auth.forbidden', 'The route is for nobody.');
  if (via === 'anonymous') {
    if (needed === 'anyone' && SAFE_METHODS.has(method)) return undefined;
    return new DomainError('auth.required', 'The route is for callers who are known, and the request has no credentials.');
  }
  if (typeof needed === 'string' || needed.some((role) => roles.includes(role))) return undefined;
  return new DomainError('auth.forbidden', `The route needs one of the roles ${needed.join(', ')}.`);
}
