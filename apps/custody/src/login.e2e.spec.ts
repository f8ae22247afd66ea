/** Logins on the built program, at a real provider: the link of the ready line, and what of a principal that is revoked is cut off. */
import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { jest } from '@jest/globals';
import type { PolicyView, Problem, SessionsView, SubmittedRow } from '#lib/contracts';
import { resetData } from '#lib/store';
import { type Finished, runCustody, type RunningCustody, serveCustody, temporaryFolder } from '../test-process.ts';
import { AUDIENCE, PUBLIC_CLIENT, SECRET_CLIENT, startProvider, type TestedProvider } from './access/tested-provider.contract.ts';

jest.setTimeout(600_000);

/** A revocation holds within this (design: People). */
const REVOKED_WITHIN_MS = 5_000;

let temporary: ReturnType<typeof temporaryFolder>;
let real: TestedProvider;
let server: RunningCustody;
let chief: string;
let isServed = false;
const secrets: string[] = [];

const custody = (key: string | null, ...args: string[]): Promise<Finished> =>
  runCustody(['--server', server.url, ...args], key === null ? {} : { CUSTODY_API_KEY: key });
async function did(key: string | null, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await custody(key, ...args);
  if (code !== 0) throw new Error(`custody ${args.join(' ')} (${String(code)}): ${stderr}${stdout}`);
  return stdout.trim();
}
const env = (access: string): Record<string, string> => ({
  CUSTODY_DATA_DIR: join(temporary.path, 'data'),
  CUSTODY_ROLES: 'capture,projector,gateway',
  CUSTODY_DEMO: 'false',
  CUSTODY_ACCESS: access,
  CUSTODY_OIDC_ISSUER: real.issuer,
  CUSTODY_OIDC_CLIENT_ID: PUBLIC_CLIENT.clientId,
  CUSTODY_OIDC_AUDIENCE: AUDIENCE,
});
const sessionIn = (answer: Response): string => {
  const cookie = answer.headers.getSetCookie().find((each) => /^custody_session_\d+=custody_/.test(each));
  if (cookie === undefined) throw new Error(`no session began: ${answer.status}`);
  const [pair = ''] = cookie.split(';');
  secrets.push(pair.split('=')[1] as string);
  return pair;
};
/** Comes back where the server is busy, as it asks for: a machine under load turns nothing red. */
async function go(path: string, cookie = ''): Promise<Response> {
  for (let tries = 1; ; tries++) {
    const answer = await fetch(new URL(path, server.url), { redirect: 'manual', ...(cookie === '' ? {} : { headers: { cookie } }) });
    if (answer.status !== 503 || tries === 10) return answer;
    await sleep(1_000);
  }
}
const codeOf = async (answer: Response): Promise<string> => (answer.ok ? 'ok' : ((await answer.json()) as Problem).code);
async function logIn(as: string): Promise<string> {
  const out = await go('/auth/login');
  const [attempt = ''] = out.headers.getSetCookie().map((each) => each.split(';')[0]);
  return sessionIn(await go((await real.logIn(out.headers.get('location') as string, as)).href, attempt));
}

beforeAll(async () => {
  temporary = temporaryFolder();
  real = await startProvider();
  server = await serveCustody(env('open'));
  isServed = true;
  await did(null, 'agency', 'add', 'acme');
  await did(null, 'principal', 'add', 'acme/chief', '--role', 'admin');
  chief = await did(null, 'key', 'add', 'acme/chief', '--scope', 'admin');
  secrets.push(chief);
  await did(chief, 'principal', 'add', 'eva', '--role', 'contributor');
  await did(chief, 'principal', 'link', 'eva', '--issuer', real.issuer, '--subject', 'eva-at-the-provider');
  const robot = ['--issuer', real.issuer, '--subject', SECRET_CLIENT.clientId];
  await did(chief, 'principal', 'add', 'robot', '--role', 'contributor', '--type', 'service', ...robot);
  expect(server.readyLine).not.toContain('/auth/open');
  await server.stop();
  server = await serveCustody(env('required'));
});
afterAll(async () => {
  if (isServed) await server.stop();
  await real.stop();
  await resetData(join(temporary.path, 'data'));
  temporary.remove();
});

