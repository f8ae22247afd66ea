/** The table of roles by the routes of the server. */
import { OPERATION_ROLES, type RouteRoles } from './operation-roles.ts';
import { PAGE_ROUTES, routeOperations } from './route-operations.ts';

/** By `METHOD /route/:parameter`, as the server has its routes. What is not in it, nobody may use. */
export function routeRoles(): ReadonlyMap<string, RouteRoles> {
  const routes = routeOperations().flatMap(([route, operation]) => {
    const roles = OPERATION_ROLES[operation];
    return roles === undefined ? [] : [[route, roles] as const];
  });
  return new Map<string, RouteRoles>([...routes, ...PAGE_ROUTES.map((route) => [route, 'public'] as const)]);
}
