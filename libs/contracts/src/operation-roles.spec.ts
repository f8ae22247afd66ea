import { ACTOR_ROLES } from '#lib/domain';
import { openApiDocument } from './openapi.ts';
import { withRoles } from './openapi-roles.ts';
import { OPERATION_ROLES } from './operation-roles.ts';
import { routeRoles } from './route-roles.ts';

const paths = openApiDocument()['paths'] as Record<string, Record<string, Record<string, unknown>>>;
const operations = Object.values(paths).flatMap((item) => Object.values(item));

describe('the table of roles', () => {
  it('has every operation of the API, and nothing else', () => {
    expect(Object.keys(OPERATION_ROLES).sort()).toEqual(operations.map((operation) => operation['operationId']).sort());
    expect(() => withRoles({ '/v1/new': { get: { operationId: 'newOne', responses: {} } } })).toThrow('newOne');
  });

  it('names roles that there are', () => {
    const named = Object.values(OPERATION_ROLES).flatMap((roles) => (typeof roles === 'string' ? [] : roles));
    expect(named.filter((role) => !ACTOR_ROLES.includes(role))).toEqual([]);
  });

  it('lets nobody write who is not known', () => {
    const open = [...routeRoles()].filter(([route, roles]) => !/^(?:GET|HEAD) /.test(route) && typeof roles === 'string');
    expect(open).toEqual([]);
  });

  it('is what the document says of each operation: security, roles, and how whoever may not is answered', () => {
    for (const operation of operations) {
      const roles = OPERATION_ROLES[operation['operationId'] as string];
      expect(operation['x-custody-roles']).toEqual(roles);
      // What begins a session may be refused with 401 as well, of a code or link and of no credentials.
      const { '401': refused = {} } = operation['responses'] as Record<string, object>;
      const saysWho = JSON.stringify(refused).includes('auth.key-unknown');
      expect([operation['operationId'], saysWho]).toEqual([operation['operationId'], roles !== 'public']);
    }
  });
});
