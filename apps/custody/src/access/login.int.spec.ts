/** Logins over HTTP at a real provider, with sessions in a real database: from the first click to the end of the session. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { DynamicModule } from '@nestjs/common';
import { type ErrorCode, isErrorCode, problem, type Problem, type SessionsView, statusOf } from '#lib/contracts';
import { Policy, type PolicyAct } from '#lib/domain';
import { createHttpServer, createLog, createMetrics, type HttpAccess, type HttpServer } from '#lib/runtime';
import { ledgerConstants, type StorePool } from '#lib/store';
import { testDatabase, type TestDatabase } from '../../../../libs/store/test-database.ts';
import { newApiKey } from './api-key.ts';
import { httpAccess } from './authenticator.ts';
import { LOGIN_DEPS, LoginController } from './login.controller.ts';
import { LINK_MINUTES, OneTimeLink } from './one-time-link.ts';
import { OpenIdProvider } from './openid-provider.ts';
import { verifyAccessToken } from './openid-token.ts';
import { openReadLog } from './read-log.ts';
import { SessionsController } from './sessions.controller.ts';
import { Sessions } from './sessions.ts';
import { AUDIENCE, PUBLIC_CLIENT, SECRET_CLIENT, startProvider, type TestedProvider } from './tested-provider.contract.ts';

class LoginModule {}

const limits = { ratePerSecond: 100_000, rateBurst: 100_000, requestsInFlight: 64, bodyBytes: 1_024 };
const catalogue = {
  isCode: isErrorCode,
  statusOf: (code: string) => statusOf(code as ErrorCode),
  problem: (code: string, of: { instance: string; requestId: string }) => problem(code as ErrorCode, of),
};
const KEY = newApiKey();

let database: TestDatabase;
let pool: StorePool;
let owner: StorePool;
let real: TestedProvider;
let server: HttpServer;
let base: string;
let policy: Policy;
let link: OneTimeLink;
let now = 0;
let isOff = false;
let access: HttpAccess;

beforeAll(async () => {
  [database, real] = await Promise.all([testDatabase(), startProvider()]);
  // No test is about speed: a machine under load must not turn one red.
  pool = database.pool('access', { connectTimeoutMs: 60_000 });
  owner = database.pool('owner', { connectTimeoutMs: 60_000 });
  link = new OneTimeLink(() => now);
  const sessions = new Sessions(pool, { hours: 12, idleMinutes: 60 });
  const provider = new OpenIdProvider({ issuer: real.issuer });
  const log = createLog({ level: 'silent', secrets: [] });
  const deps = {
    sessions,
    policy: () => Promise.resolve(policy),
    get openId() {
      return isOff ? null : { provider, client: PUBLIC_CLIENT };
    },
    get link() {
      return link;
    },
    log,
  };
  const root: DynamicModule = {
    module: LoginModule,
    controllers: [LoginController, SessionsController],
    providers: [{ provide: LOGIN_DEPS, useValue: deps }],
  };
  access = {
    ...httpAccess({
      access: 'required',
      own: newApiKey(),
      policy: () => Promise.resolve(policy),
      session: (text) => sessions.of(text),
      tokenLogin: (token) => verifyAccessToken(token, { issuer: real.issuer, audience: AUDIENCE, keys: provider.keys }),
    }),
    used: (actor, request) => sessions.used(actor, request),
  };
  const { origin } = await ledgerConstants(owner);
  const reads = openReadLog({ origin, pool, policy: () => policy.last + 1 });
  server = await createHttpServer(root, { limits, log, metrics: createMetrics(), catalogue, access, reads });
  base = await server.listen('127.0.0.1', 0);
}, 600_000);
afterAll(async () => {
  await server.close();
  await real.stop();
  await database.drop();
}, 600_000);

/** Acme has eva and max, each with an account, and an admin with a key. */
beforeEach(async () => {
  policy = new Policy();
  act({ act: 'agency.add', agency: 'acme' });
  act({ act: 'principal.add', agency: 'acme', principal: 'chief', type: 'person', roles: ['admin'] });
  for (const principal of ['eva', 'max'])
    act({ act: 'principal.add', agency: 'acme', principal, type: 'person', roles: ['investigator'], login: account(principal) });
  act({
    act: 'principal.add',
    agency: 'acme',
    principal: 'robot',
    type: 'service',
    roles: ['contributor'],
    login: account(SECRET_CLIENT.clientId),
  });
  act({ act: 'key.add', agency: 'acme', principal: 'chief', key: KEY.id, sha256: KEY.sha256, scopes: ['admin'] });
  await owner.query('delete from login.sessions');
});
function act(said: PolicyAct, author = { agency: 'local', principal: 'operator' }): void {
  const reason = policy.apply({ logIndex: policy.last + 1, ...author, captured: 0, act: said });
  if (reason !== undefined) throw new Error(`${said.act}: ${reason}`);
}
const CHIEF = { agency: 'acme', principal: 'chief' };
const account = (subject: string) => ({ issuer: real.issuer, subject });

