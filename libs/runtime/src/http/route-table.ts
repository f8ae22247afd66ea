/** Which methods a path takes, so that a wrong method is answered 405 with Allow and not as a missing page (RFC 9110, section 15.5.6). */
import type { FastifyInstance } from 'fastify';

export interface RouteTable {
  /** Sorted; empty where no route has the path. */
  methodsOf(path: string): readonly string[];
}

/** Listens to routes as they are added: has to be made before the application adds its own. */
export function createRouteTable(fastify: FastifyInstance): RouteTable {
  const routes: { readonly path: RegExp; readonly methods: readonly string[] }[] = [];
  fastify.addHook('onRoute', ({ url, method }) => {
    // Nest adds catch-all routes for its own middleware.
    if (url !== '*' && url !== '/*') routes.push({ path: patternOf(url), methods: [method].flat() });
  });
  return {
    methodsOf: (path) => [...new Set(routes.filter((route) => route.path.test(path)).flatMap(({ methods }) => methods))].sort(),
  };
}

function patternOf(url: string): RegExp {
  const parts = url
    .split('/')
    .map((part) => (part.startsWith(':') ? '[^/]+' : part === '*' ? '.*' : part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')));
  return new RegExp(`^${parts.join('/')}/?$`);
}
