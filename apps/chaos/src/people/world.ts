/** Who takes part in the workload: agencies, their people, what each may do, and the keys by which they ask. */

export type Role = 'contributor' | 'investigator' | 'auditor' | 'partner' | 'operator' | 'admin';

export interface Person {
  readonly agency: string;
  readonly principal: string;
  readonly roles: readonly Role[];
  readonly communities: readonly string[];
}

/** By which somebody asks. */
export interface Key {
  readonly id: string;
  readonly text: string;
  readonly who: Person;
}

export const AGENCIES = ['acme', 'bolt', 'coast'] as const;
export const COMMUNITY = 'cars';
const MEMBERS: readonly string[] = ['acme', 'bolt'];

/** Of each agency: who administers, two who submit, who audits, and one who may read alone. */
const STAFF: Readonly<Record<string, readonly Role[]>> = {
  chief: ['admin', 'contributor'],
  eva: ['contributor', 'investigator'],
  max: ['contributor'],
  aud: ['auditor'],
  par: ['partner'],
};

export const OPERATOR: Person = { agency: 'local', principal: 'operator', roles: ['admin', 'contributor', 'operator'], communities: [] };

export const PEOPLE: readonly Person[] = AGENCIES.flatMap((agency) =>
  Object.entries(STAFF).map(([principal, roles]) => ({
    agency,
    principal,
    roles,
    communities: MEMBERS.includes(agency) ? [COMMUNITY] : [],
  })),
);

export const nameOf = ({ agency, principal }: Pick<Person, 'agency' | 'principal'>): string => `${agency}/${principal}`;
export const submits = ({ roles }: Person): boolean => roles.some((role) => role === 'contributor' || role === 'admin');
export const audits = ({ roles }: Person): boolean => roles.some((role) => role === 'auditor' || role === 'operator' || role === 'admin');

/** Reader groups of a person: what everybody sees, what everybody known sees, and what his own see. */
export const groupsOf = ({ agency, communities }: Person): readonly string[] => [
  'clear',
  'green',
  `agency:${agency}`,
  ...communities.map((name) => `community:${name}`),
];

/** An act of policy, as a document has it under `extension.policy`. */
export type Act = Readonly<Record<string, unknown>> & { readonly act: string };

/**
 * Acts by which the operator makes all of this, in steps: those of one step rest on the ones before alone. The keys of admins come last, since
 * from then on each agency decides about itself.
 */
export function settingUp(keys: readonly (Key & { readonly sha256: string })[]): readonly (readonly Act[])[] {
  const keyAct = ({ id, sha256, who }: Key & { readonly sha256: string }): Act => ({
    act: 'key.add',
    agency: who.agency,
    principal: who.principal,
    key: id,
    sha256,
    scopes: who.roles,
  });
  const isAdmin = ({ who }: Key): boolean => who.roles.includes('admin');
  return [
    [...AGENCIES.map((agency): Act => ({ act: 'agency.add', agency })), { act: 'community.add', community: COMMUNITY }],
    [
      ...MEMBERS.map((agency): Act => ({ act: 'community.join', community: COMMUNITY, agency })),
      ...PEOPLE.map(({ agency, principal, roles }): Act => ({ act: 'principal.add', agency, principal, type: 'person', roles })),
    ],
    keys.filter((key) => !isAdmin(key)).map(keyAct),
    keys.filter(isAdmin).map(keyAct),
  ];
}