/** What a browser keeps of one server. */
class Browser {
  readonly cookies = new Map<string, string>();

  async go(path: string, init: RequestInit = {}): Promise<Response> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const headers = { ...(cookie === '' ? {} : { cookie }), ...(init.headers as Record<string, string>) };
    const response = await fetch(new URL(path, base), { redirect: 'manual', ...init, headers });
    for (const set of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
      if (/; Max-Age=0;/.test(set)) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return response;
  }

  /** All of it: out to the provider, its form, and back. Returns the answer to the callback. */
  async logIn(as: string, query = ''): Promise<Response> {
    const out = await this.go(`/auth/login${query}`);
    return this.go((await real.logIn(out.headers.get('location') as string, as)).href);
  }

  /** Who he is for the server: the code of the refusal, or the sessions that he is shown. */
  async sessions(): Promise<SessionsView['sessions']> {
    return ((await (await this.go('/v1/sessions')).json()) as SessionsView).sessions;
  }

  get session(): string {
    return this.cookies.get(`custody_session_${new URL(base).port}`) ?? '';
  }
}
const codeOf = async (answer: Response | Promise<Response>): Promise<string> => {
  const given = await answer;
  return given.status < 400 ? 'ok' : ((await given.json()) as Problem).code;
};
/** Went out to the provider and was sent back, but for the last step. */
async function begun(browser: Browser): Promise<{ state: string; searchParams: URLSearchParams }> {
  const out = await browser.go('/auth/login');
  const location = out.headers.get('location') as string;
  return { state: new URL(location).searchParams.get('state') ?? '', searchParams: (await real.logIn(location, 'eva')).searchParams };
}
const SAME = { 'sec-fetch-site': 'same-origin' };
const asChief = { authorization: `Bearer ${KEY.text}` };

test('a login begins a session that scripts and other sites do not get, and goes on to where it was meant to', async () => {
  const eva = new Browser();
  const answer = await eva.logIn('eva', '?to=/docs/api');
  expect([answer.status, answer.headers.get('location')]).toEqual([303, '/docs/api']);
  const { port } = new URL(base);
  const [attempt, session] = answer.headers.getSetCookie();
  expect(attempt).toBe(`custody_login_${port}=; Path=/auth; Max-Age=0; HttpOnly; SameSite=Lax`);
  expect(session).toBe(`custody_session_${port}=${eva.session}; Path=/; Max-Age=43200; HttpOnly; SameSite=Lax`);
  expect([answer.headers.get('cache-control'), answer.headers.get('referrer-policy')]).toEqual(['no-store', 'no-referrer']);
  expect(await eva.sessions()).toMatchObject([{ agency: 'acme', principal: 'eva', login: account('eva') }]);
  expect(await codeOf(new Browser().go('/v1/sessions'))).toBe('auth.required');
});

test('a session is kept as a hash alone, and is nothing to the rights of other roles', async () => {
  const eva = new Browser();
  await eva.logIn('eva');
  const { rows } = await owner.query<{ text: string }>('select row_to_json(s)::text as text from login.sessions s');
  expect(rows).toHaveLength(1);
  expect(rows[0]?.text).not.toContain(eva.session.split('_').at(-1));
  for (const role of ['gateway', 'capture', 'projector', 'operator', 'sealer', 'evidence'] as const)
    await expect(database.pool(role, { connectTimeoutMs: 60_000 }).query('select from login.sessions')).rejects.toMatchObject({
      code: '42501',
    });
  await expect(pool.query("update login.sessions set expires = 'infinity'")).rejects.toMatchObject({ code: '42501' });
  // Control: what does know callers reads it.
  expect((await pool.query('select from login.sessions')).rows).toHaveLength(1);
});

