/**
 * A login by the authorization code flow with PKCE (RFC 7636). What an attempt needs at its end (state, nonce, verifier) is with the browser alone, in a
 * cookie that no script reads, so that strangers who begin attempts fill nothing here. The process that gave it knows it again by an HMAC: for one of
 * somebody's own making the provider is asked nothing.
 */
import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { AGENCY_PATTERN, type Login } from '#lib/domain';
import { DomainError } from '#lib/runtime';
import type { OpenIdProvider } from './openid-provider.ts';
import { verifyIdToken } from './openid-token.ts';

export interface OpenIdClient {
  readonly clientId: string;
  /** Null: a public client, which PKCE alone protects. */
  readonly clientSecret: string | null;
  readonly scope: string;
}

export interface LoginAttempt {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  /** For whom the caller wants to act, where his account is a principal of several agencies; empty: that is to follow from it. */
  readonly agency: string;
  /** Path of this server to go on to. */
  readonly to: string;
  /** When it is over, in milliseconds since 1970. */
  readonly until: number;
}

/** How long a person may take at the provider's. */
export const ATTEMPT_SECONDS = 10 * 60;
const MS_PER_SECOND = 1_000;

const RANDOM_BYTES = 32;
const TO_LENGTH_MAX = 1_024;
const CODE_LENGTH_MAX = 4_096;
/** A path of this server: no other one's address, and nothing that a browser reads as one. */
const OWN_PATH = /^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/;

const random = (): string => randomBytes(RANDOM_BYTES).toString('base64url');

/** @param to anything but a path of this server becomes `/` @param now in milliseconds since 1970 */
export const newAttempt = (agency: string, to: string, now = Date.now()): LoginAttempt => ({
  state: random(),
  nonce: random(),
  verifier: random(),
  agency: AGENCY_PATTERN.test(agency) ? agency : '',
  to: ownPath(to),
  until: now + ATTEMPT_SECONDS * MS_PER_SECOND,
});

const ownPath = (to: string): string => (to.length <= TO_LENGTH_MAX && OWN_PATH.test(to) ? to : '/');

/** What the browser keeps. @param key random, of the process: an attempt does not outlive it */
export function attemptText(attempt: LoginAttempt, key: Uint8Array): string {
  const said = Buffer.from(JSON.stringify(attempt), 'utf8').toString('base64url');
  return `${said}.${macOf(said, key)}`;
}

/** Undefined: none that the holder of the key wrote, or it is over. @param now in milliseconds since 1970 */
export function readAttempt(text: string | undefined, key: Uint8Array, now = Date.now()): LoginAttempt | undefined {
  const [said = '', mac = ''] = (text ?? '').split('.');
  if (!same(mac, macOf(said, key))) return undefined;
  const attempt = JSON.parse(Buffer.from(said, 'base64url').toString('utf8')) as LoginAttempt;
  return now < attempt.until ? attempt : undefined;
}

const macOf = (said: string, key: Uint8Array): string => createHmac('sha256', key).update(said, 'utf8').digest('base64url');

/** Where the browser is sent to. Throws DomainError `auth.provider`. */
export async function loginUrl(
  provider: OpenIdProvider,
  { clientId, scope }: OpenIdClient,
  { state, nonce, verifier }: LoginAttempt,
  redirectUri: string,
): Promise<string> {
  const url = new URL((await provider.metadata()).authorizationEndpoint);
  const challenge = createHash('sha256').update(verifier, 'ascii').digest('base64url');
  for (const [name, value] of Object.entries({
    response_type: 'code',
    client_id: clientId,
    redirect_uri: redirectUri,
    scope,
    state,
    nonce,
    code_challenge: challenge,
    code_challenge_method: 'S256',
  }))
    url.searchParams.set(name, value);
  return url.href;
}

/** What the provider sent the browser back with. */
export interface LoginAnswer {
  readonly code?: unknown;
  readonly state?: unknown;
  readonly iss?: unknown;
  readonly error?: unknown;
}

/**
 * Whose login it was. Throws DomainError: auth.login-state (no attempt of this browser, or another provider), auth.login-denied (the provider said no),
 * auth.login-code (the code is not good), auth.login-nonce, auth.token-* (the ID token), auth.provider.
 */
export async function endLogin(
  provider: OpenIdProvider,
  client: OpenIdClient,
  attempt: LoginAttempt | undefined,
  answer: LoginAnswer,
  redirectUri: string,
): Promise<Login> {
  if (attempt === undefined || typeof answer.state !== 'string' || !same(answer.state, attempt.state))
    throw new DomainError('auth.login-state', 'This browser has begun no such attempt to log in, or it was too long ago.');
  const metadata = await provider.metadata();
  if (answer.iss === undefined ? metadata.namesItself : answer.iss !== provider.issuer)
    throw new DomainError('auth.login-state', 'The answer is not that of the provider that was asked.');
  if (answer.error !== undefined) throw new DomainError('auth.login-denied', 'The OpenID provider refused the login.');
  if (typeof answer.code !== 'string' || answer.code === '' || answer.code.length > CODE_LENGTH_MAX)
    throw new DomainError('auth.login-code', 'The answer of the provider has no code.');
  const token = await redeem(provider, client, { code: answer.code, verifier: attempt.verifier, redirectUri });
  return verifyIdToken(token, { issuer: provider.issuer, audience: client.clientId, keys: provider.keys }, attempt.nonce);
}

const same = (a: string, b: string): boolean =>
  a.length === b.length && timingSafeEqual(Buffer.from(a, 'latin1'), Buffer.from(b, 'latin1'));

async function redeem(
  provider: OpenIdProvider,
  { clientId, clientSecret }: OpenIdClient,
  { code, verifier, redirectUri }: { readonly code: string; readonly verifier: string; readonly redirectUri: string },
): Promise<string> {
  const { tokenEndpoint } = await provider.metadata();
  const body = new URLSearchParams({ grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier: verifier });
  const headers: Record<string, string> = { accept: 'application/json' };
  if (clientSecret === null) body.set('client_id', clientId);
  else
    headers['authorization'] = `Basic ${Buffer.from(`${formEncoded(clientId)}:${formEncoded(clientSecret)}`, 'utf8').toString('base64')}`;
  const response = await provider.bounded(tokenEndpoint, { method: 'POST', body, headers });
  if (response.status >= 400 && response.status < 500)
    throw new DomainError(
      'auth.login-code',
      'The OpenID provider does not take the code: it was used, is too old, or is of another attempt.',
    );
  const said = (await response.json().catch(() => null)) as { id_token?: unknown } | null;
  if (response.status !== 200 || typeof said?.id_token !== 'string')
    throw new DomainError('auth.provider', 'The OpenID provider answered a good code with no ID token.');
  return said.id_token;
}

/** RFC 6749, 2.3.1: both are form-encoded before they are joined. */
const formEncoded = (text: string): string => new URLSearchParams({ v: text }).toString().slice('v='.length);
