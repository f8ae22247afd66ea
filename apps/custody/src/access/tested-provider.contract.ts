/** A real OpenID provider (oidc-provider) on loopback, as suites run it: its keys can be changed under way, and a browser logs in at it. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWK } from 'jose';
import { Provider } from 'oidc-provider';

export const AUDIENCE = 'https://ledger.example/';
/** A public client: PKCE alone protects its code. Any port of loopback is its own (RFC 8252, 7.3). */
export const PUBLIC_CLIENT = { clientId: 'ledger', clientSecret: null, scope: 'openid' };
/** Has a secret, for its logins and for tokens of its own, whose subject it is. */
export const SECRET_CLIENT = { clientId: 'robot', clientSecret: 'a secret: with %, + and & in it', scope: 'openid' };

export interface TestedProvider {
  readonly issuer: string;
  /** Private ones, in the order in which the provider has them: it signs by the first that fits. */
  readonly keys: readonly JWK[];
  /** How often the list of keys was asked for. */
  keysAsked(): number;
  /** How often it was asked for the token of a code. */
  codesAsked(): number;
  /** Until what it returns is called, it answers no such question. */
  hold(): () => void;
  /** From now on it has these keys, as after a rotation. */
  rotate(keys: readonly JWK[]): void;
  /** A JWT access token for the audience, by the client's own credentials. */
  accessToken(): Promise<string>;
  /** What a browser does between being sent to the provider and being sent back: the address that it comes back to. */
  logIn(url: string, as: string): Promise<URL>;
  stop(): Promise<void>;
}

export async function newKey(kid: string, alg = 'RS256'): Promise<JWK> {
  const { privateKey } = await generateKeyPair(alg, { extractable: true });
  return { ...(await exportJWK(privateKey)), kid, alg, use: 'sig' };
}

/** @param redirectUris of the public client beside any port of loopback */
export async function startProvider(redirectUris: readonly string[] = []): Promise<TestedProvider> {
  let keys: readonly JWK[] = [await newKey('first')];
  let asked = 0;
  let codes = 0;
  let held = Promise.resolve();
  let provider: Provider | null = null;
  const server = createServer((request, response) => {
    if (request.url?.startsWith('/jwks') === true) asked++;
    const answer = (): void => void provider?.callback()(request, response);
    if (request.url?.startsWith('/token') !== true) return answer();
    codes++;
    void held.then(answer);
  });
  const issuer = await listening(server);
  const rotate = (next: readonly JWK[]): void => {
    keys = next;
    provider = silently(() => new Provider(issuer, configuration(next, redirectUris)));
  };
  rotate(keys);
  return {
    issuer,
    get keys() {
      return keys;
    },
    keysAsked: () => asked,
    codesAsked: () => codes,
    hold() {
      let release = (): void => {};
      held = new Promise((resolve) => (release = resolve));
      return release;
    },
    rotate,
    accessToken: () => accessToken(issuer),
    logIn: (url, as) => logIn(url, as),
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** It warns of each default that is good for a suite alone. */
function silently<T>(make: () => T): T {
  const { warn } = console;
  console.warn = () => {};
  try {
    return make();
  } finally {
    console.warn = warn;
  }
}

async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Login and consent are its own pages for development. */
function configuration(keys: readonly JWK[], redirectUris: readonly string[]): object {
  const native = { application_type: 'native', redirect_uris: ['http://127.0.0.1/auth/callback', ...redirectUris] };
  return {
    jwks: { keys },
    clients: [
      { ...native, client_id: PUBLIC_CLIENT.clientId, token_endpoint_auth_method: 'none' },
      {
        ...native,
        client_id: SECRET_CLIENT.clientId,
        client_secret: SECRET_CLIENT.clientSecret,
        token_endpoint_auth_method: 'client_secret_basic',
        grant_types: ['authorization_code', 'client_credentials'],
      },
    ],
    ttl: { AccessToken: 600, ClientCredentials: 600, Grant: 600, IdToken: 600, Interaction: 600, Session: 600 },
    cookies: { keys: ['of this suite'] },
    findAccount: (_: unknown, accountId: string) => ({ accountId, claims: () => ({ sub: accountId }) }),
    features: {
      devInteractions: { enabled: true },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: () => ({
          scope: '',
          audience: AUDIENCE,
          accessTokenFormat: 'jwt',
          accessTokenTTL: 600,
          jwt: { sign: { alg: 'RS256' } },
        }),
      },
    },
  };
}

async function accessToken(issuer: string): Promise<string> {
  const { clientId, clientSecret } = SECRET_CLIENT;
  const response = await fetch(`${issuer}/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${clientId}:${encodeURIComponent(clientSecret)}`).toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials', resource: AUDIENCE }),
  });
  const { access_token: token } = (await response.json()) as { access_token?: string };
  if (token === undefined) throw new Error(`the provider gave no token: ${response.status}`);
  return token;
}

/** Follows redirects with the provider's cookies, fills its forms, and stops where it is sent to another server. @param as empty: gives up */
async function logIn(start: string, as: string): Promise<URL> {
  const { origin } = new URL(start);
  const cookies = new Map<string, string>();
  let init: RequestInit = {};
  for (let url = start; ;) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(url, { ...init, redirect: 'manual', headers: { cookie } });
    for (const set of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
      if (value === '') cookies.delete(name);
      else cookies.set(name, value);
    }
    const location = response.headers.get('location');
    if (location !== null) {
      const next = new URL(location, url);
      if (next.origin !== origin) return next;
      [url, init] = [next.href, {}];
      continue;
    }
    const page = await response.text();
    const action = /action="([^"]+)"/.exec(page)?.[1];
    const prompt = /name="prompt" value="(\w+)"/.exec(page)?.[1] ?? '';
    const abort = /href="([^"]+\/abort)"/.exec(page)?.[1];
    const to = as === '' ? abort : action;
    if (to === undefined) throw new Error(`the provider shows no form: ${response.status} ${page.slice(0, 500)}`);
    url = new URL(to, url).href;
    init = as === '' ? {} : { method: 'POST', body: new URLSearchParams({ prompt, login: as, password: 'any' }) };
  }
}
