/** GET /v1/policy: what the acts of policy came to, as far as the caller may see it. */
import Type, { type Static } from 'typebox';
import { ACTOR_ROLES, POLICY_REASONS, PRINCIPAL_TYPES } from '#lib/domain';

const closed = { additionalProperties: false } as const;
const roles = () => Type.Array(Type.Enum(ACTOR_ROLES));
const logIndex = (description: string) => Type.Integer({ minimum: -1, description });

export const PolicyView = Type.Object(
  {
    actor: Type.Object(
      {
        agency: Type.String(),
        principal: Type.String(),
        roles: roles(),
        groups: Type.Array(Type.String(), { description: 'Reader groups that the caller is in.' }),
        via: Type.Enum(['local', 'key', 'oidc', 'session']),
        shows: Type.Union([Type.String(), Type.Null()], {
          description: 'Id of the key or session by which he asks, which an emergency that he declares names (`key`); null: neither.',
        }),
      },
      { ...closed, description: 'Who asks.' },
    ),
    last: logIndex('Log index of the last act that was folded; -1: there is none.'),
    agencies: Type.Array(
      Type.Object({ agency: Type.String(), name: Type.Optional(Type.String()), status: Type.Enum(['active', 'suspended']) }, closed),
    ),
    communities: Type.Array(
      Type.Object(
        {
          community: Type.String(),
          name: Type.Optional(Type.String()),
          members: Type.Optional(Type.Array(Type.String(), { description: 'For its members and the operating agency.' })),
        },
        closed,
      ),
    ),
    principals: Type.Array(
      Type.Object(
        {
          agency: Type.String(),
          principal: Type.String(),
          type: Type.Enum(PRINCIPAL_TYPES),
          roles: roles(),
          status: Type.Enum(['active', 'revoked']),
          logins: Type.Optional(
            Type.Array(Type.Object({ issuer: Type.String(), subject: Type.String() }, closed), {
              description: 'Accounts at OpenID providers by which it logs in. For admins.',
            }),
          ),
        },
        closed,
      ),
      { description: 'Of the own agency.' },
    ),
    signers: Type.Array(
      Type.Object(
        {
          agency: Type.String(),
          vkey: Type.String({ description: 'Verifier key.' }),
          status: Type.Enum(['active', 'revoked']),
          added: logIndex('Of the act that registered it: it holds behind that.'),
        },
        closed,
      ),
      { description: 'Keys by which the own agency signs what it submits.' },
    ),
    keys: Type.Array(
      Type.Object(
        {
          agency: Type.String(),
          principal: Type.String(),
          key: Type.String({ description: 'Its id.' }),
          scopes: roles(),
          expires: Type.Optional(Type.String({ description: 'RFC 3339 UTC.' })),
          restricted: Type.Boolean({ description: 'To some addresses.' }),
          lastUsed: Type.Optional(
            Type.Union([Type.String(), Type.Null()], {
              description:
                'RFC 3339 UTC, to the minute; null: it was never used; absent: not since `usesSince`, and of before that nothing is known.',
            }),
          ),
          status: Type.Enum(['active', 'revoked', 'expired']),
        },
        closed,
      ),
      { description: 'Of the own agency.' },
    ),
    usesSince: Type.String({ description: 'RFC 3339 UTC: since when the server notes that keys are used.' }),
    emergencies: Type.Array(
      Type.Object(
        {
          logIndex: Type.Integer({ minimum: 0 }),
          principal: Type.String(),
          reason: Type.String(),
          until: Type.String({ description: 'RFC 3339 UTC.' }),
        },
        closed,
      ),
      {
        description:
          'Declared in the own agency and not over (break-glass.open): who declared it reads what names others of his groups, by the key or session for which he did.',
      },
    ),
    flagged: Type.Array(
      Type.Object({ logIndex: Type.Integer({ minimum: 0 }), act: Type.String(), reason: Type.Enum(POLICY_REASONS) }, closed),
      { description: 'Acts of the own agency without effect, the newest first, at most 100.' },
    ),
  },
  closed,
);
export type PolicyView = Static<typeof PolicyView>;
/** Acts without effect of one answer. */
export const FLAGGED_MAX = 100;
