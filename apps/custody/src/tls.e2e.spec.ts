/**
 * The built program with a certificate, as browsers and commands meet it. It listens on 127.0.0.2, which is another address than those that are served
 * without one, and loopback all the same. (macOS has it once it is added to lo0.)
 */
import { writeFileSync } from 'node:fs';
import { createServer as createHttpServer, type IncomingHttpHeaders } from 'node:http';
import { request } from 'node:https';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import type { HealthView, PolicyView, Problem } from '#lib/contracts';
import { resetData } from '#lib/store';
import { TestAuthority, type TestedFiles } from '../../../libs/runtime/test-processes/test-certificate.ts';
import { type Finished, runCustody, type RunningCustody, serveCustody, temporaryFolder } from '../test-process.ts';
import { newApiKey } from './access/api-key.ts';
import { PUBLIC_CLIENT, startProvider, type TestedProvider } from './access/tested-provider.contract.ts';

jest.setTimeout(600_000);

const ADDRESS = '127.0.0.2';
let temporary: ReturnType<typeof temporaryFolder>;
let authority: TestAuthority;
let real: TestedProvider;
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
  CUSTODY_OIDC_ISSUER: real.issuer,
  CUSTODY_OIDC_CLIENT_ID: PUBLIC_CLIENT.clientId,
});

/** Nobody listens there at the moment: the provider has to know it before the server does. */
async function freePort(): Promise<number> {
  const held = createServer();
  await new Promise<void>((resolve) => held.listen(0, ADDRESS, resolve));
  const { port } = held.address() as AddressInfo;
  await new Promise((resolve) => held.close(resolve));
  return port;
}

