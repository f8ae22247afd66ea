/** The table of reads by the routes of the server. */
import { OPERATION_READS, readsNothing } from './operation-reads.ts';
import { PAGE_ROUTES, routeOperations } from './route-operations.ts';

/** `null`: nothing above CLEAR is in any answer. By `METHOD /route/:parameter`; a route that is not in it ends the start of the server. */
export function routeReads(): ReadonlyMap<string, { readonly operation: string | null }> {
  const routes = routeOperations().flatMap(([route, operation]) => {
    const reads = OPERATION_READS[operation];
    return reads === undefined ? [] : [[route, { operation: readsNothing(reads) ? null : operation }] as const];
  });
  return new Map([...routes, ...PAGE_ROUTES.map((route) => [route, { operation: null }] as const)]);
}
