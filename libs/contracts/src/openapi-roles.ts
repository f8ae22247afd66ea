/** What each operation says of who may use it (security, roles, and the problems of whoever may not) and what it is a read of. From the tables of both. */
import { type Json, problems } from './openapi-parts.ts';
import { OPERATION_READS, readsNothing } from './operation-reads.ts';
import { OPERATION_ROLES, type RouteRoles } from './operation-roles.ts';

export const SECURITY_SCHEMES = {
  apiKey: { type: 'http', scheme: 'bearer', bearerFormat: 'custody_<id>_<secret>', description: 'An API key: `custody key add`.' },
  accessToken: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description:
      'An access token (RFC 9068) of the OpenID provider that is configured. `Custody-Agency` names the agency where the account is a principal of several.',
  },
  session: {
    type: 'apiKey',
    in: 'cookie',
    name: 'custody_session_8080',
    description: 'Of a browser that logged in: `/auth/login`. The port of the server stands in the name.',
  },
};

/** Any one of them shows who asks. */
const CREDENTIALS = Object.keys(SECURITY_SCHEMES).map((name) => ({ [name]: [] }));
/** Of tokens and sessions one each: docs/errors.md has all. */
const KEYS = [
  'auth.key-unknown',
  'auth.key-expired',
  'auth.key-revoked',
  'auth.key-address',
  'auth.token-expired',
  'auth.subject-unknown',
  'auth.session-expired',
  'auth.provider',
] as const;

/** The same paths; throws for an operation that one of the tables does not have. */
export function withRoles(paths: Json): Json {
  return Object.fromEntries(
    Object.entries(paths).map(([path, operations]) => [
      path,
      Object.fromEntries(Object.entries(operations as Record<string, Json>).map(([method, operation]) => [method, withRole(operation)])),
    ]),
  );
}

function withRole(operation: Json): Json {
  const id = operation['operationId'] as string;
  const roles = OPERATION_ROLES[id];
  const reads = OPERATION_READS[id];
  if (roles === undefined) throw new Error(`operation ${id} is not in the table of roles`);
  if (reads === undefined) throw new Error(`operation ${id} is not in the table of reads`);
  const unrecorded = readsNothing(reads) ? {} : (problems('access.unavailable') as Record<string, Json>);
  return {
    ...operation,
    security: roles === 'public' ? [] : roles === 'anyone' ? [{}, ...CREDENTIALS] : CREDENTIALS,
    'x-custody-roles': roles,
    'x-custody-reads': readsNothing(reads) ? [] : reads,
    responses: merged(merged(operation['responses'] as Record<string, Json>, refusals(roles)), unrecorded),
  };
}

function refusals(roles: RouteRoles): Record<string, Json> {
  if (roles === 'public') return {};
  if (roles === 'anyone') return problems(...KEYS) as Record<string, Json>;
  return problems('auth.required', ...KEYS, ...(roles === 'known' ? [] : (['auth.forbidden'] as const))) as Record<string, Json>;
}

/** Examples of one status side by side. */
function merged(own: Record<string, Json>, more: Record<string, Json>): Record<string, Json> {
  const all: Record<string, Json> = { ...own };
  for (const [status, response] of Object.entries(more)) {
    const known = all[status];
    all[status] = known === undefined ? response : withExamplesOf(known, response);
  }
  return all;
}

function withExamplesOf(known: Json, response: Json): Json {
  const contents = known['content'] as Record<string, Json>;
  const added = response['content'] as Record<string, Json>;
  const content = Object.fromEntries(
    Object.entries(contents).map(([type, each]) => [
      type,
      { ...each, examples: { ...(each['examples'] as Json), ...((added[type]?.['examples'] ?? {}) as Json) } },
    ]),
  );
  return { ...known, description: `${String(known['description'])}; ${String(response['description'])}`, content };
}