beforeAll(async () => {
  temporary = temporaryFolder();
  authority = await TestAuthority.make('CN=synthetic authority');
  files = await authority.issueTo(join(temporary.path, 'tls'), [ADDRESS]);
  const ca = join(temporary.path, 'ca.pem');
  writeFileSync(ca, authority.pem);
  trusting = { NODE_EXTRA_CA_CERTS: ca };
  const port = await freePort();
  real = await startProvider([`https://${ADDRESS}:${port}/auth/callback`]);
  server = await serveCustody(env(files), ['--port', String(port)]);
  isServed = true;
});
afterAll(async () => {
  if (isServed) await server.stop();
  await real.stop();
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

/** A command of this machine, of whose files it knows. */
const asks = (more: Readonly<Record<string, string>>, ...args: string[]): Promise<Finished> =>
  runCustody(args, { ...env(files), CUSTODY_PORT: new URL(server.url).port, ...more });

describe('a server on another address, by TLS', () => {
  it('says https in its ready line, and lets nobody read without a key', async () => {
    // And no link that would make its reader the operator.
    expect(server.readyLine).toMatch(/^Ready {2}https:\/\/127\.0\.0\.2:\d+\/docs\/api {2}\(without a key no record\)$/);
    for (const path of ['/v1/events', '/v1/items/vin:WDDSYNTH9JA000001', '/v1/search?q=a']) {
      const { status, body } = await go(path);
      expect([path, status, (body as Problem).code]).toEqual([path, 401, 'auth.required']);
    }
    expect((await go('/livez')).status).toBe(200);
    const { checks } = (await go('/readyz')).body as HealthView;
    expect(checks).toContainEqual({
      name: 'certificate',
      status: 'ok',
      detail: expect.stringMatching(/^until \d{4}-\d\d-\d\d$/) as string,
    });
  });

  it('begins a session whose cookie goes out by https alone, and that pages of its own origin alone use', async () => {
    const eva = ['principal', 'add', 'eva', '--role', 'contributor', '--issuer', real.issuer, '--subject', 'eva-at-the-provider'];
    expect(await asks(trusting, ...eva)).toMatchObject({ code: 0 });
    const out = await go('/auth/login');
    const [attempt = ''] = (out.headers['set-cookie'] ?? []).map((each) => each.split(';')[0]);
    const { pathname, search } = await real.logIn(out.headers.location as string, 'eva-at-the-provider');
    const opened = await go(`${pathname}${search}`, { cookie: attempt });
    const cookie = opened.headers['set-cookie']?.find((each) => each.includes('custody_session')) ?? '';
    expect(cookie).toMatch(/^__Host-custody_session_\d+=custody_\S+; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Lax; Secure$/);
    expect(opened.headers['strict-transport-security']).toBe('max-age=31536000');
    const [session = ''] = cookie.split(';');
    const { actor } = (await go('/v1/policy', { cookie: session })).body as PolicyView;
    expect([actor.principal, actor.via]).toEqual(['eva', 'session']);
    // One that a page in clear could have put there is none.
    expect((await go('/v1/policy', { cookie: session.replace('__Host-', '') })).status).toBe(401);
    const inClear = await go('/auth/logout', { cookie: session, origin: server.url.replace('https', 'http') }, 'POST');
    expect((inClear.body as Problem).code).toBe('origin.foreign');
    expect((await go('/auth/logout', { cookie: session, origin: server.url }, 'POST')).status).toBe(204);
  });

  it('is asked by commands of this machine that know its issuer, and by no others', async () => {
    const agency = ['agency', 'add', 'acme'];
    const stranger = await asks({}, ...agency);
    expect([stranger.code, /\[(server\.\S+)\]/.exec(stranger.stderr)?.[1]]).toEqual([2, 'server.untrusted']);
    expect(stranger.stderr).toMatch(/issued by nobody whom this machine trusts.*NODE_EXTRA_CA_CERTS/s);
    expect(await asks(trusting, ...agency)).toMatchObject({ code: 0 });
    const otherName = await runCustody(['--server', `https://127.0.0.1:${new URL(server.url).port}`, 'search', 'x'], trusting);
    expect(otherName.stderr).toContain('[server.');
  });
});

it('the doctor says of its certificate whether it holds, and of one that expired that it does not', async () => {
  const own = await asks(trusting, 'doctor');
  expect(own.stdout).toMatch(/^ok {4}certificate {5}\S+: until \d{4}-\d\d-\d\d$/m);
  const old = await authority.issueTo(join(temporary.path, 'old'), [ADDRESS], { from: -2_000_000, to: -1_000_000 });
  const { code, stdout } = await asks({ ...trusting, CUSTODY_TLS_CERT: old.cert, CUSTODY_TLS_KEY: old.key }, 'doctor');
  expect([code, stdout]).toEqual([1, expect.stringMatching(/^FAIL {2}certificate {5}tls\.cert: .* expired on .*\[config\.invalid\]$/m)]);
  expect((await asks({ CUSTODY_TLS_CERT: '', CUSTODY_TLS_KEY: '', CUSTODY_HOST: '127.0.0.1' }, 'doctor')).stdout).not.toContain(
    'certificate',
  );
});

it('no key is sent in clear, to it or to an address of this machine on which somebody else may listen', async () => {
  const { port } = new URL(server.url);
  const asked: (string | undefined)[] = [];
  const stranger = createHttpServer((request, response) => {
    asked.push(request.headers.authorization);
    response.writeHead(401).end('{"code":"auth.required"}');
  });
  await new Promise<void>((resolve) => stranger.listen(Number(port), '127.0.0.1', resolve));
  try {
    // A command in the same folder that was not told of the host and its certificate.
    const here = { CUSTODY_DATA_DIR: env(files)['CUSTODY_DATA_DIR'] as string, CUSTODY_PORT: port };
    expect((await runCustody(['agency', 'add', 'bolt'], here)).code).not.toBe(0);
    expect([asked.length > 0, asked.every((shown) => shown === undefined)]).toEqual([true, true]);
    const given = await runCustody(['--server', `http://${ADDRESS}:${port}`, '--api-key', newApiKey().text, 'search', 'x']);
    expect([given.code, given.stderr]).toEqual([2, expect.stringContaining('[config.invalid]')]);
  } finally {
    stranger.closeAllConnections();
    await new Promise((resolve) => stranger.close(resolve));
  }
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
