/** Who a request comes from: by its API key as the policy stands, or without credentials whoever the setting `access` says. */
import type { FastifyRequest } from 'fastify';
import { routeRoles } from '#lib/contracts';
import {
  ANONYMOUS,
  communitiesOf,
  holdsAddress,
  holdsAt,
  type Actor,
  type ActorRole,
  type KeyRecord,
  type Policy,
  type PolicyState,
  principalAt,
  ROOT_ACTOR,
  rolesAt,
} from '#lib/domain';
import { type DomainError, type HttpAccess, refusedHeader } from '#lib/runtime';
import { apiKeyId, matchingKey, type NewApiKey } from './api-key.ts';

const MICROS_PER_MS = 1_000;
const BEARER = /^bearer +(\S+) *$/i;
/** The operator's own machine. */
const LOOPBACK = [
  { family: 4, value: 0x7f000000n, bits: 8 },
  { family: 6, value: 1n, bits: 128 },
] as const;

export interface AuthenticatorOptions {
  readonly access: 'open' | 'required';
  /** By which this process knows its own requests: it brings the demo as the operator, whatever `access` says. Made at its start. */
  readonly own: NewApiKey;
  /** Rejects where it cannot be read: then nobody is let in by a key. */
  policy(): Promise<PolicyState & Pick<Policy, 'keysOfId'>>;
  /** Milliseconds since 1970, for what expires. */
  readonly now?: () => number;
}

/** Every route of the API by the table of roles. */
export function httpAccess(options: AuthenticatorOptions): HttpAccess {
  const routes = routeRoles();
  return { authenticate: (request) => authenticate(request, options), anonymous: ANONYMOUS, rolesOf: (route) => routes.get(route) };
}

/** Throws DomainError auth.*; rejects where the policy cannot be read. */
export async function authenticate(
  { headers, ip }: Pick<FastifyRequest, 'headers' | 'ip'>,
  { access, policy, own, now = Date.now }: AuthenticatorOptions,
): Promise<Actor> {
  const given = headers.authorization;
  if (given === undefined) return access === 'open' && holdsAddress(LOOPBACK, ip) ? ROOT_ACTOR : ANONYMOUS;
  const text = BEARER.exec(given)?.[1];
  const id = text === undefined ? null : apiKeyId(text);
  if (text === undefined || id === null)
    throw refused('auth.key-unknown', 'The credentials do not have the form `Bearer custody_<id>_<secret>`.');
  if (id === own.id && matchingKey(text, [own]) !== undefined) return ROOT_ACTOR;
  const state = await policy();
  const key = matchingKey(text, state.keysOfId(id));
  // Whether the id or the secret is another one is for nobody to learn.
  if (key === undefined) throw refused('auth.key-unknown', 'The credentials are no key of this ledger.');
  return actorOf(state, key, ip, now() * MICROS_PER_MS);
}

function actorOf(state: PolicyState, key: KeyRecord, ip: string, at: number): Actor {
  const { agency, principal } = key;
  if (!holdsAt(key)) throw refused('auth.key-revoked', `The key ${key.key} was revoked.`);
  if (key.expires !== undefined && key.expires <= at) throw refused('auth.key-expired', `The key ${key.key} has expired.`);
  if (principalAt(state, agency, principal) === undefined)
    throw refused('auth.key-revoked', `The principal of the key ${key.key}, or its agency, is not there any more.`);
  const roles: readonly ActorRole[] = rolesAt(state, agency, principal).filter((role) => key.scopes.includes(role));
  if (roles.length === 0) throw refused('auth.key-revoked', `The key ${key.key} has no scope that is a role of its principal any more.`);
  if (key.addresses !== undefined && !holdsAddress(key.addresses, ip))
    throw refused('auth.key-address', `The key ${key.key} may not be used from this address.`);
  return { agency, principal, roles, communities: communitiesOf(state, agency), key: key.key, via: 'key' };
}

const refused = (code: string, detail: string): DomainError => refusedHeader(code, 'authorization', detail);
