/** The operations of the API by the routes of the server: by them its tables are looked up. */
import { openApiDocument } from './openapi.ts';

/** Pages that are no operations: words for everybody. */
export const PAGE_ROUTES = ['GET /', 'GET /docs/api', 'GET /docs/api/:name'] as const;

/** Routes of the server that stand for several of the document's. */
const ROUTE_OF: Readonly<Record<string, string>> = { '/log/tile/:level/:tile': '/log/tile/*' };

/** operationId by `METHOD /route/:parameter`, as the server has its routes. */
export function routeOperations(): readonly (readonly [route: string, operation: string])[] {
  const paths = openApiDocument()['paths'] as Record<string, Record<string, { readonly operationId: string }>>;
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, { operationId }]) => {
      const route = path.replaceAll(/\{(\w+)\}/g, ':$1');
      return [`${method.toUpperCase()} ${ROUTE_OF[route] ?? route}`, operationId] as const;
    }),
  );
}
