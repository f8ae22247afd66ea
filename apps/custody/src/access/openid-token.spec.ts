/** Access tokens of a real provider; each refusal beside the same token without the fault, which is let in. */
import { createHmac, createPublicKey, createSecretKey, sign } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { decodeJwt, decodeProtectedHeader, importJWK, jwtVerify, SignJWT, UnsecuredJWT, type JWK, type JWTPayload } from 'jose';
import type { DomainError } from '#lib/runtime';
import { OpenIdProvider, type OpenIdProviderOptions } from './openid-provider.ts';
import { CLOCK_SKEW_SECONDS, verifyAccessToken, verifyIdToken } from './openid-token.ts';
import { AUDIENCE, newKey, SECRET_CLIENT, startProvider, type TestedProvider } from './tested-provider.contract.ts';

let real: TestedProvider;
let first: JWK;
beforeAll(async () => {
  real = await startProvider();
  first = real.keys[0] as JWK;
});
beforeEach(() => {
  if (real.keys.length !== 1 || real.keys[0] !== first) real.rotate([first]);
});
afterAll(() => real.stop());

const providerOf = (options: Partial<OpenIdProviderOptions> = {}): OpenIdProvider =>
  new OpenIdProvider({ issuer: real.issuer, jwksPauseMs: 0, failedPauseMs: 0, ...options });
const verdict = (token: string, provider = providerOf()): Promise<string> =>
  codeOf(verifyAccessToken(token, { issuer: real.issuer, audience: AUDIENCE, keys: provider.keys }));
const codeOf = (answer: Promise<unknown>): Promise<string> =>
  answer.then(
    () => 'let in',
    (error: unknown) => (error as DomainError).code,
  );
const seconds = (ahead = 0): number => Math.floor(Date.now() / 1_000) + ahead;

interface Header {
  readonly alg?: string;
  readonly kid?: string;
  readonly typ?: string;
  readonly [member: string]: unknown;
}
/** As the provider makes one; signed by its own key, so that nothing but what is changed is wrong. An undefined member is left out. */
async function token(claims: JWTPayload = {}, header: Header = {}, key: JWK = first): Promise<string> {
  const all = { iss: real.issuer, aud: AUDIENCE, sub: 'eva', iat: seconds(), exp: seconds(60), ...claims };
  const protectedHeader = { alg: key.alg ?? 'RS256', kid: key.kid, typ: 'at+jwt', ...header };
  return new SignJWT(JSON.parse(JSON.stringify(all)) as JWTPayload)
    .setProtectedHeader(JSON.parse(JSON.stringify(protectedHeader)) as Header & { alg: string })
    .sign(await importJWK(key, protectedHeader.alg));
}

