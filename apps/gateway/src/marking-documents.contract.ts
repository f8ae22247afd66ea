/** Documents about handlings, and who reads them, for specs. */
import { createHash } from 'node:crypto';
import type { SightingDocument } from '#lib/contracts';
import type { Actor, Handling, PolicyActText } from '#lib/domain';
import { seen, subject } from './tested-ledger.contract.ts';

/** Of its own for each event, so that histories share a ledger. */
export const itemOf = (id: string): string => `serial:demo:MARKED${id.replaceAll('-', '').toUpperCase()}`;
export const CITED = createHash('sha256').update('cited').digest('hex');

export const actor = (agency: string, principal = 'p', communities: readonly string[] = []): Actor => ({
  agency,
  principal,
  roles: ['contributor'],
  communities,
  key: null,
  via: 'key',
});
export const NOBODY: Actor = { agency: '', principal: '', roles: [], communities: [], key: null, via: 'anonymous' };

/** Of a kind that the handling of others is said by. */
const document = (more: object): SightingDocument =>
  ({
    handling: { tlp: 'AMBER' },
    source: { kind: 'handling' },
    ...more,
  }) as SightingDocument;
export const marking = (id: string, target: string, handling: Handling, more: object = {}): SightingDocument =>
  document({ id, kind: 'marking', relations: { target, handling, reason: 'asked for' }, ...more });
export const retraction = (id: string, target: string): SightingDocument => document({ id, kind: 'retraction', relations: { target } });
export const policy = (id: string, act: PolicyActText): SightingDocument => document({ id, kind: 'policy', extension: { policy: act } });
const hashOf = (said: SightingDocument): string => createHash('sha256').update(JSON.stringify(said)).digest('hex');
export const approval = (id: string, of: SightingDocument): SightingDocument =>
  policy(id, { act: 'marking.approve', marking: of.id as string, sha256: hashOf(of) });
export const admin = (agency: string, principal: string): SightingDocument =>
  policy(`add-${agency}-${principal}`, { act: 'principal.add', agency, principal, type: 'person', roles: ['admin', 'contributor'] });
/** Another principal of the operating agency than its root who may approve, and one who may not. */
export const PEOPLE: readonly SightingDocument[] = [
  admin('local', 'max'),
  policy('add-eva', { act: 'principal.add', agency: 'local', principal: 'eva', type: 'person', roles: ['contributor'] }),
];
export const x = (handling: Handling, id: string): SightingDocument =>
  seen(id, [subject(itemOf(id), { name: `alias of ${id}` })], { handling, evidence: [{ sha256: CITED }] });
