/** The table of roles by the routes of the server. */
import { openApiDocument } from './openapi.ts';
import { OPERATION_ROLES, type RouteRoles } from './operation-roles.ts';

/** Pages that are no operations. */
const PAGES: Readonly<Record<string, RouteRoles>> = { 'GET /': 'public', 'GET /docs/api': 'public', 'GET /docs/api/:name': 'public' };

/** Routes of the server that stand for several of the document's. */
const ROUTE_OF: Readonly<Record<string, string>> = { '/log/tile/:level/:tile': '/log/tile/*' };

/** By `METHOD /route/:parameter`, as the server has its routes. What is not in it, nobody may use. */
export function routeRoles(): ReadonlyMap<string, RouteRoles> {
  const paths = openApiDocument()['paths'] as Record<string, Record<string, { readonly operationId: string }>>;
  const routes = Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).flatMap(([method, { operationId }]) => {
      const roles = OPERATION_ROLES[operationId];
      const route = path.replaceAll(/\{(\w+)\}/g, ':$1');
      return roles === undefined ? [] : [[`${method.toUpperCase()} ${ROUTE_OF[route] ?? route}`, roles] as const];
    }),
  );
  return new Map([...routes, ...Object.entries(PAGES)]);
}
