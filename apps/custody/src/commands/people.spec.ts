/** What the commands for people say when an act comes to nothing; that acts take effect is shown on a real server (people.e2e.spec.ts). */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createClient } from '../client.ts';
import type { CommandError } from '../exit-codes.ts';
import { agencyAdd, breakGlassOpen, keyAdd, list, principalAdd } from './people.ts';

const actor = { agency: 'acme', principal: 'eva', roles: ['admin'], groups: [], via: 'key', shows: 'k3v9x0q7m2ab' };
/** Of what the server has folded. */
let policy: object;
let submitted: unknown[];
let server: Server;
let url: string;
beforeAll(async () => {
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8');
      if (body !== '') submitted.push(JSON.parse(body));
      const answer = request.url === '/v1/policy' ? policy : request.method === 'POST' ? { id: 'p-1' } : { event: { logIndex: 7 } };
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(answer));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));
beforeEach(() => {
  submitted = [];
  policy = { actor, last: 7, flagged: [], agencies: [], communities: [], principals: [], signers: [], keys: [] };
});

const failing = (work: Promise<unknown>): Promise<unknown[]> =>
  work.then(
    () => ['done'],
    (error: unknown) => [(error as CommandError).code, (error as CommandError).message],
  );

test('an act without effect says why', async () => {
  policy = { ...policy, flagged: [{ logIndex: 7, act: 'agency.add', reason: 'not-the-operating-agency' }] };
  const detail = 'The act is in the log at 7, and has no effect: agencies and communities are for the operating agency to decide.';
  expect(await failing(agencyAdd(createClient(url), 'bolt', {}))).toEqual(['policy.no-effect', detail]);
});

test('an act that the server does not act on in time is not said to hold', async () => {
  policy = { ...policy, last: 6 };
  expect((await failing(agencyAdd(createClient(url), 'bolt', { withinMs: 10 })))[0]).toBe('policy.pending');
});

/** What goes to stdout meanwhile; stderr is dropped. */
async function printed(work: () => Promise<unknown>): Promise<string> {
  const written: string[] = [];
  const { stdout, stderr } = process;
  const [out, err] = [stdout.write.bind(stdout), stderr.write.bind(stderr)];
  stdout.write = ((text: string) => written.push(text) > 0) as typeof stdout.write;
  stderr.write = (() => true) as typeof stderr.write;
  try {
    await work();
  } finally {
    [stdout.write, stderr.write] = [out, err];
  }
  return written.join('');
}

test('principals are listed with their accounts, where the server says them, and keys for signing with their state', async () => {
  const eva = { agency: 'acme', principal: 'eva', type: 'person', roles: ['admin'], status: 'active' };
  const logins = [
    { issuer: 'https://login.example/', subject: '1' },
    { issuer: 'https://login.example/', subject: '2\u001b[31m' },
  ];
  policy = {
    ...policy,
    principals: [
      { ...eva, logins },
      { ...eva, principal: 'max' },
    ],
    signers: [{ agency: 'acme', vkey: 'acme/k+1+A', status: 'revoked', added: 5 }],
  };
  const rows = (await printed(() => list(createClient(url), 'principals', {}))).trimEnd().split('\n');
  expect(rows.map((row) => row.replaceAll(/ +/g, ' '))).toEqual([
    'eva person active admin (1 at https://login.example/; 2⟨U+001B⟩[31m at https://login.example/)',
    'max person active admin',
  ]);
  expect((await printed(() => list(createClient(url), 'signers', {}))).trimEnd()).toBe('revoked  entry 5  acme/k+1+A');
});

test('a key is listed with when it was last used, that it never was, or since when it was not', async () => {
  const key = { agency: 'acme', principal: 'eva', scopes: ['admin'], restricted: false, status: 'active' };
  const usesSince = '2026-11-01T08:00:00Z';
  const keys = [
    { ...key, key: 'one', lastUsed: '2026-11-24T04:02:00Z' },
    { ...key, key: 'two', lastUsed: null },
    { ...key, key: 'old' },
  ];
  policy = { ...policy, keys, usesSince };
  const rows = (await printed(() => list(createClient(url), 'keys', {}))).trimEnd().split('\n');
  expect(rows.map((row) => row.replaceAll(/ +/g, ' '))).toEqual([
    'one eva active until revoked last used 2026-11-24T04:02:00Z admin',
    'two eva active until revoked never used admin',
    'old eva active until revoked not used since 2026-11-01T08:00:00Z admin',
  ]);
  const cells = (await printed(() => list(createClient(url), 'keys', { plain: true }))).replace(/\n$/, '').split('\n');
  expect(cells.map((row) => row.split('\t')[6])).toEqual(['2026-11-24T04:02:00Z', 'never', '']);
});

test('an emergency is declared for the key that the server knows the caller by', async () => {
  const written = await printed(() => breakGlassOpen(createClient(url), { reason: 'fire' }));
  expect(submitted).toMatchObject([{ extension: { policy: { act: 'break-glass.open', reason: 'fire', key: 'k3v9x0q7m2ab' } } }]);
  expect(written).toContain('by this key or session, and no other');
  policy = { ...policy, actor: { ...actor, via: 'local', shows: null } };
  await printed(() => breakGlassOpen(createClient(url), { reason: 'fire' }));
  expect((submitted[1] as { extension: { policy: object } }).extension.policy).not.toHaveProperty('key');
});

test('an act about another agency is shared with it, and a key is sent as its hash alone', async () => {
  const written = await printed(() =>
    keyAdd(createClient(url), 'bolt/chief', { scope: ['admin,contributor'], expires: '2027-01-01T00:00:00Z' }),
  );
  expect(submitted).toMatchObject([
    {
      handling: { tlp: 'AMBER', agencies: ['bolt'] },
      extension: { policy: { act: 'key.add', agency: 'bolt', principal: 'chief', scopes: ['admin', 'contributor'] } },
    },
  ]);
  expect(written).toMatch(/^custody_[a-z0-9]{12}_[A-Za-z0-9_-]{43}\n$/);
  expect(JSON.stringify(submitted)).not.toContain(written.trim().slice(-43));
});

test('roles that there are not are refused before anything is sent', async () => {
  expect((await failing(principalAdd(createClient(url), 'max', { role: ['root'] })))[0]).toBe('usage');
  expect((await failing(principalAdd(createClient(url), 'max', { role: ['admin'], issuer: 'https://x/' })))[0]).toBe('usage');
  expect(submitted).toEqual([]);
});