describe('an access token', () => {
  it('of the provider itself says whose it is', async () => {
    const issued = await real.accessToken();
    expect(decodeJwt(issued)).toMatchObject({ iss: real.issuer, aud: AUDIENCE });
    expect(await verifyAccessToken(issued, { issuer: real.issuer, audience: AUDIENCE, keys: providerOf().keys })).toEqual({
      issuer: real.issuer,
      subject: SECRET_CLIENT.clientId,
    });
  });

  it('is let in as suites make it', async () => {
    expect(await verdict(await token())).toBe('let in');
    expect(await verdict(await token({ aud: ['https://other.example/', AUDIENCE] }))).toBe('let in');
    expect(await verdict(await token({}, { typ: 'application/at+jwt' }))).toBe('let in');
  });

  it.each<[string, string, JWTPayload, Header?]>([
    ['auth.token-audience', 'for another audience', { aud: 'https://other.example/' }],
    ['auth.token-audience', 'for nobody in particular', { aud: undefined as never }],
    ['auth.token-issuer', 'of another issuer', { iss: 'https://other.example/' }],
    ['auth.token-issuer', 'of the issuer with another ending', { iss: 'http://127.0.0.1/' }],
    ['auth.token-expired', 'that has expired by more than clocks may differ', { exp: seconds(-CLOCK_SKEW_SECONDS - 5) }],
    ['auth.token-not-yet', 'that begins to hold in an hour', { nbf: seconds(3_600), exp: seconds(7_200) }],
    ['auth.token-claims', 'of nobody', { sub: undefined as never }],
    ['auth.token-claims', 'of an empty name', { sub: '' }],
    ['auth.token-claims', 'without an end', { exp: undefined as never }],
    ['auth.token-type', 'that is an ID token', {}, { typ: 'JWT' }],
    ['auth.token-type', 'that says not what it is', {}, { typ: undefined as never }],
    ['auth.token-key', 'by a key that the provider does not have', {}, { kid: 'other' }],
  ])('is refused with %s %s', async (code, _, claims, header = {}) => {
    expect(await verdict(await token(claims, header))).toBe(code);
  });

  it('holds where the clocks differ by less', async () => {
    expect(await verdict(await token({ exp: seconds(-CLOCK_SKEW_SECONDS + 15) }))).toBe('let in');
    expect(await verdict(await token({ nbf: seconds(CLOCK_SKEW_SECONDS - 15) }))).toBe('let in');
  });

  it('that is not signed is refused as such', async () => {
    const unsigned = new UnsecuredJWT({ iss: real.issuer, aud: AUDIENCE, sub: 'eva', iat: seconds(), exp: seconds(60) }).encode();
    expect(await verdict(unsigned)).toBe('auth.token-unsigned');
    const header = Buffer.from('{"alg":"NoNe","typ":"at+jwt"}').toString('base64url');
    expect(await verdict(`${header}.${unsigned.split('.')[1]}.`)).toBe('auth.token-unsigned');
    // A signed one whose signature was cut off is no unsigned one.
    const [head, body] = (await token()).split('.');
    expect(await verdict(`${head}.${body}.`)).toBe('auth.token-signature');
  });

  it('by the public key taken for a shared secret is refused; a verifier that believes the token’s own algorithm takes it', async () => {
    const pem = createPublicKey({ key: first as never, format: 'jwk' }).export({ type: 'spki', format: 'pem' });
    const [, body] = (await token()).split('.');
    const head = Buffer.from(JSON.stringify({ alg: 'HS256', kid: first.kid, typ: 'at+jwt' })).toString('base64url');
    const signature = createHmac('sha256', pem).update(`${head}.${body}`).digest('base64url');
    expect(await verdict(`${head}.${body}.${signature}`)).toBe('auth.token-algorithm');
    // Control: jose itself, told to go by what the header says, lets it in.
    const forged = `${head}.${body}.${signature}`;
    const believed = await jwtVerify(forged, createSecretKey(Buffer.from(pem)), { algorithms: [decodeProtectedHeader(forged).alg ?? ''] });
    expect(believed.payload.sub).toBe('eva');
  });

  it('that demands what is not known here is refused, and one that only mentions it is not', async () => {
    const [, body] = (await token()).split('.');
    const signed = (header: object): string => {
      const head = Buffer.from(JSON.stringify({ alg: 'RS256', kid: first.kid, typ: 'at+jwt', ...header })).toString('base64url');
      return `${head}.${body}.${sign('sha256', Buffer.from(`${head}.${body}`), { key: first as never, format: 'jwk' }).toString('base64url')}`;
    };
    expect(await verdict(signed({ crit: ['tenant'], tenant: 'acme' }))).toBe('auth.token-malformed');
    expect(await verdict(signed({ tenant: 'acme' }))).toBe('let in');
  });

  it('by an algorithm that its key is not for is refused', async () => {
    // The same key pair, used by another algorithm than the provider's list says.
    const { alg: _, ...any } = first;
    expect(await verdict(await token({}, { alg: 'PS256' }, { ...any, alg: 'PS256' }))).toBe('auth.token-key');
    expect(await verdict(await token({}, { alg: 'RS512' }, { ...any, alg: 'RS512' }))).toBe('auth.token-algorithm');
  });

  it('that was changed, or brings its own key, is not signed by the key that it names', async () => {
    const [head, , signature] = (await token()).split('.');
    const other = Buffer.from(JSON.stringify({ ...decodeJwt(await token()), sub: 'operator' })).toString('base64url');
    expect(await verdict(`${head}.${other}.${signature}`)).toBe('auth.token-signature');
    const thief = await newKey('first');
    const { d: _d, p: _p, q: _q, dp: _dp, dq: _dq, qi: _qi, ...jwk } = thief;
    expect(await verdict(await token({}, { jwk, jku: 'http://127.0.0.1:9/', x5u: 'http://127.0.0.1:9/' }, thief))).toBe(
      'auth.token-signature',
    );
  });

  it.each(['', 'x', 'a.b', 'a.b.c', 'e30.e30.x', `${'a'.repeat(9_000)}.b.c`, 'a.b.c.d.e'])(
    'that is none is malformed: %p',
    async (text) => {
      expect(await verdict(text)).toBe('auth.token-malformed');
    },
  );
});

describe('a key of the provider', () => {
  it('is known after a rotation, and the one before until the provider drops it', async () => {
    const provider = providerOf({ jwksMs: 300 });
    const before = await token();
    expect(await verdict(before, provider)).toBe('let in');
    const second = await newKey('second');
    real.rotate([second, first]);
    expect(await verdict(await real.accessToken(), provider)).toBe('let in');
    expect([await verdict(await token({}, {}, second), provider), await verdict(before, provider)]).toEqual(['let in', 'let in']);
    real.rotate([second]);
    await sleep(350);
    expect([await verdict(await token({}, {}, second), provider), await verdict(before, provider)]).toEqual(['let in', 'auth.token-key']);
  });

  it('that nobody has is not asked for again and again', async () => {
    const ask = async (jwksPauseMs: number): Promise<number> => {
      const provider = providerOf({ jwksPauseMs });
      expect(await verdict(await token(), provider)).toBe('let in');
      const before = real.keysAsked();
      for (let n = 0; n < 20; n++) expect(await verdict(await token({}, { kid: `unknown-${n}` }), provider)).toBe('auth.token-key');
      return real.keysAsked() - before;
    };
    expect(await ask(60_000)).toBe(0);
    // Control: without the pause each of them is a request.
    expect(await ask(0)).toBe(20);
  });
});