/** Sends a sighting ten times a second; rows as they are answered. */
async function stream(headers: Record<string, string>): Promise<{ rows: SubmittedRow[]; ended: Promise<number>; stop(): void }> {
  const sending = request(`${server.url}/v1/events?onError=proceed`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson', ...headers },
  });
  sending.on('error', () => {});
  const document = {
    kind: 'observation',
    handling: { tlp: 'AMBER' },
    items: [{ id: 'vin:WDDSYNTH9JA000001', role: 'subject' }],
    source: { kind: 'photo' },
  };
  const sendOne = (): boolean => sending.write(`${JSON.stringify(document)}\n`);
  sendOne();
  const [response] = (await once(sending, 'response')) as [IncomingMessage];
  const rows: SubmittedRow[] = [];
  response.setEncoding('utf8').on('data', (lines: string) => {
    for (const line of lines.trimEnd().split('\n')) rows.push(JSON.parse(line) as SubmittedRow);
  });
  const ended = once(response, 'end').then(() => performance.now());
  const sender = setInterval(sendOne, 100);
  while (rows.length < 3) await sleep(20);
  return { rows, ended, stop: () => (clearInterval(sender), void sending.destroy()) };
}

test('the ready line’s link opens the operator’s session, once; without one nothing is read that is not in demo mode', async () => {
  const link = /http:\S+\/auth\/open\?link=\S+/.exec(server.readyLine)?.[0] as string;
  const session = sessionIn(await go(link));
  const { actor } = (await (await go('/v1/policy', session)).json()) as PolicyView;
  expect([actor.agency, actor.principal, actor.via]).toEqual(['local', 'operator', 'session']);
  expect(await codeOf(await go(link))).toBe('auth.link');
  expect(server.readyLine).toContain('; without a key no record)');
  for (const path of ['/v1/events', '/v1/stream', '/v1/search?q=a', '/v1/policy'])
    expect([path, await codeOf(await go(path))]).toEqual([path, 'auth.required']);
  // What nobody is asked for stays public.
  for (const path of ['/livez', '/openapi.json']) expect([path, await codeOf(await go(path))]).toEqual([path, 'ok']);
  secrets.push(new URL(link).searchParams.get('link') as string);
});

test('a session is listed and ended by an admin of the agency', async () => {
  const session = await logIn('eva-at-the-provider');
  expect(((await (await go('/v1/policy', session)).json()) as PolicyView).actor).toMatchObject({ agency: 'acme', principal: 'eva' });
  const { sessions } = JSON.parse(await did(chief, '--json', 'session', 'ls')) as SessionsView;
  expect(sessions.map(({ principal, login }) => [principal, login?.subject])).toEqual([['eva', 'eva-at-the-provider']]);
  await did(chief, 'session', 'end', sessions[0]?.id as string);
  expect(await codeOf(await go('/v1/policy', session))).toBe('auth.session-ended');
  expect((await custody(chief, 'session', 'end', sessions[0]?.id as string)).stderr).toContain('[session.not-found]');
});

test('who is no principal is told so, and comes in once an admin linked the account', async () => {
  await expect(logIn('zoe')).rejects.toThrow('no session began: 403');
  await did(chief, 'principal', 'add', 'zoe', '--role', 'contributor');
  const taken = ['principal', 'link', 'zoe', '--issuer', real.issuer, '--subject', 'eva-at-the-provider'];
  expect((await custody(chief, ...taken)).stderr).toContain('the account is another principal’s');
  await did(chief, 'principal', 'link', 'zoe', '--issuer', real.issuer, '--subject', 'zoe');
  const session = await logIn('zoe');
  await did(chief, 'principal', 'unlink', 'zoe', '--issuer', real.issuer, '--subject', 'zoe');
  expect(await codeOf(await go('/v1/policy', session))).toBe('auth.session-ended');
});

test.each(['a session', 'a token'])(
  'a stream that is open by %s when its principal is revoked ends within five seconds, told why',
  async (by) => {
    const isSession = by === 'a session';
    const headers: Record<string, string> = isSession
      ? { cookie: await logIn('eva-at-the-provider'), origin: server.url }
      : { authorization: `Bearer ${await real.accessToken()}` };
    const { rows, ended, stop } = await stream(headers);
    await did(chief, 'principal', 'revoke', isSession ? 'eva' : 'robot');
    const revokedMs = performance.now();
    const endedMs = await ended;
    stop();
    // The command ends when the revocation holds for the server that it asks.
    expect(endedMs - revokedMs).toBeLessThan(REVOKED_WITHIN_MS);
    const code = isSession ? 'auth.session-ended' : 'auth.subject-revoked';
    expect(rows.slice(0, -1).every(({ status }) => status === 'accepted')).toBe(true);
    expect(rows.at(-1)).toMatchObject({ status: 'refused', errors: [{ code }] });
    expect(await codeOf(await fetch(`${server.url}/v1/policy`, { headers }))).toBe(code);
  },
);

test('no secret stands in what the server said', () => {
  expect(secrets.length).toBeGreaterThan(4);
  for (const secret of secrets) expect(server.stderr()).not.toContain(secret);
});