test('an account that is nobody here begins no session, and is told which', async () => {
  const stranger = new Browser();
  expect(await codeOf(stranger.logIn('stranger'))).toBe('auth.subject-unknown');
  act({ act: 'principal.revoke', agency: 'acme', principal: 'max' }, CHIEF);
  expect(await codeOf(stranger.logIn('max'))).toBe('auth.subject-revoked');
  act({ act: 'principal.link', agency: 'acme', principal: 'chief', login: account('max') }, CHIEF);
  // Control: once linked, the same account comes in.
  expect(await codeOf(stranger.logIn('max'))).toBe('ok');
  expect(stranger.session).not.toBe('');
});

test('an account of two agencies acts for the one that linked it first, or for the one that it names', async () => {
  act({ act: 'principal.add', agency: 'local', principal: 'e', type: 'person', roles: ['auditor'], login: account('eva') });
  const eva = new Browser();
  expect(await codeOf(eva.logIn('eva'))).toBe('ok');
  expect(await eva.sessions()).toMatchObject([{ agency: 'acme', principal: 'eva' }]);
  await eva.logIn('eva', '?agency=local');
  expect(await eva.sessions()).toMatchObject([{ agency: 'local', principal: 'e' }]);
});

test('the answer to a login is taken from the browser that began it, once', async () => {
  const [eva, other] = [new Browser(), new Browser()];
  const out = await eva.go('/auth/login');
  const back = (await real.logIn(out.headers.get('location') as string, 'eva')).href;
  expect(await codeOf(other.go(back))).toBe('auth.login-state');
  expect(await codeOf(eva.go(back.replace(/state=[^&]*/, 'state=forged')))).toBe('auth.login-state');
  // The attempt is over by that, also for the right answer.
  expect(await codeOf(eva.go(back))).toBe('auth.login-state');
  expect(await codeOf(eva.logIn('eva'))).toBe('ok');
});

test('for an attempt that this server did not begin the provider is asked nothing', async () => {
  const eva = new Browser();
  const { state, searchParams } = await begun(eva);
  const name = `custody_login_${new URL(base).port}`;
  const [said = '', mac = ''] = (eva.cookies.get(name) ?? '').split('.');
  const stranger = new Browser();
  const asked = real.codesAsked();
  for (const text of [
    said,
    `${said}.${'A'.repeat(43)}`,
    `${Buffer.from(JSON.stringify({ state, nonce: 'n', verifier: 'v' })).toString('base64url')}.${mac}`,
  ]) {
    stranger.cookies.set(name, text);
    expect(await codeOf(stranger.go(`/auth/callback?${searchParams.toString()}`))).toBe('auth.login-state');
  }
  expect(real.codesAsked()).toBe(asked);
  // Control: with the cookie as it was given, the same answer is taken to the provider.
  stranger.cookies.set(name, `${said}.${mac}`);
  expect(await codeOf(stranger.go(`/auth/callback?${searchParams.toString()}`))).toBe('ok');
  expect(real.codesAsked()).toBe(asked + 1);
});

test('of many who end a login at once the provider is asked for a few, and the others are told to come back', async () => {
  const asked = real.codesAsked();
  const all = await Promise.all(
    Array.from({ length: 20 }, async () => {
      const one = new Browser();
      const { state } = await begun(one);
      return { one, path: `/auth/callback?code=x&state=${state}&iss=${encodeURIComponent(real.issuer)}` };
    }),
  );
  const release = real.hold();
  const answers = all.map(({ one, path }) => one.go(path));
  while (real.codesAsked() - asked < 8) await sleep(10);
  await sleep(200);
  const askedAtOnce = real.codesAsked() - asked;
  release();
  expect(askedAtOnce).toBe(8);
  const codes = await Promise.all(answers.map(codeOf));
  expect([codes.filter((code) => code === 'auth.login-code').length, codes.filter((code) => code === 'busy').length]).toEqual([8, 12]);
  expect(await codeOf(new Browser().logIn('eva'))).toBe('ok');
});

