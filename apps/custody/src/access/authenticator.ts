/**
 * Who a request comes from: by its API key or its token as the policy stands, by the session of its browser, or without credentials whoever the setting
 * `access` says.
 */
import type { FastifyRequest } from 'fastify';
import { routeRoles } from '#lib/contracts';
import {
  ANONYMOUS,
  communitiesOf,
  hasLogin,
  holdsAddress,
  holdsAt,
  type Actor,
  type ActorRole,
  type KeyRecord,
  type Login,
  type Policy,
  type PolicyState,
  principalAt,
  type PrincipalRecord,
  ROOT_ACTOR,
  rolesAt,
} from '#lib/domain';
import { DomainError, type HttpAccess, refusedHeader } from '#lib/runtime';
import type { SessionRow } from '#lib/store';
import { apiKeyId, matchingKey, type NewApiKey } from './api-key.ts';
import { type Cookies, PLAIN_COOKIES } from './cookies.ts';
import { isToken } from './openid-token.ts';

const MICROS_PER_MS = 1_000;
const BEARER = /^bearer +(\S+) *$/i;
/** The operator's own machine. */
const LOOPBACK = [
  { family: 4, value: 0x7f000000n, bits: 8 },
  { family: 6, value: 1n, bits: 128 },
] as const;
const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/** The policy as callers are known by it. */
export type KnownPolicy = PolicyState & Pick<Policy, 'keysOfId' | 'principalsOfLogin'>;

export interface AuthenticatorOptions {
  readonly access: 'open' | 'required';
  /** Without credentials what is TLP:CLEAR is read: demo mode. Default false. */
  readonly readsAnonymously?: boolean;
  /** Default: those of a server without TLS. */
  readonly cookies?: Cookies;
  /** By which this process knows its own requests: it brings the demo as the operator, whatever `access` says. Made at its start. */
  readonly own: NewApiKey;
  /** Rejects where it cannot be read: then nobody is let in by a key. */
  policy(): Promise<KnownPolicy>;
  /** Whose access token it is. Throws DomainError auth.*. Null: no provider is configured whose tokens are taken. */
  readonly tokenLogin: ((token: string) => Promise<Login>) | null;
  /** The session of a cookie's text, whatever became of it. */
  session(text: string): Promise<SessionRow | undefined>;
  /** Milliseconds since 1970, for what expires. */
  readonly now?: () => number;
}

type Asked = Pick<FastifyRequest, 'headers' | 'ip' | 'method'>;

/** Every route of the API by the table of roles. */
export function httpAccess(options: AuthenticatorOptions): HttpAccess {
  const routes = routeRoles();
  const { readsAnonymously = false, cookies = PLAIN_COOKIES } = options;
  return {
    authenticate: (request) => authenticate(request, options),
    // A browser would send it again and again.
    headersOf: (code, { headers }) => (code.startsWith('auth.session-') ? { 'set-cookie': cookies.set('session', headers, '', 0) } : {}),
    anonymous: ANONYMOUS,
    rolesOf: (route) => {
      const roles = routes.get(route);
      return roles === 'anyone' && !readsAnonymously ? 'known' : roles;
    },
  };
}

/** Throws DomainError auth.*; rejects where policy or sessions cannot be read. */
export async function authenticate(request: Asked, options: AuthenticatorOptions): Promise<Actor> {
  const { headers, ip } = request;
  const given = headers.authorization;
  if (given !== undefined) return byBearer(given, request, options);
  const cookie = (options.cookies ?? PLAIN_COOKIES).of('session', headers);
  if (cookie !== undefined) return bySession(cookie, request, options);
  return options.access === 'open' && holdsAddress(LOOPBACK, ip) ? ROOT_ACTOR : ANONYMOUS;
}

async function byBearer(given: string, { headers, ip }: Asked, options: AuthenticatorOptions): Promise<Actor> {
  const { policy, own, tokenLogin, now = Date.now } = options;
  const text = BEARER.exec(given)?.[1];
  const id = text === undefined ? null : apiKeyId(text);
  if (text !== undefined && id === null && tokenLogin !== null && isToken(text)) {
    const login = await tokenLogin(text);
    const agency = headers['custody-agency'];
    return actorOf(await policy(), principalOfLogin(await policy(), login, typeof agency === 'string' ? agency : ''), 'oidc');
  }
  if (text === undefined || id === null)
    throw refused('auth.key-unknown', 'The credentials do not have the form `Bearer custody_<id>_<secret>`.');
  if (id === own.id && matchingKey(text, [own]) !== undefined) return ROOT_ACTOR;
  const state = await policy();
  const key = matchingKey(text, state.keysOfId(id));
  // Whether the id or the secret is another one is for nobody to learn.
  if (key === undefined) throw refused('auth.key-unknown', 'The credentials are no key of this ledger.');
  return actorOfKey(state, key, ip, now() * MICROS_PER_MS);
}

/**
 * Whom an account is, as the policy stands. Throws DomainError: auth.subject-unknown (nobody), auth.subject-revoked (nobody any more).
 * @param agency empty: the one that linked the account first, and no other, whatever became of that link: an act of another agency neither shuts
 * an account out nor makes it act for somebody else
 */
export function principalOfLogin(state: KnownPolicy, login: Login, agency: string): PrincipalRecord {
  const all = state.principalsOfLogin(login);
  const named = agency === '' ? all[0]?.agency : agency;
  const own = all.filter((record) => record.agency === named);
  const there = own.find((record) => hasLogin(record, login) && principalAt(state, record.agency, record.principal) !== undefined);
  if (there !== undefined) return there;
  if (own.length > 0)
    throw new DomainError('auth.subject-revoked', 'The principal of this account, its agency, or the link to it is not there any more.');
  throw new DomainError('auth.subject-unknown', 'The OpenID provider vouches for this account, and it is no principal of this ledger.');
}

async function bySession(text: string, { method, headers }: Asked, { session, policy }: AuthenticatorOptions): Promise<Actor> {
  // A browser sends cookies whoever made it ask. That a page of our own did it says in these headers; where it says nothing, nothing is changed.
  if (!SAFE_METHODS.has(method) && headers.origin === undefined && headers['sec-fetch-site'] === undefined)
    throw refusedHeader('origin.unknown', 'origin', 'The request comes with a session, and does not say which page sent it.');
  const row = await session(text);
  if (row === undefined) throw refusedCookie('auth.session-unknown', 'The cookie is of no session of this ledger.');
  if (row.state === 'ended') throw refusedCookie('auth.session-ended', 'The session was ended.');
  if (row.state !== 'active') throw refusedCookie('auth.session-expired', 'The session is over, by its time or since it was not used.');
  const state = await policy();
  const { agency, principal, issuer, subject } = row;
  const record = principalAt(state, agency, principal);
  const rests = issuer === null || subject === null || (record !== undefined && hasLogin(record, { issuer, subject }));
  if (record === undefined || !rests)
    throw refusedCookie(
      'auth.session-ended',
      'The principal of the session, its agency, or the account by which it began is not there any more.',
    );
  return { ...actorOf(state, record, 'session'), session: row.id };
}

function actorOf(state: KnownPolicy, { agency, principal }: PrincipalRecord, via: 'oidc' | 'session'): Actor {
  return { agency, principal, roles: rolesAt(state, agency, principal), communities: communitiesOf(state, agency), key: null, via };
}

function actorOfKey(state: KnownPolicy, key: KeyRecord, ip: string, at: number): Actor {
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
const refusedCookie = (code: string, detail: string): DomainError => refusedHeader(code, 'cookie', detail);