describe('a provider', () => {
  let server: Server;
  let asked = 0;
  let answer: (issuer: string) => { status?: number; body?: string; location?: string };
  let issuer: string;
  beforeAll(async () => {
    server = createServer((request, response) => {
      asked++;
      const { status = 200, body = '', location } = answer(issuer);
      response.writeHead(status, { 'content-type': 'application/json', ...(location === undefined ? {} : { location }) }).end(body);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => server.close());

  const said =
    (more: Record<string, unknown> = {}) =>
    (own: string) => ({
      body: JSON.stringify({ issuer: own, authorization_endpoint: `${own}/a`, token_endpoint: `${own}/t`, jwks_uri: `${own}/k`, ...more }),
    });
  const discovered = (): Promise<string> => codeOf(new OpenIdProvider({ issuer, failedPauseMs: 0 }).metadata());

  it('is taken where it says of itself what its issuer is', async () => {
    answer = said();
    expect(await discovered()).toBe('let in');
  });

  it.each<[string, typeof answer]>([
    ['is another one', said({ issuer: 'https://other.example/' })],
    ['has an endpoint of another host, in clear', said({ token_endpoint: 'http://192.0.2.1/t' })],
    ['has no list of keys', said({ jwks_uri: undefined })],
    ['does no PKCE', said({ code_challenge_methods_supported: ['plain'] })],
    ['says nothing', () => ({ body: 'null' })],
    ['answers no JSON', () => ({ body: '<html>' })],
    ['is not found', () => ({ status: 404 })],
    ['sends elsewhere', () => ({ status: 302, location: real.issuer })],
    ['says too much', () => ({ body: `"${'x'.repeat(300_000)}"` })],
  ])('that %s is not', async (_, given) => {
    answer = given;
    expect(await discovered()).toBe('auth.provider');
  });

  it('that is away is not asked by every caller', async () => {
    answer = () => ({ status: 500 });
    let ms = 0;
    const provider = new OpenIdProvider({ issuer, failedPauseMs: 1_000, now: () => ms });
    asked = 0;
    for (let n = 0; n < 20; n++) expect(await codeOf(provider.metadata())).toBe('auth.provider');
    expect(asked).toBe(1);
    ms = 1_001;
    answer = said();
    expect(await codeOf(provider.metadata())).toBe('let in');
    // The list of keys that it names is none.
    expect(await codeOf(verifyAccessToken(await token(), { issuer, audience: AUDIENCE, keys: provider.keys }))).toBe('auth.provider');
    // Who waits for it, as a stream does, waits no longer than his token holds by its own word.
    const over = await token({ exp: seconds(-CLOCK_SKEW_SECONDS - 5) });
    expect(await codeOf(verifyAccessToken(over, { issuer, audience: AUDIENCE, keys: provider.keys }))).toBe('auth.token-expired');
  });
});

test('an ID token is taken for the login that it answers, and no access token for one', async () => {
  const rules = { issuer: real.issuer, audience: 'ledger', keys: providerOf().keys };
  const idToken = (claims: JWTPayload, typ = 'JWT'): Promise<string> => token({ aud: 'ledger', nonce: 'n', ...claims }, { typ });
  expect(await verifyIdToken(await idToken({}), rules, 'n')).toEqual({ issuer: real.issuer, subject: 'eva' });
  expect(await codeOf(verifyIdToken(await idToken({ nonce: 'other' }), rules, 'n'))).toBe('auth.login-nonce');
  expect(await codeOf(verifyIdToken(await idToken({ azp: 'other' }), rules, 'n'))).toBe('auth.token-audience');
  expect(await codeOf(verifyIdToken(await idToken({ aud: 'other' }), rules, 'n'))).toBe('auth.token-audience');
  const several = ['ledger', 'other'];
  expect(await codeOf(verifyIdToken(await idToken({ aud: several }), rules, 'n'))).toBe('auth.token-audience');
  expect(await codeOf(verifyIdToken(await idToken({ aud: several, azp: 'ledger' }), rules, 'n'))).toBe('let in');
  expect(await codeOf(verifyIdToken(await idToken({ aud: ['ledger'] }), rules, 'n'))).toBe('let in');
  // That it is for one of several is said for us, and for nobody else.
  expect(await codeOf(verifyIdToken(await idToken({ aud: several, azp: 'other' }), rules, 'n'))).toBe('auth.token-audience');
  for (const azp of ['', null, 7, ['ledger'], ['ledger', 'other']])
    expect([azp, await codeOf(verifyIdToken(await idToken({ aud: several, azp }), rules, 'n'))]).toEqual([azp, 'auth.token-audience']);
  expect(await codeOf(verifyIdToken(await idToken({ azp: 'ledger' }), rules, 'n'))).toBe('let in');
  // Media types are the same in any case, with and without what may be left out before them (RFC 7515, 4.1.9).
  for (const typ of ['at+jwt', 'AT+JWT', 'application/at+jwt'])
    expect([typ, await codeOf(verifyIdToken(await idToken({}, typ), rules, 'n'))]).toEqual([typ, 'auth.token-type']);
});
