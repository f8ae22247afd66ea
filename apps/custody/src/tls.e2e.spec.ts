/**
 * The built program with a certificate, as browsers and commands meet it. It listens on 127.0.0.2, which is another address than those that are served
 * without one, and loopback all the same. (macOS has it once it is added to lo0.)
 */
import { writeFileSync } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import { request } from 'node:https';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import type { PolicyView, Problem } from '#lib/contracts';
import { resetData } from '#lib/store';
import { TestAuthority, type TestedFiles } from '../../../libs/runtime/test-processes/test-certificate.ts';
import { type Finished, runCustody, type RunningCustody, serveCustody, temporaryFolder } from '../test-process.ts';

jest.setTimeout(600_000);

const ADDRESS = '127.0.0.2';
let temporary: ReturnType<typeof temporaryFolder>;
let authority: TestAuthority;
let files: TestedFiles;
let server: RunningCustody;
let trusting: Readonly<Record<string, string>>;
let isServed = false;

const env = (of: TestedFiles): Record<string, string> => ({
  CUSTODY_DATA_DIR: join(temporary.path, 'data'),
  CUSTODY_ROLES: 'capture,projector,gateway',
  CUSTODY_HOST: ADDRESS,
  CUSTODY_ACCESS: 'required',
  CUSTODY_TLS_CERT: of.cert,
  CUSTODY_TLS_KEY: of.key,
});

beforeAll(async () => {
  temporary = temporaryFolder();
  authority = await TestAuthority.make('CN=synthetic authority');
  files = await authority.issueTo(join(temporary.path, 'tls'), [ADDRESS]);
  const ca = join(temporary.path, 'ca.pem');
  writeFileSync(ca, authority.pem);
  trusting = { NODE_EXTRA_CA_CERTS: ca };
  server = await serveCustody(env(files));
  isServed = true;
});
afterAll(async () => {
  if (isServed) await server.stop();
  await resetData(join(temporary.path, 'data'));
  temporary.remove();
});

interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
}

function go(path: string, headers: Readonly<Record<string, string>> = {}, method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    request(new URL(path, server.url), { method, headers, ca: authority.pem, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.on('end', () =>
        resolve({ status: response.statusCode, headers: response.headers, body: /^\{/.test(text) ? JSON.parse(text) : text }),
      );
    })
      .on('error', reject)
      .end();
  });
}

describe('a server on another address, by TLS', () => {
  it('says https in its ready line, and lets nobody read without a key', async () => {
    expect(server.readyLine).toMatch(
      /^Ready {2}https:\/\/127\.0\.0\.2:\d+\/auth\/open\?link=\S+ {2}\(this link, .*; without a key nothing\)$/,
    );
    for (const path of ['/v1/events', '/v1/items/vin:WDDSYNTH9JA000001', '/v1/search?q=a']) {
      const { status, body } = await go(path);
      expect([path, status, (body as Problem).code]).toEqual([path, 401, 'auth.required']);
    }
    expect((await go('/livez')).status).toBe(200);
  });

  it('begins a session whose cookie goes out by https alone, and that pages of its own origin alone use', async () => {
    const opened = await go(/https:\S+/.exec(server.readyLine)?.[0] as string);
    const cookie = opened.headers['set-cookie']?.find((each) => each.includes('custody_session')) ?? '';
    expect(cookie).toMatch(/^__Host-custody_session_\d+=custody_\S+; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Lax; Secure$/);
    expect(opened.headers['strict-transport-security']).toBe('max-age=31536000');
    const [session = ''] = cookie.split(';');
    const { actor } = (await go('/v1/policy', { cookie: session })).body as PolicyView;
    expect([actor.principal, actor.via]).toEqual(['operator', 'session']);
    // One that a page in clear could have put there is none.
    expect((await go('/v1/policy', { cookie: session.replace('__Host-', '') })).status).toBe(401);
    const inClear = await go('/auth/logout', { cookie: session, origin: server.url.replace('https', 'http') }, 'POST');
    expect((inClear.body as Problem).code).toBe('origin.foreign');
    expect((await go('/auth/logout', { cookie: session, origin: server.url }, 'POST')).status).toBe(204);
  });

  it('is asked by commands of this machine that know its issuer, and by no others', async () => {
    const port = new URL(server.url).port;
    const asks = (more: Readonly<Record<string, string>>): Promise<Finished> =>
      runCustody(['agency', 'add', 'acme'], { ...env(files), CUSTODY_PORT: port, ...more });
    const stranger = await asks({});
    expect([stranger.code, /\[(server\.\S+)\]/.exec(stranger.stderr)?.[1]]).toEqual([2, 'server.untrusted']);
    expect(stranger.stderr).toMatch(/issued by nobody whom this machine trusts.*NODE_EXTRA_CA_CERTS/s);
    expect(await asks(trusting)).toMatchObject({ code: 0 });
    const otherName = await runCustody(['--server', `https://127.0.0.1:${port}`, 'search', 'x'], trusting);
    expect(otherName.stderr).toContain('[server.');
  });
});

describe('a server is not started', () => {
  const starts = (of: Readonly<Record<string, string>>): Promise<Finished> => runCustody(['serve', '--port', '0'], of);

  it('on all addresses without a certificate', async () => {
    const { code, stderr } = await starts({ CUSTODY_DATA_DIR: join(temporary.path, 'none'), CUSTODY_HOST: '0.0.0.0' });
    expect([code, stderr]).toEqual([2, expect.stringMatching(/CUSTODY_HOST: 0\.0\.0\.0 is none of .*set CUSTODY_TLS_CERT/s)]);
  });

  it('with a key of another certificate, or one that has expired', async () => {
    const other = await authority.issueTo(join(temporary.path, 'other'), [ADDRESS], { from: -2_000_000, to: -1_000_000 });
    const mixed = await starts(env({ cert: files.cert, key: other.key }));
    expect([mixed.code, mixed.stderr]).toEqual([
      2,
      expect.stringMatching(/tls\.key: .* is not the key of the certificate.*\[config\.invalid\]/s),
    ]);
    const old = await starts(env(other));
    expect([old.code, old.stderr]).toEqual([2, expect.stringMatching(/tls\.cert: .* expired on .*: renew it/s)]);
    const checked = await runCustody(['config', 'check'], env(other));
    expect([checked.code, checked.stderr]).toEqual([2, expect.stringContaining('expired on')]);
  });
});
