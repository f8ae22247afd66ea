/** Examples of who uses the ledger, of what is said of it, and who is logged in. */
import type { PolicyActText } from '#lib/domain';
import type { PolicyView } from './policy-view.ts';
import type { SessionsView } from './session-views.ts';
import type { SightingDocument } from './sighting-schema.ts';

const KEY_HASH = '0b9f5c6c5d0a6f9a3a3a1c4b4d6ad6b0b1f1bbd2a7a1d3b7c65a0f0de4f6d2cf';

/** One of each act of policy. */
export const examplePolicyActs: readonly PolicyActText[] = [
  { act: 'agency.add', agency: 'acme', name: 'Acme Customs (fictional)' },
  { act: 'agency.suspend', agency: 'acme', reason: 'agreement ended' },
  { act: 'community.add', community: 'cars', name: 'Luxury cars' },
  { act: 'community.join', community: 'cars', agency: 'acme' },
  { act: 'community.leave', community: 'cars', agency: 'acme' },
  {
    act: 'principal.add',
    agency: 'acme',
    principal: 'eva',
    type: 'person',
    roles: ['contributor', 'investigator'],
    login: { issuer: 'https://login.example/', subject: '24400320' },
  },
  { act: 'principal.roles', agency: 'acme', principal: 'eva', roles: ['auditor'] },
  { act: 'principal.revoke', agency: 'acme', principal: 'eva', reason: 'left the agency' },
  { act: 'principal.link', agency: 'acme', principal: 'eva', login: { issuer: 'https://login.example/', subject: '24400321' } },
  { act: 'principal.unlink', agency: 'acme', principal: 'eva', login: { issuer: 'https://login.example/', subject: '24400320' } },
  {
    act: 'key.add',
    agency: 'acme',
    principal: 'eva',
    key: 'k3v9x0q7m2ab',
    sha256: KEY_HASH,
    scopes: ['contributor'],
    expires: '2027-01-01T00:00:00Z',
    addresses: ['192.0.2.0/24', '2001:db8::/32'],
  },
  { act: 'key.revoke', agency: 'acme', key: 'k3v9x0q7m2ab', reason: 'laptop lost' },
  { act: 'submitter-key.add', agency: 'acme', vkey: 'acme/submitter+0f8f4a0b+AWu5pLxVnXzW9k8rQm7wB1y0o5mJ2tq3cE4dF6gH7iJk' },
  { act: 'submitter-key.revoke', agency: 'acme', vkey: 'acme/submitter+0f8f4a0b+AWu5pLxVnXzW9k8rQm7wB1y0o5mJ2tq3cE4dF6gH7iJk' },
  { act: 'break-glass.open', reason: 'a shipment leaves in an hour', until: '2026-11-24T04:10:00Z', key: 'k3v9x0q7m2ab' },
  { act: 'break-glass.close', agency: 'acme', principal: 'eva' },
  { act: 'marking.approve', marking: 'marking-0001', sha256: KEY_HASH, reason: 'the case is public now' },
];

export const examplePolicy: SightingDocument = {
  id: 'policy-0001',
  kind: 'policy',
  handling: { tlp: 'GREEN' },
  source: { kind: 'administration', family: 'official' },
  extension: { policy: examplePolicyActs[0] },
};

export const policyView: PolicyView = {
  actor: {
    agency: 'acme',
    principal: 'chief',
    roles: ['admin'],
    groups: ['agency:acme', 'clear', 'community:cars', 'green'],
    via: 'key',
    shows: 'k3v9x0q7m2ab',
  },
  last: 80,
  agencies: [
    { agency: 'acme', name: 'Acme Customs (fictional)', status: 'active' },
    { agency: 'local', status: 'active' },
  ],
  communities: [{ community: 'cars', name: 'Luxury cars', members: ['acme'] }],
  principals: [
    {
      agency: 'acme',
      principal: 'chief',
      type: 'person',
      roles: ['admin'],
      status: 'active',
      logins: [{ issuer: 'https://login.example/', subject: '24400319' }],
    },
  ],
  signers: [{ agency: 'acme', vkey: 'acme/submitter+0f8f4a0b+AWu5pLxVnXzW9k8rQm7wB1y0o5mJ2tq3cE4dF6gH7iJk', status: 'active', added: 77 }],
  keys: [
    {
      agency: 'acme',
      principal: 'chief',
      key: 'k3v9x0q7m2ab',
      scopes: ['admin'],
      expires: '2027-01-01T00:00:00.000000Z',
      restricted: false,
      lastUsed: '2026-11-24T04:02:00Z',
      status: 'active',
    },
  ],
  usesSince: '2026-11-01T08:00:00Z',
  emergencies: [{ logIndex: 78, principal: 'eva', reason: 'a shipment leaves in an hour', until: '2026-11-24T04:10:00.000000Z' }],
  flagged: [{ logIndex: 79, act: 'agency.add', reason: 'not-the-operating-agency' }],
};

export const sessionsView: SessionsView = {
  sessions: [
    {
      id: 'k3v9x0q7m2ab',
      agency: 'acme',
      principal: 'eva',
      login: { issuer: 'https://login.example/', subject: '24400320' },
      begun: '2026-11-24T02:10:00Z',
      seen: '2026-11-24T04:02:11Z',
      expires: '2026-11-24T14:10:00Z',
    },
  ],
};