test('a session ends by its time, by rest, by logging out, by an admin, and with its principal and account', async () => {
  const eva = new Browser();
  const ends = async (how: () => unknown): Promise<string> => {
    await eva.logIn('eva');
    expect(await codeOf(eva.go('/v1/sessions'))).toBe('ok');
    const { session } = eva;
    await how();
    const answer = await fetch(`${base}/v1/sessions`, { headers: { cookie: `custody_session_${new URL(base).port}=${session}` } });
    expect(answer.headers.get('set-cookie')).toMatch(/^custody_session_\d+=; Path=\/; Max-Age=0; /);
    return codeOf(answer);
  };
  const endAll = (): Promise<unknown> => eva.go('/auth/logout', { method: 'POST', headers: SAME });
  expect(await ends(() => owner.query("update login.sessions set expires = clock_timestamp() - interval '1 s'"))).toBe(
    'auth.session-expired',
  );
  expect(await ends(() => owner.query("update login.sessions set seen = seen - interval '61 min'"))).toBe('auth.session-expired');
  expect(await ends(endAll)).toBe('auth.session-ended');
  expect(
    await ends(async () => {
      const [{ id = '' } = {}] = await eva.sessions();
      expect(await codeOf(fetch(`${base}/v1/sessions/${id}`, { method: 'DELETE', headers: asChief }))).toBe('ok');
      expect(await codeOf(fetch(`${base}/v1/sessions/${id}`, { method: 'DELETE', headers: asChief }))).toBe('session.not-found');
    }),
  ).toBe('auth.session-ended');
  expect(await ends(() => owner.query('delete from login.sessions'))).toBe('auth.session-unknown');
  expect(await ends(() => act({ act: 'principal.unlink', agency: 'acme', principal: 'eva', login: account('eva') }, CHIEF))).toBe(
    'auth.session-ended',
  );
  act({ act: 'principal.link', agency: 'acme', principal: 'eva', login: account('eva') }, CHIEF);
  expect(await ends(() => act({ act: 'principal.revoke', agency: 'acme', principal: 'eva' }, CHIEF))).toBe('auth.session-ended');
});

test('what is over is told of for a week, and then forgotten with the next login', async () => {
  const [eva, max] = [new Browser(), new Browser()];
  await eva.logIn('eva');
  await owner.query("update login.sessions set expires = clock_timestamp() - interval '6 days'");
  await max.logIn('max');
  expect((await owner.query('select from login.sessions')).rowCount).toBe(2);
  await owner.query("update login.sessions set expires = clock_timestamp() - interval '8 days' where principal = 'eva'");
  await max.logIn('max');
  expect((await owner.query<{ who: string }>('select distinct principal as who from login.sessions')).rows).toEqual([{ who: 'max' }]);
  expect(await codeOf(eva.go('/v1/sessions'))).toBe('auth.session-unknown');
  await expect(pool.query('delete from login.sessions')).rejects.toMatchObject({ code: '42501' });
});

test('a session that is used is not at rest', async () => {
  const eva = new Browser();
  await eva.logIn('eva');
  await owner.query("update login.sessions set seen = seen - interval '50 min'");
  expect(await codeOf(eva.go('/v1/sessions'))).toBe('ok');
  await owner.query("update login.sessions set seen = seen - interval '50 min'");
  expect(await codeOf(eva.go('/v1/sessions'))).toBe('ok');
});

test('a session whose caller is only looked at, as of a stream that is open, comes to rest', async () => {
  const eva = new Browser();
  await eva.logIn('eva');
  const headers = { host: new URL(base).host, cookie: `custody_session_${new URL(base).port}=${eva.session}` };
  const look = async (): Promise<string> => (await access.authenticate({ headers, ip: '127.0.0.1', method: 'GET' })).principal;
  for (let looks = 0; looks < 2; looks++) {
    await owner.query("update login.sessions set seen = seen - interval '50 min'");
    if (looks === 0) expect(await look()).toBe('eva');
    else await expect(look()).rejects.toMatchObject({ code: 'auth.session-expired' });
  }
});

test('sessions are shown and ended by their principal and the admins of the agency, and are not there for others', async () => {
  const [eva, max, boss] = [new Browser(), new Browser(), new Browser()];
  await eva.logIn('eva');
  await max.logIn('max');
  await boss.go(`/auth/open?link=${link.text}`);
  const listed = async (asked: Promise<Response>): Promise<string[]> =>
    ((await (await asked).json()) as SessionsView).sessions.map(({ principal }) => principal).sort();
  expect(await listed(eva.go('/v1/sessions'))).toEqual(['eva']);
  expect(await listed(fetch(`${base}/v1/sessions`, { headers: asChief }))).toEqual(['eva', 'max']);
  // The operator's own agency is another one, admin or not.
  expect(await listed(boss.go('/v1/sessions'))).toEqual(['operator']);
  const [{ id = '' } = {}] = await eva.sessions();
  const end = (who: Browser): Promise<string> => codeOf(who.go(`/v1/sessions/${id}`, { method: 'DELETE', headers: SAME }));
  const missing = (who: Browser): Promise<string> => codeOf(who.go('/v1/sessions/k00000000000', { method: 'DELETE', headers: SAME }));
  for (const who of [max, boss]) expect([await end(who), await missing(who)]).toEqual(['session.not-found', 'session.not-found']);
  expect(await end(eva)).toBe('ok');
});

