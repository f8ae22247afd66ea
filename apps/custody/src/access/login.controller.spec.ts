/** Where a browser that begins to log in is sent, and by which name it is known again when it comes back. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { createLog, type OwnOrigin, ownOriginOf } from '#lib/runtime';
import { LoginController, type LoginDeps } from './login.controller.ts';
import { OpenIdProvider } from './openid-provider.ts';
import { PUBLIC_CLIENT, startProvider, type TestedProvider } from './tested-provider.contract.ts';

let real: TestedProvider;
beforeAll(async () => {
  real = await startProvider();
});
afterAll(() => real.stop());

/** The address at the provider, and the cookie. */
async function begun(own: OwnOrigin | undefined, host: string): Promise<{ readonly to: URL; readonly cookie: string }> {
  const provider = new OpenIdProvider({ issuer: real.issuer });
  const log = createLog({ level: 'silent', secrets: [] });
  const deps = { openId: { provider, client: PUBLIC_CLIENT }, link: null, log, ...(own === undefined ? {} : { own }) };
  const controller = new LoginController(deps as unknown as LoginDeps);
  let to = '';
  let cookie = '';
  const reply = {
    removeHeader: () => reply,
    header: (name: string, value: unknown) => {
      if (name === 'set-cookie') cookie = String(value);
      return reply;
    },
    redirect: (url: string) => void (to = url),
  };
  await controller.login({}, { headers: { host } } as FastifyRequest, reply as unknown as FastifyReply);
  return { to: new URL(to), cookie };
}

test.each<[string, OwnOrigin | undefined, string, string, RegExp]>([
  ['in clear, on loopback', undefined, 'localhost:8080', 'http://localhost:8080/auth/callback', /^custody_login_8080=.*; Path=\/auth;/],
  [
    'by TLS',
    ownOriginOf({ host: '192.0.2.1', tls: { cert: 'a.pem', key: 'a.key' }, publicUrl: null }),
    '192.0.2.1:8443',
    'https://192.0.2.1:8443/auth/callback',
    /^__Host-custody_login_8443=.*; Secure$/,
  ],
  [
    'behind a proxy',
    ownOriginOf({ host: '127.0.0.1', tls: { cert: null, key: null }, publicUrl: 'https://ledger.example' }),
    'ledger.example',
    'https://ledger.example/auth/callback',
    /^__Host-custody_login_443=.*; Secure$/,
  ],
])('a login %s comes back to where its browser came from', async (_, own, host, callback, cookieForm) => {
  const { to, cookie } = await begun(own, host);
  expect([to.origin, to.searchParams.get('redirect_uri'), to.searchParams.get('code_challenge_method')]).toEqual([
    real.issuer,
    callback,
    'S256',
  ]);
  expect(cookie).toMatch(cookieForm);
});
