/** Logins at a real provider, by the code flow; and what an attempt that is not this browser's comes to. */
import type { DomainError } from '#lib/runtime';
import { attemptText, endLogin, loginUrl, newAttempt, readAttempt, type LoginAttempt, type OpenIdClient } from './openid-login.ts';
import { OpenIdProvider } from './openid-provider.ts';
import { PUBLIC_CLIENT, SECRET_CLIENT, startProvider, type TestedProvider } from './tested-provider.contract.ts';

const CALLBACK = 'http://127.0.0.1:8080/auth/callback';
let real: TestedProvider;
let provider: OpenIdProvider;
beforeAll(async () => {
  real = await startProvider();
  provider = new OpenIdProvider({ issuer: real.issuer, failedPauseMs: 0 });
});
afterAll(() => real.stop());

async function back(attempt: LoginAttempt, client: OpenIdClient = PUBLIC_CLIENT, as = 'eva'): Promise<Record<string, string>> {
  const url = await real.logIn(await loginUrl(provider, client, attempt, CALLBACK), as);
  expect(`${url.origin}${url.pathname}`).toBe(CALLBACK);
  return Object.fromEntries(url.searchParams);
}
const codeOf = (answer: Promise<unknown>): Promise<string> =>
  answer.then(
    () => 'let in',
    (error: unknown) => (error as DomainError).code,
  );

it.each([PUBLIC_CLIENT, SECRET_CLIENT])('a login by the client $clientId ends with the account, once', async (client) => {
  const attempt = newAttempt('', '/docs/api');
  const answer = await back(attempt, client);
  expect(await endLogin(provider, client, attempt, answer, CALLBACK)).toEqual({ issuer: real.issuer, subject: 'eva' });
  expect(await codeOf(endLogin(provider, client, attempt, answer, CALLBACK))).toBe('auth.login-code');
});

it('what a browser did not begin, or another provider answers, is refused before the code is used', async () => {
  const attempt = newAttempt('', '/');
  const answer = await back(attempt);
  const ended = (of: LoginAttempt | undefined, more: Record<string, string | undefined> = {}): Promise<string> =>
    codeOf(endLogin(provider, PUBLIC_CLIENT, of, { ...answer, ...more }, CALLBACK));
  expect(await ended(undefined)).toBe('auth.login-state');
  expect(await ended(newAttempt('', '/'))).toBe('auth.login-state');
  expect(await ended(attempt, { state: undefined })).toBe('auth.login-state');
  expect(await ended(attempt, { iss: 'https://other.example/' })).toBe('auth.login-state');
  expect(await ended(attempt, { iss: undefined })).toBe('auth.login-state');
  expect(await ended(attempt, { code: undefined })).toBe('auth.login-code');
  // Control: the same answer, to the browser that began.
  expect(await ended(attempt)).toBe('let in');
});

it('a code that was stolen is worth nothing without its verifier, and an ID token nothing to another attempt', async () => {
  const attempt = newAttempt('', '/');
  const { verifier } = newAttempt('', '/');
  expect(await codeOf(endLogin(provider, PUBLIC_CLIENT, { ...attempt, verifier }, await back(attempt), CALLBACK))).toBe('auth.login-code');
  const { nonce } = newAttempt('', '/');
  expect(await codeOf(endLogin(provider, PUBLIC_CLIENT, { ...attempt, nonce }, await back(attempt), CALLBACK))).toBe('auth.login-nonce');
});

it('a login that was given up is denied', async () => {
  const attempt = newAttempt('', '/');
  const answer = await back(attempt, PUBLIC_CLIENT, '');
  expect(answer['error']).toBe('access_denied');
  expect(await codeOf(endLogin(provider, PUBLIC_CLIENT, attempt, answer, CALLBACK))).toBe('auth.login-denied');
});

it('a secret that is wrong is told as a code that is not taken', async () => {
  const attempt = newAttempt('', '/');
  const wrong = { ...SECRET_CLIENT, clientSecret: 'other' };
  expect(await codeOf(endLogin(provider, wrong, attempt, await back(attempt, wrong), CALLBACK))).toBe('auth.login-code');
});

describe('an attempt', () => {
  const KEY = Buffer.alloc(32, 1);

  it('is read from its cookie as it was written, until its time', () => {
    const attempt = newAttempt('acme', '/docs/api', 1_000);
    const text = attemptText(attempt, KEY);
    expect(readAttempt(text, KEY, 1_000)).toEqual(attempt);
    expect(readAttempt(text, KEY, attempt.until - 1)).toEqual(attempt);
    expect(readAttempt(text, KEY, attempt.until)).toBeUndefined();
    expect(new Set([attempt.state, attempt.nonce, attempt.verifier]).size).toBe(3);
  });

  it.each([undefined, '', 'x', '.', Buffer.from('{}').toString('base64url'), Buffer.from('null').toString('base64url')])(
    '%p is none',
    (text) => {
      expect(readAttempt(text, KEY)).toBeUndefined();
    },
  );

  it('of somebody’s own making, by another key or changed, is none', () => {
    const attempt = newAttempt('', '/');
    const [said = '', mac = ''] = attemptText(attempt, KEY).split('.');
    const other = Buffer.from(JSON.stringify({ ...attempt, to: 'https://other.example/' })).toString('base64url');
    for (const text of [said, `${said}.`, `${other}.${mac}`, attemptText(attempt, Buffer.alloc(32, 2))])
      expect(readAttempt(text, KEY)).toBeUndefined();
    // Control.
    expect(readAttempt(`${said}.${mac}`, KEY)).toEqual(attempt);
  });

  it.each(['https://other.example/', '//other.example/', '/\\other.example/', '/a\\b', 'docs', '', '/a b', '/\n', `/${'a'.repeat(2_000)}`])(
    'goes on to no other server: %p',
    (to) => {
      expect(newAttempt('', to).to).toBe('/');
    },
  );

  it('names an agency, or none', () => {
    expect([newAttempt('acme', '/').agency, newAttempt('Acme!', '/').agency]).toEqual(['acme', '']);
  });
});