test('a page elsewhere ends no session and begins none in the visitor’s name', async () => {
  const eva = new Browser();
  await eva.logIn('eva');
  const logout = (headers: Record<string, string>): Promise<string> => codeOf(eva.go('/auth/logout', { method: 'POST', headers }));
  expect(await logout({ origin: 'https://other.example' })).toBe('origin.foreign');
  // Another port of this machine is another program, though the cookie goes there.
  expect(await logout({ 'sec-fetch-site': 'same-site' })).toBe('origin.foreign');
  expect(await logout({})).toBe('origin.unknown');
  expect(await codeOf(eva.go('/v1/sessions'))).toBe('ok');
  expect(await logout({ origin: base })).toBe('ok');
});

test('a login in a browser that has a session ends that one', async () => {
  const one = new Browser();
  await one.logIn('eva');
  const before = one.session;
  await one.logIn('max');
  const answer = fetch(`${base}/v1/sessions`, { headers: { cookie: `custody_session_${new URL(base).port}=${before}` } });
  expect(await codeOf(answer)).toBe('auth.session-ended');
  expect(await one.sessions()).toMatchObject([{ principal: 'max' }]);
});

test('the link of the ready line opens one session of the operator, in its first minutes', async () => {
  link = new OneTimeLink(() => now);
  const { text } = link;
  const first = new Browser();
  expect(await codeOf(first.go(`/auth/open?link=${newApiKey().text}`))).toBe('auth.link');
  expect(await codeOf(first.go('/auth/open'))).toBe('auth.link');
  // A link checker uses up nothing.
  const checked = await first.go(`/auth/open?link=${text}`, { method: 'HEAD' });
  expect([checked.status, checked.headers.getSetCookie()]).toEqual([405, []]);
  const answer = await first.go(`/auth/open?link=${text}`);
  expect([answer.status, answer.headers.get('location')]).toEqual([303, '/']);
  expect(await first.sessions()).toMatchObject([{ agency: 'local', principal: 'operator' }]);
  expect(await codeOf(new Browser().go(`/auth/open?link=${text}`))).toBe('auth.link');
  link = new OneTimeLink(() => now);
  now += LINK_MINUTES * 60_000;
  expect(await codeOf(new Browser().go(`/auth/open?link=${link.text}`))).toBe('auth.link');
});

test('a token of the provider is its subject, and another one is refused by its own code', async () => {
  const ask = (token: string): Promise<Response> => fetch(`${base}/v1/sessions`, { headers: { authorization: `Bearer ${token}` } });
  const token = await real.accessToken();
  expect(await codeOf(ask(token))).toBe('ok');
  const [head, body] = token.split('.');
  const none = Buffer.from('{"alg":"none","typ":"at+jwt"}').toString('base64url');
  expect(await codeOf(ask(`${none}.${body}.`))).toBe('auth.token-unsigned');
  expect(await codeOf(ask(`${head}.${body}.AAAA`))).toBe('auth.token-signature');
  act({ act: 'principal.revoke', agency: 'acme', principal: 'robot' }, CHIEF);
  expect(await codeOf(ask(token))).toBe('auth.subject-revoked');
});

test('where no provider is configured there are no logins', async () => {
  isOff = true;
  const anybody = new Browser();
  for (const path of ['/auth/login', '/auth/callback?code=x&state=y']) expect(await codeOf(anybody.go(path))).toBe('auth.login-off');
  isOff = false;
  expect(await codeOf(anybody.go('/auth/login'))).toBe('ok');
});

test('a stale cookie keeps nobody from logging in again', async () => {
  const eva = new Browser();
  eva.cookies.set(`custody_session_${new URL(base).port}`, newApiKey().text);
  expect(await codeOf(eva.logIn('eva'))).toBe('ok');
  expect(await codeOf(eva.go('/v1/sessions'))).toBe('ok');
});
