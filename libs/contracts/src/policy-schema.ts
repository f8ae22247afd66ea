/**
 * Kind `policy`: an act stands under `extension.policy`, closed: each act has its own members and no other, so that nobody believes a
 * misspelt restriction to hold. What the schema cannot say (ranges of addresses, times) is checked by the domain's parsePolicyAct.
 */
import Type, { type Static, type TSchema } from 'typebox';
import {
  ACTOR_ROLES,
  AGENCY_PATTERN,
  EVENT_ID_PATTERN,
  KEY_ADDRESSES_MAX,
  KEY_ID_PATTERN,
  POLICY_ACTS,
  PRINCIPAL_PATTERN,
  PRINCIPAL_TYPES,
  SHA256_PATTERN,
  type PolicyActName,
} from '#lib/domain';

const closed = { additionalProperties: false } as const;
/** Longest name, reason, issuer. */
const WORDS_LENGTH_MAX = 1_024;
const words = (description: string) => Type.String({ minLength: 1, maxLength: WORDS_LENGTH_MAX, description });
const named = (pattern: RegExp, description: string) => Type.String({ pattern: pattern.source, description });
const roles = (description: string) => Type.Array(Type.Enum(ACTOR_ROLES), { minItems: 1, maxItems: ACTOR_ROLES.length, description });
const time = (description: string) => Type.String({ minLength: 20, maxLength: 40, description });

const MEMBERS = {
  agency: named(AGENCY_PATTERN, 'The agency that the act is about.'),
  community: named(AGENCY_PATTERN, 'The community that the act is about.'),
  name: words('In full, for people.'),
  principal: named(PRINCIPAL_PATTERN, 'A person or service of the agency.'),
  type: Type.Enum(PRINCIPAL_TYPES),
  roles: roles('What the principal may do.'),
  login: Type.Object(
    { issuer: words('OpenID provider.'), subject: words('Its `sub` of this principal.') },
    { ...closed, description: 'The account by which the principal logs in.' },
  ),
  key: named(
    KEY_ID_PATTERN,
    'Id of the key: the part of its text by which it is found. Drawn at random. Of an emergency: of the key or session by which it is declared, and alone read.',
  ),
  sha256: named(
    SHA256_PATTERN,
    'SHA-256 of the whole text of the key, which is shown once and kept nowhere; or of the bytes of what is approved.',
  ),
  marking: named(EVENT_ID_PATTERN, 'A marking of the own agency, or a retraction of one.'),
  scopes: roles('What the key may be used for: some of the roles of its principal.'),
  expires: time('RFC 3339. Absent: the key ends by being revoked.'),
  addresses: Type.Array(Type.String({ minLength: 2, maxLength: 49 }), {
    minItems: 1,
    maxItems: KEY_ADDRESSES_MAX,
    description: 'Addresses or ranges (CIDR) that the key may be used from. Absent: any.',
  }),
  vkey: Type.String({ minLength: 40, maxLength: 512, description: 'Ed25519 verifier key, as in C2SP signed-note: name+id+base64.' }),
  reason: words('Why; what the emergency is.'),
  until: time('RFC 3339, at most a day ahead.'),
} as const satisfies Record<string, TSchema>;
type Member = keyof typeof MEMBERS;

interface ActMembers {
  readonly needs: readonly Member[];
  readonly may?: readonly Member[];
}

const BY_ACT: Record<PolicyActName, ActMembers> = {
  'agency.add': { needs: ['agency'], may: ['name'] },
  'agency.suspend': { needs: ['agency'], may: ['reason'] },
  'community.add': { needs: ['community'], may: ['name'] },
  'community.join': { needs: ['community', 'agency'] },
  'community.leave': { needs: ['community', 'agency'] },
  'principal.add': { needs: ['agency', 'principal', 'type', 'roles'], may: ['name', 'login'] },
  'principal.roles': { needs: ['agency', 'principal', 'roles'] },
  'principal.revoke': { needs: ['agency', 'principal'], may: ['reason'] },
  'principal.link': { needs: ['agency', 'principal', 'login'] },
  'principal.unlink': { needs: ['agency', 'principal', 'login'] },
  'key.add': { needs: ['agency', 'principal', 'key', 'sha256', 'scopes'], may: ['expires', 'addresses'] },
  'key.revoke': { needs: ['agency', 'key'], may: ['reason'] },
  'submitter-key.add': { needs: ['agency', 'vkey'] },
  'submitter-key.revoke': { needs: ['agency', 'vkey'], may: ['reason'] },
  'break-glass.open': { needs: ['reason', 'until'], may: ['key'] },
  'break-glass.close': { needs: ['agency', 'principal'] },
  'marking.approve': { needs: ['marking', 'sha256'], may: ['reason'] },
};

/** The act as a document of any kind of act has it: the type that code works with. */
const _AnyAct = Type.Object({
  act: Type.Enum(POLICY_ACTS),
  ...(Object.fromEntries(Object.entries(MEMBERS).map(([name, schema]) => [name, Type.Optional(schema)])) as {
    [member in Member]: ReturnType<typeof Type.Optional<(typeof MEMBERS)[member]>>;
  }),
});
export type PolicyActDocument = Static<typeof _AnyAct>;

/** The slot extension of kind `policy`; which members the act has, the rules say. */
export const policyExtension = (): TSchema =>
  Type.Object({ policy: Type.Object({ act: Type.Enum(POLICY_ACTS) }, { description: 'The act.' }) }, closed);

/** One rule an act: at the document itself, where the validator can explain it. */
export const policyRules = (): readonly object[] =>
  POLICY_ACTS.map((act) => ({
    if: within({ properties: { act: { const: act } }, required: ['act'] }),
    then: within(membersOf(act)),
  }));

const within = (policy: object): object => ({
  properties: { extension: { properties: { policy }, required: ['policy'] } },
  required: ['extension'],
});

function membersOf(act: PolicyActName): object {
  const { needs, may = [] } = BY_ACT[act];
  return {
    properties: Object.fromEntries([['act', { const: act }], ...[...needs, ...may].map((name) => [name, MEMBERS[name]] as const)]),
    required: needs,
    ...closed,
  };
}
