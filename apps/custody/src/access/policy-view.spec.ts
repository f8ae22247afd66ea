/** What of the policy is said to whom: claims about accounts and keys for signing; the rest is shown over HTTP (people.e2e.spec.ts). */
import type { PolicyView } from '#lib/contracts';
import { Policy, ROOT_ACTOR, type Actor, type ActorRole, type PolicyAct } from '#lib/domain';
import { policyView } from './policy-view.ts';

const EVA = { issuer: 'https://login.example/', subject: '1' };
const FORMER = { issuer: 'https://login.example/', subject: '0' };

function acme(): Policy {
  const policy = new Policy();
  const acts: PolicyAct[] = [
    { act: 'agency.add', agency: 'acme' },
    { act: 'principal.add', agency: 'acme', principal: 'chief', type: 'person', roles: ['admin'], login: FORMER },
    { act: 'principal.add', agency: 'acme', principal: 'eva', type: 'person', roles: ['investigator'], login: EVA },
    { act: 'principal.unlink', agency: 'acme', principal: 'chief', login: FORMER },
    { act: 'submitter-key.add', agency: 'acme', vkey: 'one' },
    { act: 'submitter-key.add', agency: 'acme', vkey: 'two' },
    { act: 'submitter-key.revoke', agency: 'acme', vkey: 'one' },
  ];
  acts.forEach((act, logIndex) => {
    const author = logIndex < 2 ? { agency: 'local', principal: 'operator' } : { agency: 'acme', principal: 'chief' };
    expect(policy.apply({ logIndex, ...author, captured: 0, act })).toBeUndefined();
  });
  return policy;
}
const viewOf = (agency: string, ...roles: ActorRole[]): PolicyView => {
  const actor: Actor = { ...ROOT_ACTOR, agency, principal: 'somebody', roles, via: 'key' };
  return policyView(acme(), actor, { begun: '1970-01-01T00:00:00Z', lastUsed: new Map() }, 0);
};

test('accounts are for the admins of the agency, and those that are linked now', () => {
  const logins = (view: PolicyView): unknown[] => view.principals.map(({ principal, logins: of }) => [principal, of]);
  expect(logins(viewOf('acme', 'admin'))).toEqual([
    ['chief', []],
    ['eva', [EVA]],
  ]);
  expect(logins(viewOf('acme', 'investigator', 'auditor'))).toEqual([
    ['chief', undefined],
    ['eva', undefined],
  ]);
  expect(JSON.stringify(viewOf('local', 'admin', 'operator'))).not.toContain(EVA.issuer);
});

test('keys for signing are for everybody of the agency, revoked ones too', () => {
  expect(viewOf('acme', 'contributor').signers).toEqual([
    { agency: 'acme', vkey: 'one', status: 'revoked', added: 4 },
    { agency: 'acme', vkey: 'two', status: 'active', added: 5 },
  ]);
  expect(viewOf('local', 'admin').signers).toEqual([]);
});
